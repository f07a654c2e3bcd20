"""The DHL client against the stand-in over real HTTP, what the stand-in pushes, and the XML that is handed in."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.dhl.client import Client
from connectors.errors import (
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
from mappings.payloads import parse_xml
from ops.standins.dhl import Dhl
from tests.connectors.client import PATIENCE, arrived, connection_to, door, facts_of, listening

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "events" / "samples" / "dhl"
MANIFEST = load(ROOT / "connectors" / "dhl")
SCHEME = "static-token:DHL-Hook-Token"
NUMBER = "00340434161094015902"


@pytest.fixture
def pushes() -> Iterator[tuple[str, list[Signed]]]:
    with door("/webhooks/dhl") as opened:
        yield opened


@pytest.fixture
def dhl(pushes: tuple[str, list[Signed]]) -> Iterator[Dhl]:
    with listening(Dhl("the-key", "the-token", "shop:secret", hub_url=pushes[0])) as dhl:
        yield dhl


def client(dhl: Dhl, key: str = "the-key", login: str | None = "shop:secret") -> Client:
    at = connection_to("dhl", "dhl", dhl, settings={"express_url": f"{dhl.base_url}/mydhlapi"})
    secrets = {"api_key": key} | ({"express_login": login} if login else {})
    return Client(at, secrets, Http("dhl", PATIENCE))


def facts(mapping: str, body: bytes) -> list[Any]:
    return facts_of("dhl", mapping, body, "dhl")


def test_each_scan_is_pushed_with_those_before_it(dhl: Dhl, pushes: tuple[str, list[Signed]]) -> None:
    dhl.announce(NUMBER)
    dhl.scan(NUMBER, "PO")
    dhl.scan(NUMBER, "ZU", copies=2)
    first, second, again = arrived(pushes[1], 3)
    one, two = facts("shipments", first.body), facts("shipments", second.body)
    assert topic_of(MANIFEST, second.headers, json.loads(second.body)) == "shipments"
    assert [(fact.status, fact.final) for fact in two] == [("delivered", True), ("out_for_delivery", False)]
    assert [fact.fact_id for fact in one] == [two[1].fact_id]
    deliveries = [delivery_of(MANIFEST, "shipments", {}, None, each.body) for each in (first, second, again)]
    assert deliveries[0] != deliveries[1] == deliveries[2]


def test_a_push_is_known_by_the_token_in_its_header(dhl: Dhl, pushes: tuple[str, list[Signed]]) -> None:
    dhl.announce(NUMBER)
    dhl.scan(NUMBER, "ES")
    [push] = arrived(pushes[1], 1)
    assert MANIFEST.receives.signature is not None
    assert MANIFEST.receives.signature.scheme == SCHEME
    verify(SCHEME, push, [Secret("the-token")], time.time())
    with pytest.raises(SignatureError):
        verify(SCHEME, push, [Secret("another")], time.time())
    with pytest.raises(SignatureError):
        verify(SCHEME, Signed("POST", "", {}, push.body), [Secret("the-token")], time.time())


def test_the_name_of_who_took_a_parcel_is_not_read(dhl: Dhl) -> None:
    dhl.announce("9356579890", "express")
    dhl.scan("9356579890", "OK")
    for document in (client(dhl).shipments("9356579890"), client(dhl).express("9356579890")):
        assert b"JESSICA" in document.body
        assert "JESSICA" not in "".join(fact.model_dump_json() for fact in facts(document.topic, document.body))


def test_numbers_handed_in_are_fetched(dhl: Dhl) -> None:
    dhl.announce(NUMBER)
    dhl.scan(NUMBER, "ES")
    for topic, call in (("parcels", "shipments"), ("express_parcels", "express")):
        rule = MANIFEST.topic(topic).fetch
        assert rule is not None
        assert rule.call == call
        assert compile_expression(rule.each).search({"parcels": [NUMBER]}) == [NUMBER]
    document = client(dhl).shipments(NUMBER)
    assert [fact.status for fact in facts(document.topic, document.body)] == ["picked_up"]


def test_both_apis_of_dhl_say_the_same_of_an_express_shipment(dhl: Dhl) -> None:
    dhl.announce("9356579890", "express")
    for code in ("PU", "WC", "RT"):
        dhl.scan("9356579890", code)
    unified, express = client(dhl).shipments("9356579890"), client(dhl).express("9356579890")
    statuses = [[fact.status for fact in facts(each.topic, each.body)] for each in (unified, express)]
    assert statuses[0] == statuses[1] == ["return_to_sender", "out_for_delivery", "picked_up"]


@pytest.mark.parametrize("call", ["shipments", "express"])
def test_a_number_that_is_not_known_states_nothing(dhl: Dhl, call: str) -> None:
    document = getattr(client(dhl), call)("404/404")
    assert facts(document.topic, document.body) == []


def test_a_wrong_key_or_login_is_ours_to_mend(dhl: Dhl) -> None:
    with pytest.raises(UnauthorisedError):
        client(dhl, key="another").shipments(NUMBER)
    with pytest.raises(UnauthorisedError):
        client(dhl, login="shop:wrong").express(NUMBER)
    with pytest.raises(UnauthorisedError, match="no secret express_login"):
        client(dhl, login=None).express(NUMBER)


def test_a_429_says_how_long_to_wait(dhl: Dhl) -> None:
    dhl.retry_after = "5"
    dhl.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(dhl).shipments(NUMBER)
    assert caught.value.retry_after == 5.0


def test_a_200_with_a_problem_is_refused(dhl: Dhl) -> None:
    dhl.fail("200_error")
    with pytest.raises(RejectedError, match="dhl answered 200 with a problem of status 400"):
        client(dhl).shipments(NUMBER)


def test_what_passes_can_be_tried_again(dhl: Dhl) -> None:
    dhl.fail("reset")
    with pytest.raises(UnavailableError):
        client(dhl).shipments(NUMBER)


@pytest.mark.parametrize("name", ["express_xml__two_numbers", "parcel_de__returned"])
def test_xml_is_read_as_its_sample_says(name: str) -> None:
    sample = SAMPLES / f"{name}.xml"
    assert parse_xml(sample.read_bytes()) == json.loads(sample.with_suffix(".json").read_bytes())


def test_every_code_a_division_has_is_looked_for_and_translated() -> None:
    """The expression asks whether a code is one of a list; the table beside it must have the same."""
    mapping = yaml.safe_load((ROOT / "mappings" / "dhl" / "shipments.in.yaml").read_text())
    status = mapping["facts"][0]["fields"]["status"]
    listed = json.loads(status["from"].split("`")[1])
    general = {"pre-transit", "transit", "delivered", "failure", "unknown"}
    assert set(listed) == set(status["choose"]) - general
    assert len(listed) == len(set(listed))
    assert status["choose"].keys() >= {f"express {code}" for code in MANIFEST.statuses["express_checkpoint"]}
    assert status["choose"].keys() >= {f"parcel-de {code}" for code in MANIFEST.statuses["parcel_de_standard_event"]}
