"""One seed: a day of two tenants, heard by several handlers at once on an unreliable store, against the plain fold."""

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from day import SKUS, Event, day
from retail import digest
from schedules import Handler, one_schedule
from unreliable import CrashError, Unreliable

from records import ids, stock
from records.apply import apply
from records.errors import ConflictError, StoreUnavailableError
from records.packing import unpack
from records.store import keys
from records.store.actions import Item, Key, Store
from records.store.memory import MemoryStore

TENANTS = ("acme", "bruno")
GROUP = "group:maison"
SHARING = 3  # of so many days the tenants share their customers on one
HANDLERS = 3
FAULTS = 24  # at most, in one day
Delivery = tuple[str, Event]


@dataclass
class Outcome:
    """What one seed did, and what of it was wrong; `violations` say where."""

    seed: int
    events: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    double_applied: int = 0
    oversold: int = 0
    cross_tenant: int = 0
    violations: list[str] = field(default_factory=list)


def play(seed: int) -> Outcome:
    """Play a seed and compare its end with that of the same events told once each, in order, without a fault."""
    dice, outcome, store = random.Random(seed), Outcome(seed), MemoryStore()
    people = GROUP if seed % SHARING == 0 else ""
    told = {tenant: [event.at_member(tenant, people) if people else event for event in day(seed)] for tenant in TENANTS}
    deliveries = [(tenant, event) for tenant in TENANTS for event in told[tenant] for _ in range(dice.randint(1, 3))]
    dice.shuffle(deliveries)
    outcome.events = len(deliveries)
    past: dict[Key, Item] = {}
    left = [dice.randint(0, FAULTS)]
    handlers = [_handler(deliveries, dice, past, left, outcome) for _ in range(HANDLERS)]
    bugs = [each for each in one_schedule(store, handlers, dice.choice) if isinstance(each, Exception)]
    outcome.lost += len(bugs)
    outcome.violations += [f"a handler ended with {bug!r}" for bug in bugs]
    plain = MemoryStore()
    for tenant in TENANTS:
        for event in told[tenant]:
            apply(plain, event.cause(tenant), event.facts, {}, pause=lambda _: None)
        _look_for_markers(store, tenant, told[tenant], outcome)
    for party in (*TENANTS, *([people] if people else [])):
        _compare(store, plain, party, people, outcome)
    _look_for_strangers(store, told, people, outcome)
    return outcome


def _handler(
    waiting: list[Delivery], dice: random.Random, past: dict[Key, Item], left: list[int], outcome: Outcome
) -> Handler:
    """Make a handler that works on deliveries until none is left; one that fails comes back, as a queue brings it."""

    def work(store: Store) -> None:
        unreliable = Unreliable(store, dice, 0.2, past, left)
        while waiting:
            tenant, event = waiting.pop()
            try:
                apply(unreliable, event.cause(tenant), event.facts, {}, pause=lambda _: None)
            except (StoreUnavailableError, ConflictError, CrashError):
                waiting.insert(dice.randint(0, len(waiting)), (tenant, event))
        outcome.faults.update(unreliable.faults)

    return work


def _look_for_markers(store: MemoryStore, tenant: str, told: Sequence[Event], outcome: Outcome) -> None:
    unmarked = [event.event_id for event in told if keys.applied(tenant, event.event_id) not in store.items]
    outcome.lost += len(unmarked)
    outcome.violations += [f"{tenant}: {event_id} has no marker" for event_id in unmarked]


def _compare(store: MemoryStore, plain: MemoryStore, tenant: str, people: str, outcome: Outcome) -> None:
    wanted, found = digest(plain, tenant, people), digest(store, tenant, people)
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


def _look_for_strangers(store: MemoryStore, told: Mapping[str, Sequence[Event]], people: str, outcome: Outcome) -> None:
    """Look for one tenant's name or ids in another's items; outside, both use the same ids. What is kept for a group
    may name the tenants, whose connections know its customers, and none of their orders.
    """
    orders = {tenant: _orders(tenant, told[tenant]) for tenant in TENANTS}
    for tenant in (*TENANTS, *([people] if people else [])):
        names = {
            other: orders[other] if tenant == people else _names(store, other) | orders[other] for other in TENANTS
        }
        others = {other: found for other, found in names.items() if other != tenant}
        mine = [(at, json.dumps(_shown(item))) for at, item in store.items.items() if at[0].startswith(f"{tenant}#")]
        for at, text in mine:
            met = [name for names in others.values() for name in names if name in text]
            outcome.cross_tenant += len(met)
            outcome.violations += [f"{at} names {name} of another tenant" for name in met]
    parties = (*TENANTS, *([people] if people else []))
    homeless = [at for at in store.items if not at[0].startswith(tuple(f"{party}#" for party in parties))]
    outcome.cross_tenant += len(homeless)
    outcome.violations += [f"{at} belongs to no tenant" for at in homeless]


def _orders(tenant: str, told: Sequence[Event]) -> set[str]:
    return {
        ids.order_id(tenant, fact.connection_id, str(getattr(fact, "channel_order_id", "")))
        for event in told
        for fact in event.facts
    }


def _names(store: MemoryStore, tenant: str) -> set[str]:
    customers = {pk.rpartition("#")[2] for pk, sk in store.items if sk == "CUSTOMER" and pk.startswith(f"{tenant}#")}
    return {tenant, *customers}


def _shown(item: Item) -> dict[str, Any]:
    return {name: unpack(value) if isinstance(value, bytes) else str(value) for name, value in item.items()}
