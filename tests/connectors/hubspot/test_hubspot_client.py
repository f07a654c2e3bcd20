"""The HubSpot client against the stand-in, over real HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Push
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import Http
from connectors.hubspot.client import Client
from ops.standins.hubspot import HubSpot
from tests.connectors.client import PATIENCE, connection_to, facts_of, listening, push_of

MAPPINGS = Path(__file__).parents[3] / "mappings" / "hubspot"
CAMILLE: dict[str, Any] = {
    "customer_id": "cus_1",
    "email": "camille.moreau@example.com",
    "phone": "+33612345678",
    "first_name": "Camille",
    "last_name": "Moreau",
    "addresses": [{"street_address": "12 rue de Béthune", "address_locality": "Lille", "address_country": "FR"}],
    "loyalty": {"card": "ML-0042"},
    "locale": "fr",
}


@pytest.fixture
def crm() -> Iterator[HubSpot]:
    with listening(HubSpot("the-token", "the-secret")) as crm:
        yield crm


def client(crm: HubSpot, token: str = "the-token", **settings: str) -> Client:
    at = connection_to("hubspot", "crm", crm, settings=settings)
    return Client(at, {"access_token": token}, Http("hubspot", PATIENCE))


def push(**changes: Any) -> Push:
    return push_of("hubspot", "customer", {**CAMILLE, **changes}, key="cus_1")


def facts(mapping: str, body: bytes) -> list[Any]:
    return facts_of("hubspot", mapping, body, "crm", {"timezone": "UTC", "default_region": "FR"})


def told(crm: HubSpot) -> list[dict[str, Any]]:
    return [event for delivery in crm.deliveries.all for event in json.loads(delivery.body)]


def test_a_customer_becomes_a_contact_known_by_its_e_mail(crm: HubSpot) -> None:
    answer = client(crm).save_contact(push())
    [(contact_id, properties)] = crm.contacts().items()
    assert (answer.outcome, answer.reference) == ("done", contact_id)
    assert properties == {
        "email": "camille.moreau@example.com",
        "phone": "+33612345678",
        "firstname": "Camille",
        "lastname": "Moreau",
        "address": "12 rue de Béthune",
        "city": "Lille",
        "country": "FR",
    }


def test_saving_again_makes_no_second_contact_and_no_event(crm: HubSpot) -> None:
    client(crm).save_contact(push())
    events = len(told(crm))
    client(crm).save_contact(push())
    assert len(crm.contacts()) == 1
    assert len(told(crm)) == events


def test_what_the_hub_does_not_know_stays_as_it_is(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email="camille.moreau@example.com", company="Maison Lumière", lastname="M.")
    client(crm).save_contact(push())
    assert crm.contacts()[contact_id]["company"] == "Maison Lumière"
    assert crm.contacts()[contact_id]["lastname"] == "Moreau"


def test_a_known_contact_is_changed_by_its_id_also_when_its_e_mail_changed(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email="camille@old.example.com")
    answer = client(crm).save_contact(push(channel_customer_id=contact_id))
    assert answer.reference == contact_id
    assert [contact["email"] for contact in crm.contacts().values()] == ["camille.moreau@example.com"]


def test_an_e_mail_that_another_contact_has_is_refused_with_its_category(crm: HubSpot) -> None:
    crm.create_contact(email="camille.moreau@example.com")
    other = crm.create_contact(email="c.moreau@example.com")
    with pytest.raises(RejectedError, match="hubspot answered 409 to PATCH with CONFLICT") as caught:
        client(crm).save_contact(push(channel_customer_id=other))
    assert "@" not in str(caught.value)


def test_a_contact_that_was_deleted_there_is_not_made_again(crm: HubSpot) -> None:
    with pytest.raises(NotFoundError, match="OBJECT_NOT_FOUND"):
        client(crm).save_contact(push(channel_customer_id="999"))
    assert crm.contacts() == {}


def test_a_customer_without_e_mail_and_contact_is_refused_before_any_call(crm: HubSpot) -> None:
    with pytest.raises(RejectedError, match="hubspot needs an e-mail to know a contact by, and cus_1 has none"):
        client(crm).save_contact(push(email=None))
    assert crm.calls == []


def test_the_loyalty_card_goes_to_the_property_the_connection_names(crm: HubSpot) -> None:
    client(crm, loyalty_card_property="loyalty_card").save_contact(push())
    [properties] = crm.contacts().values()
    assert properties["loyalty_card"] == "ML-0042"


def test_a_property_the_account_does_not_have_is_refused_with_its_category(crm: HubSpot) -> None:
    with pytest.raises(RejectedError, match="hubspot answered 400 to POST with VALIDATION_ERROR"):
        client(crm, loyalty_card_property="no_such").save_contact(push())


def test_a_207_with_an_error_is_a_refusal(crm: HubSpot) -> None:
    crm.fail("200_error")
    with pytest.raises(RejectedError, match="hubspot answered 207 with VALIDATION_ERROR"):
        client(crm).save_contact(push())


def test_two_upserts_of_one_new_contact_are_tried_again(crm: HubSpot) -> None:
    crm.conflicts = 1
    with pytest.raises(UnavailableError, match="409"):
        client(crm).save_contact(push())
    client(crm).save_contact(push())
    assert len(crm.contacts()) == 1


def test_a_contact_is_read_with_all_that_the_mapping_wants(crm: HubSpot) -> None:
    contact_id = crm.create_contact(
        email="camille.moreau@example.com",
        mobilephone="06 12 34 56 78",
        lifecyclestage="lead",
        loyalty_card="ML-0042",
        hs_language="fr",
        city="Lille",
        hs_country_region_code="FR",
    )
    [customer] = facts("contact", client(crm).contact(contact_id).body)
    assert (customer.channel_customer_id, customer.phone, customer.tags) == (contact_id, "+33612345678", ("lead",))
    assert (customer.loyalty.card, customer.locale) == ("ML-0042", "fr")
    assert customer.addresses[0].address_country == "FR"


def test_what_we_wrote_comes_back_as_an_event_of_an_integration(crm: HubSpot) -> None:
    client(crm).save_contact(push())
    client(crm).save_contact(push(last_name="Moreau-Petit"))
    assert [(event["subscriptionType"], event["changeSource"]) for event in told(crm)] == [
        ("contact.creation", "INTEGRATION"),
        ("contact.propertyChange", "INTEGRATION"),
    ]


def test_an_id_that_was_merged_away_gives_the_survivor(crm: HubSpot) -> None:
    first, second = crm.create_contact(email="a@example.com"), crm.create_contact(phone="+33612345678")
    survivor = crm.merge(first, second, new_id=True)
    [customer] = facts("contact", client(crm).contact(second).body)
    assert (customer.channel_customer_id, customer.email) == (survivor, "a@example.com")


def test_a_contact_that_is_gone_says_nothing(crm: HubSpot) -> None:
    contact_id = crm.create_contact(email="a@example.com")
    crm.erase(contact_id)
    document = client(crm).contact(contact_id)
    assert json.loads(document.body) == {"id": contact_id, "archived": True}
    assert facts(document.topic, document.body) == []


def test_a_list_of_contacts_can_be_read(crm: HubSpot) -> None:
    for number in range(3):
        crm.create_contact(email=f"c{number}@example.com")
    answer = Http("hubspot").call(
        "GET", f"{crm.base_url}/crm/v3/objects/contacts?limit=2", headers={"Authorization": "Bearer the-token"}
    )
    assert [customer.email for customer in facts("contact", answer.body)] == ["c0@example.com", "c1@example.com"]
    assert "paging" in answer.json()


def test_a_wrong_token_is_ours_to_mend(crm: HubSpot) -> None:
    with pytest.raises(UnauthorisedError):
        client(crm, token="another").contact("501")


def test_a_429_says_how_long_to_wait(crm: HubSpot) -> None:
    crm.retry_after = "10"
    crm.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(crm).save_contact(push())
    assert caught.value.retry_after == 10.0


def test_what_passes_can_be_tried_again(crm: HubSpot) -> None:
    crm.fail("reset")
    with pytest.raises(UnavailableError):
        client(crm).save_contact(push())


def test_an_upsert_whose_answer_was_lost_is_harmless_to_repeat(crm: HubSpot) -> None:
    crm.fail("lost")
    with pytest.raises(UnavailableError):
        client(crm).save_contact(push())
    client(crm).save_contact(push())
    assert len(crm.contacts()) == 1
