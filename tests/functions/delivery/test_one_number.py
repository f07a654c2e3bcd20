"""A shop that has one number for all its places, and counts one of them with it: it shows what we said, and no less."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from functions import runtime
from tests.hub import Hub

PLACE = "lille"
POOL = {"sells_from": (PLACE,), "default_location": PLACE}
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


def hear(hub: Hub) -> None:
    """Let everything the channels said reach the hub, and what follows reach the channels."""
    for connection_id, stand_in in hub.stand_ins.items():
        sent, stand_in.deliveries.all = stand_in.deliveries.all, []
        for each in sent:
            assert hub.send(connection_id, each.body, each.topic).status in (200, 202)
    hub.normalise()
    hub.normalise()
    hub.push()


def test_a_shop_that_counts_with_its_one_number_is_told_what_others_took_once(
    local_hub: Hub, minutes: Iterator[datetime]
) -> None:
    shop = local_hub.connect("woocommerce", "shop", owns=(PLACE,), buffer=2, **POOL)
    web = local_hub.connect("shopify", "web", locations={"905": PLACE}, **POOL)
    next(minutes)
    shop.add_product("MUG", 9)
    web.add_product("MUG", "Mug", "12.50", {905: 9})
    hear(local_hub)
    next(minutes)
    local_hub.tell("/v1/stock/MUG/policy", {"location_id": PLACE, "safety": 3}, "PUT")
    web.place_order({"MUG": 1}, 905)
    shown = []
    for _ in range(ROUNDS):
        next(minutes)
        hear(local_hub)
        shown.append(shop.stock()["MUG"])
    (place,) = local_hub.ask("/v1/stock/MUG").json()["locations"]
    assert shown == [8] * ROUNDS
    assert (place["on_hand"], place["reserved"], place["available"]) == ("9", "1", "5")
