"""The same webhook many times is one effect, and a thousand at once all arrive."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.hub import queues
from tests.e2e.retailer import PLACE, WEB_PLACE, Retailer

POOL = {"sells_from": (PLACE,), "default_location": PLACE}


def order_body(web: Any, pieces: dict[str, int]) -> bytes:
    """Let the shop sell, and give the webhook it would send."""
    web.place_order(pieces, WEB_PLACE)
    sent = [each for each in web.deliveries.all if each.topic == "orders/create"]
    return bytes(sent[-1].body)


@pytest.fixture(scope="module")
def shop(open_shop: Callable[[str], Retailer]) -> Retailer:
    """A web shop that owns ten mugs of two kinds, and a marketplace that sells the same mugs."""
    made = open_shop("twenty")
    web = made.connect("shopify", "once-web", locations={str(WEB_PLACE): PLACE}, owns=(PLACE,), **POOL)
    market = made.connect("mirakl", "once-market", **POOL)
    for sku in ("MUG-A", "MUG-B"):
        item = web.add_product(sku, sku, "12.50", {WEB_PLACE: 10})
        market.add_offer(sku, 10)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        level = {"inventory_item_id": item, "location_id": WEB_PLACE, "available": 10, "updated_at": at}
        made.send("once-web", level, "inventory_levels/update", X_Shopify_Webhook_Id=f"level {sku}")
    made.rest()
    return made


@pytest.mark.parametrize(("sku", "threads"), [("MUG-A", 1), ("MUG-B", 20)], ids=["one after another", "at once"])
def test_twenty_deliveries_of_one_webhook_are_one_effect(shop: Retailer, sku: str, threads: int) -> None:
    market = shop.stand_ins["once-market"]
    before, imports = len(shop.inbox()), len(market.calls)
    body = order_body(shop.stand_ins["once-web"], {sku: 3})

    def deliver(_: int) -> tuple[int, Any]:
        return shop.send("once-web", body, "orders/create", X_Shopify_Webhook_Id=f"order {sku}")

    with ThreadPoolExecutor(threads) as at_once:
        answers = list(at_once.map(deliver, range(20)))
    shop.rest()
    assert Counter(status for status, _ in answers) == {202: 1, 200: 19}
    assert len({answer["event_id"] for _, answer in answers}) == 1
    assert len(shop.inbox()) == before + 1
    number = str(json.loads(body)["id"])
    (order,) = shop.api.get("/v1/orders", connection_id="once-web", channel_order_id=number)["orders"]
    assert order["version"] == 1
    (place,) = shop.api.get(f"/v1/stock/{sku}")["locations"]
    assert (place["on_hand"], place["reserved"]) == ("10", "3")
    assert market.stock()[sku] == 7
    posted = [call for call in market.calls[imports:] if call.method == "POST"]
    assert len(posted) == 1
    assert queues.dead(shop.hub) == {}


def test_one_delivery_id_with_two_bodies_is_two_events_and_marked(shop: Retailer) -> None:
    bodies = [{"id": number, "updated_at": "2026-11-22T10:00:00Z", "variants": []} for number in (1, 2)]
    answers = [shop.send("once-web", body, "products/create", X_Shopify_Webhook_Id="twice") for body in bodies]
    assert [status for status, _ in answers] == [202, 202]
    first, second = (answer["event_id"] for _, answer in answers)
    assert first != second
    assert not shop.api.get(f"/v1/events/{first}")["conflict"]
    assert shop.api.get(f"/v1/events/{second}")["conflict"]


def test_a_thousand_webhooks_at_once_are_a_thousand_applied(open_shop: Callable[[str], Retailer]) -> None:
    shop = open_shop("thousand")
    web = shop.connect("shopify", "many-web", locations={str(WEB_PLACE): PLACE}, owns=(PLACE,), **POOL)
    skus = [f"MANY-{number}" for number in range(50)]
    for sku in skus:
        web.add_product(sku, sku, "12.50", {WEB_PLACE: 1000})
    bodies = [order_body(web, {skus[number % 50]: 2}) for number in range(1000)]

    def deliver(numbered: tuple[int, bytes]) -> int:
        number, body = numbered
        return shop.send("many-web", body, "orders/create", X_Shopify_Webhook_Id=f"order {number}")[0]

    with ThreadPoolExecutor(16) as at_once:
        answers = list(at_once.map(deliver, enumerate(bodies)))
    assert Counter(answers) == {202: 1000}
    shop.rest(240)
    assert shop.outcomes() == {"applied": 1000}
    assert queues.dead(shop.hub) == {}
    orders = [item for item in shop.records() if item.get("record") == "order"]
    assert len(orders) == 1000
    assert {item["ver"] for item in orders} == {1}
    reserved = sum(int(place["reserved"]) for sku in skus for place in shop.api.get(f"/v1/stock/{sku}")["locations"])
    assert reserved == 2000
    assert len({each["event_id"] for each in shop.events()}) == 1000
