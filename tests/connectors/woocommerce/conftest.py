"""A WooCommerce for each test."""

from collections.abc import Iterator

import pytest

from ops.standins.woocommerce.channel import WooCommerce
from tests.connectors.client import listening


@pytest.fixture
def shop() -> Iterator[WooCommerce]:
    with listening(WooCommerce("ck_1", "cs_1", "hush")) as shop:
        yield shop
