"""Propagation: which channels must still be told of an erasure, each by all ids under which it knows the person."""

from collections.abc import Iterable
from typing import Any

from functions import runtime
from functions.privacy.search import Hit
from functions.registry import connections, session, tenants
from records.cause import Cause
from records.customers.erasure import Person
from records.store import keys
from records.store.actions import Item, Update
from records.store.packing import pack
from records.store.unit import Unit

Told = dict[str, list[str]]
"""Ids by connection."""


def to_tell(item: Item, subject: dict[str, Any], person: Person) -> Told:
    """Say which ids each channel must forget. The channel that asked is not told of the id that it named."""
    known = {name: set(ids) for name, ids in person["channels"].items()}
    known.get(item["connection_id"], set()).discard(subject.get("channel_customer_id"))
    return {name: sorted(ids) for name, ids in known.items() if ids and _is_of(item["tenant"], name)}


def _is_of(tenant: str, connection_id: str) -> bool:
    """Tell whether a tenant's request tells a channel: its own, and any that is gone, for the receipt names it."""
    connection = connections.find(connection_id)
    return connection is None or connection.tenant == tenant


def forget_shown(unit: Unit, cause: Cause, customers: Iterable[str]) -> None:
    """Forget what channels confirmed of these customers.

    Otherwise somebody who comes back and says the same would not be shown to these channels again.
    """
    sharing = {cause.tenant, *tenants.members(cause.group)}
    channels = [each for each in connections.all_connections() if each.tenant in sharing]
    names = [f"customer {each}" for each in customers]
    places = [keys.shown(each.tenant, each.connection_id, name) for each in channels for name in names]
    unit.load(places)
    for place in places:
        if unit.item(place) is not None:
            unit.update(Update(place, remove=("value",)))


def untold(tenant: str, person: Person, hits: Iterable[Hit]) -> Told:
    """Give ids of the person that stand only in channels' answers to pushes: no payload has told the hub of them."""
    found: Told = {}
    for hit in hits:
        for each in runtime.records().query(keys.applied(tenant, hit.item["event_id"])[0], "PUSH#"):
            name, reference = each["connection_id"], each.get("reference")
            if " customer " in each["id"] and reference and reference not in person["channels"].get(name, []):
                found.setdefault(name, []).append(reference)
    return found


def also(item: Item, person: Person, found: Told) -> Item:
    """Give the fields of a request that change when these ids are to be told too. Its channels hear of it again."""
    channels = {name: sorted({*person["channels"].get(name, []), *ids}) for name, ids in found.items()}
    put: Item = {"subject": pack({**person, "channels": {**person["channels"], **channels}}), "told": item["told"] + 1}
    for name, ids in found.items():
        waiting = item.get(f"tell#{name}", {}).get("ids", [])
        put[f"tell#{name}"] = {"ids": sorted({*waiting, *ids})}
    return put


def outcome(name: str, said: dict[str, Any], *, is_over: bool) -> dict[str, Any]:
    """Say what became of telling a channel. `is_over`: the time for its answer has run out.

    A channel that cannot be told stands in the receipt, so that a person does it.
    """
    if "ids" not in said:
        return said
    connection = connections.find(name)
    at = runtime.rfc3339(runtime.now())
    if connection is None:
        return {"outcome": "gone", "at": at}
    if "erasure" not in session.of(connection).manifest.pushes:
        return {"outcome": "cannot be told", "at": at}
    return {"outcome": "unanswered", "at": at} if is_over else said
