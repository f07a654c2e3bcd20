"""An event mapped again: the new mapping's facts take the old one's place, and only there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.apply import Applied, apply
from records.store import keys
from records.store.actions import Store
from records.store.memory import MemoryStore
from records.store.packing import unpack
from tests.records.retail import (
    MUG,
    PLACE,
    SCARF,
    TENANT,
    TILL,
    WEB,
    cause,
    copied,
    count,
    customer,
    digest,
    golden,
    line,
    moved,
    order,
    order_item,
    order_view,
    position,
    sent,
    tell,
)
from tests.records.schedules import every_schedule

OLD, NEW, NEWER = "web@1", "web@2", "web@3"
EVENT = "evt"


def mapped(store: Store, facts: Sequence[Fact], connector: str, minute: int = 60, event_id: str = EVENT) -> Applied:
    """Map an event with a version of its connector: for the first time, or again."""
    because = cause(event_id, facts[0].connection_id, minute, owns=(PLACE,) if facts[0].connection_id == TILL else ())
    about = {"connector": connector, "facts": [each.fact_id for each in facts]}
    return apply(store, replace(because, remaps=True), facts, about, pause=lambda _: None)


def marker(store: MemoryStore) -> Any:
    return store.items[keys.applied(TENANT, EVENT)]


def content(store: MemoryStore) -> Any:
    """Give what the records come to without the ids of the facts that made them."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items() if name not in ("fact_id", "count_rank", "v")}
        return [plain(each) for each in value] if isinstance(value, list) else value

    return plain(digest(store))


ONE = order(0, [line("1", MUG, 1)])
TWO = order(0, [line("1", MUG, 2)])
SCARVES = order(0, [line("1", SCARF, 2)])


def test_the_same_version_again_is_a_repeat() -> None:
    store = MemoryStore()
    mapped(store, [ONE], OLD)
    before = copied(store).items
    assert mapped(store, [TWO], OLD).outcome == "repeated"
    assert store.items == before


@pytest.mark.parametrize(("old", "new"), [(ONE, TWO), (TWO, ONE), (ONE, SCARVES), (SCARVES, TWO)])
def test_what_a_newer_mapping_states_takes_the_place_of_what_the_older_stated(old: Fact, new: Fact) -> None:
    store, direct = MemoryStore(), MemoryStore()
    mapped(store, [old], OLD)
    assert mapped(store, [new], NEW, 70).outcome == "applied"
    mapped(direct, [new], NEW)
    assert content(store) == content(direct)
    assert (marker(store)["connector"], marker(store)["mapped_before"]) == (NEW, OLD)


def test_going_back_to_the_older_mapping_goes_back() -> None:
    store, direct = MemoryStore(), MemoryStore()
    for minute, (said, version) in enumerate([(ONE, OLD), (TWO, NEW), (ONE, NEWER)]):
        mapped(store, [said], version, 60 + minute)
    mapped(direct, [ONE], OLD)
    assert content(store) == content(direct)


def test_where_the_newer_mapping_states_the_same_no_record_is_written() -> None:
    store = MemoryStore()
    facts = [ONE, sent(1)]
    mapped(store, facts, OLD)
    before = {at: item for at, item in store.items.items() if at[1] != "APPLIED"}
    known = unpack(marker(store)["records"])
    assert mapped(store, facts, NEW, 70) == Applied("unchanged", [])
    assert {at: item for at, item in store.items.items() if at[1] != "APPLIED"} == before
    assert (marker(store)["connector"], marker(store)["outcome"]) == (NEW, "applied")
    assert unpack(marker(store)["records"]) == known


def test_the_marker_names_all_that_the_event_ever_changed() -> None:
    store = MemoryStore()
    mapped(store, [ONE], OLD)
    mapped(store, [SCARVES], NEW, 70)
    named = {(each["record"], each["id"]) for each in unpack(marker(store)["records"])}
    assert {("stock", f"{MUG}@{PLACE}"), ("stock", f"{SCARF}@{PLACE}")} <= named


def test_a_later_event_is_not_overtaken_by_an_earlier_one_that_is_mapped_again() -> None:
    store = MemoryStore()
    mapped(store, [ONE], OLD)
    tell(store, "later", order(5, [line("1", MUG, 3)]))
    mapped(store, [TWO], NEW, 70)
    assert [each.ordered for each in order_view(store).lines] == [3]


