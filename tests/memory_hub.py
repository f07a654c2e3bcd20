"""The hub in memory: the functions' own code over stand-ins of AWS that cost next to nothing (tests/memory_aws)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.hub import Hub, seen
from tests.memory_aws.session import Session

__all__ = ["local_hub", "memory_world", "world"]


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
    is_moto = request.node.get_closest_marker("moto") is not None
    hub: Hub = request.getfixturevalue("moto_world" if is_moto else "memory_world")
    hub.enter()
    hub.wipe()
    return hub
