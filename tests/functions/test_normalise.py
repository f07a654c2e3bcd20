"""From a payload to records: what is wrong for good is parked once with a reason that a person understands, what fails
for a passing reason comes again, and what only names a thing has it fetched."""

import json
from typing import Any

import pytest

from functions import runtime
from tests.functions.shops import till
from tests.hub import Hub
from tests.process import calls_of, failing, throttled

BODIES: dict[str, tuple[bytes, str, str]] = {  # what arrives, what the reason must say, where the fault is
    "nothing": (b"", "not JSON", ""),
    "not JSON": (b'{"id": 1,}', "not JSON", ""),
    "not UTF-8": (b'{"id": "\xff"}', "not UTF-8", ""),
    "a byte order mark": (b"\xef\xbb\xbf{}", "not JSON", ""),
    "NaN": (b'{"id": 1, "total_price": NaN}', "NaN", ""),
    "Infinity": (b'{"total_price": -Infinity}', "NaN, infinite", ""),
    "a key twice": (b'{"id": 1, "customer": {"id": 1, "id": 2}}', "a key stands twice", "/customer/id"),
    "too deep": (b'{"a":' * 101 + b"1" + b"}" * 101, "nested deeper than 100", ""),
    "much too deep": (b"[" * 100_000 + b"]" * 100_000, "nested deeper than 100", ""),
    "a lone surrogate": (b'{"id": 1, "email": "\\ud800"}', "a surrogate stands alone", "/email"),
    "a huge number": (b'{"total_price": 1e999999999999999999999}', "too many digits", ""),
    "an XML": (b"<order/>", "not JSON", ""),
}


@pytest.fixture
def shop(local_hub: Hub) -> Hub:
    local_hub.connect("shopify", "shop")
    local_hub.connect("mirakl", "market")
    return local_hub


@pytest.mark.parametrize("name", BODIES)
def test_a_genuine_body_that_cannot_be_read_is_kept_and_parked(shop: Hub, name: str) -> None:
    body, said, pointer = BODIES[name]
    answer = shop.send("shop", body, "orders/create")
    assert answer.status == 202
    assert shop.normalise() == []
    trace = shop.event(answer.json()["event_id"])
    assert trace["outcome"] == "quarantined"
    assert said in trace["reason"]
    assert len(trace["reason"]) > 10
    assert (trace["pointer"] or "") == pointer
    (kept,) = shop.items("Inbox")
    assert int(kept["size"]["N"]) == len(body)


