"""Labels given back, claims, and events that were missed: from the stand-in over real HTTP to the facts."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Document
from connectors.connection import Connection
from connectors.easypost.client import Client
from connectors.errors import NotFoundError, RejectedError
from connectors.http import Http
from connectors.manifest import delivery_of, load
from events.facts import build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from ops.standins.easypost import EasyPost

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "easypost")


@pytest.fixture
def desk() -> Iterator[EasyPost]:
    desk = EasyPost("the-key", "the-secret")
    desk.start()
    yield desk
    desk.stop()


def client(desk: EasyPost) -> Client:
    connection = Connection(connection_id="carriers", tenant="t", connector="easypost", base_url=desk.base_url)
    return Client(connection, {"api_key": "the-key"}, Http("easypost", timeout=2.0))


def facts(document: Document) -> list[Any]:
    payload = json.loads(document.body, parse_float=Decimal)
    mapping = load_in(ROOT / "mappings" / "easypost" / f"{MANIFEST.topic(document.topic).mapping}.in.yaml")
    return [build(each, event_id="e", connection_id="c") for each in mapping.statements(payload, {"timezone": "UTC"})]


def followed(desk: EasyPost, topic: str, payload: Any) -> list[Document]:
    """Fetch what a thin payload names, as the hub does."""
    rule = MANIFEST.topic(topic).fetch
    assert rule is not None
    found = compile_expression(rule.each).search(payload)
    names = found if isinstance(found, list) else [found]
    return [getattr(client(desk), rule.call)(name) for name in names]


def last(desk: EasyPost) -> Any:
    return list(desk.events.values())[-1]


def listed(desk: EasyPost) -> Any:
    http = Http("easypost", timeout=2.0)
    return http.call("GET", f"{desk.base_url}/v2/events", headers={"Authorization": "Basic dGhlLWtleTo="}).json()


def test_a_label_given_back_cancels_the_fulfilment_of_its_order(desk: EasyPost) -> None:
    code = desk.buy_label("shop-fr/1001")
    desk.give_back(code)
    [document] = followed(desk, "refund.successful", last(desk))
    [fulfillment] = facts(document)
    assert (fulfillment.order_reference, fulfillment.status) == ("shop-fr/1001", "cancelled")


def test_a_claim_is_information_about_its_parcel(desk: EasyPost) -> None:
    code = desk.buy_label("shop-fr/1001")
    desk.claim(code, "theft")
    [document] = followed(desk, "claim.submitted", last(desk))
    [said] = facts(document)
    assert (said.tracking_number, said.code, said.status, said.final) == (code, "claim/theft/submitted", "info", False)


def test_an_event_that_was_missed_enters_as_if_it_had_arrived(desk: EasyPost) -> None:
    code = desk.buy_label("shop-fr/1001")
    desk.scan(code, "delivered")
    sent = last(desk)
    document = followed(desk, "events", listed(desk))[0]
    assert (document.topic, json.loads(document.body)) == ("tracker.updated", sent)
    [scan] = facts(document)
    assert (scan.tracking_number, scan.status) == (code, "delivered")
    known = delivery_of(MANIFEST, document.topic, {}, json.loads(document.body), document.body)
    assert known == sent["id"]


def test_a_list_of_events_without_parcels_names_nothing(desk: EasyPost) -> None:
    events = {"events": [{"id": "evt_1", "description": "scan_form.created"}]}
    assert followed(desk, "events", events) == []
    with pytest.raises(NotFoundError):
        client(desk).missed("evt_1")


def test_only_labels_that_were_bought_are_asked_for(desk: EasyPost) -> None:
    desk.buy_label("shop-fr/1001")
    [shipment_id] = desk.shipments
    bought = {"id": shipment_id, "batch_status": "postage_purchased"}
    batch = {"shipments": [bought, {"id": "shp_none", "batch_status": "postage_purchase_failed"}]}
    for topic, payload in (("batch.updated", {"result": batch}), ("batch", batch)):
        assert [document.topic for document in followed(desk, topic, payload)] == ["shipment"]


def test_a_200_with_an_error_is_no_claim(desk: EasyPost) -> None:
    desk.fail("200_error")
    with pytest.raises(RejectedError, match=r"easypost refused claim clm_1: MODE\.UNAUTHORIZED"):
        client(desk).claim("clm_1")