def test_what_was_paid_in_the_same_second_stays_paid_when_the_first_event_is_mapped_again() -> None:
    store = MemoryStore()
    paid = order(0, [line("1", MUG, 1)], payments=[{"payment_id": "p", "amount": 3000, "status": "paid"}])
    mapped(store, [ONE], OLD)
    tell(store, "paid", paid)
    mapped(store, [TWO], NEW, 70)
    assert order_view(store).payment == "paid"


@pytest.mark.parametrize("first", [3, 8])
def test_a_count_and_a_movement_that_were_read_wrongly_are_put_right(first: int) -> None:
    store = MemoryStore()
    mapped(store, [count(1, first)], OLD)
    mapped(store, [count(1, 5)], NEW, 70)
    tell(store, "received", moved(2, "m", 4))
    assert position(store).on_hand == 9


def test_a_customer_who_was_read_wrongly_is_put_right_and_stays_one() -> None:
    store = MemoryStore()
    mapped(store, [customer(WEB, "7", email="ada@example.com", first_name="Lovelace")], OLD)
    mapped(store, [customer(WEB, "7", email="ada@example.com", first_name="Ada")], NEW, 70)
    assert [each["first_name"] for each in golden(store)] == ["Ada"]


def test_an_order_too_large_for_one_transaction_is_mapped_again_as_a_whole() -> None:
    store, direct = MemoryStore(), MemoryStore()
    old, new = (order(0, [line(str(n), f"SKU{n}", pieces) for n in range(150)]) for pieces in (1, 2))
    mapped(store, [old], OLD)
    mapped(store, [new], NEW, 70)
    mapped(direct, [new], NEW)
    assert {each.ordered for each in order_view(store).lines} == {2}
    assert {name: item for name, item in content(store).items() if "STOCK" in name} == {
        name: item for name, item in content(direct).items() if "STOCK" in name
    }


def test_mapped_again_by_two_at_once_it_is_mapped_once() -> None:
    start = MemoryStore()
    mapped(start, [ONE], OLD)
    handlers = [lambda store: mapped(store, [TWO], NEW, 70), lambda store: mapped(store, [TWO], NEW, 71)]
    outcomes = set()
    for store, results in every_schedule(lambda: copied(start), handlers):
        assert sorted(each.outcome for each in results) == ["applied", "repeated"]
        assert [each.ordered for each in order_view(store).lines] == [2]
        outcomes.add(order_item(store)["ver"])
    assert outcomes == {2}


def test_a_repeat_of_the_first_delivery_beside_it_changes_nothing() -> None:
    start = MemoryStore()
    mapped(start, [ONE], OLD)
    handlers = [lambda store: mapped(store, [TWO], NEW, 70), lambda store: tell(store, EVENT, ONE)]
    for store, results in every_schedule(lambda: copied(start), handlers):
        assert [each.outcome for each in results] == ["applied", "repeated"]
        assert [each.ordered for each in order_view(store).lines] == [2]


SAID = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 3), st.sampled_from([MUG, SCARF])),
    min_size=2,
    max_size=4,
    unique_by=lambda e: e[0],
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(said=SAID, again=st.permutations([0, 1, 2, 3]), pieces=st.integers(1, 3))
def test_whatever_is_mapped_again_in_whatever_order_the_record_is_as_if_mapped_so_at_first(
    said: list[tuple[int, int, str]], again: list[int], pieces: int
) -> None:
    """Several events of one order, each mapped wrongly at first; then all are mapped again, in any order."""
    old = [order(minute, [line("1", sku, quantity)]) for minute, quantity, sku in said]
    new = [order(minute, [line("1", sku, quantity + pieces)]) for minute, quantity, sku in said]
    store, direct = MemoryStore(), MemoryStore()
    for number, each in enumerate(old):
        mapped(store, [each], OLD, event_id=f"evt{number}")
    for number in (number for number in again if number < len(new)):
        mapped(store, [new[number]], NEW, 70 + number, event_id=f"evt{number}")
    for number, each in enumerate(new):
        mapped(direct, [each], NEW, event_id=f"evt{number}")
    assert content(store) == content(direct)
