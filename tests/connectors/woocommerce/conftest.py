"""A WooCommerce for each test."""

from collections.abc import Iterator

import pytest

from ops.standins.woocommerce.channel import WooCommerce


@pytest.fixture
def shop() -> Iterator[WooCommerce]:
    shop = WooCommerce("ck_1", "cs_1", "hush")
    shop.stall = 0.1
    shop.start()
    yield shop
    shop.stop()
