"""What the routes of replays answer."""

from typing import Literal

from functions.contract.answers.events import Outcome
from functions.contract.operation import Said
from functions.contract.values import Cursor


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
