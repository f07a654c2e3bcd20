"""What the Shopify stand-in sends is signed, named and shaped so that the connector reads it."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.errors import SignatureError
from connectors.manifest import delivery_of, load, topic_of
from connectors.shopify.client import VERSION
from connectors.signatures import Secret, Signed, verify
from connectors.translation import TRIED_AT
from events.facts import Fact, build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_json
from ops.standins.deliveries import Delivery
from ops.standins.server import Request, Route, StandIn
from ops.standins.shopify.channel import Shopify

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "shopify")
URL = "https://hub.example.com/webhooks/shop-fr"
CONNECTION = Connection.model_validate({
    "connection_id": "shop-fr", "tenant": "t", "connector": "shopify", "base_url": "http://-",
    "locations": {"71001": "lille"},
}).model_dump()  # fmt: skip


@pytest.fixture
def shop() -> Shopify:
    stand_in = Shopify(access_token="token-1", webhook_secret="hush")
    stand_in.add_product("MUG-BLUE", "Tasse bleue", "18.00", {71001: 9})
    return stand_in


def facts(delivery: Delivery) -> list[Fact]:
    mapping = load_in(ROOT / "mappings" / "shopify" / f"{MANIFEST.topic(delivery.topic).mapping}.in.yaml")
    said = mapping.statements(parse_json(delivery.body), {**CONNECTION, "received_at": TRIED_AT})
    return [build(statement, event_id="e", connection_id="shop-fr") for statement in said]


def sent(shop: Shopify, topic: str) -> Any:
    return [facts(delivery) for delivery in shop.deliveries.all if delivery.topic == topic]


def test_every_webhook_is_signed_and_names_its_topic_and_delivery(shop: Shopify) -> None:
    shop.place_order({"MUG-BLUE": 1}, 71001)
    for delivery in shop.deliveries.all:
        headers = shop.sign(delivery, URL)
        verify("shopify", Signed("POST", URL, headers, delivery.body), [Secret("hush")], now=0)
        body = json.loads(delivery.body)
        assert topic_of(MANIFEST, headers, body) == delivery.topic
        assert delivery.delivery_id in delivery_of(MANIFEST, delivery.topic, headers, body, delivery.body)


def test_client_and_manifest_speak_one_version() -> None:
    assert MANIFEST.api_version == VERSION


def test_a_sale_is_an_order_and_a_lower_stock(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2}, 71001)
    [[placed]] = sent(shop, "orders/create")
    [[counted]] = sent(shop, "inventory_levels/update")
    assert (placed.channel_order_id, placed.totals.total) == (str(order["id"]), 3600)
    assert (counted.location_id, counted.quantity, counted.measure) == ("lille", 7, "available")


def test_the_product_teaches_which_stock_id_is_which_sku(shop: Shopify) -> None:
    [[product]] = sent(shop, "products/create")
    [variant] = product.variants
    assert (variant.sku, variant.channel_stock_id) == ("MUG-BLUE", str(shop.variants["MUG-BLUE"]["inventory_item_id"]))


def test_a_refund_says_the_same_alone_and_inside_its_order(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2}, 71001)
    shop.refund(order["id"], {"MUG-BLUE": 1})
    [[alone]] = sent(shop, "refunds/create")
    [[_, inside]] = sent(shop, "orders/updated")
    assert (alone.amount, alone.lines[0].restock) == (-1800, True)
    assert inside == alone


def test_a_cancelled_order_gives_its_stock_back(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2}, 71001)
    shop.cancel(order["id"])
    [[cancelled]] = sent(shop, "orders/cancelled")
    assert (cancelled.cancel_reason, cancelled.payments[0].status) == ("customer", "voided")
    assert shop.stock()["MUG-BLUE", "71001"] == 9


PRIVACY = {
    "customers/data_request": {"customer": {"id": 7001}, "orders_requested": [], "data_request": {"id": 1}},
    "customers/redact": {"customer": {"id": 7001}, "orders_to_redact": []},
    "shop/redact": {"shop_id": 1, "shop_domain": "maison-lumiere.myshopify.com"},
}


@pytest.mark.parametrize("topic", PRIVACY)
def test_a_privacy_request_is_heard_only_with_the_right_signature(shop: Shopify, topic: str) -> None:
    delivery = shop.deliver(topic, PRIVACY[topic])
    headers = shop.sign(delivery, URL)
    verify("shopify", Signed("POST", URL, headers, delivery.body), [Secret("hush")], now=0)
    forged = {**headers, "X-Shopify-Hmac-Sha256": "bm90IHNpZ25lZA=="}
    for secret, said in (("other", headers), ("hush", forged)):
        with pytest.raises(SignatureError):
            verify("shopify", Signed("POST", URL, said, delivery.body), [Secret(secret)], now=0)
    assert [each.kind for each in facts(delivery)] == ["privacy_request"]


def test_only_a_merge_that_was_completed_is_fetched(shop: Shopify) -> None:
    shop.merge_customers(7001, 7002)
    shop.merge_customers(7001, 7003, status="failed")
    rule = MANIFEST.topic("customers/merge").fetch
    assert rule is not None
    told = [each for each in shop.deliveries.all if each.topic == "customers/merge"]
    named = [compile_expression(rule.each).search(parse_json(each.body)) for each in told]
    assert named == [["gid://shopify/Customer/7001 gid://shopify/Customer/7002"], []]


class Hub(StandIn):
    """Just enough of a hub: it refuses the first delivery and then takes what comes."""

    def routes(self) -> list[Route]:
        return [("POST", "/webhooks/shop-fr", lambda request: (202 if len(self.calls) else 503, {}, {}))]

    def authorised(self, request: Request) -> bool:
        verify("shopify", Signed("POST", request.path, request.headers, request.body), [Secret("hush")], now=0)
        return True


def test_a_webhook_the_hub_could_not_take_is_sent_again(shop: Shopify) -> None:
    hub = Hub()
    shop.hub_url = f"{hub.start()}/webhooks/shop-fr"
    shop.start()
    shop.deliver("orders/create", {"id": 1})
    for _ in range(100):
        if not shop.pending():
            break
        time.sleep(0.05)
    shop.stop()
    hub.stop()
    assert [(delivery.state, delivery.statuses) for delivery in shop.deliveries.all[-1:]] == [("delivered", [503, 202])]
    assert len({call.body for call in hub.calls}) == 1
