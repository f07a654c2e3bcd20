"""The EasyPost client against the stand-in over real HTTP, and the webhooks the stand-in signs."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.easypost.client import Client
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    SignatureError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import Http
from connectors.manifest import delivery_of, load, topic_of
from connectors.signatures import Secret, Signed, verify
from mappings.expressions.compilation import compile_expression
from ops.standins.easypost import EasyPost
from tests.connectors.client import PATIENCE, arrived, connection_to, door, facts_of, listening

ROOT = Path(__file__).parents[3]
SECRET = "sécret"  # not ASCII on purpose: the key is its NFKD form


@pytest.fixture
def webhooks() -> Iterator[tuple[str, list[Signed]]]:
    with door("/webhooks/carriers") as opened:
        yield opened


@pytest.fixture
def desk(webhooks: tuple[str, list[Signed]]) -> Iterator[EasyPost]:
    with listening(EasyPost("the-key", SECRET, hub_url=webhooks[0])) as desk:
        yield desk


def client(desk: EasyPost, key: str = "the-key") -> Client:
    return Client(connection_to("easypost", "carriers", desk), {"api_key": key}, Http("easypost", PATIENCE))


def facts(mapping: str, body: bytes) -> list[Any]:
    return facts_of("easypost", mapping, body, "carriers")


def test_a_label_leads_to_the_order_it_was_bought_for(desk: EasyPost, webhooks: tuple[str, list[Signed]]) -> None:
    code = desk.buy_label("shop-fr/1001", "Colissimo")
    [webhook] = arrived(webhooks[1], 1)
    manifest, payload = load(ROOT / "connectors" / "easypost"), json.loads(webhook.body)
    rule = manifest.topic(topic_of(manifest, webhook.headers, payload))
    assert facts(str(rule.mapping), webhook.body) == []
    assert rule.fetch is not None
    document = getattr(client(desk), rule.fetch.call)(compile_expression(rule.fetch.each).search(payload))
    [fulfillment] = facts(document.topic, document.body)
    assert (fulfillment.order_reference, fulfillment.status) == ("shop-fr/1001", "success")
    assert (fulfillment.tracking[0].number, fulfillment.tracking[0].carrier) == (code, "Colissimo")


def test_a_label_without_a_reference_belongs_to_no_order(desk: EasyPost) -> None:
    desk.buy_label(None)
    [shipment_id] = desk.shipments
    assert facts("shipment", client(desk).shipment(shipment_id).body) == []


def test_each_scan_is_told_with_those_before_it(desk: EasyPost, webhooks: tuple[str, list[Signed]]) -> None:
    code = desk.buy_label("shop-fr/1001")
    desk.scan(code, "in_transit", city="Lesquin")
    desk.scan(code, "delivered", city="Lille", copies=2)
    first, second, again = arrived(webhooks[1], 4)[1:]
    one, two = facts("tracker", first.body), facts("tracker", second.body)
    assert [(fact.status, fact.final) for fact in two] == [("in_transit", False), ("delivered", True)]
    assert [fact.fact_id for fact in one] == [two[0].fact_id]
    manifest = load(ROOT / "connectors" / "easypost")
    deliveries = [
        delivery_of(manifest, "tracker.updated", {}, json.loads(each.body), each.body) for each in (second, again)
    ]
    assert deliveries[0] == deliveries[1] == json.loads(second.body)["id"]
    assert desk.statuses() == {code: "delivered"}


def test_the_webhooks_are_signed_as_the_hub_checks_them(desk: EasyPost, webhooks: tuple[str, list[Signed]]) -> None:
    desk.buy_label("shop-fr/1001")
    [webhook] = arrived(webhooks[1], 1)
    verify("easypost", webhook, [Secret(SECRET)], time.time())
    with pytest.raises(SignatureError, match="does not match"):
        verify("easypost", webhook, [Secret("another")], time.time())


def test_an_unknown_shipment_is_not_found(desk: EasyPost) -> None:
    with pytest.raises(NotFoundError, match="easypost answered 404"):
        client(desk).shipment("shp_none")


def test_a_wrong_key_is_ours_to_mend(desk: EasyPost) -> None:
    with pytest.raises(UnauthorisedError):
        client(desk, key="another").shipment("shp_none")


def test_a_429_says_how_long_to_wait(desk: EasyPost) -> None:
    desk.retry_after = "7"
    desk.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(desk).shipment("shp_1")
    assert caught.value.retry_after == 7.0


def test_a_200_with_an_error_is_refused_by_its_code(desk: EasyPost) -> None:
    desk.fail("200_error")
    with pytest.raises(RejectedError, match=r"easypost refused shipment shp_1: MODE\.UNAUTHORIZED"):
        client(desk).shipment("shp_1")


def test_what_passes_can_be_tried_again(desk: EasyPost) -> None:
    desk.fail("reset")
    with pytest.raises(UnavailableError):
        client(desk).shipment("shp_1")
