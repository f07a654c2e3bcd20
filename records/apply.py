"""Apply the facts of one event: read the records they touch, fold the facts in, write records and marker at once.

What is too much for one transaction is written in several, and the marker comes with the last.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from records import remapping
from records.cause import Cause
from records.customers import erasure, identity
from records.errors import ConflictError
from records.facts import Stored, stored
from records.orders import fold
from records.outcomes import marker
from records.products import aliases
from records.stock import counts
from records.store import keys
from records.store.actions import Item, Key, Put, Store
from records.store.packing import pack, unpack
from records.store.unit import LIMIT, Unit

if TYPE_CHECKING:  # the models cost a cold start, and only those who make facts need them
    from events.facts import Fact

ATTEMPTS = 12
CUSTOMERS_AT_ONCE = 7  # a new customer takes up to fourteen actions
ORDER_FACTS = ("order", "fulfillment", "adjustment")

Pause = Callable[[float], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Applied:
    """What became of an event: `applied`, `unchanged`, or `repeated` where its marker lay there before."""

    outcome: str
    records: list[dict[str, Any]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)  # facts that an erasure refused or took the person out of


def apply(store: Store, cause: Cause, facts: "Sequence[Fact]", about: Item, pause: Pause = time.sleep) -> Applied:
    """Apply the facts of an event once: its id is the idempotency key, its marker says that it was applied.

    `about`: further fields of the marker. Two handlers may apply the same event at the same moment.

    Raises:
        StoreUnavailableError: it may or may not be written; the event may be applied again.
        ConflictError: too many others wrote the same records at the same time.
        ContractError: the facts do not fit together.
    """
    said = [part for fact in facts for part in identity.parts(stored(fact))]
    surely = any(fact["kind"] in identity.KINDS for fact in said)
    return _again(pause, lambda consistent: _apply_once(store, cause, said, about, pause, consistent), surely)


def _again(pause: Pause, attempt: Callable[[bool], T], surely: bool = False) -> T:
    """Read, decide and write; do so again after a conflict (optimistic locking), with a growing pause and jitter.

    The first read is not consistent unless `surely`: it costs half as much and may be a moment old. Every write states
    what it was decided on, so a decision on old news ends in a conflict, and every later read is consistent. A first
    read may also show one item before a write and another item after the same write, so that one names what the other
    lacks. The LookupError that comes of it is a reason to read again too.
    """
    for count in range(1, ATTEMPTS):
        surely = surely or count > 1
        mixed = () if surely else (LookupError,)
        try:
            return attempt(surely)
        except (ConflictError, *mixed):
            pause(random.uniform(0, min(1.0, 0.01 * 2**count)))  # noqa: S311 - jitter, not a secret
    return attempt(True)


def change(store: Store, cause: Cause, decide: Callable[[Unit], T], pause: Pause = time.sleep) -> T:
    """Change records by hand: read, `decide`, and write in one transaction; do so again after a conflict.

    Reads are consistent, for what is decided may be a refusal: it writes nothing that could meet a conflict.

    Raises:
        StoreUnavailableError: it may or may not be written; it may be asked again.
        ConflictError: too many others wrote the same records at the same time.
    """

    def attempt(consistent: bool) -> T:
        unit = Unit(store, consistent=consistent)
        made = decide(unit)
        unit.commit(None)
        return made

    return _again(pause, attempt, surely=True)


def _apply_once(
    store: Store, cause: Cause, facts: list[Stored], about: Item, pause: Pause, consistent: bool
) -> Applied:
    unit, key = Unit(store, consistent=consistent), keys.applied(cause.tenant, cause.event_id)
    # A page of customers is surely too much for one transaction, so it is not even tried.
    is_page = sum(fact["kind"] == "customer" for fact in facts) > CUSTOMERS_AT_ONCE
    unit.load([key] if is_page else [key, *_touched(cause, facts, consistent)])
    known = unit.item(key)
    if known is not None and not remapping.is_open(cause, known, about):
        return Applied("repeated", unpack(known["records"]), known.get("erased", []))
    facts = remapping.news(cause, known, facts)
    groups = _groups(cause, facts)
    if not is_page:
        _fold(unit, cause, facts)
    erased = unit.erased
    if not is_page and (unit.size < LIMIT or len(groups) == 1):
        records, changes, last = unit.records(), unit.size, unit
    else:
        # Too much for one transaction: one for each group. A group is one whole effect, and to apply it again changes
        # nothing. So a crash between two groups does no harm: the marker comes last.
        records, changes, last = [], unit.size, Unit(store)
        for group in groups:
            surely = any(fact["kind"] in identity.KINDS for fact in group)
            done = _again(pause, partial(_apply_group, store, cause, group), surely)
            records, changes, erased = records + done.records(), changes + done.size, erased | done.erased
    outcome = "applied" if changes else "unchanged"
    left = {"erased": sorted(erased)} if erased else {}
    fields, when = remapping.marked(known, {**about, **left, "outcome": outcome}, records)
    last.commit(marker(key, cause, fields, when))
    return Applied(outcome, records, sorted(erased))


def _apply_group(store: Store, cause: Cause, facts: list[Stored], consistent: bool) -> Unit:
    unit = Unit(store, consistent=consistent)
    unit.load(_touched(cause, facts, consistent))
    _fold(unit, cause, facts)
    unit.commit(None)
    return unit


def _fold(unit: Unit, cause: Cause, facts: Iterable[Stored]) -> None:
    by_order: dict[str, list[Stored]] = {}
    for fact in facts:
        match fact["kind"]:
            case "order" | "fulfillment" | "adjustment":
                by_order.setdefault(fold.order_id_of(cause, fact), []).append(fact)
            case kind if kind in identity.KINDS:
                if not identity.take(unit, cause.people, fact):
                    _keep(unit, cause.people, fact)
            case "stock_count" | "stock_movement":
                counts.take(unit, cause, fact)
            case "tracking":
                fold.track(unit, cause, fact)
            case "product":
                aliases.learn(unit, cause, fact)
            case "privacy_request":
                erasure.take(unit, cause, fact)
            case _:
                _keep(unit, cause, fact)
    for order_id, said in by_order.items():
        fold.fold(unit, cause, order_id, said)


def _groups(cause: Cause, facts: Sequence[Stored]) -> list[list[Stored]]:
    """Part facts into groups; each is one effect: all facts of one order, all of one parcel, any other fact alone."""
    groups: dict[str, list[Stored]] = {}
    for number, fact in enumerate(facts):
        name = f"fact {number}"
        if fact["kind"] in ORDER_FACTS:
            name = f"order {fold.order_id_of(cause, fact)}"
        if fact["kind"] == "tracking":
            name = f"parcel {fact['tracking_number']}"
        groups.setdefault(name, []).append(fact)
    return list(groups.values())


def _touched(cause: Cause, facts: Iterable[Stored], consistent: bool) -> list[Key]:
    """Name the keys that will surely be read, so that one call reads them all."""
    wanted: list[Key] = []
    for fact in facts:
        if fact["kind"] in ORDER_FACTS:
            wanted.append(keys.order(cause.tenant, fold.order_id_of(cause, fact)))
        wanted += identity.wanted(cause.people.tenant, fact, surely=consistent)
        if fact["kind"] == "stock_count":
            wanted.append(counts.place(cause, fact))
        numbers = [parcel["number"] for parcel in fact.get("tracking", [])]
        if fact["kind"] == "tracking":
            numbers.append(fact["tracking_number"])
        wanted += [keys.shipment(cause.tenant, number) for number in numbers]
    return wanted


def _keep(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep a fact that changes no record yet (a price, a statement that leads to nobody), so that nothing is lost."""
    key = (f"{cause.tenant}#FACT#{fact['kind']}#{fact['fact_id']}", "FACT")
    if unit.item(key) is None:
        unit.put(Put({"pk": key[0], "sk": key[1], "fact": pack(fact), "at": cause.at}))
