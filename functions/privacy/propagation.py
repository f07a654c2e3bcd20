"""Who must still be told of an erasure: every channel, by each id under which it knows the person."""

from collections.abc import Iterable
from typing import Any

from functions import runtime
from functions.privacy.search import Hit
from functions.registry import connections, session
from records.cause import Cause
from records.customers.erasure import Person
from records.store import keys
from records.store.actions import Item, Update
from records.store.packing import pack
from records.store.unit import Unit

Told = dict[str, list[str]]
"""Ids by connection."""


def to_tell(item: Item, subject: dict[str, Any], person: Person) -> Told:
    """Say which ids each channel must forget; whoever asked knows of the one it named."""
    known = {name: set(ids) for name, ids in person["channels"].items()}
    known.get(item["connection_id"], set()).discard(subject.get("channel_customer_id"))
    return {name: sorted(ids) for name, ids in known.items() if ids and _is_of(item["tenant"], name)}


def _is_of(tenant: str, connection_id: str) -> bool:
    """Tell whether a channel is to be told by this tenant's request: one that is gone is named where it was asked."""
    connection = connections.find(connection_id)
    return connection is None or connection.tenant == tenant


def forget_shown(unit: Unit, cause: Cause, customers: Iterable[str]) -> None:
    """Forget what channels confirmed of them: who comes back, saying the same, must be shown to each of them again."""
    channels = [
        each
        for each in connections.all_connections()
        if each.tenant == cause.tenant or (cause.group and each.group == cause.group)
    ]
    names = [f"customer {each}" for each in customers]
    places = [keys.shown(each.tenant, each.connection_id, name) for each in channels for name in names]
    unit.load(places)
    for place in places:
        if unit.item(place) is not None:
            unit.update(Update(place, remove=("value",)))


def untold(tenant: str, person: Person, hits: Iterable[Hit]) -> Told:
    """Give the ids under which channels answered that they keep the person, and which they never told the hub of."""
    found: Told = {}
    for hit in hits:
        for each in runtime.records().query(keys.applied(tenant, hit.item["event_id"])[0], "PUSH#"):
            name, reference = each["connection_id"], each.get("reference")
            if " customer " in each["id"] and reference and reference not in person["channels"].get(name, []):
                found.setdefault(name, []).append(reference)
    return found


def also(item: Item, person: Person, found: Told) -> Item:
    """Give what a request says once these ids are to be told too: its channels hear of it again."""
    channels = {name: sorted({*person["channels"].get(name, []), *ids}) for name, ids in found.items()}
    put: Item = {"subject": pack({**person, "channels": {**person["channels"], **channels}}), "told": item["told"] + 1}
    for name, ids in found.items():
        waiting = item.get(f"tell#{name}", {}).get("ids", [])
        put[f"tell#{name}"] = {"ids": sorted({*waiting, *ids})}
    return put


def outcome(name: str, said: dict[str, Any], *, is_over: bool) -> dict[str, Any]:
    """Say what became of telling a channel; one that cannot be told is named in the receipt, for a person to do."""
    if "ids" not in said:
        return said
    connection = connections.find(name)
    at = runtime.rfc3339(runtime.now())
    if connection is None:
        return {"outcome": "gone", "at": at}
    if "erasure" not in session.of(connection).manifest.pushes:
        return {"outcome": "cannot be told", "at": at}
    return {"outcome": "unanswered", "at": at} if is_over else said
