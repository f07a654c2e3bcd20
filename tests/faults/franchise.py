"""One seed of a franchise: two tenants that share only their customers have the same day, with faults."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from events.facts import Fact, build
from records import ids
from records.apply import apply
from records.cause import Cause
from records.errors import ConflictError, StoreUnavailableError
from records.facts import stored
from records.store import keys
from records.store.actions import Item, Key, Store
from records.store.memory import MemoryStore
from records.store.packing import unpack
from tests.faults.campaign import FAULTS, HANDLERS, TENANTS, Outcome
from tests.faults.day import Event, day
from tests.faults.unreliable import CrashError, Unreliable
from tests.records.retail import PLACE, TILL, at, digest
from tests.records.schedules import Handler, one_schedule

GROUP = "group:maison"
PARTIES = (*TENANTS, GROUP)


@dataclass(frozen=True)
class Said:
    """An event at one tenant. Its connection is the tenant's own: a connection's name is unique in the whole hub."""

    tenant: str
    event: Event
    facts: tuple[Fact, ...]

    def apply(self, store: Store) -> None:
        """Apply the event, as `normalise` does."""
        owns = frozenset({PLACE}) if self.event.connection_id == TILL else frozenset()
        named, moment = (self.tenant, self.event.event_id, self.facts[0].connection_id), at(self.event.minute)
        cause = Cause(*named, moment, owns, self.event.tells, group=GROUP)
        apply(store, cause, self.facts, {}, pause=lambda _: None)


def said_at(tenant: str, event: Event) -> Said:
    """Let a tenant hear an event."""
    name = f"{event.connection_id}-{tenant}"
    return Said(
        tenant, event, tuple(build(stored(each), event_id=each.event_id, connection_id=name) for each in event.facts)
    )


def play(seed: int) -> Outcome:
    """Play a seed. It must end like the same events applied once each, in order, without faults."""
    dice, outcome, store, plain = random.Random(seed), Outcome(seed), MemoryStore(), MemoryStore()
    told = [said_at(tenant, event) for tenant in TENANTS for event in day(seed)]
    waiting = [said for said in told for _ in range(dice.randint(1, 3))]
    dice.shuffle(waiting)
    outcome.events = len(waiting)
    past: dict[Key, Item] = {}
    left = [dice.randint(0, FAULTS)]
    handlers = [_handler(waiting, dice, (past, left), outcome) for _ in range(HANDLERS)]
    bugs = [each for each in one_schedule(store, handlers, dice.choice) if isinstance(each, Exception)]
    outcome.lost += len(bugs)
    outcome.violations += [f"a handler ended with {bug!r}" for bug in bugs]
    for said in told:
        said.apply(plain)
    for party in PARTIES:
        _compare(digest(plain, party, GROUP), digest(store, party, GROUP), party, outcome)
    unmarked = [said for said in told if keys.applied(said.tenant, said.event.event_id) not in store.items]
    outcome.lost += len(unmarked)
    outcome.violations += [f"{said.tenant}: {said.event.event_id} has no marker" for said in unmarked]
    _look_for_strangers(store, told, outcome)
    return outcome


def _handler(
    waiting: list[Said], dice: random.Random, faults: tuple[dict[Key, Item], list[int]], outcome: Outcome
) -> Handler:
    def work(store: Store) -> None:
        unreliable = Unreliable(store, dice, 0.2, *faults)
        while waiting:
            said = waiting.pop()
            try:
                said.apply(unreliable)
            except (StoreUnavailableError, ConflictError, CrashError):
                waiting.insert(dice.randint(0, len(waiting)), said)
        outcome.faults.update(unreliable.faults)

    return work


def _compare(wanted: dict[str, Any], found: dict[str, Any], party: str, outcome: Outcome) -> None:
    for name in sorted({*wanted, *found}):
        if wanted.get(name) == found.get(name):
            continue
        outcome.lost += int(name not in found)
        outcome.double_applied += int(name in found)
        outcome.violations.append(f"{party} {name}: wanted {wanted.get(name)}, found {found.get(name)}")


def _look_for_strangers(store: MemoryStore, told: Sequence[Said], outcome: Outcome) -> None:
    """Look for one tenant's name or orders in another's items, and for any order in the items of the group."""
    orders = {
        tenant: {_order(said, fact) for said in told if said.tenant == tenant for fact in said.facts}
        for tenant in TENANTS
    }
    strange = {tenant: {*orders[other], other} for tenant in TENANTS for other in TENANTS if other != tenant}
    strange[GROUP] = set().union(*orders.values())
    for key, item in store.items.items():
        party = key[0].partition("#")[0]
        text = json.dumps([unpack(value) if isinstance(value, bytes) else str(value) for value in item.values()])
        met = sorted(name for name in strange.get(party, {""}) if name in text)
        outcome.cross_tenant += len(met)
        outcome.violations += [f"{key} names {name}, which is not its own" for name in met]


def _order(said: Said, fact: Fact) -> str:
    return ids.order_id(said.tenant, fact.connection_id, str(getattr(fact, "channel_order_id", "")))


def player(seed: int, otherwise: Callable[[int], Outcome]) -> Callable[[int], Outcome]:
    """Choose who plays a seed: every fifth day is a franchise's, all others are `otherwise`."""
    return play if seed % 5 == 4 else otherwise
