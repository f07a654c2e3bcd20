"""Functions run in this process, in memory, and a chosen few of each door's tests on moto.

Whatever they put on the bus is held against the published contract.
"""

from collections.abc import Iterator

import pytest

from functions import bus, runtime
from tests.functions.shops import Clock
from tests.memory_hub import fresh_hub, local_hub, memory_world
from tests.moto_hub import moto_world
from tests.published import held

__all__ = ["fresh_hub", "local_hub", "memory_world", "moto_world"]


def pytest_configure(config: pytest.Config) -> None:
    """Let a test say that it is one of the few that a door keeps on moto."""
    config.addinivalue_line("markers", "moto: runs on moto's AWS, where its neighbours run in memory")


@pytest.fixture(scope="module", autouse=True)
def contract() -> Iterator[None]:
    """Nothing goes on the bus that breaks the contract."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bus, "publish", held(bus.publish))
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the functions; it goes by itself until a test sets it."""
    return Clock(lambda now: monkeypatch.setattr(runtime, "now", now))
