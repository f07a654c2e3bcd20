"""Routes of replays: doing received events again, one or many."""

from datetime import datetime
from types import NoneType
from typing import Any

from chalice.app import Response

from functions.inbound import replay, selection
from functions.inbound.selection import Selection
from functions.indexes import CursorError
from functions.problems import answer
from functions.queries.lookup import MissingError
from functions.routes.app import MAX_PAGE, RefusedError, body, route

TEXT = (str, NoneType)


@route("/v1/events/{event_id}/replay", "POST")
def replay_event(tenant: str, event_id: str) -> Response:
    """Do an event again: one that was quarantined, or with today's mapping one that another version mapped."""
    said = body(map=TEXT, dry_run=(bool, NoneType))
    map_as = _map_of(said)
    found = selection.one(tenant, event_id)
    if found is None:
        raise MissingError(f"event {event_id}")
    (made,), sent = _do(tenant, [found], map_as, dry_run=bool(said.get("dry_run")))
    return answer(202 if sent else 200, {**made, "map": map_as, "sent": bool(sent)})


@route("/v1/replays", "POST")
def replay_events(tenant: str) -> Response:
    """Do a page of events again, oldest first; `cursor` leads to the next page."""
    texts = dict.fromkeys(("connection", "topic", "outcome", "since", "until", "map", "cursor"), TEXT)
    said = body(**texts, dry_run=(bool, NoneType), limit=(int, NoneType))
    map_as, dry_run = _map_of(said), bool(said.get("dry_run"))
    limit = MAX_PAGE if said.get("limit") is None else said["limit"]
    if not 1 <= limit <= MAX_PAGE:
        raise RefusedError(400, "body_invalid", f"limit must be 1 to {MAX_PAGE}.")
    wanted = _selection(said)
    try:
        found, cursor = selection.select(tenant, wanted, limit, said.get("cursor"))
    except CursorError as error:
        raise RefusedError(400, "body_invalid", "cursor must be one that an earlier page gave.") from error
    made, sent = _do(tenant, found, map_as, dry_run=dry_run)
    return answer(202 if sent else 200, {"map": map_as, "events": made, "sent": sent, "cursor": cursor})


def _do(tenant: str, found: list[selection.Found], map_as: str, *, dry_run: bool) -> tuple[list[replay.Plan], int]:
    plans = replay.plan(tenant, found, map_as)
    if dry_run:
        return replay.rehearse(tenant, plans), 0
    return plans, replay.send(tenant, plans, map_as)


def _map_of(said: dict[str, Any]) -> str:
    map_as = "now" if said.get("map") is None else said["map"]
    if map_as not in replay.MAPS:
        raise RefusedError(400, "body_invalid", f"map must be one of: {', '.join(replay.MAPS)}.")
    return str(map_as)


def _selection(said: dict[str, Any]) -> Selection:
    outcome = said.get("outcome")
    if outcome not in (None, *selection.OUTCOMES):
        raise RefusedError(400, "body_invalid", f"outcome must be one of: {', '.join(selection.OUTCOMES)}.")
    if said.get("since") is None and outcome != "quarantined":
        raise RefusedError(400, "body_invalid", "Say since when; only what is quarantined is found without.")
    return Selection(said.get("connection"), said.get("topic"), outcome, _moment(said, "since"), _moment(said, "until"))


def _moment(said: dict[str, Any], name: str) -> datetime | None:
    if said.get(name) is None:
        return None
    try:
        moment = datetime.fromisoformat(said[name])
    except ValueError as error:
        raise RefusedError(400, "body_invalid", f"{name} must be a time such as 2026-01-31T09:00:00Z.") from error
    if moment.tzinfo is None:
        raise RefusedError(400, "body_invalid", f"{name} must name its time zone, as in 2026-01-31T09:00:00Z.")
    return moment
