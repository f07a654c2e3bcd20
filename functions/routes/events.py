"""Routes of events: what was received, what became of it, and what waits for a person."""

from typing import Any

from functions.indexes import Cursor
from functions.queries.events import event, events_of, parked
from functions.routes.app import page_size, paging, query, route

END = "-"  # of one of the two lists


@route("/v1/events")
def list_events(tenant: str) -> Any:
    """List what was received."""
    asked = query("limit", "cursor")
    limit = page_size(asked)
    with paging():
        listed, cursor = events_of(tenant, limit, asked.get("cursor"))
    return {"events": listed, "cursor": cursor}


@route("/v1/events/{event_id}")
def get_event(tenant: str, event_id: str) -> Any:
    """Give the whole trace of an event."""
    return event(tenant, event_id)


@route("/v1/quarantine")
def list_quarantine(tenant: str) -> Any:
    """List what waits for a person, events and pushes each newest first."""
    asked = query("cursor").get("cursor", ".")
    starts = asked.partition(".")[::2]
    with paging():
        events, more_events = _parked(tenant, "quarantined", starts[0])
        pushes, more_pushes = _parked(tenant, "failed", starts[1])
    cursor = f"{more_events or END}.{more_pushes or END}" if more_events or more_pushes else None
    return {"events": events, "pushes": pushes, "cursor": cursor}


def _parked(tenant: str, status: str, start: str) -> tuple[list[dict[str, Any]], Cursor]:
    return ([], None) if start == END else parked(tenant, status, start or None)
