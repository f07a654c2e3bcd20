"""What tests share: one embedded AWS with one hub on it, and which tests are quick."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from ops.hub.cloud import Cloud
from ops.hub.deploy import Hub, deploy_hub
from ops.hub.package import build_local

# A busy machine is slow, which says nothing of the code.
settings.register_profile("tests", settings(), deadline=None)
settings.load_profile("tests")

EMBEDDED = {"cloud", "hub"}
"""The fixtures that lead to the one embedded AWS."""
MOTO = {"moto_world", "moto_hub", "dynamo"}
"""The fixtures that lead to a moto server."""
ON_THE_CLOUD = ("tests/e2e/", "tests/ops/hub/test_cloud.py", "tests/ops/hub/test_deploy.py")
"""Where the embedded AWS is used. It waits more than it works, so two of them run beside the other tests."""
ON_THE_SECOND = ("tests/e2e/test_dying.py", "tests/e2e/test_last_pieces.py", "tests/ops/hub/test_cloud.py")
LONG = ("tests/connectors/workshop/test_conformance.py", "tests/records/")
"""Where many seconds are spent; what is begun early does not keep the others waiting in the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses an AWS, so that `-m "not cloud"` leaves them out; begin with what takes long."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if used & (EMBEDDED | MOTO) or item.get_closest_marker("moto"):
            item.add_marker(pytest.mark.cloud)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("cloud"):
        return 0
    return 1 if item.get_closest_marker("slow") else 2 + (not item.nodeid.startswith(LONG))


class Files(LoadFileScheduling):
    """Gives each process whole modules, and those on the embedded AWS to two: each of these starts one."""

    def _split_scope(self, nodeid: str) -> str:
        module = str(super()._split_scope(nodeid))
        if module.startswith(ON_THE_CLOUD):
            return "the second cloud" if module in ON_THE_SECOND else "the first cloud"
        return module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Files:
    """Say which process plays which tests, where there are several."""
    return Files(config, log)


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """An embedded AWS. Nothing is on it but the hub."""
    with Cloud.start() as running:
        yield running


@pytest.fixture(scope="session")
def hub(cloud: Cloud) -> Hub:
    """A hub on the embedded AWS, from this checkout. Nothing is polled, swept or erased until a test asks for it."""
    return deploy_hub(cloud.client, build_local(), endpoint=cloud.endpoint, schedules=False)
