"""What Salesforce says of consent and privacy, from the stand-in over real HTTP to the facts."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Document
from connectors.connection import Connection
from connectors.errors import RejectedError
from connectors.http import Http
from connectors.manifest import load
from connectors.salesforce.client import Client
from events.facts import build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from ops.standins.salesforce import Salesforce

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "salesforce")
PERSON, CONSENT, LEAD = "0PKak0000004CqhGAE", "0ZYak0000000Fn7GAE", "00Qak000003ksrVEAQ"


@pytest.fixture
def org() -> Iterator[Salesforce]:
    org = Salesforce("the-token")
    org.start()
    yield org
    org.stop()


def client(org: Salesforce, **settings: str) -> Client:
    connection = Connection(
        connection_id="crm", tenant="t", connector="salesforce", base_url=org.base_url, settings=settings
    )
    return Client(connection, {"access_token": "the-token"}, Http("salesforce", timeout=2.0))


def facts(document: Document) -> list[Any]:
    payload = json.loads(document.body, parse_float=Decimal)
    mapping = load_in(ROOT / "mappings" / "salesforce" / f"{MANIFEST.topic(document.topic).mapping}.in.yaml")
    said = mapping.statements(payload, {"timezone": "UTC", "default_region": "FR"})
    return [build(statement, event_id="e", connection_id="crm") for statement in said]


def fetched(topic: str, payload: Any) -> list[str]:
    rule = MANIFEST.topic(topic).fetch
    assert rule is not None
    return list(compile_expression(rule.each).search(payload) or [])


def consented(org: Salesforce, status: str, captured: str, **more: Any) -> str:
    about = {"PartyId": PERSON, "ContactPointType": "Email", "CaptureSource": "Till in Lille"}
    org.save("ContactPointTypeConsent", CONSENT, **about, PrivacyConsentStatus=status, CaptureDate=captured, **more)
    return CONSENT


def test_a_consent_has_the_day_it_was_given_and_where(org: Salesforce) -> None:
    contact_id = org.create_contact(LastName="Moreau", IndividualId=PERSON)
    org.save("Individual", PERSON)
    purpose = {"DataUsePurpose": {"Name": "Newsletter"}}
    consented(org, "OptIn", "2026-03-01T08:59:00.000+0000", **purpose)
    [consent] = facts(client(org).individual(PERSON))
    assert (consent.subject.channel_customer_id, consent.medium, consent.purpose) == (contact_id, "email", "Newsletter")
    assert (consent.granted, consent.at, consent.proof) == (True, "2026-03-01T08:59:00.000Z", "Till in Lille")


def test_a_consent_taken_back_is_found_by_the_consent_that_changed(org: Salesforce) -> None:
    org.create_contact(LastName="Moreau", IndividualId=PERSON)
    org.save("Individual", PERSON)
    consented(org, "OptIn", "2026-03-01T08:59:00.000+0000")
    consented(org, "OptOut", "2026-04-02T18:38:00.000+0000")
    [consent_id] = fetched("ContactPointTypeConsentChangeEvent", org.changes[-1])
    [refusal] = facts(client(org).individual_of_consent(consent_id))
    assert (refusal.granted, refusal.at) == (False, "2026-04-02T18:38:00.000Z")


def test_who_wants_to_be_forgotten_is_an_erasure_of_each_contact(org: Salesforce) -> None:
    contacts = [org.create_contact(LastName="Moreau", IndividualId=PERSON) for _ in range(2)]
    org.save("Individual", PERSON, ShouldForget=False)
    assert facts(client(org).individual(PERSON)) == []
    org.save("Individual", PERSON, ShouldForget=True)
    [person] = fetched("IndividualChangeEvent", org.changes[-1])
    said = facts(client(org).individual(person))
    assert [(each.kind, each.type, each.subject.channel_customer_id) for each in said] == [
        ("privacy_request", "erasure", contact_id) for contact_id in contacts
    ]


def test_a_contact_in_the_recycle_bin_is_not_the_person_s_any_more(org: Salesforce) -> None:
    kept = org.create_contact(LastName="Moreau", IndividualId=PERSON)
    org.delete(org.create_contact(LastName="Moreau", IndividualId=PERSON), into=kept)
    org.save("Individual", PERSON)
    assert json.loads(client(org).individual(PERSON).body)["contacts"] == [kept]


def test_consents_are_read_only_where_the_connection_asks_for_the_person(org: Salesforce) -> None:
    contact_id = org.create_contact(LastName="Moreau", IndividualId=PERSON)
    without = client(org).contact(contact_id)
    asked = client(org, extra_fields="IndividualId").contact(contact_id)
    assert fetched("contact", json.loads(without.body)) == []
    assert fetched("contact", json.loads(asked.body)) == [PERSON]


def test_a_person_nobody_knows_says_nothing(org: Salesforce) -> None:
    assert facts(client(org).individual(PERSON)) == []
    assert facts(client(org).individual_of_consent(CONSENT)) == []


def test_a_lead_is_a_customer_until_it_becomes_a_contact(org: Salesforce) -> None:
    about = {"LastName": "Moreau", "Email": "camille.moreau@example.com", "DoNotCall": True, "IsConverted": False}
    org.save("Lead", LEAD, **about)
    customer, refusal = facts(client(org, extra_lead_fields="DoNotCall").lead(LEAD))
    assert (customer.channel_customer_id, refusal.medium, refusal.granted) == (LEAD, "phone", False)
    contact_id = org.create_contact(LastName="Moreau")
    org.save("Lead", LEAD, IsConverted=True, ConvertedContactId=contact_id)
    [merge] = facts(client(org).lead(*fetched("LeadChangeEvent", org.changes[-1])))
    assert (merge.from_channel_customer_ids, merge.into_channel_customer_id) == ((LEAD,), contact_id)


def test_a_lead_is_not_written() -> None:
    known_by_name, not_a_lead = (compile_expression(need) for need in MANIFEST.pushes["customer"].needs)
    for record, is_written in (
        ({"channel_customer_id": LEAD, "last_name": "Moreau"}, False),
        ({"channel_customer_id": "003ak0000000001AAA"}, True),
        ({"channel_customer_id": None, "last_name": "Moreau"}, True),
    ):
        assert bool(known_by_name.search(record) and not_a_lead.search(record)) is is_written


def test_a_person_account_is_read_again_when_the_person_in_it_changed() -> None:
    header = {"entityName": "Account", "changeType": "UPDATE", "recordIds": ["001A"], "changeOrigin": ""}
    for changed, ids in ((["Name.FirstName"], ["001A"]), (["PersonDoNotCall"], ["001A"]), (["Industry"], [])):
        event = {"ChangeEventHeader": {**header, "changedFields": changed}}
        assert fetched("AccountChangeEvent", event) == ids


def test_only_ids_get_into_the_queries_of_people(org: Salesforce) -> None:
    for call in (client(org).lead, client(org).individual, client(org).individual_of_consent):
        with pytest.raises(RejectedError, match="has no ids like"):
            call("x' OR Id != '")
    assert org.calls == []
