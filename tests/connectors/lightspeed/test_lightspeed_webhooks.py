"""What the Lightspeed stand-in sends, signed forms that do not name their type, is told apart and read."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.connection import Connection
from connectors.errors import SignatureError, TopicError
from connectors.manifest import delivery_of, load, topic_of
from connectors.signatures import Secret, Signed, verify
from events.facts import build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_form
from ops.standins.lightspeed import Lightspeed
from records.facts import stored
from records.orders.order import OrderState, OrderView, view

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "lightspeed")
URL = "https://hub.example.com/webhooks/till"
CONNECTION = Connection.model_validate({
    "connection_id": "till", "tenant": "t", "connector": "lightspeed", "base_url": "http://-", "currency": "EUR",
    "default_region": "FR", "locations": {"LILLE": "lille", "register-LILLE": "lille"},
    "settings": {"discount_product_id": "discount"},
}).model_dump()  # fmt: skip


@pytest.fixture
def retailer() -> Lightspeed:
    retailer = Lightspeed("token-1", "hush")
    retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    retailer.add_product("SCARF-RED", "35.00", {"LILLE": 4})
    return retailer


def facts(body: bytes) -> list[Any]:
    form = parse_form(body)
    mapping = load_in(
        ROOT / "mappings" / "lightspeed" / f"{MANIFEST.topic(topic_of(MANIFEST, {}, form)).mapping}.in.yaml"
    )
    return [build(said, event_id="e", connection_id="till") for said in mapping.statements(form, CONNECTION)]


def sent(retailer: Lightspeed, topic: str) -> list[list[Any]]:
    return [facts(delivery.body) for delivery in retailer.deliveries.all if delivery.topic == topic]


def folded(*statements: list[Any]) -> OrderView:
    """Fold what was said of one order, as the hub does once it knows the SKUs."""
    state = OrderState()
    for fact in (fact for said in statements for fact in said):
        state = state.with_fact(stored(fact))
    seen = view(state)
    assert seen is not None
    return seen


def test_every_webhook_is_signed_over_its_form_and_its_type_is_seen_by_its_shape(retailer: Lightspeed) -> None:
    retailer.add_customer("ML-0042", first_name="Camille")
    retailer.ring_up_sale({"MUG-BLUE": 1}, "LILLE")
    assert {delivery.topic for delivery in retailer.deliveries.all} == {
        "sale.update", "customer.update", "product.update", "inventory.update",
    }  # fmt: skip
    for delivery in retailer.deliveries.all:
        headers = dict(retailer.sign(delivery, URL))
        verify("lightspeed-x", Signed("POST", URL, headers, delivery.body), [Secret("hush")], now=0)
        assert headers["Content-Type"].partition(";")[0] in MANIFEST.receives.content_types
        assert topic_of(MANIFEST, headers, parse_form(delivery.body)) == delivery.topic


def test_a_form_that_was_changed_is_refused(retailer: Lightspeed) -> None:
    delivery = retailer.deliveries.all[0]
    headers = dict(retailer.sign(delivery, URL))
    with pytest.raises(SignatureError):
        verify("lightspeed-x", Signed("POST", URL, headers, delivery.body + b"&x=1"), [Secret("hush")], now=0)


def test_the_type_the_form_names_goes_first() -> None:
    form = {"type": "register_closure.create", "payload": {"id": "1", "register_sale_products": []}}
    assert topic_of(MANIFEST, {}, form) == "register_closure.create"


@pytest.mark.parametrize("payload", ['{"id": "1", "consignment_id": "2", "product_id": "3"}', "not JSON", "[]", "null"])
def test_a_form_of_another_shape_names_no_topic(payload: str) -> None:
    with pytest.raises(TopicError):
        topic_of(MANIFEST, {}, parse_form(urlencode({"payload": payload}).encode()))


def test_a_repetition_is_the_same_delivery_and_a_change_of_the_sale_is_not(retailer: Lightspeed) -> None:
    sale = retailer.ring_up_sale({"MUG-BLUE": 1}, "LILLE")
    retailer.set_status(sale["id"], "VOIDED")
    bodies = [delivery.body for delivery in retailer.deliveries.all if delivery.topic == "sale.update"]
    first, voided = (delivery_of(MANIFEST, "sale.update", {}, parse_form(body), body) for body in bodies)
    assert first == delivery_of(MANIFEST, "sale.update", {}, parse_form(bodies[0]), bodies[0])
    assert first != voided


def test_a_till_sale_is_handed_over_and_says_who_bought(retailer: Lightspeed) -> None:
    camille = retailer.add_customer("ML-0042", first_name="Camille", mobile="06 12 34 56 78")
    retailer.ring_up_sale({"MUG-BLUE": 2, "SCARF-RED": 1}, "LILLE", camille["id"])
    [[order]] = sent(retailer, "sale.update")
    assert (order.totals.total, order.payments[0].amount) == (7100, 7100)
    assert (order.buyer.loyalty_card, order.buyer.phone) == ("ML-0042", "+33612345678")
    assert [(line.quantity, line.total, line.location_id) for line in order.line_items] == [
        (2, 3600, "lille"),
        (1, 3500, "lille"),
    ]
    assert folded([order]).fulfillment == "fulfilled"


def test_inventory_and_product_webhooks_name_what_to_fetch(retailer: Lightspeed) -> None:
    retailer.ring_up_sale({"MUG-BLUE": 1}, "LILLE")
    for topic in ("inventory.update", "product.update"):
        body = next(delivery.body for delivery in retailer.deliveries.all if delivery.topic == topic)
        rule = MANIFEST.topic(topic).fetch
        assert rule is not None
        assert compile_expression(rule.each).search(parse_form(body)) in retailer.products


def test_a_return_comes_back_to_the_sale_it_names(retailer: Lightspeed) -> None:
    sale = retailer.ring_up_sale({"MUG-BLUE": 2}, "LILLE")
    retailer.ring_up_sale({"MUG-BLUE": -1}, "LILLE", return_for=sale["id"])
    bought, [returned] = sent(retailer, "sale.update")
    assert (returned.channel_order_id, returned.type, returned.amount) == (sale["id"], "return", -1800)
    [line] = folded(bought, [returned]).lines
    assert (line.fulfilled, line.returned) == (2, 1)


def test_a_parked_return_says_nothing_yet(retailer: Lightspeed) -> None:
    retailer.ring_up_sale({"MUG-BLUE": -1}, "LILLE", status="SAVED", return_for="sale-1")
    assert sent(retailer, "sale.update") == [[]]


def test_a_return_that_names_no_sale_is_of_itself(retailer: Lightspeed) -> None:
    back = retailer.ring_up_sale({"MUG-BLUE": -1}, "LILLE", return_for="null")
    [[returned]] = sent(retailer, "sale.update")
    assert (returned.channel_order_id, returned.amount) == (back["id"], -1800)


def test_the_discount_of_a_returned_sale_is_no_piece_that_was_bought(retailer: Lightspeed) -> None:
    sale = retailer.ring_up_sale({"MUG-BLUE": -1}, "LILLE", status="SAVED", return_for="sale-1")
    discount = {**sale["register_sale_products"][0], "id": "line-d", "product_id": "discount", "quantity": 1}
    sale["register_sale_products"].append({**discount, "price_total": "2.50000", "tax_total": "0.50000"})
    sale["totals"] = {"total_price": "-12.50000", "total_tax": "-2.50000"}
    body = urlencode({"payload": json.dumps({**sale, "status": "CLOSED"})}).encode()
    [returned] = facts(body)
    assert (returned.kind, returned.type, returned.amount, len(returned.lines)) == ("adjustment", "return", -1500, 1)


def test_a_layby_is_set_aside_until_it_is_paid(retailer: Lightspeed) -> None:
    sale = retailer.ring_up_sale({"SCARF-RED": 1}, "LILLE", status="LAYBY")
    retailer.set_status(sale["id"], "LAYBY_CLOSED")
    aside, paid = sent(retailer, "sale.update")
    assert folded(aside).lines[0].open == 1
    assert folded(aside, paid).lines[0].fulfilled == 1
    assert folded(paid, aside).lines[0].fulfilled == 1


def test_a_voided_sale_hands_nothing_over(retailer: Lightspeed) -> None:
    sale = retailer.ring_up_sale({"MUG-BLUE": 2}, "LILLE")
    retailer.set_status(sale["id"], "VOIDED")
    seen = folded(*sent(retailer, "sale.update"))
    assert (seen.status, seen.moves) == ("cancelled", [])


def test_a_sale_that_waits_for_dispatch_leaves_when_it_is_dispatched(retailer: Lightspeed) -> None:
    sale = retailer.ring_up_sale({"MUG-BLUE": 2}, "LILLE", status="AWAITING_DISPATCH")
    [waiting] = sent(retailer, "sale.update")
    assert folded(waiting).fulfillment == "unfulfilled"
    retailer.set_status(sale["id"], "DISPATCHED_CLOSED")
    assert folded(*sent(retailer, "sale.update")).fulfillment == "fulfilled"
