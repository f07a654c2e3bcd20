"""What the routes of replays take and answer."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.events import Outcome
from functions.contract.operation import Asked, OfConnection, Operation, Operations, Said
from functions.contract.values import Cursor, Moment, PageAfter, PageSize, Text, refused

MapAs = Annotated[Literal["now", "then"], Field(description="with today's mapping, or the version of then")]


class ReplayWish(Asked):
    """How to do an event again."""

    map: MapAs | None = None
    dry_run: bool | None = None

    @property
    def map_as(self) -> Literal["now", "then"]:
        """Say by which mapping; usually today's."""
        return self.map or "now"


class ReplaysWish(ReplayWish, OfConnection):
    """Which events to do again: all that is given must fit. Without `since` only what is quarantined is found."""

    topic: Text | None = None
    outcome: Literal["received", "quarantined", "applied", "unchanged"] | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: PageSize | None = None
    cursor: PageAfter | None = None

    @model_validator(mode="after")
    def _begins_somewhere(self) -> "ReplaysWish":
        if self.since is None and self.outcome != "quarantined":
            raise refused("Say since when; only what is quarantined is found without.")
        return self


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
    ("POST", "/v1/events/{event_id}/replay"): Operation(
        {200: Replayed, 202: Replayed}, body=ReplayWish, refuses=(400, 404, 413)
    ),
    ("POST", "/v1/replays"): Operation({200: Replays, 202: Replays}, body=ReplaysWish, refuses=(400, 413)),
}
