"""Checks of what a connector's facts do to records: once, twice, in any order, and when our own write comes back."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from connectors.workshop.conformance.subject import TYPED, Sample, Subject, with_connection
from events.facts import Fact, StockCount
from records.apply import apply
from records.cause import Cause
from records.customers import customer as customers
from records.errors import RecordError
from records.stock import position as stock
from records.stock import promise
from records.stock.promise import Viewer
from records.store import keys
from records.store.actions import Item
from records.store.memory import MemoryStore
from records.store.packing import unpack

Found = Iterator[tuple[str, str]]
Event = tuple[str, Sample, Sequence[Fact]]

AT = "2026-11-22T12:00:00.000Z"
SHUFFLES = 6
STAMPS = {"ver", "cause", "origin", "hop", "at", "changed"}
"""The fields that say when and why an item was written. They may depend on the order of arrival."""


def applied(sample: Sample, facts: Sequence[Fact], event_id: str, store: MemoryStore | None = None) -> str:
    """Apply the facts of an event as `normalise` does, and give the outcome."""
    at = sample.connection
    cause = Cause(at.tenant, event_id, at.connection_id, AT, frozenset(at.owns), tells=bool(at.owns))
    return apply(store or MemoryStore(), cause, facts, {}, pause=lambda _: None).outcome


def events(subject: Subject, *, owner: bool) -> list[Event]:
    """Read the samples as events of one connection. With `owner` it owns every counted location, otherwise none."""
    made: list[Event] = []
    for sample in subject.mapped():
        try:
            facts = subject.facts(sample)
        except TYPED:
            continue  # the check `mapping` says so
        places = {each.location_id for each in facts if isinstance(each, StockCount)}
        fields = {"owns": tuple(sorted(places)) if owner else (), "connection_id": "kit"}
        told = [each.model_copy(update={"connection_id": "kit"}) for each in facts]
        made.append((sample.file.name, with_connection(sample, **fields), told))
    return made


def _told(said: Sequence[Event]) -> MemoryStore:
    store = MemoryStore()
    for name, sample, facts in said:
        applied(sample, facts, name, store)
    return store


def twice(subject: Subject) -> Found:
    """An event that comes again is recognised. Its facts in another event change no record."""
    for owner in (True, False):
        said = events(subject, owner=owner)
        try:
            store = _told(said)
        except RecordError as error:
            yield "samples", str(error)
            return
        before = digest(store)
        for name, sample, facts in said:
            if applied(sample, facts, name, store) != "repeated":
                yield name, "the same event was applied again"
            applied(sample, facts, f"{name} again", store)
            if digest(store) != before:
                yield name, "applied twice it changes more"
                return


def any_order(subject: Subject) -> Found:
    """All samples, forwards, backwards and shuffled, end in the same records."""
    for owner in (True, False):
        said = events(subject, owner=owner)
        orders = [said, said[::-1], *(random.Random(seed).sample(said, len(said)) for seed in range(SHUFFLES))]  # noqa: S311
        try:
            known = digest(_told(orders[0]))
            for order in orders[1:]:
                other = digest(_told(order))
                if other != known:
                    name = next(key for key in {**known, **other} if known.get(key) != other.get(key))
                    yield name, f"it depends on the order of arrival, e.g. {', '.join(each[0] for each in order[:4])}…"
                    return
        except RecordError as error:
            yield "samples", str(error)
            return


def counts(subject: Subject) -> list[StockCount]:
    """Give every stock count of the samples."""
    said = (each for _, _, facts in events(subject, owner=False) for each in facts)
    return [each for each in said if isinstance(each, StockCount)]


def echo(subject: Subject) -> Found:
    """A count that repeats the number we pushed changes nothing that any channel should show."""
    for owner in (True, False):
        for name, sample, facts in events(subject, owner=owner):
            for count in (each for each in facts if isinstance(each, StockCount)):
                yield from ((name, fault) for fault in _echo(sample, count))


def _echo(sample: Sample, count: StockCount) -> Iterator[str]:
    """Let the owner count a place, let the sample's channel report the number, and let it report it once more."""
    tenant, sku, store = sample.connection.tenant, str(count.sku), MemoryStore()
    truth = replace(sample, connection=sample.connection.model_copy(update={"owns": (count.location_id,)}))
    applied(truth, [count.model_copy(update={"connection_id": "owner"})], "counted", store)
    applied(sample, [count], "before", store)
    before = _shown(store, tenant, sku, count.location_id)
    later = {"event_id": "echo", "fact_id": f"{count.fact_id}-echo", "occurred_at": AT, "source_version": AT}
    applied(sample, [count.model_copy(update={**later, "counted_at": max(count.counted_at, AT)})], "echo", store)
    if _shown(store, tenant, sku, count.location_id) != before:
        yield "our own number coming back changes what channels show"


def _shown(store: MemoryStore, tenant: str, sku: str, place: str) -> Any:
    items = store.query(keys.stock(tenant, sku, "")[0])
    viewer = Viewer("elsewhere", (place,), (), 0, "location")
    on_hand = [stock.position(item).on_hand for item in items if item["sk"].startswith("AT#")]
    return [(each.key, each.value) for each in promise.stock_wanted(sku, items, viewer)], on_hand


def digest(store: MemoryStore) -> dict[str, Any]:
    """Give what a store holds, to be compared: records without STAMPS, each customer id replaced by the sources.

    A customer's id may depend on the order of arrival; the sources that a customer is made of do not.
    """
    told = {f"{pk} {sk}": _plain(store, item) for (pk, sk), item in sorted(store.items.items()) if sk != "APPLIED"}
    kept = {name: item for name, item in told.items() if item and "#CUSTOMER#" not in name}
    return {**kept, "customers": _golden(store)}


def _plain(store: MemoryStore, item: Item) -> dict[str, Any]:
    if item["sk"] == "CLAIM":
        return {"holders": sorted({_who(store, item, name) for name in item["holders"]})}
    plain = {name: value for name, value in item.items() if name not in STAMPS}
    if "state" in plain:
        plain["state"] = unpack(plain["state"])
    if "customer_id" in plain:
        plain |= {"customer_id": _who(store, item, plain["customer_id"]), "customer_key": ""}
    if item["sk"].startswith("AT#") and not any(name.startswith(("o#", "m#", "count")) for name in item):
        return {}
    return plain


def _golden(store: MemoryStore) -> list[dict[str, Any]]:
    items = [item for item in store.items.values() if item["sk"] == "CUSTOMER" and "redirect" not in item]
    states = [customers.CustomerState(**unpack(item["state"])) for item in items]
    return sorted(({**customers.golden(each), "sources": sorted(each.sources)} for each in states), key=str)


def _who(store: MemoryStore, item: Item, customer_id: str) -> tuple[str, ...]:
    """Say who a customer is without naming them: by the sources they are made of after every merge."""
    found = store.items[keys.customer(str(item["pk"]).partition("#")[0], customer_id)]
    if "redirect" in found:
        return _who(store, item, found["redirect"])
    return tuple(sorted(unpack(found["state"]).get("sources", {})))
