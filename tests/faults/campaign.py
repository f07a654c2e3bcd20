"""One seed: a day of two tenants. Several handlers work on it at once, on an unreliable store.

Three things must hold in the end. What channels said comes to the same as if each event were applied once, in order.
Decisions of people and reservations depend on the order of writing and on clocks: all that was written comes to the
same as if it were done again, one thing after another. And the shelf on paper agrees with the stock.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from records import ids
from records.apply import apply
from records.errors import ConflictError, StoreUnavailableError
from records.stock import position as stock
from records.store import keys
from records.store.actions import Item, Key, Store
from records.store.memory import MemoryStore
from records.store.packing import unpack
from tests.faults.asides import Counter as Asides
from tests.faults.asides import counter
from tests.faults.day import SKUS, Event, day
from tests.faults.unreliable import CrashError, Unreliable
from tests.faults.written import Book, Deed, Watched, differences, do, oversold
from tests.records.retail import digest
from tests.records.schedules import Handler, one_schedule

TENANTS = ("acme", "bruno")
HANDLERS = 3
FAULTS = 42  # at most so many in one day
FOLDED = ("#ORDER#", "#STOCK#", "#SHIPMENT#")
WHO = ("customer_id", "customer_key", "named_by")
Delivery = tuple[str, Deed]


@dataclass
class Outcome:
    """What one seed did, and how much of it was wrong. `violations` say where."""

    seed: int
    events: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    double_applied: int = 0
    oversold: int = 0
    cross_tenant: int = 0
    promises: int = 0  # reservations that were made: each could have oversold
    violations: list[str] = field(default_factory=list)


def play(seed: int) -> Outcome:
    """Play a seed. Each deed comes one to three times, in any order, to handlers whose calls fail."""
    dice, told, outcome = random.Random(seed), day(seed), Outcome(seed)
    tells, decides = any(event.tells for event in told), seed % 2 == 1
    asides, store, book = counter(seed, tells=tells, decides=decides), MemoryStore(), Book()
    told = [*asides.events, *told]
    _open_shop(store, book, asides)
    deeds: list[Deed] = [*told[len(asides.opening) :], *asides.acts]
    deliveries = [(tenant, deed) for tenant in TENANTS for deed in deeds for _ in range(dice.randint(1, 3))]
    dice.shuffle(deliveries)
    outcome.events = len(deliveries)
    past: dict[Key, Item] = {}
    left = [dice.randint(0, FAULTS)]
    handlers = [_handler(deliveries, dice, (past, left), book, outcome) for _ in range(HANDLERS)]
    bugs = [each for each in one_schedule(store, handlers, dice.choice) if isinstance(each, Exception)]
    outcome.lost += len(bugs)
    outcome.violations += [f"a handler ended with {bug!r}" for bug in bugs]
    for tenant in TENANTS:
        _compare(store, tenant, told, outcome, decides=decides)
        _compare_with_book(store, book, tenant, outcome, tells=tells)
    _look_for_strangers(store, told, outcome)
    return outcome


def _open_shop(store: MemoryStore, book: Book, asides: Asides) -> None:
    """Apply the opening counts before anything else happens."""
    watched = Watched(store, book)
    for tenant in TENANTS:
        for event in asides.opening:
            watched.doing = (tenant, event)
            do(watched, tenant, event)


def _handler(
    waiting: list[Delivery],
    dice: random.Random,
    faults: tuple[dict[Key, Item], list[int]],
    book: Book,
    outcome: Outcome,
) -> Handler:
    """Make a handler that works on deliveries until none is left. A failed one comes back, as from a queue."""

    def work(store: Store) -> None:
        watched = Watched(store, book)
        unreliable = Unreliable(watched, dice, 0.2, *faults)
        while waiting:
            watched.doing = waiting.pop()
            try:
                do(unreliable, *watched.doing)
            except (StoreUnavailableError, ConflictError, CrashError):
                waiting.insert(dice.randint(0, len(waiting)), watched.doing)
        outcome.faults.update(unreliable.faults)

    return work


def _compare(store: MemoryStore, tenant: str, told: Sequence[Event], outcome: Outcome, *, decides: bool) -> None:
    plain = MemoryStore()
    for event in told:
        apply(plain, event.cause(tenant), event.facts, {}, pause=lambda _: None)
    unmarked = [event.event_id for event in told if keys.applied(tenant, event.event_id) not in store.items]
    outcome.lost += len(unmarked)
    outcome.violations += [f"{tenant}: {event_id} has no marker" for event_id in unmarked]
    wanted, found = (_said(digest(each, tenant), decides=decides) for each in (plain, store))
    for name in sorted({*wanted, *found}):
        if name not in found:
            outcome.lost += 1
        elif wanted.get(name) != found[name]:
            outcome.double_applied += 1
        else:
            continue
        outcome.violations.append(f"{tenant} {name}: wanted {wanted.get(name)}, found {found.get(name)}")
    for sku in SKUS:
        seen = stock.position(store.items.get(keys.stock(tenant, sku, "lille"), {}))
        if seen.available > max(0, seen.on_hand - seen.reserved) or seen.available < 0:
            outcome.oversold += 1
            outcome.violations.append(f"{tenant} {sku}: {seen.available} available of {seen}")


def _said(found: dict[str, Any], *, decides: bool) -> dict[str, Any]:
    """Leave out what no channel said: reservations and, on a day with decisions, all about customers."""
    kept = {name: item for name, item in found.items() if "#RESERVATION#" not in name}
    if decides:
        kept = {name: item for name, item in kept.items() if any(part in name for part in FOLDED)}
    return {name: _without_asides(item, decides) if "#" in name else item for name, item in kept.items()}


def _without_asides(item: dict[str, Any], decides: bool) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if not name.startswith("r#")}
    if "reservations" in kept.get("state", {}):
        kept["state"] = {name: value for name, value in kept["state"].items() if name != "reservations"}
    return {name: value for name, value in kept.items() if not (decides and name in WHO)}


def _compare_with_book(store: MemoryStore, book: Book, tenant: str, outcome: Outcome, *, tells: bool) -> None:
    unlike = differences(store, book, tenant)
    outcome.double_applied += len(unlike)
    promises, wrong = oversold(store, book, tenant, told=tells)
    outcome.promises += promises
    outcome.oversold += len(wrong)
    outcome.violations += [*unlike, *wrong]


def _look_for_strangers(store: MemoryStore, told: Sequence[Event], outcome: Outcome) -> None:
    """Look for one tenant's name or ids in another's items. The channels' own ids do not count: both have the same."""
    for tenant in TENANTS:
        others = {other: _names(store, other, told) for other in TENANTS if other != tenant}
        mine = [(at, json.dumps(_shown(item))) for at, item in store.items.items() if at[0].startswith(f"{tenant}#")]
        for at, text in mine:
            met = [name for names in others.values() for name in names if name in text]
            outcome.cross_tenant += len(met)
            outcome.violations += [f"{at} names {name} of another tenant" for name in met]
    homeless = [at for at in store.items if not at[0].startswith(tuple(f"{tenant}#" for tenant in TENANTS))]
    outcome.cross_tenant += len(homeless)
    outcome.violations += [f"{at} belongs to no tenant" for at in homeless]


def _names(store: MemoryStore, tenant: str, told: Sequence[Event]) -> set[str]:
    orders = {
        ids.order_id(tenant, fact.connection_id, str(getattr(fact, "channel_order_id", "")))
        for event in told
        for fact in event.facts
    }
    customers = {pk.rpartition("#")[2] for pk, sk in store.items if sk == "CUSTOMER" and pk.startswith(f"{tenant}#")}
    return {tenant, *orders, *customers}


def _shown(item: Item) -> dict[str, Any]:
    return {name: unpack(value) if isinstance(value, bytes) else str(value) for name, value in item.items()}
