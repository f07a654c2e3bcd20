"""What became of an event and of the pushes it caused, as it is kept for the trace and for who must look at it."""

from datetime import datetime
from typing import Any

from records.cause import Cause
from records.desired import Wanted
from records.moments import rfc3339
from records.store import keys
from records.store.actions import AbsentOr, Condition, Item, Key, Put
from records.store.inbox import KEEP_DAYS
from records.store.packing import pack

UNLESS_APPLIED = AbsentOr("outcome", "quarantined")


def marker(key: Key, cause: Cause, fields: Item, when: Condition = UNLESS_APPLIED) -> Put:
    """Make an event's marker: the item that says what became of it. It outlives by far the time in which channels
    repeat a delivery (75 hours).
    """
    item = {"pk": key[0], "sk": key[1], "event_id": cause.event_id, "connection_id": cause.connection_id, **fields}
    return Put({**item, "at": cause.at, "tenant": cause.tenant}, when)


def parked(tenant: str, outcome: str) -> str:
    """Name the list, in the index, of what waits for a person: `quarantined` events or `failed` pushes."""
    return f"{tenant}#{outcome}"


def quarantined(cause: Cause, payload: Item, code: str, reason: str, pointer: str | None) -> Put:
    """Park an event with the reason. The write conflicts where the event was applied before."""
    fields = {
        **cause.stamp("event", cause.event_id, [code]),
        "outcome": "quarantined",
        "code": code,
        "reason": reason,
        "pointer": pointer or "",
        "topic": payload["topic"],
        "connector": payload.get("connector", ""),
        "records": pack([]),
        "status_key": parked(cause.tenant, "quarantined"),
    }
    return marker(keys.applied(cause.tenant, cause.event_id), cause, fields)


def pushed(
    detail: Item,
    connection_id: str,
    wanted: Wanted,
    outcome: str,
    why: str,
    *,
    attempt: int,
    now: datetime,
    **more: Any,
) -> Put:
    """Keep how a push ended, under the event that caused it: `succeeded`, `failed`, `waiting` or `skipped`.

    `detail` is the bus event. A message that comes again finds its push done and skips it; that write conflicts, so
    that it does not hide how the push ended.
    """
    key = keys.pushed(detail["tenant"], detail["cause"], connection_id, f"{wanted.kind} {wanted.key}")
    item = {
        "pk": key[0],
        "sk": key[1],
        "record": "push",
        "id": f"{connection_id} {wanted.kind} {wanted.key}",
        "tenant": detail["tenant"],
        "cause": detail["cause"],
        "origin": connection_id,
        "hop": int(detail["hop"]) + 1,
        "changed": [outcome],
        "connection_id": connection_id,
        "outcome": outcome,
        "value": wanted.value,
        "why": why,
        "attempts": attempt,
        "at": rfc3339(now),
        "expires_at": int(now.timestamp()) + KEEP_DAYS * 86400,
        **more,
    }
    if outcome == "failed":
        item["status_key"] = parked(detail["tenant"], "failed")
    return Put(item, AbsentOr("outcome", "waiting") if outcome == "skipped" else None)
