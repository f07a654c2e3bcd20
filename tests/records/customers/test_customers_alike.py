"""Who is one customer by weaker evidence, who is asked about, and which values count for nobody."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.apply import apply, change
from records.cause import Cause
from records.customers import decisions, reviews
from records.customers import links as linking
from records.store.actions import Item, Store
from records.store.memory import MemoryStore
from records.store.packing import unpack
from tests.records.retail import (
    CRM,
    MARKET,
    MUG,
    TENANT,
    TILL,
    WEB,
    cause,
    customer,
    digest,
    every_arrival,
    fact,
    golden,
    line,
    order,
    tell,
    told,
)
from tests.records.schedules import every_schedule

LILLE = {"street_address": "12 rue de la Monnaie", "address_locality": "Lille", "postal_code": "59800"}
PARIS = {"street_address": "3 quai Voltaire", "address_locality": "Paris", "postal_code": "75007"}
BORN = {"birth_date": "1990-12-10"}
ADA = {"first_name": "Ada", "last_name": "Lovelace", **BORN, "addresses": [LILLE]}
ADDA = {**ADA, "first_name": "Adda", "last_name": "Lovelase"}
BEA = {**ADA, "first_name": "Bea"}
SON = {**ADA, "birth_date": "2012-03-01"}
MAIL, PHONE = {"email": "family@example.com"}, {"phone": "+33612345678"}


def bought(minute: int, connection_id: str = WEB, **buyer: Any) -> Fact:
    return order(minute, [line("1", MUG, 1)], connection_id, channel_order_id=f"o{minute}", buyer=buyer)


def only(*facts: Fact) -> dict[str, Any]:
    """Give what facts come to in any order of arrival."""
    ends = [digest(store) for store in every_arrival(facts)]
    assert all(end == ends[0] for end in ends)
    return ends[0]


def people(*facts: Fact) -> list[list[str]]:
    """Say how many customers facts come to, each by the names of its sources, in any order of arrival."""
    return [each["sources"] for each in only(*facts)["customers"]]


def asked(store: MemoryStore) -> list[Item]:
    """Give the reviews that are open."""
    return [item for item in store.items.values() if item["sk"] == "REVIEW" and item["status"] == "open"]


def shown(store: MemoryStore) -> list[Item]:
    return [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]


def test_two_channel_records_that_are_alike_are_one_and_the_link_says_why() -> None:
    facts = [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **ADDA)]
    assert len(people(*facts)) == 1
    (item,) = shown(told(facts))
    links = unpack(item["state"])["links"]
    (link,) = [link for link in links.values() if link["rule"] == "alike"]
    assert link["to"] in ("web/7", "till/t")
    assert float(link["score"]) > 0.9
    assert "same birth date" in link["evidence"]
    assert link["at"]
    assert sorted(link["rule"] for link in links.values()) == ["alike", "first seen"]


@pytest.mark.parametrize("other", [BEA, SON, {**BEA, **SON}])
def test_who_shares_a_household_stays_apart_and_a_person_may_be_asked(other: dict[str, Any]) -> None:
    facts = [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **other)]
    assert len(people(*facts)) == 2
    assert len(asked(told(facts))) <= 1


@pytest.mark.parametrize("other", [BEA, SON])
@pytest.mark.parametrize("shared", [{"loyalty": {"card": "C9"}}, {**MAIL, **PHONE}])
def test_a_household_with_one_e_mail_or_card_is_not_one_person(other: dict[str, Any], shared: dict[str, Any]) -> None:
    assert len(people(customer(WEB, "7", 1, **ADA, **shared), customer(TILL, "t", 2, **other, **shared))) == 2


def test_of_a_familys_e_mail_nobody_knows_whose_order_it_is_until_the_name_says_so() -> None:
    family = [customer(WEB, "a", 1, **ADA, **MAIL, **PHONE), customer(TILL, "b", 2, **BEA, **MAIL, **PHONE)]
    assert len(people(*family, bought(3, MARKET, **MAIL))) == 3
    named = people(*family, bought(3, MARKET, **MAIL, first_name="Bea", last_name="Lovelace"))
    assert sorted(len(each) for each in named) == [1, 2]


def test_a_guest_and_a_marketplaces_alias_are_never_linked_by_weaker_evidence() -> None:
    known = customer(WEB, "7", 1, **ADA, email="ada@example.com")
    alias = customer(MARKET, "m", 2, **ADA, email="x1@marketplace.amazon.fr")
    guest = bought(3, TILL, email="other@example.com", first_name="Ada", last_name="Lovelace")
    assert len(people(known, alias, guest)) == 3


def test_a_question_that_a_correction_answers_is_taken_back() -> None:
    twins = [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **BEA)]
    assert len(asked(told(twins))) == 1
    moved = customer(TILL, "t", 5, first_name="Bea", last_name="Byron", birth_date="1971-02-03", addresses=[PARIS])
    store = told([*twins, moved])
    assert asked(store) == []
    only(*twins, moved)


def test_a_question_says_who_how_alike_and_why_and_stands_in_the_list() -> None:
    (review,) = asked(told([customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **BEA)]))
    assert len(review["pair"]) == 2
    assert 0 < float(review["score"]) < 1
    assert "same birth date" in review["evidence"]
    assert review["status_key"] == reviews.queue(TENANT)
    assert not any(
        value in str(review["evidence"]).casefold() for value in ("ada", "bea", "lovelace", "monnaie", "1990")
    )


def test_what_a_later_statement_contradicts_falls_apart_again() -> None:
    alike = [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **ADDA)]
    other = customer(TILL, "t", 5, first_name="Bob", last_name="Byron", birth_date="1971-02-03", addresses=[PARIS])
    assert len(people(*alike)) == 1
    assert len(people(*alike, other)) == 2


def test_a_chain_of_likeness_never_joins_two_who_contradict_each_other() -> None:
    between = {"last_name": "Lovelace", **BORN, "addresses": [LILLE]}
    facts = [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **BEA), customer(CRM, "c", 3, **between)]
    assert all(not {"customer web/7", "customer till/t"} <= set(each) for each in people(*facts))


def test_a_clue_of_many_counts_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linking.SHARED_FROM, "CLUE", 3)
    names = {"first_name": "Ada", "last_name": "Lovelace", **BORN}
    pair = [customer(WEB, "1", 1, **names), customer(TILL, "2", 2, **names)]
    assert len(people(*pair)) == 1
    assert len(people(*pair, customer(CRM, "3", 3, **names), customer(MARKET, "4", 4, **names))) == 4


def test_an_e_mail_of_many_joins_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linking.SHARED_FROM, "CLAIM", 3)
    shop = [customer(by, "1", n, email="shop@example.com") for n, by in enumerate((WEB, TILL, CRM, MARKET))]
    assert [len(people(*shop[:count])) for count in (1, 2, 3, 4)] == [1, 1, 3, 4]


def shared(store: Store, key: str, *, is_shared: bool = True) -> None:
    told_by = cause(f"shared {is_shared}", minute=30)
    change(store, told_by, lambda unit: decisions.set_shared(unit, told_by, key, is_shared=is_shared, by="bo"))


def test_a_value_that_a_person_calls_shared_joins_nobody_before_and_after() -> None:
    facts = [
        customer(WEB, "1", 1, email="shop@example.com", first_name="Ada"),
        customer(TILL, "2", 2, email="shop@example.com"),
        bought(3, email="shop@example.com", phone="+33612345678", first_name="Bob", last_name="Byron"),
        bought(4, email="shop@example.com"),
    ]
    before = MemoryStore()
    shared(before, "email:shop@example.com")
    for number, each in enumerate(facts):
        tell(before, f"evt{number}", each)
    assert sorted(each["sources"] for each in golden(before)) == [
        ["buyer web/guest person:+33612345678/bob/byron"],
        ["customer till/2"],
        ["customer web/1"],
    ]
    after = told(facts)
    shared(after, "email:shop@example.com")
    assert len(golden(after)) == 3
    shared(after, "email:shop@example.com", is_shared=False)
    assert digest(after) == digest(told(facts))


def test_a_first_load_links_and_claims_but_tells_nobody_and_asks_in_a_list_of_its_own() -> None:
    def load(store: Store, event_id: str, each: Fact, *, first: bool) -> None:
        because = Cause(TENANT, event_id, each.connection_id, each.occurred_at, first_load=first)
        apply(store, because, [each], {}, pause=lambda _: None)

    store = MemoryStore()
    base = [customer(WEB, "7", 1, **ADA, **MAIL), customer(TILL, "t", 2, **ADA), customer(CRM, "b", 3, **BEA)]
    for number, each in enumerate(base):
        load(store, f"evt{number}", each, first=True)
    assert digest(store)["customers"] == digest(told(base))["customers"]
    assert all(item.get("quiet") for item in shown(store))
    assert {item["status_key"] for item in asked(store)} == {reviews.queue(TENANT, batch=True)}
    load(store, "later", customer(WEB, "7", 9, **ADA, **MAIL, locale="fr"), first=False)
    (ada,) = [item for item in shown(store) if len(item["accounts"]) == 2]
    assert "quiet" not in ada


def test_what_a_loyalty_desk_says_replaces_nothing_the_customer_record_says() -> None:
    facts = [
        customer(TILL, "t", 1, first_name="Ada", email="ada@example.com"),
        customer(TILL, "t", 5, phone="+33612345678", loyalty={"card": "C1", "programme": "club", "points": 12}),
    ]
    (ada,) = only(*facts)["customers"]
    assert (ada["first_name"], ada["email"], ada["phone"]) == ("Ada", "ada@example.com", "+33612345678")
    assert ada["loyalty"] == {"card": "C1", "programme": "club", "points": "12"}


def test_several_programmes_stand_side_by_side_each_with_its_newest_points() -> None:
    def member(by: str, minute: int, programme: str, card: str, points: int) -> Fact:
        said = {"card": card, "programme": programme, "points": points}
        return customer(by, "1", minute, email="ada@example.com", loyalty=said)

    facts = [member(TILL, 1, "club", "C1", 5), member(TILL, 4, "club", "C1", 9), member(CRM, 3, "miles", "M1", 700)]
    (ada,) = only(*facts, bought(2, email="ada@example.com", loyalty_card="C1"))["customers"]
    assert ada["loyalties"] == [
        {"card": "C1", "points": "9", "programme": "club"},
        {"card": "M1", "points": "700", "programme": "miles"},
    ]


def _one_of(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


SAID = st.fixed_dictionaries(
    {
        "first_name": _one_of(["Ada", "Adda", "Bea", None]),
        "last_name": _one_of(["Lovelace", "Byron"]),
        "birth_date": _one_of(["1990-12-10", "1990-10-12", "1960-01-02", None]),
        "addresses": _one_of([[LILLE], [PARIS], []]),
        "email": _one_of([None, None, "a@example.com"]),
        "phone": _one_of([None, None, "+33612345678"]),
    }
)
RECORDS = st.builds(
    lambda by, name, minute, said: customer(by, name, minute, **said),
    _one_of([WEB, TILL, CRM]),
    _one_of(["1", "2"]),
    st.integers(0, 3),
    SAID,
)


@settings(max_examples=60, deadline=None)
@given(facts=st.lists(RECORDS, min_size=2, max_size=4))
def test_whoever_comes_first_the_same_people_are_alike(facts: list[Fact]) -> None:
    only(*facts)


@settings(max_examples=60, deadline=None)
@given(facts=st.lists(RECORDS, min_size=4, max_size=7), data=st.data())
def test_any_two_orders_of_arrival_of_many_records_end_the_same(facts: list[Fact], data: st.DataObject) -> None:
    assert digest(told(data.draw(st.permutations(facts)))) == digest(told(facts))


@pytest.mark.parametrize("other", [ADA, ADDA, BEA])
def test_two_handlers_that_make_the_same_person_by_weak_evidence_alone(other: dict[str, Any]) -> None:
    facts = [customer(WEB, "7", 1, **ADA), customer(TILL, "t", 2, **other)]
    known = digest(told(facts))
    plays = 0
    for store, results in every_schedule(
        MemoryStore, [lambda each: tell(each, "a", facts[0]), lambda each: tell(each, "b", facts[1])]
    ):
        assert [result for result in results if isinstance(result, Exception)] == []
        assert digest(store) == known
        plays += 1
    assert plays > 5


def test_a_record_that_changes_while_one_like_it_comes() -> None:
    bob = {"first_name": "Bob", "last_name": "Byron", "birth_date": "1971-02-03", "addresses": [PARIS]}
    for first, then in ((ADA, bob), (bob, ADA)):
        start = [customer(WEB, "7", 1, **first), customer(CRM, "c", 1, **BEA)]
        ends = digest(told([*start, customer(WEB, "7", 5, **then), customer(TILL, "t", 2, **ADDA)]))
        handlers = [
            lambda each, said=then: tell(each, "a", customer(WEB, "7", 5, **said)),
            lambda each: tell(each, "b", customer(TILL, "t", 2, **ADDA)),
        ]
        for store, results in every_schedule(lambda begun=start: told(begun), handlers, cuts=3):
            assert [result for result in results if isinstance(result, Exception)] == []
            assert digest(store) == ends


def test_a_merge_of_the_channel_joins_also_who_is_not_alike() -> None:
    facts = [
        customer(CRM, "a", 1, **ADA),
        customer(CRM, "b", 2, **BEA),
        fact("customer_merge", CRM, 3, from_channel_customer_ids=["a"], into_channel_customer_id="b"),
    ]
    assert len(people(*facts)) == 1
