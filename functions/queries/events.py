"""What was received, what became of it, and what waits for a person."""

from datetime import timedelta
from typing import Any

from functions import indexes, runtime
from functions.cursors import Place
from functions.queries.lookup import MissingError
from records import moments
from records.store import keys
from records.store.actions import Item
from records.store.packing import unpack

HOURS_BACK = 24 * 7


def event(tenant: str, event_id: str) -> dict[str, Any]:
    """Give the whole trace of an event: the bytes, what became of them, each push, and the events it caused."""
    found = runtime.inbox().read(tenant, [event_id])
    if event_id not in found:
        raise MissingError(f"event {event_id}")
    item = found[event_id]
    kept = ("event_id", "connection_id", "topic", "delivery", "received_at", "content_type", "size", "digest")
    trace: dict[str, Any] = {name: item[name] for name in kept}
    trace |= {"cause": item.get("cause"), "conflict": item.get("conflict", False), "outcome": "received"}
    pushes = []
    for part in runtime.records().query(keys.applied(tenant, event_id)[0]):
        if part["sk"] == "APPLIED":
            trace |= _outcome(part)
        else:
            said = ("outcome", "value", "why", "status", "reference", "attempts", "at", "code")
            pushes.append({"push": part["id"], **{name: part[name] for name in said if name in part}})
    return {
        **trace,
        "pushes": sorted(pushes, key=lambda push: str(push["at"])),
        "caused": [event(tenant, child) for child in trace.get("children", [])],
    }


def _outcome(marker: Item) -> dict[str, Any]:
    said = ("outcome", "mapping", "connector", "facts", "children", "dropped", "code", "reason", "pointer")
    seen = {name: marker[name] for name in said if name in marker}
    return {**seen, "normalised_at": marker["at"], "records": unpack(marker["records"])}


def events_of(tenant: str, limit: int, before: Place = None) -> tuple[list[dict[str, Any]], Place]:
    """List what was received, newest first, with what became of it, and the place of the next page.

    Raises:
        CursorError: there is no such place.
    """
    moment = runtime.now() if before is None else indexes.moment_of(before)
    listed: list[Item] = []
    for _ in range(HOURS_BACK):
        hour = sorted(_received(tenant, moments.hour(moment)), key=_place, reverse=True)
        listed += [each for each in hour if before is None or _place(each) < before]
        if len(listed) >= limit:
            break
        moment -= timedelta(hours=1)
    page = listed[:limit]
    at = {each["pk"]: keys.applied(tenant, keys.id_in(each["pk"])) for each in page}
    markers = runtime.records().get(list(at.values()))
    after = _place(page[-1]) if len(page) == limit else None
    return [_listed(each, markers.get(at[each["pk"]])) for each in page], after


def _received(tenant: str, hour: str) -> list[Item]:
    found: list[Item] = []
    while page := runtime.inbox().received(tenant, hour, after=found[-1]["received_at"] if found else ""):
        found += page
    return found


def _place(item: Item) -> str:
    """Say where an event stands in the list. The time alone would lose those of one millisecond between two pages."""
    return f"{item['received_at']} {item['pk'].partition('#')[2]}"


def _listed(item: Item, marker: Item | None) -> dict[str, Any]:
    kept = {name: item.get(name) for name in ("connection_id", "topic", "received_at", "size")}
    outcome = {"outcome": marker["outcome"] if marker else "received"}
    reason: dict[str, Any] = {name: marker[name] for name in ("code", "reason", "pointer") if marker and name in marker}
    return {"event_id": keys.id_in(item["pk"]), **kept, **outcome, **reason}


def parked(tenant: str, status: str, place: Place) -> tuple[list[dict[str, Any]], Place]:
    """List a page of what waits for a person: quarantined events, or failed pushes.

    Raises:
        CursorError: there is no such place.
    """
    items, after = indexes.page(f"{tenant}#{status}", place)
    said = ("cause", "connection_id", "topic", "code", "reason", "pointer", "id", "why", "at")
    return [{name: item[name] for name in said if name in item} for item in items], after
