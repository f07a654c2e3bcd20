"""Erasure and everything else at once: afterwards nothing of the person is left, no claim dangles, the sums hold."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.apply import change
from records.customers import erasure, links
from records.orders import fold
from records.store.actions import Store
from records.store.memory import MemoryStore
from records.store.packing import decompress
from records.store.unit import Unit
from tests.records.retail import (
    CRM,
    MUG,
    TENANT,
    TILL,
    WEB,
    adjusted,
    at,
    cause,
    count,
    customer,
    fact,
    golden,
    line,
    order,
    position,
    sent,
    share,
    tell,
    told,
)
from tests.records.schedules import Handler, every_schedule

EMAIL, PHONE = "canary@example.com", "+33699999901"
CANARY = re.compile("canary|699999901", re.IGNORECASE)
BUYER = {"channel_customer_id": "canary-1", "email": EMAIL, "phone": PHONE, "first_name": "Canary", "last_name": "Zyx"}
HOME = {"street_address": "1 Canary Street", "postal_code": "59000", "address_country": "FR"}
THEN = 600
"""The minute of the erasure."""


def bought(minute: int, **more: Any) -> Fact:
    expected = [{"method": "shipping", "address": {**HOME, "first_name": "Canary"}}]
    said = {"buyer": BUYER, "billing_address": HOME, "expectations": expected, "cancel_reason": None}
    return order(minute, [line("1", MUG, 2)], **{**said, **more})


def signed(minute: int) -> Fact:
    said = {"tracking_number": "T1", "status": "delivered", "at": at(minute), "proof": {"signed_by": "Canary"}}
    return fact("tracking", "desk", minute, **said)


def consent(minute: int) -> Fact:
    said = {"subject": {"email": EMAIL}, "purpose": "marketing", "medium": "email", "granted": True, "at": at(minute)}
    return fact("consent", CRM, minute, proof="canary ticked a box", **said)


def visit(minute: int) -> Fact:
    said = {"subject": {"email": EMAIL}, "type": "visit", "at": at(minute), "attributes": {"talked": "of a canary"}}
    return fact("interaction", TILL, minute, **said)


STORY = [
    count(0, 10),
    bought(1),
    sent(2, number="T1"),
    signed(3),
    adjusted(4, "refund", share("1", 1, restock=True), reason="canary did not like it"),
    customer(CRM, "canary-9", 5, email=EMAIL, first_name="Canary", last_name="Zyx", birth_date="1980-01-31"),
    consent(6),
    visit(7),
]
"""All the facts there are of one person, of before their erasure."""


def erase(store: Store, minute: int = THEN, by: str = EMAIL) -> None:
    """Erase a customer as the function of that name does it, with the scan of the store in the place of its index."""
    asked = cause("erase", "api", minute)
    subject = {"email": by, "connection_id": "api"}
    found = change(store, asked, lambda unit: erasure.found(unit, asked, subject), pause=lambda _: None)

    def close(unit: Unit) -> erasure.Person:
        person = erasure.close(unit, asked, found, at(minute))
        links.entomb(unit, TENANT, erasure.keys_of(subject), at(minute))
        return person

    person = change(store, asked, close, pause=lambda _: None)
    forget_rest(store, person, minute)


def forget_rest(store: Store, person: erasure.Person, minute: int = THEN) -> None:
    asked, items = cause("erase", "api", minute), everything(store)
    for item in items:
        if item.get("customer_id") in person["accounts"]:
            change(
                store,
                asked,
                lambda unit, name=item["id"]: fold.forget(unit, asked, name, at(minute)),
                lambda _: None,
            )
    for account_id in person["accounts"]:
        visits = store.query(f"{TENANT}#DID#{account_id}")
        change(store, asked, lambda unit, visits=visits: erasure.forget_visits(unit, visits), lambda _: None)


def everything(store: Store) -> list[Any]:
    inner = getattr(store, "_store", store)
    return [dict(item) for item in inner.items.values()]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (str(name), *texts(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
    else:
        yield decompress(value).decode() if isinstance(value, bytes) else str(value)


def left(store: MemoryStore) -> set[str]:
    """Give every text that names the person, with where it lies."""
    return {f"{key}: {text}" for key, item in store.items.items() for text in texts(item) if CANARY.search(text)}


def dangling(store: MemoryStore) -> set[str]:
    """Give the claims, clues and orders that lead to a customer who is not there."""
    living = {key[0].rpartition("#")[2] for key, item in store.items.items() if "state" in item or "redirect" in item}
    holders = {name for item in store.items.values() for name in item.get("holders", [])}
    named = {str(item["customer_id"]) for item in store.items.values() if "customer_id" in item}
    return (holders | named) - living


def sums(store: MemoryStore) -> Any:
    """Give what an erasure must not change."""
    seen = position(store)
    orders = [item for item in store.items.values() if item["sk"] == "ORDER"]
    return (seen.on_hand, seen.reserved), [
        (item.get("status"), item.get("fulfillment"), item.get("returning")) for item in orders
    ]


def test_after_an_erasure_nothing_is_left_and_the_sums_hold() -> None:
    store = told(STORY)
    before = sums(store)
    assert len(left(store)) == 4  # the customer, the order, the parcel and the visit
    erase(store)
    assert left(store) == set()
    assert dangling(store) == set()
    assert sums(store) == before
    assert golden(store) == []


@settings(max_examples=150, deadline=None)
@given(st.permutations(range(len(STORY))), st.integers(0, len(STORY)))
def test_in_whatever_order_the_facts_come_and_whenever_they_are_erased(arrival: list[int], heard: int) -> None:
    facts = [STORY[number] for number in arrival]
    plain, store = told(facts), told(facts[:heard])
    erase(store)
    for number, each in enumerate(facts[heard:]):
        tell(store, f"late{number}", each)
    erase(store)  # what no key led to, such as a fulfilment's parcel, is found by a second look
    assert left(store) == set()
    assert dangling(store) == set()
    assert sums(store) == sums(plain)


def test_what_is_replayed_brings_nobody_back() -> None:
    store = told(STORY)
    erase(store)
    before = {key: item for key, item in store.items.items() if key[1] != "APPLIED"}
    for number, each in enumerate(STORY):
        tell(store, f"again{number}", each)
    assert left(store) == set()
    kept = {key: item for key, item in store.items.items() if key[1] != "APPLIED"}
    assert kept == before


def test_an_order_that_is_updated_later_names_nobody_again() -> None:
    store = told(STORY)
    erase(store)
    applied = tell(store, "refund", bought(THEN + 60, label="#1001"), adjusted(THEN + 60, "return", reason="canary"))
    assert applied.erased
    assert left(store) == set()
    assert golden(store) == []


def test_a_purchase_after_it_is_a_new_beginning() -> None:
    store = told(STORY)
    erase(store)
    tell(store, "new", bought(THEN + 10, channel_order_id="2002", placed_at=at(THEN + 10)))
    (found,) = golden(store)
    assert (found["email"], found["channels"], "consents" in found) == (EMAIL, ["web/canary-1"], False)
    orders = [item for item in store.items.values() if item["sk"] == "ORDER" and "customer_id" in item]
    assert len(orders) == 1


def test_whoever_shares_an_address_with_them_is_left_alone() -> None:
    spouse = {"email": EMAIL, "first_name": "Robin", "last_name": "Zyx"}
    both = [customer(WEB, "1", 1, email=EMAIL, first_name="Canary", birth_date="1980-01-31"), customer(CRM, "2", 2, **{
        **spouse, "birth_date": "1955-05-05"})]  # fmt: skip
    store = told(both)
    assert len(golden(store)) == 2
    asked = cause("erase", "api", THEN)
    (gone,) = [
        key[0].rpartition("#")[2]
        for key, item in store.items.items()
        if "accounts" in item and "web/1" in str(texts_of(item))
    ]
    change(store, asked, lambda unit: erasure.close(unit, asked, [gone], at(THEN)), lambda _: None)
    (found,) = golden(store)
    assert (found["first_name"], found["email"]) == ("Robin", EMAIL)
    tell(store, "late", customer(CRM, "2", 3, **spouse, phone="+33612345678"))
    assert golden(store)[0]["phone"] == "+33612345678"


def texts_of(item: Any) -> list[str]:
    return list(texts(item))


def handler(name: str, *facts: Fact) -> Handler:
    return lambda store: tell(store, name, *facts)


BEFORE = [count(0, 10), customer(CRM, "canary-9", 5, email=EMAIL, first_name="Canary", last_name="Zyx")]
RACES = {
    "their order": [handler("race", bought(1))],
    "their older order": [handler("race", bought(1))],
    "a merge": [handler("race", customer(WEB, "canary-1", 8, email=EMAIL, phone=PHONE))],
    "a replay": [handler("race", BEFORE[1])],
    "a visit": [handler("race", visit(7))],
    "a consent": [handler("race", consent(7))],
    "a scan": [handler("race", signed(9))],
}


@pytest.mark.parametrize("race", RACES)
def test_a_race_with_an_erasure_leaves_nothing(race: str) -> None:
    known = list(BEFORE)
    if race == "their older order":
        known.append(bought(90, channel_order_id="90", placed_at=at(90)))
    if race == "a scan":
        known += [bought(1), sent(2, number="T1")]

    def close(store: Store) -> Any:
        asked, subject = cause("erase", "api", THEN), {"email": EMAIL, "connection_id": "api"}
        found = change(store, asked, lambda unit: erasure.found(unit, asked, subject), lambda _: None)
        return change(store, asked, lambda unit: erasure.close(unit, asked, found, at(THEN)), lambda _: None)

    played = 0
    for store, results in every_schedule(lambda: told(known), [*RACES[race], close], cuts=3):
        assert not [each for each in results if isinstance(each, Exception)]
        forget_rest(store, results[-1])
        assert left(store) == set(), race
        assert dangling(store) == set(), race
        played += 1
    assert played > 3


def test_two_erasures_at_once_are_one() -> None:
    for store, results in every_schedule(lambda: told(STORY), [erase, erase], cuts=2):
        assert not [each for each in results if isinstance(each, Exception)]
        assert left(store) == set()
