"""One delivery is one event, and one change is one call, whoever else is at work."""

import json
from typing import Any

import pytest

from functions import runtime
from functions.batches import LaterError
from functions.delivery.lease import Lease
from records.desired import Wanted
from records.store import keys
from records.store.actions import Update
from tests.hub import Hub

PLACE = "lille"
POOL = {"sells_from": (PLACE,), "default_location": PLACE}
FOR_EVER = "2999-01-01T00:00:00.000Z"


@pytest.fixture
def shop(local_hub: Hub) -> Hub:
    """A web shop that sells what a till counts, and shows another number than lies there."""
    web = local_hub.connect("shopify", "web", locations={"905": PLACE}, **POOL)
    till = local_hub.connect("square", "till", locations={"LILLE1": PLACE}, owns=(PLACE,), **POOL)
    if not web.variants:
        web.add_product("MUG", "Mug", "12.50", {905: 3})
        till.add_item("MUG", "Mug", 1250, {"LILLE1": 10})
    till.deliveries.all.clear()
    till.tell_counts(till.places())
    assert local_hub.send("till", till.deliveries.all[-1].body).status == 202
    assert local_hub.normalise() == []
    return local_hub


def deliver(hub: Hub) -> list[Any]:
    """Bring the newest change of stock to the web shop's queue; gives what push gave back."""
    message = next(each for each in hub.messages() if each["type"] == "StockModified")
    return list(hub.deliver("push", "tributary-connection-web", message))


def test_what_a_channel_shows_already_is_not_sent_again(shop: Hub) -> None:
    web = shop.stand_ins["web"]
    assert deliver(shop) == []
    assert set(web.stock().values()) == {10}
    calls = len(web.calls)
    assert deliver(shop) == []
    assert len(web.calls) == calls


def test_who_finds_another_push_under_way_comes_again_later(shop: Hub) -> None:
    """Two pushes of one thing would overtake each other, and the older number would stay."""
    lease = keys.shown("acme", "web", f"stock MUG@{PLACE}")
    runtime.records().write([Update(lease, put={"lease": FOR_EVER})])
    calls = len(shop.stand_ins["web"].calls)
    assert len(deliver(shop)) == 1
    assert len(shop.stand_ins["web"].calls) == calls
    runtime.records().write([Update(lease, remove=("lease",))])
    assert deliver(shop) == []


def test_a_lease_is_held_by_one(shop: Hub) -> None:
    """The one who looked before the other took it finds out when taking it."""
    wanted = Wanted("stock", f"MUG@{PLACE}", "10", {"sku": "MUG"}, PLACE)
    first, second = (Lease(shop.connections["web"], wanted, 1) for _ in range(2))
    assert first.peek() == second.peek()
    with first, pytest.raises(LaterError), second:
        pass


def test_the_same_delivery_with_another_body_is_an_event_of_its_own_and_marked(shop: Hub) -> None:
    first, other = (json.dumps({"id": number}).encode() for number in (1, 2))
    known = {"X-Shopify-Webhook-Id": "same"}
    answers = [shop.send("web", body, "orders/create", known) for body in (first, first, other, other)]
    assert [each.status for each in answers] == [202, 200, 202, 200]
    one, again, two, both = (each.json()["event_id"] for each in answers)
    assert (one, two) == (again, both)
    assert one != two
    assert [shop.event(each)["conflict"] for each in (one, two)] == [False, True]
