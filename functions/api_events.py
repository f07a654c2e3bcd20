"""Routes of events: what was received, what became of it, and what waits for a person."""

from typing import Any

from functions import views
from functions.asking import page_size, paging, query, route

END = "-"  # of one of the two lists


@route("/v1/events")
def list_events(tenant: str) -> Any:
    """List what was received."""
    asked = query("limit", "cursor")
    limit = page_size(asked)
    with paging():
        listed, cursor = views.events(tenant, limit, asked.get("cursor"))
    return {"events": listed, "cursor": cursor}


@route("/v1/events/{event_id}")
def get_event(tenant: str, event_id: str) -> Any:
    """Give the whole trace of an event."""
    return views.event(tenant, event_id)


@route("/v1/quarantine")
def list_quarantine(tenant: str) -> Any:
    """List what waits for a person, events and pushes each newest first."""
    asked, found = query("cursor").get("cursor"), dict[str, Any]()
    starts = asked.split(".") if asked is not None else ["", ""]
    after = []
    with paging():
        for (name, status), start in zip((("events", "quarantined"), ("pushes", "failed")), starts, strict=True):
            found[name], following = views.parked(tenant, status, start or None) if start != END else ([], None)
            after.append(following or END)
    return {**found, "cursor": None if after == [END, END] else ".".join(after)}
