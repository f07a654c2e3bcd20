"""Functions run in this process, over memory; a chosen few of each door's tests over moto."""

import pytest

from functions import runtime
from tests.functions.shops import Clock
from tests.memory_hub import fresh_hub, local_hub, memory_world
from tests.moto_hub import moto_world

__all__ = ["fresh_hub", "local_hub", "memory_world", "moto_world"]


def pytest_configure(config: pytest.Config) -> None:
    """Let a test say that it is one of the few that a door keeps on moto."""
    config.addinivalue_line("markers", "moto: runs on moto's AWS, where its neighbours run in memory")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the functions; it goes by itself until a test sets it."""
    return Clock(lambda now: monkeypatch.setattr(runtime, "now", now))
