"""Who is one customer and who is not, and what the golden record then says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records import ids
from records.apply import apply
from records.customers.claims import claims
from records.store import keys
from records.store.memory import MemoryStore
from tests.records.retail import (
    CRM,
    MARKET,
    MUG,
    TENANT,
    TILL,
    WEB,
    cause,
    copied,
    customer,
    digest,
    every_arrival,
    fact,
    golden,
    line,
    order,
    resolve,
    tell,
    told,
)

PHONE = {"phone": "+33612345678"}
ADA = {"first_name": "Ada", "last_name": "Lovelace"}
BOB = {"first_name": "Bob", "last_name": "Lovelace"}


def bought(minute: int, connection_id: str = WEB, **buyer: Any) -> Fact:
    return order(minute, [line("1", MUG, 1)], connection_id, channel_order_id=f"o{minute}", buyer=buyer)


def people(*facts: Fact) -> list[list[str]]:
    """Say how many customers facts come to, each by the names of its sources, in any order of arrival."""
    ends = [[each["sources"] for each in golden(store)] for store in every_arrival(facts)]
    assert all(end == ends[0] for end in ends)
    return ends[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "ada@example.com"}, {"email": " ADA@Example.com"}),
        ({"loyalty": {"card": "C9"}}, {"loyalty": {"card": "C9"}, "email": "a@example.com"}),
        ({**PHONE, "email": "a@example.com"}, PHONE),
        ({**PHONE, **ADA}, {**PHONE, "first_name": "ADA"}),
        ({**PHONE, **ADA, "email": "a@example.com"}, {**PHONE, **ADA, "email": "b@example.com"}),
    ],
)
def test_a_strong_key_makes_two_sources_one_customer(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert len(people(customer(WEB, "7", 1, **one), customer(TILL, "t", 2, **other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({**PHONE, **ADA}, {**PHONE, **BOB}),
        ({**PHONE, "email": "a@example.com"}, {**PHONE, "email": "b@example.com"}),
        ({"email": "x1@marketplace.amazon.fr"}, {"email": "x1@marketplace.amazon.fr"}),
        ({"email": "noreply@shop.example.com"}, {"email": "noreply@shop.example.com"}),
        (ADA, ADA),
    ],
)
def test_weak_and_made_up_values_keep_two_sources_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert len(people(customer(WEB, "7", 1, **one), customer(TILL, "t", 2, **other))) == 2


def test_an_email_that_leads_to_one_of_a_couple_does_not_draw_the_other_in_by_their_phone() -> None:
    couple = [customer(WEB, "a", 1, **PHONE, **ADA), customer(WEB, "b", 2, **PHONE, **BOB, email="bob@example.com")]
    assert len(people(*couple, bought(3, email="bob@example.com", **PHONE))) == 2


def test_a_phone_a_couple_shares_does_not_part_whom_another_phone_joins() -> None:
    other = {"phone": "+33698765432"}
    ada = [
        customer(WEB, "a", 1, **PHONE, **ADA, email="a@example.com"),
        customer(CRM, "c", 2, email="a@example.com", **other),
    ]
    assert [
        len(each) for each in people(*ada, customer(WEB, "b", 3, **PHONE, **BOB), customer(TILL, "t", 4, **other))
    ] == [
        1,
        3,
    ]


def test_a_nameless_go_between_does_not_make_two_people_one() -> None:
    other = {"phone": "+33698765432"}
    between = [customer(CRM, "m", 3, **PHONE, email="m@example.com"), bought(4, **other, email="m@example.com")]
    assert len(people(customer(WEB, "a", 1, **PHONE, **ADA), customer(TILL, "b", 2, **other, **BOB), *between)) == 3


def test_a_second_order_of_one_of_a_couple_finds_the_first() -> None:
    store = told(
        [bought(1, MARKET, **PHONE, **ADA), bought(2, MARKET, **PHONE, **BOB), bought(3, MARKET, **PHONE, **BOB)]
    )
    assert len(golden(store)) == 2


def test_a_phone_of_many_is_nobodys() -> None:
    store = told([customer(WEB, str(n), n, **PHONE, email=f"{n}@example.com") for n in range(12)])
    tell(store, "late", customer(TILL, "t", 20, **PHONE))
    assert len(golden(store)) == 13


def test_two_customers_become_one_when_a_third_source_knows_both_and_every_id_leads_there() -> None:
    store = told(
        [
            bought(1, email="ada@example.com", first_name="Ada"),
            customer(TILL, "t", 2, loyalty={"card": "C9"}, **PHONE),
            customer(CRM, "c", 3, email="ada@example.com", loyalty={"card": "C9"}),
            bought(4, email="ada@example.com", **PHONE),
        ]
    )
    (survivor,) = [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]
    gone = [item["pk"].rpartition("#")[2] for item in store.items.values() if "redirect" in item]
    assert survivor["absorbed"] == sorted(gone)
    named = {name for item in store.items.values() for name in item.get("holders", [item.get("customer_id")]) if name}
    assert {resolve(store, name) for name in named} == {resolve(store, survivor["id"])}


def test_a_chain_of_merges_leaves_no_circle_and_forgets_no_absorbed_id() -> None:
    names = [f"c{number}" for number in range(6)]
    known = [customer(CRM, name, 0, email=f"{name}@example.com") for name in names]
    pairs = [("c0", "c1"), ("c2", "c3"), ("c4", "c5"), ("c1", "c3"), ("c3", "c5"), ("c5", "c0")]
    merges = [
        fact("customer_merge", CRM, n, from_channel_customer_ids=[one], into_channel_customer_id=other)
        for n, (one, other) in enumerate(pairs, 1)
    ]
    store = told([*known, *merges])
    (survivor,) = [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]
    everybody = {item["pk"].rpartition("#")[2] for item in store.items.values() if item["sk"] == "CUSTOMER"}
    assert set(survivor["absorbed"]) == everybody - {survivor["id"]}
    assert len(everybody) == 6


def test_an_id_that_was_merged_away_is_not_called_any_more_and_its_values_give_way() -> None:
    facts = [
        customer(CRM, "old", 9, email="old@example.com", **ADA),
        customer(CRM, "new", 2, email="new@example.com"),
        fact("customer_merge", CRM, 5, from_channel_customer_ids=["old"], into_channel_customer_id="new"),
    ]
    assert len(people(*facts)) == 1
    (ada,) = golden(told(facts))
    assert (ada["channels"], ada["email"], ada["first_name"]) == (["crm/new"], "new@example.com", "Ada")


def test_a_relay_address_never_becomes_the_golden_email() -> None:
    facts = [customer(MARKET, "m", 9, email="x1@marketplace.amazon.fr", **PHONE, **ADA), bought(1, **PHONE, **ADA)]
    assert "email" not in golden(told(facts))[0]
    (ada,) = golden(told([*facts, customer(CRM, "c", 2, email="ada@example.com", **PHONE, **ADA)]))
    assert ada["email"] == "ada@example.com"


def test_a_customer_record_outweighs_what_a_buyer_typed_later() -> None:
    facts = [customer(CRM, "c", 1, email="a@example.com", **ADA), bought(9, email="a@example.com", first_name="Adda")]
    assert golden(told(facts))[0]["first_name"] == "Ada"


def test_an_order_of_a_returning_buyer_does_not_touch_the_customer() -> None:
    class Counting(MemoryStore):
        calls = 0

        def get(self, keys: Any, *, consistent: bool = True) -> Any:
            self.calls += 1
            return super().get(keys, consistent=consistent)

    store = Counting()
    tell(store, "a", bought(1, email="ada@example.com", **PHONE, **ADA))
    before, store.calls = {key: item for key, item in store.items.items() if key[1] == "CUSTOMER"}, 0
    tell(store, "b", bought(5, email="ada@example.com", **PHONE, **ADA))
    assert {key: item for key, item in store.items.items() if key[1] == "CUSTOMER"} == before
    assert store.calls == 1


def test_an_order_goes_with_its_newest_buyer_whichever_statement_came_last() -> None:
    def placed(minute: int, email: str) -> Fact:
        return order(minute, [line("1", MUG, 1)], buyer={"email": email})

    ends = [digest(store) for store in every_arrival([placed(1, "a@example.com"), placed(2, "b@example.com")])]
    assert ends[0] == ends[1]
    (found,) = [item for name, item in ends[0].items() if name.endswith(" ORDER")]
    assert found["customer_id"] == ("buyer web/guest email:b@example.com",)


def test_a_customers_name_says_nothing_of_their_keys_and_tenants_share_nothing() -> None:
    store = told([customer(WEB, "7", 1, email="ada@example.com")])
    assert not any("ada" in "".join(key) for key in store.items)
    assert ids.claim(TENANT, "email:a") != ids.claim("other", "email:a")
    before = copied(store).items

    other = cause("evt0")
    apply(
        store,
        type(other)("other", *list(other.__dict__.values())[1:]),
        [customer(WEB, "7", 1, email="ada@example.com")],
        {},
    )
    assert {key: item for key, item in store.items.items() if key[0].startswith(f"{TENANT}#")} == before


def test_a_search_key_is_made_as_a_claim_is() -> None:
    assert next(iter(claims({"connection_id": "", "email": " Ada@Example.com "}))) == "email:ada@example.com"
    store = told([customer(WEB, "7", 1, email="Ada@Example.com")])
    assert keys.claim(TENANT, ids.claim(TENANT, "email:ada@example.com")) in store.items


def test_a_consent_about_nobody_is_kept_for_later() -> None:
    said = {"purpose": "marketing", "medium": "email", "granted": True, "at": "2026-11-22T09:00:00.000Z"}
    store = told([fact("consent", WEB, 1, subject={"email": "x@members.ebay.com"}, **said)])
    assert [item["sk"] for item in store.items.values()] == ["FACT", "APPLIED"]


def _one_of(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


SAID = st.fixed_dictionaries(
    {
        "email": _one_of(["a@example.com", "b@example.com"]),
        "phone": _one_of(["+33612345678", "+33698765432"]),
        "first_name": _one_of(["Ada", "Bob"]),
        "last_name": _one_of(["Lovelace"]),
    }
)
PEOPLE = st.one_of(
    st.builds(
        lambda by, name, minute, said, loyalty: customer(by, name, minute, **said, loyalty=loyalty),
        st.sampled_from([WEB, TILL]),
        st.sampled_from(["1", "2"]),
        st.integers(0, 3),
        SAID,
        _one_of([{"card": "C1"}]),
    ),
    st.builds(lambda minute, said: bought(minute, MARKET, **said), st.integers(0, 3), SAID),
)


@settings(max_examples=80, deadline=None)
@given(facts=st.lists(PEOPLE, min_size=2, max_size=4))
def test_whoever_comes_first_the_same_people_are_found(facts: list[Fact]) -> None:
    ends = [digest(store) for store in every_arrival(facts)]
    assert all(end == ends[0] for end in ends)


@settings(max_examples=150, deadline=None)
@given(facts=st.lists(PEOPLE, min_size=2, max_size=6))
def test_every_account_leads_to_the_one_customer_that_counts_it(facts: list[Fact]) -> None:
    store = told(facts)
    items = {item["pk"].rpartition("#")[2]: item for item in store.items.values() if item["sk"] == "CUSTOMER"}
    shown = {name: item for name, item in items.items() if "redirect" not in item}
    counted = [account for item in shown.values() for account in item["accounts"]]
    assert sorted(counted) == sorted(items)
    for name, item in shown.items():
        assert name in item["accounts"]
        assert set(item.get("absorbed", [])) == set(item["accounts"]) - {name}
        for account in item["accounts"]:
            assert resolve(store, account) == resolve(store, name)
