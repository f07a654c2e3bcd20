"""What the Square stand-in sends is signed, named and shaped so that the connector reads it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.manifest import delivery_of, load, topic_of
from connectors.signatures import Secret, Signed, verify
from connectors.square.client import VERSION
from events.facts import build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_json
from ops.standins.square.channel import Square

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "square")
URL = "https://hub.example.com/webhooks/till-lille"
LILLE = "LMLILLE000001"
CONNECTION = Connection.model_validate({
    "connection_id": "till-lille", "tenant": "t", "connector": "square", "base_url": "http://-",
    "locations": {LILLE: "lille"},
}).model_dump()  # fmt: skip


@pytest.fixture
def seller() -> Square:
    stand_in = Square(access_token="token-1", signature_key="hush")
    stand_in.add_item("MUG-BLUE", "Tasse bleue", 1800, {LILLE: 9})
    return stand_in


def facts(topic: str, body: bytes) -> Any:
    mapping = load_in(ROOT / "mappings" / "square" / f"{MANIFEST.topic(topic).mapping}.in.yaml")
    return [build(said, event_id="e", connection_id="c") for said in mapping.statements(parse_json(body), CONNECTION)]


def fetched(seller: Square, topic: str) -> list[Any]:
    """Give the facts of the orders that the webhooks of a topic name."""
    rule = MANIFEST.topic(topic).fetch
    assert rule is not None
    bodies = [delivery.body for delivery in seller.deliveries.all if delivery.topic == topic]
    ids = [compile_expression(rule.each).search(json.loads(body)) for body in bodies]
    return [facts("order", json.dumps({"order": seller.orders[order_id]}).encode()) for order_id in ids]


def sent(seller: Square, topic: str) -> list[Any]:
    return [facts(topic, delivery.body) for delivery in seller.deliveries.all if delivery.topic == topic]


def test_every_webhook_is_signed_and_names_its_topic_and_delivery(seller: Square) -> None:
    seller.ring_up_sale({"MUG-BLUE": 1}, LILLE)
    for delivery in seller.deliveries.all:
        headers, body = seller.sign(delivery, URL), json.loads(delivery.body)
        verify("square", Signed("POST", URL, headers, delivery.body), [Secret("hush")], now=0)
        assert topic_of(MANIFEST, headers, body) == delivery.topic
        assert body["event_id"] in delivery_of(MANIFEST, delivery.topic, headers, body, delivery.body)


def test_client_and_manifest_speak_one_version() -> None:
    assert MANIFEST.api_version == VERSION


def test_a_till_sale_announces_payments_and_counts_but_no_order(seller: Square) -> None:
    seller.ring_up_sale({"MUG-BLUE": 2}, LILLE)
    topics = [delivery.topic for delivery in seller.deliveries.all]
    assert topics == ["payment.created", "payment.updated", "inventory.count.updated"]


def test_a_payment_leads_to_the_order_of_the_sale(seller: Square) -> None:
    camille = seller.add_customer(given_name="Camille", family_name="Moreau", phone_number="+33612345678")
    sale = seller.ring_up_sale({"MUG-BLUE": Decimal(2)}, LILLE, camille["id"])
    [[order]] = fetched(seller, "payment.updated")
    assert (order.channel_order_id, order.buyer.channel_customer_id) == (sale["id"], camille["id"])
    assert (order.totals.total, order.payments[0].status) == (3600, "paid")
    assert (order.expectations[0].method, order.line_items[0].location_id) == ("in_store", "lille")
    [[count]] = sent(seller, "inventory.count.updated")
    assert (count.quantity, count.measure) == (7, "on_hand")


def test_a_refund_leads_to_the_return_that_names_the_sale(seller: Square) -> None:
    sale = seller.ring_up_sale({"MUG-BLUE": 2}, LILLE)
    back = seller.refund_sale(sale["id"], {"MUG-BLUE": 1})
    [[returned]] = fetched(seller, "refund.created")
    assert (returned.channel_order_id, returned.type, returned.amount) == (sale["id"], "return", -1800)
    assert (returned.lines[0].line_id, returned.lines[0].quantity) == (sale["line_items"][0]["uid"], 1)
    [[pending], [done]] = sent(seller, "refund.created"), sent(seller, "refund.updated")
    assert [pending[0].status, done[0].status, done[0].amount] == ["pending", "success", -1800]
    assert done[0].channel_order_id == back["id"]
    assert seller.stock()["MUG-BLUE", LILLE] == 8


def test_a_loyalty_account_names_its_customer(seller: Square) -> None:
    camille = seller.add_customer(given_name="Camille", phone_number="+33612345678")
    account = seller.enrol(camille["id"], points=12)
    [[customer]] = sent(seller, "loyalty.account.created")
    assert customer.channel_customer_id == camille["id"]
    assert (customer.loyalty.card, customer.loyalty.points) == (account["id"], 12)
