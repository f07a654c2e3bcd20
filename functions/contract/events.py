"""What the routes of events and quarantine take."""

from functions.contract.operation import Asked, Operation, Operations, Paged
from functions.contract.values import PageAfter, PageSize


class EventsQuery(Asked):
    """Which page of what was received."""

    limit: PageSize = 50
    cursor: PageAfter | None = None


OPERATIONS: Operations = {
    ("GET", "/v1/events"): Operation({200: "events.Events"}, query=EventsQuery, refuses=(400,)),
    ("GET", "/v1/events/{event_id}"): Operation({200: "events.Trace"}, refuses=(404,)),
    ("GET", "/v1/quarantine"): Operation({200: "events.Quarantine"}, query=Paged, refuses=(400,)),
}
