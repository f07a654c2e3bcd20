"""Routes of events: what was received, what became of it, and what waits for a person."""

from typing import TYPE_CHECKING, Any

from functions import cursors
from functions.cursors import Page, Place
from functions.queries.events import event, events_of, parked
from functions.routes.app import route

if TYPE_CHECKING:
    from functions.contract.events import EventsQuery
    from functions.contract.operation import Paged

END = ""  # the place in a list that is over


@route("/v1/events")
def list_events(tenant: str, query: "EventsQuery") -> Any:
    """List what was received."""
    listed, cursor = cursors.paged(tenant, "events", query.cursor, lambda place: events_of(tenant, query.limit, place))
    return {"events": listed, "cursor": cursor}


@route("/v1/events/{event_id}")
def get_event(tenant: str, event_id: str) -> Any:
    """Give the whole trace of an event."""
    return event(tenant, event_id)


@route("/v1/quarantine")
def list_quarantine(tenant: str, query: "Paged") -> Any:
    """List what waits for a person, events and pushes each newest first."""
    (events, pushes), cursor = cursors.paged(
        tenant, "quarantine", query.cursor, lambda place: _two_lists(tenant, place)
    )
    return {"events": events, "pushes": pushes, "cursor": cursor}


def _two_lists(tenant: str, place: Place) -> Page:
    """Read a page of both lists. A place is made of those in the two lists."""
    starts = (None, None) if place is None else cursors.parted(place, 2)
    events, more_events = _parked(tenant, "quarantined", starts[0])
    pushes, more_pushes = _parked(tenant, "failed", starts[1])
    after = cursors.joined(more_events or END, more_pushes or END) if more_events or more_pushes else None
    return [events, pushes], after


def _parked(tenant: str, status: str, start: Place) -> Page:
    return ([], None) if start == END else parked(tenant, status, start)