def order(**said: Any) -> dict[str, Any]:
    line = {"id": 9, "sku": "MUG", "quantity": 1, "price": "12.50", "title": "Mug"}
    start = {"id": 1, "created_at": "2026-11-22T10:00:00Z", "updated_at": "2026-11-22T10:00:00Z", "currency": "EUR"}
    return {**start, "total_price": "12.50", "subtotal_price": "12.50", "line_items": [line], **said}


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"total_price": "a lot"}, "/total_price"),
        ({"processed_at": "yesterday"}, ""),  # one of several fields that may say it: the reason names what lacks
        ({"currency": "EURO"}, ""),
        ({"line_items": [{"id": 9, "sku": "MUG", "quantity": "many", "price": "1.00"}]}, "/line_items/0/quantity"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_field_that_cannot_be_translated_is_named(shop: Hub, said: dict[str, Any], pointer: str) -> None:
    answer = shop.send("shop", json.dumps(order(**said)).encode(), "orders/create")
    assert answer.status == 202
    assert shop.normalise() == []
    trace = shop.event(answer.json()["event_id"])
    assert trace["outcome"] == "quarantined"
    assert trace["pointer"].startswith(pointer)
    assert "order" in trace["reason"]


@pytest.mark.parametrize("body", [b"[1, 2]", b'"order"', b"null", b"{}"])
def test_what_says_nothing_of_an_order_is_kept_and_changes_nothing(shop: Hub, body: bytes) -> None:
    answer = shop.send("shop", body, "orders/create")
    assert answer.status == 202
    assert shop.normalise() == []
    assert shop.event(answer.json()["event_id"])["outcome"] == "unchanged"


@pytest.mark.moto
def test_a_parked_event_is_announced_listed_and_writes_nothing_else(shop: Hub) -> None:
    answer = shop.send("shop", json.dumps(order(total_price="a lot")).encode(), "orders/create")
    shop.normalise()
    (parked,) = shop.ask("/v1/quarantine").json()["events"]
    assert parked["cause"] == answer.json()["event_id"]
    assert parked["pointer"] == "/total_price"
    assert [item["sk"]["S"] for item in shop.items("Records")] == ["APPLIED"]
    assert "PayloadQuarantined" in {message["type"] for message in shop.messages()}


def test_an_unknown_topic_is_kept_and_parked(shop: Hub) -> None:
    answer = shop.send("shop", b"{}", "themes/publish")
    assert answer.status == 202
    assert shop.normalise() == []
    trace = shop.event(answer.json()["event_id"])
    assert (trace["outcome"], trace["code"]) == ("quarantined", "topic_unknown")
    assert "themes/publish" in trace["reason"] + trace["topic"]


def test_what_is_deep_but_within_the_limit_and_has_unknown_fields_is_applied(shop: Hub) -> None:
    deep: Any = 1
    for _ in range(98):
        deep = {"deeper": deep}
    body = order(note_attributes=deep, id=9_007_199_254_740_993, from_the_future=[1, None, {"x": 1.5}])
    answer = shop.send("shop", json.dumps(body).encode(), "orders/create")
    assert shop.normalise() == []
    assert shop.event(answer.json()["event_id"])["outcome"] == "applied"
    found = shop.ask("/v1/orders", connection_id="shop", channel_order_id="9007199254740993")
    assert found.status == 200


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/xml", b"<order>", "not XML"),
        ("application/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a document type is refused"),
        ("application/x-www-form-urlencoded", b"a=%ff", "not UTF-8"),
        ("application/json", b"{", "not JSON"),
    ],
)
def test_a_file_handed_in_is_read_as_what_it_says_it_is(shop: Hub, kind: str, body: bytes, said: str) -> None:
    answer = shop.http(
        "api",
        "POST",
        "/v1/connections/{connection_id}/payloads",
        body,
        {"Authorization": "Bearer token-of-acme", "Content-Type": kind},
        {"topic": "order"},
        connection_id="market",
    )
    assert answer.status == 202
    assert shop.normalise() == []
    trace = shop.event(answer.json()["event_id"])
    assert trace["outcome"] == "quarantined"
    assert said in trace["reason"]


def test_a_payload_of_a_connection_that_was_removed_is_parked(shop: Hub) -> None:

    answer = shop.send("shop", json.dumps(order()).encode(), "orders/create")
    shop.leave("shop")
    assert shop.normalise() == []
    trace = shop.event(answer.json()["event_id"])
    assert (trace["outcome"], trace["code"]) == ("quarantined", "connection_unknown")


def test_a_payload_of_a_connection_that_is_anothers_now_is_parked(shop: Hub) -> None:
    answer = shop.send("shop", json.dumps(order()).encode(), "orders/create")
    shop.note("shop", tenant="main")
    assert shop.normalise() == []
    shop.note("shop", tenant="acme")
    assert shop.event(answer.json()["event_id"])["code"] == "connection_unknown"


def took_in(hub: Hub) -> tuple[str, Any]:
    """Let an order come in; gives its event and the message about it."""
    event_id = hub.send("shop", json.dumps(order()).encode(), "orders/create").json()["event_id"]
    (message,) = [each for each in hub.messages() if each["detail"]["subject"] == event_id]
    return str(event_id), message


@pytest.mark.moto
def test_a_message_that_comes_twice_has_one_effect(shop: Hub) -> None:
    event_id, message = took_in(shop)
    assert shop.deliver("normalise", "tributary-normalise", message) == []
    before = shop.items("Records")
    assert shop.deliver("normalise", "tributary-normalise", message) == []
    assert shop.items("Records") == before
    assert shop.event(event_id)["outcome"] == "applied"


