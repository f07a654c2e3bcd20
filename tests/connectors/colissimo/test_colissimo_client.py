"""The Colissimo client against the stand-in over real HTTP, and what the mapping makes of its answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Page
from connectors.colissimo.client import Client
from connectors.errors import RateLimitedError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http
from connectors.manifest import delivery_of, load
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_xml
from ops.standins.colissimo import Colissimo
from tests.connectors.client import PATIENCE, connection_to, facts_of, listening

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "events" / "samples" / "colissimo"
NUMBERS = [f"6A017866573{count:02d}" for count in range(12)]


@pytest.fixture
def desk() -> Iterator[Colissimo]:
    with listening(Colissimo("the-key")) as desk:
        yield desk


def client(desk: Colissimo, key: str = "the-key", **settings: str) -> Client:
    at = connection_to("colissimo", "colissimo", desk, settings=settings)
    return Client(at, {"okapi_key": key}, Http("colissimo", PATIENCE))


def facts(body: bytes, mapping: str = "idship") -> list[Any]:
    return facts_of("colissimo", mapping, body, "colissimo")


def numbers(page: Page) -> list[str]:
    return [json.loads(document.body)["shipment"]["idShip"] for document in page.documents]


def test_a_parcel_is_fetched_with_all_its_events_newest_first(desk: Colissimo) -> None:
    desk.hand_in(NUMBERS[0])
    for code in ("PC1", "ET1", "MD2", "DI1"):
        desk.scan(NUMBERS[0], code)
    document = client(desk).idship(NUMBERS[0])
    said = facts(document.body)
    assert document.topic == "idship"
    assert [fact.status for fact in said] == ["delivered", "out_for_delivery", "in_transit", "picked_up", "pre_transit"]
    assert [fact.final for fact in said] == [True, False, False, False, False]


def test_a_parcel_given_back_is_returned_and_not_delivered(desk: Colissimo) -> None:
    desk.hand_in(NUMBERS[0])
    desk.scan(NUMBERS[0], "DI2")
    newest = facts(client(desk).idship(NUMBERS[0]).body)[0]
    assert desk.parcels[NUMBERS[0]]["isFinal"] is True
    assert (newest.status, newest.final) == ("returned", True)


def test_a_label_that_was_not_scanned_yet_states_nothing(desk: Colissimo) -> None:
    document = client(desk).idship(NUMBERS[0])
    assert json.loads(document.body)["returnCode"] == 404
    assert facts(document.body) == []


def test_a_wrong_number_is_refused(desk: Colissimo) -> None:
    with pytest.raises(RejectedError, match="colissimo answered 400 to GET"):
        client(desk).idship("12")


def test_a_poll_without_numbers_asks_nothing(desk: Colissimo) -> None:
    assert client(desk).poll_parcels("2026-03-06T00:00:00.000Z", None) == Page((), None)
    assert desk.calls == []


def test_a_poll_asks_for_ten_parcels_a_call(desk: Colissimo) -> None:
    for number in NUMBERS:
        desk.hand_in(number)
    polled = client(desk, parcels=" ,".join(NUMBERS))
    first = polled.poll_parcels("2026-03-06T00:00:00.000Z", None)
    second = polled.poll_parcels("2026-03-06T00:00:00.000Z", first.cursor)
    assert (numbers(first), first.cursor) == (NUMBERS[:10], "10")
    assert (numbers(second), second.cursor) == (NUMBERS[10:], None)
    assert len(desk.calls) == 2


def test_of_mixed_results_the_known_parcels_are_taken(desk: Colissimo) -> None:
    desk.hand_in(NUMBERS[0])
    page = client(desk, parcels=f"{NUMBERS[0]},{NUMBERS[1]},12").poll_parcels("2026-03-06T00:00:00.000Z", None)
    assert numbers(page) == [NUMBERS[0]]
    assert desk.calls[0].status == 207


@pytest.mark.parametrize("only", [NUMBERS[0], "12", f"{NUMBERS[0]},{NUMBERS[1]}"])
def test_where_no_number_is_known_a_poll_gives_nothing(desk: Colissimo, only: str) -> None:
    assert client(desk, parcels=only).poll_parcels("2026-03-06T00:00:00.000Z", None) == Page((), None)


def test_the_same_answer_again_is_the_same_document_and_a_new_event_another(desk: Colissimo) -> None:
    manifest = load(ROOT / "connectors" / "colissimo")

    def delivery() -> str:
        body = client(desk).idship(NUMBERS[0]).body
        return delivery_of(manifest, "idship", {}, json.loads(body), body)

    desk.hand_in(NUMBERS[0])
    desk.scan(NUMBERS[0], "DI1")
    first, again = delivery(), delivery()
    desk.scan(NUMBERS[0], "DI2")
    assert first == again != delivery()


def test_numbers_handed_in_are_fetched_one_by_one() -> None:
    rule = load(ROOT / "connectors" / "colissimo").topic("parcels").fetch
    assert rule is not None
    handed_in = json.loads((SAMPLES / "parcels__two.json").read_bytes())
    assert compile_expression(rule.each).search(handed_in) == ["6A01786657365", "6A01786657366"]


def test_an_unlisted_language_is_refused(desk: Colissimo) -> None:
    desk.hand_in(NUMBERS[0])
    with pytest.raises(RejectedError):
        client(desk, language="fr_BE").idship(NUMBERS[0])


def test_a_wrong_key_is_ours_to_mend(desk: Colissimo) -> None:
    with pytest.raises(UnauthorisedError):
        client(desk, key="another").idship(NUMBERS[0])


def test_a_429_says_how_long_to_wait(desk: Colissimo) -> None:
    desk.retry_after = "7"
    desk.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(desk).idship(NUMBERS[0])
    assert caught.value.retry_after == 7.0


def test_a_200_with_the_gateways_quota_error_waits_too(desk: Colissimo) -> None:
    desk.fail("200_error")
    with pytest.raises(RateLimitedError, match="TOO_MANY_REQUESTS"):
        client(desk, parcels=NUMBERS[0]).poll_parcels("2026-03-06T00:00:00.000Z", None)


def test_what_passes_can_be_tried_again(desk: Colissimo) -> None:
    desk.fail("reset")
    with pytest.raises(UnavailableError):
        client(desk).idship(NUMBERS[0])


def test_the_soap_answer_is_read_as_its_sample_says() -> None:
    xml = (SAMPLES / "chargeur__at_the_counter.xml").read_bytes()
    assert parse_xml(xml) == json.loads((SAMPLES / "chargeur__at_the_counter.json").read_bytes())


def test_a_refusal_of_the_soap_service_states_nothing() -> None:
    refusal = b"<e><b><r><return><errorCode>105</errorCode><errorMessage>inconnu</errorMessage></return></r></b></e>"
    assert facts(json.dumps(parse_xml(refusal)).encode(), "chargeur") == []
