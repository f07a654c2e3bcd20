"""What the routes of events and quarantine answer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from functions.contract.operation import Said
from functions.contract.values import Cursor, Time

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