@pytest.mark.parametrize("operation", ["dynamodb.BatchGetItem", "dynamodb.TransactWriteItems"])
def test_what_cannot_be_read_or_written_now_comes_again(shop: Hub, operation: str) -> None:
    event_id, message = took_in(shop)
    with failing(operation, throttled):
        assert len(shop.deliver("normalise", "tributary-normalise", message)) == 1
    assert shop.items("Records") == []
    assert shop.deliver("normalise", "tributary-normalise", message) == []
    assert shop.event(event_id)["outcome"] == "applied"


def test_of_a_batch_only_what_failed_comes_again(shop: Hub) -> None:
    event_id, message = took_in(shop)
    unknown = {"detail": {**message["detail"], "subject": "evt_0"}}
    assert shop.deliver_all("normalise", "tributary-normalise", ["{", message, unknown]) == [0, 2]
    assert shop.event(event_id)["outcome"] == "applied"


@pytest.mark.moto
def test_nothing_comes_of_a_payload_that_was_erased_before_it_was_taken_up(shop: Hub) -> None:
    event_id, message = took_in(shop)
    runtime.inbox().erase("acme", event_id, runtime.rfc3339(runtime.now()), None)
    assert shop.deliver("normalise", "tributary-normalise", message) == []
    assert (shop.event(event_id)["outcome"], len(shop.items("Records"))) == ("erased", 1)


@pytest.fixture
def sale(local_hub: Hub) -> tuple[Any, str]:
    """A till that rang up a sale; its webhook names the order and says nothing of it. Gives the till and the event."""
    at = till(local_hub)
    if not at.places():
        at.add_item("MUG", "Mug", 1250, {"LILLE1": 10})
    at.deliveries.all.clear()
    at.ring_up_sale({"MUG": 1}, "LILLE1")
    (sent,) = [each for each in at.deliveries.all if each.topic == "payment.created"]
    return at, str(local_hub.send("till", sent.body).json()["event_id"])


@pytest.mark.moto
def test_what_a_thin_payload_names_is_fetched_and_enters_as_a_payload_of_its_own(
    local_hub: Hub, sale: tuple[Any, str]
) -> None:
    assert local_hub.normalise() == []
    trace = local_hub.event(sale[1])
    (fetched,) = trace["caused"]
    assert (trace["outcome"], fetched["topic"], fetched["cause"]) == ("unchanged", "order", sale[1])
    assert fetched["outcome"] == "received"
    assert local_hub.normalise() == []
    assert local_hub.event(sale[1])["caused"][0]["outcome"] == "applied"


@pytest.mark.parametrize(("mode", "least", "most"), [("429", 33, 33), ("500", 1, 2), ("reset", 1, 2)])
def test_what_cannot_be_fetched_now_comes_again_when_the_channel_said_or_soon(
    local_hub: Hub, sale: tuple[Any, str], mode: Any, least: int, most: int
) -> None:
    at, event_id = sale
    at.retry_after = "33"
    at.fail(mode)
    with calls_of("sqs.ChangeMessageVisibility") as later:
        assert len(local_hub.normalise()) == 1
    assert least <= later[0]["VisibilityTimeout"] <= most
    assert (local_hub.event(event_id)["outcome"], local_hub.items("Records")) == ("received", [])
    assert local_hub.normalise() == []
    assert local_hub.event(event_id)["outcome"] == "unchanged"


def test_what_the_channel_does_not_know_or_give_us_is_parked(local_hub: Hub, sale: tuple[Any, str]) -> None:
    at, event_id = sale
    at.orders.clear()
    assert local_hub.normalise() == []
    trace = local_hub.event(event_id)
    assert (trace["outcome"], trace["code"]) == ("quarantined", "channel_not_found")
    assert "it has no order" in trace["reason"]
