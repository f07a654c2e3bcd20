"""What people decide of customers while channels speak: whatever comes first, nobody and no order is lost."""

from collections.abc import Callable
from typing import Any

from events.facts import Fact
from records.customers.decisions import DecisionError
from records.store.actions import Store
from records.store.memory import MemoryStore
from tests.records.customers.deciding import head, merge, reject, unmerge
from tests.records.race import hears, race
from tests.records.retail import CRM, MUG, TILL, WEB, customer, line, order, told
from tests.records.schedules import every_schedule

OLD, NEW = {"email": "old@example.com"}, {"email": "new@example.com"}
KNOWN = [customer(WEB, "7", 1, **OLD), customer(TILL, "t", 2, **NEW)]


def bought(minute: int, **buyer: Any) -> Fact:
    return order(minute, [line("1", MUG, 1)], channel_order_id=f"o{minute}", buyer=buyer)


def decides(what: Callable[..., None], *about: Any) -> Callable[[Store], str]:
    def decide(store: Store) -> str:
        try:
            what(store, *about)
        except DecisionError as refused:
            return refused.code
        return "decided"

    return decide


def owner_is_known(store: MemoryStore) -> None:
    """Every order leads to a customer that is shown."""
    shown = [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]
    names = {name for each in shown for name in each["accounts"]}
    owners = {item["customer_id"] for item in store.items.values() if item["sk"] == "ORDER"}
    assert owners
    assert owners <= names


def test_a_merge_by_hand_against_an_order_of_the_one_who_goes() -> None:
    join, buy = decides(merge, 30, "web/7", "till/t"), hears("o", bought(5, **OLD))
    assert race(told(KNOWN), join, buy) == {("decided", "applied")}
    for store, _ in every_schedule(lambda: told(KNOWN), [join, buy]):
        owner_is_known(store)
        assert head(store, "web/7")["id"] == head(store, "till/t")["id"]


def test_a_merge_by_hand_against_an_order_that_names_both() -> None:
    buy = hears("o", bought(5, **OLD, channel_customer_id="7"))
    race(told(KNOWN), decides(merge, 30, "web/7", "till/t"), buy, cuts=4)


def test_a_parting_against_an_order_of_the_one_who_goes() -> None:
    start = told([customer(WEB, "7", 1, **OLD), customer(TILL, "t", 2, **OLD)])
    part = decides(unmerge, 30, "till/t")
    assert race(start, part, hears("o", bought(5, **OLD, channel_customer_id="7"))) == {("decided", "applied")}


def test_a_merge_and_a_rejection_of_the_same_two_have_one_winner() -> None:
    seen = race(told(KNOWN), decides(merge, 30, "web/7", "till/t"), decides(reject, 31, "web/7", "till/t"))
    assert seen <= {("decided", "decision_refused"), ("decision_refused", "decided")}


def test_a_merge_by_hand_against_a_fact_that_joins_the_same_two() -> None:
    race(told(KNOWN), decides(merge, 30, "web/7", "till/t"), hears("c", customer(TILL, "t", 5, **OLD)))


def test_two_merges_that_would_make_a_circle() -> None:
    start = told([*KNOWN, customer(CRM, "c", 3, email="third@example.com")])
    seen = race(start, decides(merge, 30, "web/7", "till/t"), decides(merge, 31, "till/t", "web/7"))
    assert all(sorted(each) == ["decided", "decision_refused"] for each in seen)
