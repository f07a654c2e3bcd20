"""An updated stack gets the Python that the package was built for (aws-cli#2466: parameters stay as they were)."""

from typing import Any

import pytest

from ops.hub import deploy, lock


class Recorded:
    """CloudFormation that has a stack already, and notes what an update says."""

    def __init__(self, runtime: str) -> None:
        self.runtime, self.told = runtime, list[dict[str, Any]]()

    def describe_stacks(self, **_: Any) -> Any:
        known = [{"ParameterKey": "Runtime", "ParameterValue": self.runtime}]
        stack = {"StackStatus": "UPDATE_COMPLETE", "StackId": "s", "Parameters": known, "Outputs": []}
        return {"Stacks": [{**stack, "Outputs": [{"OutputKey": "PackageBucket", "OutputValue": "b"}]}]}

    def update_stack(self, **said: Any) -> Any:
        self.told.append(said)
        return {"StackId": "s"}

    def put_object(self, **_: Any) -> None:
        """Keep nothing."""


def test_functions_run_on_the_python_that_the_package_was_built_for(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Recorded("python3.12")  # deployed when hub.yaml said so
    monkeypatch.setattr(deploy, "_hub", lambda *_: None)
    deploy.deploy_hub(lambda _: recorded, b"package")
    (hub,) = [each for each in recorded.told if each["StackName"] == "tributary"]
    (said,) = [each for each in hub["Parameters"] if each["ParameterKey"] == "Runtime"] or [{}]
    assert said.get("ParameterValue", recorded.runtime) == f"python{lock.runtime()}"
