"""The hub in memory: the functions' own code over stand-ins of AWS that cost next to nothing (tests/memory_aws)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import moto_hub
from tests.hub import Hub, seen
from tests.memory_aws.session import Session


@contextmanager
def world() -> Iterator[Hub]:
    """Make a hub in memory."""
    session = Session()
    with seen(lambda: Hub(session.create_client, lambda: session)) as made:
        yield made


@pytest.fixture(scope="module")
def memory_world() -> Iterator[Hub]:
    """A hub in memory, for the tests of one module."""
    with world() as made:
        yield made


@pytest.fixture
def local_hub(request: pytest.FixtureRequest) -> Hub:
    """A hub in this process with its connections as they were made, and nothing received. It lies in memory; for a test
    that is marked `moto`, under moto."""
    hub: Hub = request.getfixturevalue("moto_world" if _is_for_moto(request) else "memory_world")
    hub.enter()
    hub.wipe()
    return hub


@pytest.fixture
def fresh_hub(request: pytest.FixtureRequest) -> Iterator[Hub]:
    """A hub of the test's own, whose channels know nobody and remember no call yet; where it lies is said as above."""
    with moto_hub.world() if _is_for_moto(request) else world() as made:
        yield made


def _is_for_moto(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("moto") is not None
