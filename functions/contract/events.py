"""What the routes of events, quarantine and replays take and answer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from functions.contract.declaring import PAGE_AFTER, Cursor, Moment, Operation, Operations, Said, Text, Time, page_size

Outcome = Annotated[str, Field(description="received, quarantined, applied, unchanged, or why it ended otherwise")]


class ListedEvent(Said):
    """What was received, and what became of it."""

    event_id: str
    connection_id: str | None
    topic: str | None
    received_at: Time
    size: int | None
    outcome: Outcome
    code: str | None = None
    reason: str | None = None
    pointer: str | None = None


class Events(Said):
    """A page of what was received, newest first."""

    events: list[ListedEvent]
    cursor: Cursor


class ChangedRecord(Said):
    """A record that an event changed; `ver` is 0 where it has no version of its own."""

    record: str
    id: str
    ver: int


class PushAnswer(Said):
    """How a push ended, and what the channel answered."""

    push: str
    outcome: Literal["succeeded", "failed", "skipped", "waiting"]
    value: Any = None
    why: str | None = None
    status: int | None = None
    reference: str | None = None
    attempts: int
    at: Time
    code: str | None = None


class Trace(Said):
    """The whole trace of an event: the bytes, the facts, the records, every channel's answer, and what it caused."""

    event_id: str
    connection_id: str
    topic: str
    delivery: str
    received_at: Time
    content_type: str
    size: int
    digest: str
    cause: str | None
    conflict: bool
    outcome: Outcome
    mapping: str | None = None
    connector: str | None = None
    mapped_before: str | None = None
    facts: list[str] | None = None
    children: list[str] | None = None
    dropped: int | None = None
    code: str | None = None
    reason: str | None = None
    pointer: str | None = None
    normalised_at: Time | None = None
    records: list[ChangedRecord] | None = None
    pushes: list[PushAnswer]
    caused: list["Trace"]


class QuarantinedEvent(Said):
    """An event that could not be translated."""

    cause: str
    connection_id: str
    topic: str | None = None
    code: str
    reason: str
    pointer: str
    id: str | None = None
    at: Time


class FailedPush(Said):
    """A push that a channel refused for good."""

    cause: str
    connection_id: str
    id: str
    why: str
    code: str | None = None
    at: Time


class Quarantine(Said):
    """What waits for a person: events and pushes, each newest first."""

    events: list[QuarantinedEvent]
    pushes: list[FailedPush]
    cursor: Cursor


MapAs = Annotated[Literal["now", "then"] | None, Field(description="with today's mapping, or the version of then")]


class ReplayWish(Said):
    """How to do an event again."""

    map: MapAs = None
    dry_run: bool | None = None


class ReplaysWish(ReplayWish):
    """Which events to do again: all that is given must fit. Without `since` only what is quarantined is found."""

    connection: Text | None = None
    topic: Text | None = None
    outcome: Literal["received", "quarantined", "applied", "unchanged"] | None = None
    since: Moment = None
    until: Moment = None
    limit: Annotated[int, Field(ge=1, le=200)] | None = None
    cursor: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (evt_[0-9a-f]{32})?$")] | None = None


class PlannedEvent(Said):
    """What a replay does with an event; in a rehearsal also what its mapping gives, or why it would fail."""

    event_id: str
    connection_id: str
    topic: str
    outcome: Outcome
    will: Literal["apply", "remap", "nothing"]
    why: str | None = None
    connector: str | None = None
    facts: int | None = None
    code: str | None = None
    reason: str | None = None
    pointer: str | None = None


class Replayed(PlannedEvent):
    """What a replay does with one event, and whether normalise has it now."""

    map: Literal["now", "then"]
    sent: bool


class Replays(Said):
    """A page of events that are done again. It may be empty and not be the last one."""

    map: Literal["now", "then"]
    events: list[PlannedEvent]
    sent: int
    cursor: Cursor


OPERATIONS: Operations = {
    ("GET", "/v1/events"): Operation(
        {200: Events},
        query={
            "limit": page_size(50),
            "cursor": PAGE_AFTER,
        },
        refuses=(400,),
    ),
    ("GET", "/v1/events/{event_id}"): Operation({200: Trace}, refuses=(404,)),
    ("POST", "/v1/events/{event_id}/replay"): Operation(
        {200: Replayed, 202: Replayed}, body=ReplayWish, refuses=(400, 404, 413)
    ),
    ("POST", "/v1/replays"): Operation({200: Replays, 202: Replays}, body=ReplaysWish, refuses=(400, 413)),
    ("GET", "/v1/quarantine"): Operation({200: Quarantine}, query={"cursor": PAGE_AFTER}, refuses=(400,)),
}
