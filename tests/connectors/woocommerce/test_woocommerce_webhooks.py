"""What the WooCommerce stand-in sends is signed, named and shaped so that the connector reads it."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.errors import SignatureError
from connectors.manifest import delivery_of, load, topic_of
from connectors.signatures import Secret, Signed, verify
from events.facts import Fact, build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_json
from ops.standins.deliveries import Delivery
from ops.standins.server import Request, Route, StandIn
from ops.standins.woocommerce.channel import WooCommerce

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "woocommerce")
URL = "https://hub.example.com/webhooks/shop-fr"
CONNECTION = Connection.model_validate({
    "connection_id": "shop-fr", "tenant": "t", "connector": "woocommerce", "base_url": "http://-",
    "default_location": "lille",
}).model_dump()  # fmt: skip


@pytest.fixture
def shop() -> WooCommerce:
    stand_in = WooCommerce("ck_1", "cs_1", webhook_secret="hush &amp; more")
    stand_in.add_product("MUG-BLUE", 9)
    return stand_in


def facts(delivery: Delivery) -> list[Fact]:
    mapping = load_in(ROOT / "mappings" / "woocommerce" / f"{MANIFEST.topic(delivery.topic).mapping}.in.yaml")
    said = mapping.statements(parse_json(delivery.body), CONNECTION)
    return [build(statement, event_id="e", connection_id="shop-fr") for statement in said]


def sent(shop: WooCommerce, topic: str) -> list[Delivery]:
    return [delivery for delivery in shop.deliveries.all if delivery.topic == topic]


def known_as(shop: WooCommerce, delivery: Delivery) -> str:
    headers = shop.sign(delivery, URL)
    return delivery_of(MANIFEST, delivery.topic, headers, json.loads(delivery.body), delivery.body)


def test_every_webhook_is_signed_and_names_its_topic(shop: WooCommerce) -> None:
    shop.place_order({"MUG-BLUE": 1})
    for delivery in shop.deliveries.all:
        headers = shop.sign(delivery, URL)
        verify("woocommerce", Signed("POST", URL, headers, delivery.body), [Secret("hush & more")], now=0)
        assert topic_of(MANIFEST, headers, json.loads(delivery.body)) == delivery.topic
        assert delivery.topic in MANIFEST.receives.topics


def test_another_secret_or_body_is_refused(shop: WooCommerce) -> None:
    [delivery] = shop.deliveries.all
    headers = shop.sign(delivery, URL)
    for secret, body in (("other", delivery.body), ("hush & more", delivery.body + b" ")):
        with pytest.raises(SignatureError):
            verify("woocommerce", Signed("POST", URL, headers, body), [Secret(secret)], now=0)


def test_two_changes_of_one_second_are_two_deliveries_though_their_ids_are_one(shop: WooCommerce) -> None:
    moment = shop.now()
    shop.now = lambda: moment  # type: ignore[method-assign]  # the clock stands still
    order_id = shop.place_order({"MUG-BLUE": 1})
    shop.set_status(order_id, "on-hold")
    shop.set_status(order_id, "completed")
    first, second = sent(shop, "order.updated")
    headers = [shop.sign(each, URL) for each in (first, second)]
    assert headers[0]["X-WC-Webhook-Delivery-ID"] == headers[1]["X-WC-Webhook-Delivery-ID"]
    assert known_as(shop, first) != known_as(shop, second)


def test_the_same_again_is_the_same_delivery(shop: WooCommerce) -> None:
    [delivery] = shop.deliveries.all
    assert known_as(shop, delivery) == known_as(shop, Delivery(delivery.topic, delivery.body))
    assert known_as(shop, delivery).startswith("hash:")


def test_a_sale_is_an_order_and_a_lower_stock(shop: WooCommerce) -> None:
    order_id = shop.place_order({"MUG-BLUE": 2})
    [[placed]] = [facts(each) for each in sent(shop, "order.created")]
    [[_, counted]] = [facts(each) for each in sent(shop, "product.updated")]
    assert (placed.channel_order_id, placed.totals.total) == (str(order_id), 3600)  # type: ignore[attr-defined]
    assert (counted.sku, counted.quantity, counted.location_id) == ("MUG-BLUE", 7, "lille")  # type: ignore[attr-defined]


def fetched(delivery: Delivery) -> tuple[str, list[Any]]:
    rule = MANIFEST.topic(delivery.topic).fetch
    assert rule is not None
    found = compile_expression(rule.each).search(parse_json(delivery.body))
    return rule.call, found if isinstance(found, list) else [found]


def test_refunds_are_fetched_only_where_there_are_some(shop: WooCommerce) -> None:
    order_id = shop.place_order({"MUG-BLUE": 2})
    assert fetched(sent(shop, "order.created")[0]) == ("refunds", [None])
    shop.refund(order_id, {"MUG-BLUE": 1})
    assert fetched(sent(shop, "order.updated")[0]) == ("refunds", [order_id])


def test_an_order_in_the_trash_is_fetched(shop: WooCommerce) -> None:
    order_id = shop.place_order({"MUG-BLUE": 2})
    shop.set_status(order_id, "trash")
    assert fetched(sent(shop, "order.deleted")[0]) == ("order", [order_id])


class Hub(StandIn):
    """Just enough of a hub: it refuses everything."""

    def routes(self) -> list[Route]:
        return [("POST", "/webhooks/shop-fr", lambda request: (503, {}, {}))]

    def authorised(self, request: Request) -> bool:
        return True


def test_a_webhook_the_hub_could_not_take_never_comes_again(shop: WooCommerce) -> None:
    hub = Hub()
    shop.hub_url = f"{hub.start()}/webhooks/shop-fr"
    shop.start()
    delivery = shop.deliver("order.created", {"id": 1})
    for _ in range(100):
        if delivery.state == "given_up":
            break
        time.sleep(0.05)
    shop.stop()
    hub.stop()
    assert delivery.statuses == [503]
