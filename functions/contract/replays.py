"""What the routes of replays take."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.operation import Asked, OfConnection, Operation, Operations
from functions.contract.values import Moment, PageAfter, PageSize, Text, refused

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


OPERATIONS: Operations = {
    ("POST", "/v1/events/{event_id}/replay"): Operation(
        {200: "replays.Replayed", 202: "replays.Replayed"}, body=ReplayWish, refuses=(400, 404, 413)
    ),
    ("POST", "/v1/replays"): Operation(
        {200: "replays.Replays", 202: "replays.Replays"}, body=ReplaysWish, refuses=(400, 413)
    ),
}
