"""A PrestaShop for each test, once per format it speaks."""

from collections.abc import Iterator

import pytest

from ops.standins.prestashop.channel import PrestaShop


@pytest.fixture(params=["JSON", "XML"])
def shop(request: pytest.FixtureRequest) -> Iterator[PrestaShop]:
    shop = PrestaShop("the-key")
    shop.speaks = request.param
    shop.stall = 0.1
    shop.start()
    yield shop
    shop.stop()
