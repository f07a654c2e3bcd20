"""Whatever the database does at whichever call, and however often an event comes: one effect, the same records."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from events.facts import Fact
from records.apply import apply
from records.errors import ConflictError, RecordError, StoreUnavailableError
from records.outcomes import marker
from records.store import keys
from records.store import unit as units
from records.store.actions import Action, Item, Key
from records.store.memory import MemoryStore
from records.store.packing import pack
from tests.records.retail import (
    CRM,
    DESK,
    MUG,
    SCARF,
    TILL,
    WEB,
    adjusted,
    cause,
    copied,
    count,
    customer,
    digest,
    fact,
    line,
    order,
    order_view,
    scan,
    sent,
    share,
    tell,
)

ADA = {"email": "ada@example.com", "phone": "+33612345678", "first_name": "Ada"}
LONG = [line(str(number), f"SKU-{number}", 1) for number in range(9)]
DAY: list[list[Fact]] = [
    [count(0, 10), count(0, 5, sku=SCARF)],
    [customer(TILL, "t1", 0, **ADA, loyalty={"card": "C9"})],
    [order(1, [line("1", MUG, 2), line("2", SCARF, 1)], buyer={**ADA, "channel_customer_id": "7"})],
    [customer(CRM, "c1", 2, email="ada@example.com"), customer(CRM, "c0", 2, email="other@example.com")],
    [fact("customer_merge", CRM, 3, from_channel_customer_ids=["c0"], into_channel_customer_id="c1")],
    [sent(5, connection_id=DESK), scan(6, "in_transit")],
    [scan(8, "delivered"), adjusted(9, "refund", share("1", 1, restock=True))],
    [order(1, LONG, channel_order_id="long")],
    [order(4, LONG[1:], channel_order_id="long"), count(7, 9)],
]


class CrashError(Exception):
    """The function died."""


def refuse(write: Callable[[], None]) -> None:
    """Somebody else wrote first."""
    raise ConflictError("injected")


def drop(write: Callable[[], None]) -> None:
    """The request did not arrive."""
    raise StoreUnavailableError("injected")


def lose(write: Callable[[], None]) -> None:
    """The answer got lost."""
    write()
    raise StoreUnavailableError("injected")


def die_before(write: Callable[[], None]) -> None:
    """The function ran out of time."""
    raise CrashError


def die_after(write: Callable[[], None]) -> None:
    """The function ran out of time once its write was through."""
    write()
    raise CrashError


FAULTS = [refuse, drop, lose, die_before, die_after]


class FaultyStore(MemoryStore):
    """A store with a fault at one of its calls."""

    def __init__(self, at: int, fault: Callable[[Callable[[], None]], None]) -> None:
        super().__init__()
        self.calls, self._at, self._fault = 0, at, fault

    def _strikes(self) -> bool:
        self.calls += 1
        return self.calls == self._at

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        if self._strikes() and self._fault is not refuse:
            self._fault(lambda: None)
        return super().get(keys, consistent=consistent)

    def write(self, actions: Sequence[Action]) -> None:
        if self._strikes():
            self._fault(lambda: super(FaultyStore, self).write(actions))
        else:
            super().write(actions)


def play(store: MemoryStore) -> dict[str, Any]:
    """Hear the day's events; what fails comes again, as it does from a queue."""
    for number, facts in enumerate(DAY):
        for _ in range(3):
            try:
                tell(store, f"evt{number}", *facts)
                break
            except (RecordError, CrashError):
                continue
    return digest(store)


@pytest.mark.parametrize("limit", [100, 8])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_store_call_leaves_no_trace_after_redelivery(
    fault: Callable[[Callable[[], None]], None], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With transactions of eight actions the long order and its change take several steps, and so do the pages."""
    monkeypatch.setattr(units, "LIMIT", limit)
    monkeypatch.setattr("records.apply.LIMIT", limit)
    quiet = FaultyStore(0, fault)
    known = play(quiet)
    for at in range(1, quiet.calls + 1):
        assert play(FaultyStore(at, fault)) == known, f"{fault.__name__} at call {at}"
    assert quiet.calls > 2 * len(DAY)


def test_the_same_event_again_changes_nothing_and_answers_what_it_did() -> None:
    store = MemoryStore()
    first = tell(store, "evt", order(0, [line("1", MUG, 1)], buyer=ADA))
    before = copied(store).items
    again = tell(store, "evt", order(0, [line("1", MUG, 1)], buyer=ADA))
    assert (first.outcome, again.outcome, again.records) == ("applied", "repeated", first.records)
    assert store.items == before


def test_a_quarantined_event_that_is_replayed_is_applied_once() -> None:
    store, because = MemoryStore(), cause("evt")
    parked = {"outcome": "quarantined", "records": pack([])}
    store.write([marker(keys.applied(because.tenant, "evt"), because, parked)])
    placed = [order(0, [line("1", MUG, 1)])]
    assert [apply(store, because, placed, {}).outcome for _ in range(2)] == ["applied", "repeated"]
    with pytest.raises(ConflictError):
        store.write([marker(keys.applied(because.tenant, "evt"), because, parked)])


def test_an_order_of_two_hundred_lines_is_settled_in_steps_and_taken_back_in_steps() -> None:
    lines = [line(str(number), f"SKU-{number}", 2) for number in range(200)]
    store = MemoryStore()
    tell(store, "a", order(0, lines))
    held = [item for item in store.items.values() if any(name.startswith("o#") for name in item)]
    assert (len(held), {entry["h"] for item in held for name, entry in item.items() if name[:2] == "o#"}) == (
        200,
        {"2"},
    )
    tell(store, "b", order(5, lines, cancelled_at="2026-11-22T09:05:00.000Z"))
    assert not any(name.startswith("o#") for item in store.items.values() for name in item)
    assert not any("unsettled" in item or "steps" in item for item in store.items.values())


def test_a_product_of_a_hundred_variants_is_learnt_whole() -> None:
    variants = [{"sku": f"S{n}", "channel_stock_id": f"i{n}", "channel_product_id": f"v{n}"} for n in range(100)]
    store = MemoryStore()
    assert tell(store, "a", fact("product", WEB, 0, channel_product_id="p", variants=variants)).outcome == "applied"
    assert len([item for item in store.items.values() if item["sk"] == "ALIAS"]) == 300
    assert tell(store, "b", fact("product", WEB, 0, channel_product_id="p", variants=variants)).outcome == "unchanged"


def test_a_merge_of_a_hundred_customers_leaves_one() -> None:
    store = MemoryStore()
    names = [f"c{number}" for number in range(100)]
    for name in names:
        tell(store, name, customer(CRM, name, 0, email=f"{name}@example.com"))
    tell(store, "m", fact("customer_merge", CRM, 1, from_channel_customer_ids=names[1:], into_channel_customer_id="c0"))
    (survivor,) = [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]
    assert len(survivor["absorbed"]) == 99
    assert len(digest(store)["customers"][0]["channels"]) == 1


class Behind(MemoryStore):
    """A store whose eventually consistent reads do not show orders yet, though they show their parcels."""

    def get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        found = super().get(keys, consistent=consistent)
        return found if consistent else {key: item for key, item in found.items() if key[1] != "ORDER"}


def test_a_scan_reaches_an_order_that_a_first_look_does_not_show_yet() -> None:
    store = Behind()
    tell(store, "order", order(0, LONG[:1]), sent(5))
    tell(store, "scan", scan(9, "delivered"))
    assert order_view(store).fulfillment == "delivered"
