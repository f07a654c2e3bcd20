"""A PrestaShop for each test, once per format it speaks."""

from collections.abc import Iterator

import pytest

from ops.standins.prestashop.channel import PrestaShop
from tests.connectors.client import listening


@pytest.fixture(params=["JSON", "XML"])
def shop(request: pytest.FixtureRequest) -> Iterator[PrestaShop]:
    with listening(PrestaShop("the-key")) as shop:
        shop.speaks = request.param
        yield shop
