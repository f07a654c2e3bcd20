"""What HubSpot's contacts say of consent, from the stand-in over real HTTP to the facts."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.http import Http
from connectors.hubspot.client import Client
from connectors.manifest import delivery_of, load
from events.facts import build
from mappings.engine import load_in
from ops.standins.hubspot import HubSpot

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "hubspot")
EMAIL = "camille.moreau@example.com"


@pytest.fixture
def crm() -> Iterator[HubSpot]:
    crm = HubSpot("the-token", "the-secret")
    crm.start()
    yield crm
    crm.stop()


def read(crm: HubSpot, contact_id: str, **settings: str) -> bytes:
    connection = Connection(
        connection_id="crm", tenant="t", connector="hubspot", base_url=crm.base_url, settings=settings
    )
    return Client(connection, {"access_token": "the-token"}, Http("hubspot", timeout=2.0)).contact(contact_id).body


def consents(body: bytes) -> list[Any]:
    payload = json.loads(body, parse_float=Decimal)
    mapping = load_in(ROOT / "mappings" / "hubspot" / "contact.in.yaml")
    said = mapping.statements(payload, {"timezone": "UTC", "default_region": "FR"})
    facts = [build(statement, event_id="e", connection_id="crm") for statement in said]
    return [fact for fact in facts if fact.kind == "consent"]


def delivery(body: bytes) -> str:
    return delivery_of(MANIFEST, "contact", {}, json.loads(body), body)


def test_a_contact_nobody_asked_has_said_nothing(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email=EMAIL, hs_legal_basis="Freely given consent from contact")
    assert consents(read(crm, contact_id)) == []


def test_an_unsubscription_says_when_and_how(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email=EMAIL)
    crm.unsubscribe(contact_id)
    crm.change_contact(contact_id, city="Lille")
    body = read(crm, contact_id)
    [refusal] = consents(body)
    [history] = json.loads(body)["propertiesWithHistory"]["hs_email_optout"]
    assert (refusal.granted, refusal.at, refusal.proof) == (False, history["timestamp"], "hs_email_optout/EMAIL")
    assert refusal.subject.channel_customer_id == contact_id


def test_who_subscribes_again_takes_the_refusal_back(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email=EMAIL)
    crm.unsubscribe(contact_id)
    [refusal] = consents(read(crm, contact_id))
    crm.unsubscribe(contact_id, again=True)
    [consent] = consents(read(crm, contact_id))
    assert (consent.granted, consent.purpose, consent.medium) == (True, refusal.purpose, refusal.medium)
    assert consent.at >= refusal.at


def test_each_kind_of_e_mail_is_a_consent_of_its_own(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email=EMAIL)
    crm.decide(EMAIL, "Newsletter", "SUBSCRIBED", "CONSENT_WITH_NOTICE")
    crm.decide(EMAIL, "Surveys", "UNSUBSCRIBED")
    crm.decide(EMAIL, "Sales", "NOT_SPECIFIED")
    said = consents(read(crm, contact_id, subscriptions="true"))
    assert [(each.purpose, each.granted, each.proof) for each in said] == [
        ("Newsletter", True, "FORM/CONSENT_WITH_NOTICE"),
        ("Surveys", False, "FORM"),
    ]


def test_subscriptions_are_read_only_where_the_connection_says_so(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email=EMAIL)
    read(crm, contact_id)
    assert not [call for call in crm.calls if "communication-preferences" in call.path]


def test_a_subscription_that_changed_makes_another_document_of_the_same_contact(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email=EMAIL)
    asked = read(crm, contact_id, subscriptions="true")
    crm.decide(EMAIL, "Newsletter", "SUBSCRIBED")
    answered = read(crm, contact_id, subscriptions="true")
    assert json.loads(asked)["updatedAt"] == json.loads(answered)["updatedAt"]
    assert delivery(asked) != delivery(answered)
    assert delivery(answered) == delivery(read(crm, contact_id, subscriptions="true"))
