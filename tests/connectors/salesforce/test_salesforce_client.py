"""The Salesforce client against the stand-in over real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Page, Push
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http
from connectors.salesforce.client import Client
from ops.standins.salesforce import Salesforce
from tests.connectors.client import PATIENCE, connection_to, facts_of, listening, push_of

MAPPINGS = Path(__file__).parents[3] / "mappings" / "salesforce"
BY_EXTERNAL_ID = {"external_id_field": "Tributary_Id__c"}
CAMILLE: dict[str, Any] = {
    "customer_id": "cus_1",
    "email": "camille.moreau@example.com",
    "phone": "+33612345678",
    "first_name": "Camille",
    "last_name": "Moreau",
    "company": "Atelier Moreau",
    "addresses": [{"street_address": "12 rue de Béthune", "address_locality": "Lille", "address_country": "FR"}],
    "loyalty": {"card": "ML-0042"},
}


@pytest.fixture
def org() -> Iterator[Salesforce]:
    with listening(Salesforce("the-token")) as org:
        yield org


def client(org: Salesforce, token: str = "the-token", **settings: str) -> Client:
    at = connection_to("salesforce", "crm", org, settings=settings)
    return Client(at, {"access_token": token}, Http("salesforce", PATIENCE))


def push(**changes: Any) -> Push:
    return push_of("salesforce", "customer", {**CAMILLE, **changes}, key="cus_1")


def facts(body: bytes) -> list[Any]:
    return facts_of("salesforce", "contact", body, "crm", {"timezone": "UTC", "default_region": "FR"})


def names(page: Page) -> list[str]:
    return [fact.last_name for document in page.documents for fact in facts(document.body)]


def test_a_customer_becomes_a_contact_known_by_the_hubs_id(org: Salesforce) -> None:
    answer = client(org, **BY_EXTERNAL_ID, loyalty_card_field="Loyalty_Card__c").save_contact(push())
    [(contact_id, fields)] = org.contacts().items()
    assert (answer.outcome, answer.reference, answer.status) == ("done", contact_id, 201)
    assert fields == {
        "Tributary_Id__c": "cus_1",
        "FirstName": "Camille",
        "LastName": "Moreau",
        "Email": "camille.moreau@example.com",
        "MobilePhone": "+33612345678",
        "MailingStreet": "12 rue de Béthune",
        "MailingCity": "Lille",
        "MailingCountry": "FR",
        "Loyalty_Card__c": "ML-0042",
    }


def test_saving_again_makes_no_second_contact(org: Salesforce) -> None:
    first = client(org, **BY_EXTERNAL_ID).save_contact(push())
    again = client(org, **BY_EXTERNAL_ID).save_contact(push(last_name="Moreau-Petit"))
    assert (again.reference, again.status) == (first.reference, 200)
    assert [fields["LastName"] for fields in org.contacts().values()] == ["Moreau-Petit"]


def test_what_the_hub_does_not_know_stays_as_it_is(org: Salesforce) -> None:
    contact_id = org.create_contact(LastName="M.", Phone="+33320123456", Tributary_Id__c="cus_1")
    client(org, **BY_EXTERNAL_ID).save_contact(push(phone=None))
    assert org.contacts()[contact_id]["Phone"] == "+33320123456"
    assert "MobilePhone" not in org.contacts()[contact_id]


def test_a_known_contact_is_changed_by_its_id_and_learns_the_hubs(org: Salesforce) -> None:
    contact_id = org.create_contact(LastName="Moreau", Email="old@example.com")
    answer = client(org, **BY_EXTERNAL_ID).save_contact(push(channel_customer_id=contact_id))
    assert (answer.reference, answer.status) == (contact_id, 204)
    [fields] = org.contacts().values()
    assert (fields["Email"], fields["Tributary_Id__c"]) == ("camille.moreau@example.com", "cus_1")


def test_an_e_mail_can_be_the_external_id_and_then_stands_in_the_address_alone(org: Salesforce) -> None:
    contact_id = org.create_contact(LastName="M.", Email="camille.moreau@example.com")
    answer = client(org, external_id_field="Email").save_contact(push())
    assert (answer.reference, org.contacts()[contact_id]["LastName"]) == (contact_id, "Moreau")


def test_an_external_id_that_several_contacts_have_is_refused(org: Salesforce) -> None:
    for _ in range(2):
        org.create_contact(LastName="M.", Email="camille.moreau@example.com")
    with pytest.raises(RejectedError, match="several contacts have this external id") as caught:
        client(org, external_id_field="Email").save_contact(push())
    assert "@" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "changes", "why"), [({}, {}, "is not set"), ({"external_id_field": "Email"}, {"email": None}, "empty")]
)
def test_a_customer_known_by_nothing_is_refused_without_a_call(
    org: Salesforce, settings: dict[str, str], changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(RejectedError, match=why):
        client(org, **settings).save_contact(push(**changes))
    assert org.calls == []


def test_a_contact_that_was_deleted_there_is_not_made_again(org: Salesforce) -> None:
    contact_id = org.create_contact(LastName="Moreau")
    org.delete(contact_id)
    with pytest.raises(NotFoundError, match="ENTITY_IS_DELETED"):
        client(org, **BY_EXTERNAL_ID).save_contact(push(channel_customer_id=contact_id))
    assert org.contacts() == {}


def test_a_field_the_org_does_not_have_is_refused_with_its_code(org: Salesforce) -> None:
    with pytest.raises(RejectedError, match="salesforce answered 400 to PATCH with INVALID_FIELD"):
        client(org, **BY_EXTERNAL_ID, loyalty_card_field="No_Such__c").save_contact(push())


def test_an_external_id_field_the_org_does_not_have_is_not_found(org: Salesforce) -> None:
    with pytest.raises(NotFoundError, match="NOT_FOUND"):
        client(org, external_id_field="No_Such__c").save_contact(push())


def test_a_locked_record_can_be_tried_again(org: Salesforce) -> None:
    org.locked = 1
    with pytest.raises(UnavailableError, match="UNABLE_TO_LOCK_ROW"):
        client(org, **BY_EXTERNAL_ID).save_contact(push())
    client(org, **BY_EXTERNAL_ID).save_contact(push())
    assert len(org.contacts()) == 1


def test_a_200_that_wrote_nothing_is_refused_for_the_guilty_record_s_reason(org: Salesforce) -> None:
    org.fail("200_error")
    with pytest.raises(RejectedError, match=r"salesforce answered 200 with INVALID_EMAIL_ADDRESS$") as caught:
        client(org, **BY_EXTERNAL_ID).save_contact(push())
    assert "ROLLED_BACK" not in str(caught.value)


def test_a_contact_is_read_with_all_that_the_mapping_wants(org: Salesforce) -> None:
    account = org.create_account("Atelier Moreau")
    contact_id = org.create_contact(
        LastName="Moreau",
        Email="camille.moreau@example.com",
        MobilePhone="06 12 34 56 78",
        AccountId=account,
        MailingCity="Lille",
        MailingCountry="FR",
        Loyalty_Card__c="ML-0042",
        HasOptedOutOfEmail=True,
    )
    extra = "HasOptedOutOfEmail, Loyalty_Card__c"
    customer, consent = facts(client(org, extra_fields=extra).contact(contact_id).body)
    assert (customer.channel_customer_id, customer.phone, customer.company) == (
        contact_id,
        "+33612345678",
        "Atelier Moreau",
    )
    assert (customer.addresses[0].address_country, customer.loyalty.card) == ("FR", "ML-0042")
    assert (consent.granted, consent.subject.channel_customer_id) == (False, contact_id)


def test_a_contact_merged_away_says_into_which_and_a_deleted_one_nothing(org: Salesforce) -> None:
    winner, loser, gone = (org.create_contact(LastName=name) for name in ("Moreau", "Moreau", "Durand"))
    org.delete(loser, into=winner)
    org.delete(gone)
    [merge] = facts(client(org).contact(loser).body)
    assert (merge.from_channel_customer_ids, merge.into_channel_customer_id) == ((loser,), winner)
    assert facts(client(org).contact(gone).body) == []
    assert facts(client(org).contact("003ak0000000999AAA").body) == []


def test_an_account_s_new_name_is_its_contacts_newer_company(org: Salesforce) -> None:
    account = org.create_account("Moreau")
    for number in range(3):
        org.create_contact(LastName=f"M{number}", AccountId=account)
    before = facts(client(org).contacts_of_account(account).body)
    org.rename_account(account, "Atelier Moreau")
    org.page = 2  # more than one page
    after = facts(client(org).contacts_of_account(account).body)
    assert [fact.company for fact in after] == ["Atelier Moreau"] * 3
    assert all(new.source_version > old.source_version for new, old in zip(after, before, strict=True))


def test_a_poll_gives_what_changed_page_by_page(org: Salesforce) -> None:
    org.page = 2
    for number in range(3):
        org.create_contact(LastName=f"M{number}")
    first = client(org).poll_contacts("2020-01-01T00:00:00.000Z", None)
    second = client(org).poll_contacts("2020-01-01T00:00:00.000Z", first.cursor)
    assert (names(first), names(second), second.cursor) == (["M0", "M1"], ["M2"], None)
    assert client(org).poll_contacts("2100-01-01T00:00:00.000Z", None) == Page((), None)


def test_only_an_id_gets_into_a_query(org: Salesforce) -> None:
    for record_id in ("003' OR Id != '", "<record_ID>", "003*"):
        with pytest.raises(RejectedError, match="has no ids like"):
            client(org).contact(record_id)
    with pytest.raises(RejectedError, match="no field's name"):
        client(org, extra_fields="Id FROM Contact").contact("003ak0000000001AAA")
    assert org.calls == []


def test_a_hidden_field_refuses_the_query(org: Salesforce) -> None:
    with pytest.raises(RejectedError, match="salesforce answered 400 to GET with INVALID_FIELD"):
        client(org, extra_fields="HomePhone").contact("003ak0000000001AAA")


def test_a_wrong_token_is_ours_to_mend(org: Salesforce) -> None:
    with pytest.raises(UnauthorisedError):
        client(org, token="another").contact("003ak0000000001AAA")


def test_a_429_says_how_long_to_wait(org: Salesforce) -> None:
    org.retry_after = "10"
    org.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(org, **BY_EXTERNAL_ID).save_contact(push())
    assert caught.value.retry_after == 10.0


def test_what_passes_can_be_tried_again(org: Salesforce) -> None:
    org.fail("reset")
    with pytest.raises(UnavailableError):
        client(org, **BY_EXTERNAL_ID).save_contact(push())


def test_an_upsert_whose_answer_was_lost_is_harmless_to_repeat(org: Salesforce) -> None:
    org.fail("lost")
    with pytest.raises(UnavailableError):
        client(org, **BY_EXTERNAL_ID).save_contact(push())
    client(org, **BY_EXTERNAL_ID).save_contact(push())
    assert len(org.contacts()) == 1
