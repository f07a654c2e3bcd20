"""`tributary connectors new | lint | show | test | register` as people and scripts call them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.commands import connectors
from ops.commands.connectors import app
from ops.hub import target
from ops.hub.target import ApiError
from tests import corner


def run(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, [*arguments, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def test_a_new_connector_passes_lint_and_says_what_is_left_to_do(tmp_path: Path) -> None:
    code, made = run("new", "acme", "--kind", "pos", "--dir", str(tmp_path))
    assert (code, made["connector"]) == (0, "acme")
    assert [each["check"] for each in made["to_do"]] == ["sources"]
    assert run("lint", str(tmp_path)) == (0, {"connectors": [str(tmp_path)], "faults": []})


def test_a_new_connector_stands_the_kit(tmp_path: Path) -> None:
    run("new", "acme", "--kind", "carrier", "--dir", str(tmp_path))
    code, tried = run("test", str(tmp_path / "connectors" / "acme"))
    assert (code, tried["faults"]) == (0, [])
    assert {each["check"]: each["result"] for each in tried["checks"]}["mapping"] == "passes"
    assert {each["check"]: each["result"] for each in tried["checks"]}["refusals"] == "nothing to try"


def test_a_fault_makes_the_exit_code_one(tmp_path: Path) -> None:
    folder = corner.write(tmp_path, label="another")
    code, tried = run("test", str(folder))
    assert (code, [fault["check"] for fault in tried["faults"]]) == (1, ["mapping"])


def test_capabilities_are_a_table() -> None:
    code, shown = run("show", "square")
    assert code == 0
    assert {"does": "polls", "what": "orders", "how": "every 300 s, 3600 s back"} in shown["does"]
    assert shown["version"].startswith("2026-10-21+")
    assert "Capabilities" in CliRunner().invoke(app, ["show", "square"]).stdout


class HubThatRefuses:
    """An API that answers 422."""

    def __init__(self, hub: Any) -> None:
        self.hub = hub

    def post(self, path: str, body: bytes) -> Any:
        assert json.loads(body) == corner.parts()
        fault = {"check": "mapping", "file": "x.json", "message": "not as expected"}
        raise ApiError(422, {"title": "Refused", "detail": "Nothing was changed.", "faults": [fault]})


def test_a_refused_registration_prints_its_faults_and_exits_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "current", lambda: None)
    monkeypatch.setattr(connectors, "Api", HubThatRefuses)
    code, said = run("register", str(corner.write(tmp_path)))
    assert (code, said["connector"], said["faults"][0]["check"]) == (1, None, "mapping")
