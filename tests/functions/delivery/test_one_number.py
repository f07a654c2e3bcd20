"""A shop that has one number for all its places, and counts one of them with it: it shows what we said, and no less."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from functions import runtime
from tests.functions.shops import PLACE, POOL, web_shop
from tests.hub import Hub

ROUNDS = 3


@pytest.fixture
def minutes(local_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """Times a minute apart, by which the hub and the shop go: WooCommerce tells whole seconds."""

    begin, passed = datetime.now(UTC), itertools.count(2)

    def pass_by() -> datetime:
        now = begin + timedelta(minutes=next(passed))
        monkeypatch.setattr(runtime, "now", lambda: now)
        for stand_in in local_hub.stand_ins.values():
            monkeypatch.setattr(stand_in, "now", lambda: now)
        return now

    return iter(pass_by, None)


def test_a_shop_that_counts_with_its_one_number_is_told_what_others_took_once(
    local_hub: Hub, minutes: Iterator[datetime]
) -> None:
    shop = local_hub.connect("woocommerce", "shop", owns=(PLACE,), buffer=2, **POOL)
    web = web_shop(local_hub)
    next(minutes)
    shop.add_product("MUG", 9)
    web.add_product("MUG", "Mug", "12.50", {905: 9})
    assert local_hub.settle() == []
    next(minutes)
    local_hub.tell("/v1/stock/MUG/policy", {"location_id": PLACE, "safety": 3}, "PUT")
    web.place_order({"MUG": 1}, 905)
    shown = []
    for _ in range(ROUNDS):
        next(minutes)
        assert local_hub.settle() == []
        shown.append(shop.stock()["MUG"])
    (place,) = local_hub.ask("/v1/stock/MUG").json()["locations"]
    assert shown == [8] * ROUNDS
    assert (place["on_hand"], place["reserved"], place["available"]) == ("9", "1", "5")
