"""What is genuine and cannot be read is kept, parked once with a reason a person understands, and never retried."""

import json
from typing import Any

import pytest

from tests.hub import Hub

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
    from functions.cache import cache

    answer = shop.send("shop", json.dumps(order()).encode(), "orders/create")
    shop.dynamo.delete_item(TableName="Connections", Key={"pk": {"S": "CONNECTION#shop"}})
    cache.clear()
    assert shop.normalise() == []
    trace = shop.event(answer.json()["event_id"])
    assert (trace["outcome"], trace["code"]) == ("quarantined", "connection_unknown")
