"""Routes of events: what was received, what became of it, and what waits for a person."""

from typing import Any

from functions import views
from functions.asking import query, route
from functions.problems import problem

MAX_PAGE = 200


@route("/v1/events")
def list_events(tenant: str) -> Any:
    """List what was received."""
    asked = query("limit", "cursor")
    limit = asked.get("limit", "50")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_PAGE:
        return problem(400, "query_invalid", f"limit must be 1 to {MAX_PAGE}.")
    try:
        listed, cursor = views.events(tenant, int(limit), asked.get("cursor"))
    except ValueError:
        return problem(400, "query_invalid", "cursor must be one that an earlier page gave.")
    return {"events": listed, "cursor": cursor}


@route("/v1/events/{event_id}")
def get_event(tenant: str, event_id: str) -> Any:
    """Give the whole trace of an event."""
    return views.event(tenant, event_id)


@route("/v1/quarantine")
def list_quarantine(tenant: str) -> Any:
    """List what waits for a person."""
    return {"events": views.parked(tenant, "quarantined"), "pushes": views.parked(tenant, "failed")}
