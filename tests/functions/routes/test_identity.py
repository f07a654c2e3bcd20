"""What people decide of customers through the API, and how they find them."""

from typing import Any

import pytest

from events.facts import build
from functions import runtime
from functions.bus import entry_of
from records.apply import apply
from records.cause import Cause
from records.store.wire import from_wire
from tests.hub import Hub

HOME = {"street_address": "12 rue de la Monnaie", "address_locality": "Lille", "postal_code": "59800"}
ADA = {"first_name": "Ada", "last_name": "Lovelace", "birth_date": "1990-12-10", "addresses": [HOME]}
BEA = {**ADA, "first_name": "Bea"}
BOB = {"first_name": "Bob", "last_name": "Byron", "email": "bob@example.com"}
AT = "2026-11-22T09:00:00.000Z"


def say(connection_id: str, name: str, tenant: str = "acme", **said: Any) -> None:
    """Let a channel say something of a customer."""
    statement = {"kind": "customer", "occurred_at": AT, "source_version": AT, "channel_customer_id": name, **said}
    event_id = f"evt_{connection_id}_{name}"
    fact = build(statement, event_id=event_id, connection_id=connection_id)
    apply(runtime.records(), Cause(tenant, event_id, connection_id, AT), [fact], {})


def found(hub: Hub, **query: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = hub.ask("/v1/customers", **query).json()["customers"]
    return answer


@pytest.fixture
def twins(local_hub: Hub) -> Hub:
    """A hub that knows a pair of twins and somebody else."""
    say("web", "1", **ADA, email="ada@example.com")
    say("till", "2", **BEA)
    say("crm", "3", **BOB)
    return local_hub


def test_a_review_is_listed_with_both_customers_and_rejected_for_good(twins: Hub) -> None:
    (review,) = twins.ask("/v1/reviews").json()["reviews"]
    assert {each["first_name"] for each in review["customers"]} == {"Ada", "Bea"}
    assert "same birth date" in review["evidence"]
    answer = twins.tell(f"/v1/reviews/{review['review_id']}", {"decision": "reject", "by": "bo", "why": "twins"})
    assert (answer.status, len(answer.json()["customers"])) == (200, 2)
    assert twins.ask("/v1/reviews").json() == {"reviews": [], "cursor": None}


def test_a_review_that_is_accepted_makes_one_customer_that_can_be_parted_again(twins: Hub) -> None:
    before = found(twins, email="ada@example.com")[0]
    (review,) = twins.ask("/v1/reviews").json()["reviews"]
    (one,) = twins.tell(f"/v1/reviews/{review['review_id']}", {"decision": "accept"}).json()["customers"]
    assert set(one["links"]) == {"web/1", "till/2"}
    parted = twins.tell(f"/v1/customers/{one['customer_id']}/unmerge", {"accounts": ["till/2"]})
    assert len(parted.json()["customers"]) == 2
    after = found(twins, email="ada@example.com")[0]
    changing = ("version", "links")
    assert {name: value for name, value in after.items() if name not in changing} == {
        name: value for name, value in before.items() if name not in changing
    }


def test_customers_are_merged_by_hand_and_parted_by_the_id_of_the_one_merged(twins: Hub) -> None:
    ada, bob = found(twins, email="ada@example.com")[0]["customer_id"], found(twins, email="bob@example.com")[0]
    one = twins.tell(f"/v1/customers/{ada}/merge", {"customer_id": bob["customer_id"], "why": "said so"}).json()
    (gone,) = {ada, bob["customer_id"]} - {one["customer_id"]}
    assert twins.ask(f"/v1/customers/{gone}").json() == one
    twice = twins.tell(f"/v1/customers/{ada}/merge", {"customer_id": bob["customer_id"]})
    assert (twice.status, twice.problem()) == (409, "decision_refused")
    parted = twins.tell(f"/v1/customers/{one['customer_id']}/unmerge", {"customer_id": gone}).json()["customers"]
    assert {each["customer_id"] for each in parted} == {ada, bob["customer_id"]}


@pytest.mark.parametrize(
    ("path", "content", "status", "code"),
    [
        ("/v1/customers/{ada}/merge", {}, 400, "body_invalid"),
        ("/v1/customers/{ada}/merge", {"customer_id": "cus_1"}, 404, "not_found"),
        ("/v1/customers/cus_1/merge", {"customer_id": "cus_2"}, 404, "not_found"),
        ("/v1/customers/{ada}/merge", {"customer_id": "{ada}"}, 409, "decision_refused"),
        ("/v1/customers/{ada}/unmerge", {}, 400, "body_invalid"),
        ("/v1/customers/{ada}/unmerge", {"accounts": [1]}, 400, "body_invalid"),
        ("/v1/customers/{ada}/unmerge", {"accounts": ["crm/3"]}, 409, "decision_refused"),
        ("/v1/customers/{ada}/unmerge", {"accounts": ["web/1"]}, 409, "decision_refused"),
        ("/v1/customers/{ada}/unmerge", {"customer_id": "cus_1"}, 409, "decision_refused"),
        ("/v1/reviews/rev_1", {"decision": "accept"}, 404, "not_found"),
        ("/v1/reviews/rev_1", {"decision": "perhaps"}, 400, "body_invalid"),
        ("/v1/shared-values", {}, 400, "body_invalid"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    twins: Hub, path: str, content: dict[str, Any], status: int, code: str
) -> None:
    ada = found(twins, email="ada@example.com")[0]["customer_id"]
    said = {name: ada if value == "{ada}" else value for name, value in content.items()}
    answer = twins.tell(path.format(ada=ada), said)
    assert (answer.status, answer.problem()) == (status, code)


def test_a_customer_of_another_tenant_can_be_neither_merged_nor_found(twins: Hub) -> None:
    say("theirs", "9", "main", **{**ADA, "email": "theirs@example.com"})
    (theirs,) = [item["id"]["S"] for item in twins.items("Records") if item["pk"]["S"].startswith("main#CUSTOMER")]
    ada = found(twins, email="ada@example.com")[0]["customer_id"]
    assert twins.tell(f"/v1/customers/{ada}/merge", {"customer_id": theirs}).status == 404
    assert len(found(twins, q="Ada Lovelace 1990-12-10")) == 1


def test_a_shared_value_parts_whom_it_joined_until_it_is_taken_back(local_hub: Hub) -> None:
    say("web", "1", email="shop@example.com", first_name="Ada")
    say("till", "2", email="shop@example.com")
    assert len(found(local_hub, email="shop@example.com")) == 1
    assert local_hub.tell("/v1/shared-values", {"email": "Shop@example.com"}).json()["shared"] is True
    assert len(found(local_hub, email="shop@example.com")) == 2
    assert [each["value"] for each in local_hub.ask("/v1/shared-values").json()["shared_values"]] == [
        "email:shop@example.com"
    ]
    local_hub.tell("/v1/shared-values", {"email": "shop@example.com", "shared": False})
    assert len(found(local_hub, email="shop@example.com")) == 1
    assert local_hub.ask("/v1/shared-values").json()["shared_values"] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace 1990-12-10", ["Ada"]),
        ("Lovelace Ada Lille", ["Ada"]),
        ("ada lovelace 12", ["Ada"]),
        ("Lovelace Bea 1990-12-10", ["Bea"]),
        ("Ada Lovelace 1991-12-10", []),
    ],
)
def test_a_customer_is_found_by_name_and_what_else_is_known(twins: Hub, text: str, names: list[str]) -> None:
    assert [each["first_name"] for each in found(twins, q=text)] == names


@pytest.mark.parametrize("text", ["Ada", "Ada Lovelace", "%", "1990-12-10"])
def test_a_search_that_says_too_little_is_refused(twins: Hub, text: str) -> None:
    answer = twins.ask("/v1/customers", q=text)
    assert (answer.status, answer.problem()) == (400, "query_vague")


@pytest.mark.parametrize("cursor", ["x", "e30=", "bnVsbA==", "eyJzdGF0dXNfa2V5IjogIm1haW4jcmV2aWV3In0="])
def test_a_cursor_that_no_page_gave_is_refused(twins: Hub, cursor: str) -> None:
    answer = twins.ask("/v1/reviews", cursor=cursor)
    assert (answer.status, answer.problem()) == (400, "query_invalid")


def test_of_customers_that_a_first_load_brings_the_bus_hears_nothing(local_hub: Hub) -> None:
    local_hub.connect("hubspot", "crm", first_load=True)
    contact = local_hub.stand_ins["crm"].create_contact(email="a@example.com", firstname="A")
    for each in local_hub.stand_ins["crm"].deliveries.all:
        assert local_hub.send("crm", each.body).status == 202
    for _ in range(2):  # the webhook names a contact, which is fetched and enters by itself
        local_hub.normalise()
    (item,) = [from_wire(item) for item in local_hub.items("Records") if item["sk"]["S"] == "CUSTOMER"]
    assert contact
    assert entry_of(item) is None
    assert entry_of({name: value for name, value in item.items() if name != "quiet"}) is not None
