"""Routes of replays: doing received events again, one or many."""

from typing import TYPE_CHECKING

from chalice.app import Response

from functions import cursors
from functions.inbound import replay, selection
from functions.inbound.selection import Selection
from functions.problems import answer
from functions.queries.lookup import MissingError
from functions.routes.app import route

if TYPE_CHECKING:
    from functions.contract.replays import ReplaysWish, ReplayWish

USUAL = 200  # events of a page


@route("/v1/events/{event_id}/replay", "POST")
def replay_event(tenant: str, event_id: str, body: "ReplayWish") -> Response:
    """Do an event again: one that was quarantined, or with today's mapping one that another version mapped."""
    found = selection.one(tenant, event_id)
    if found is None:
        raise MissingError(f"event {event_id}")
    (made,), sent = _do(tenant, [found], body)
    return answer(202 if sent else 200, {**made, "map": body.map_as, "sent": bool(sent)})


@route("/v1/replays", "POST")
def replay_events(tenant: str, body: "ReplaysWish") -> Response:
    """Do a page of events again, oldest first; `cursor` leads to the next page."""
    wanted = Selection(body.connection_id, body.topic, body.outcome, body.since, body.until)
    found, cursor = cursors.paged(
        tenant,
        "replays" if body.since else "replays of what is quarantined",
        body.cursor,
        lambda place: selection.select(tenant, wanted, body.limit or USUAL, place),
    )
    made, sent = _do(tenant, found, body)
    return answer(202 if sent else 200, {"map": body.map_as, "events": made, "sent": sent, "cursor": cursor})


def _do(tenant: str, found: list[selection.Found], body: "ReplayWish") -> tuple[list[replay.Plan], int]:
    plans = replay.plan(tenant, found, body.map_as)
    if body.dry_run:
        return replay.rehearse(tenant, plans), 0
    return plans, replay.send(tenant, plans, body.map_as)
