"""Functions run in this process, on moto. Whatever they put on the bus is held against the published contract."""

from collections.abc import Iterator

import pytest

from functions import announce
from tests.moto_hub import moto_hub, moto_world
from tests.published import held

__all__ = ["moto_hub", "moto_world"]


@pytest.fixture(scope="module", autouse=True)
def contract() -> Iterator[None]:
    """Nothing goes on the bus that breaks the contract."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(announce, "publish", held(announce.publish))
        yield
