"""Routes of connections: list, hand in a payload, pause, resume, rotate a secret, reconcile with the channel."""

import os
from datetime import datetime
from types import NoneType
from typing import Any

from chalice.app import Response

from connectors.connection import Connection
from connectors.errors import ManifestError
from functions import runtime
from functions.inbound.ingest import ingest
from functions.problems import answer, problem
from functions.queries import lookup
from functions.registry import connections, session
from functions.routes.app import RefusedError, body, query, raw_body, request, route
from records.store import keys
from records.store.actions import Update


@route("/v1/connections/{connection_id}/pause", "POST")
def pause_connection(tenant: str, connection_id: str) -> Any:
    """Stop pushing to a channel and polling it. What it sends is still taken; its pushes wait up to 14 days."""
    return _switch(tenant, connection_id, "paused")


@route("/v1/connections/{connection_id}/resume", "POST")
def resume_connection(tenant: str, connection_id: str) -> Any:
    """Go on with a paused channel."""
    return _switch(tenant, connection_id, "active")


def _switch(tenant: str, connection_id: str, status: str) -> dict[str, str]:
    body()
    connection = lookup.connection_of(tenant, connection_id)
    try:
        clients = (runtime.client("dynamodb"), runtime.client("lambda"))
        connections.switch(*clients, os.environ["CONNECTIONS_TABLE"], connection, status)
    except ManifestError as error:
        run = f"tributary connections {'pause' if status == 'paused' else 'resume'} {connection_id}"
        raise RefusedError(409, "operator_needed", f"{error}. Or run: {run}", run=run) from error
    return {"connection_id": connection_id, "status": status}


@route("/v1/connections/{connection_id}/rotate", "POST")
def rotate_secret(tenant: str, connection_id: str) -> Response:
    """Say how a secret is changed: by whoever runs the hub. The API can neither read nor write a channel's secrets."""
    body()
    lookup.connection_of(tenant, connection_id)
    run = f"tributary connections rotate {connection_id} --secret NAME=VALUE"
    raise RefusedError(409, "operator_needed", f"The API has no right to the secrets of channels. Run: {run}", run=run)


@route("/v1/connections/{connection_id}/reconcile", "POST")
def reconcile_connection(tenant: str, connection_id: str) -> Response:
    """Read again what the channel lists, within a minute, from `since` on: what was missed comes in."""
    since = _moment(body(since=(str, NoneType)).get("since"))
    connection = lookup.connection_of(tenant, connection_id)
    polls = _polls_of(connection)
    put = {"asked_at": runtime.rfc3339(runtime.now()), "asked_since": since}
    places = [keys.cursor(tenant, connection_id, name) for name in polls]
    runtime.records().write([Update(at, put) for at in places])
    return answer(202, {"connection_id": connection_id, "polls": polls, "since": since or None})


def _polls_of(connection: Connection) -> list[str]:
    """Name what is polled of a channel.

    Raises:
        RefusedError: nothing is, or not now.
    """
    if connection.status != "active":
        raise RefusedError(409, "connection_paused", f"{connection.connection_id} is paused: resume it first.")
    polls = sorted(session.of(connection).manifest.polls)
    if not polls:
        raise RefusedError(409, "nothing_to_poll", f"{connection.connector} has no list to read: it calls by itself.")
    return polls


def _moment(said: str | None) -> str:
    if said is None:
        return ""
    try:
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is not None:
            return runtime.rfc3339(min(moment, runtime.now()))
    except (ValueError, OverflowError) as error:
        raise RefusedError(400, "body_invalid", "since must be a time such as 2026-01-31T09:00:00Z.") from error
    raise RefusedError(400, "body_invalid", "since must name its time zone, as in 2026-01-31T09:00:00Z.")


MAX_BODY = 6 * 1024 * 1024


@route("/v1/connections")
def list_connections(tenant: str) -> Any:
    """List the tenant's connections."""
    return {"connections": lookup.registered(tenant)}


@route("/v1/connections/{connection_id}/payloads", "POST")
def hand_in(tenant: str, connection_id: str) -> Any:
    """Take a payload handed in by hand (a file of a poll-only channel, a resource): `?topic=` says what it is."""
    opened = lookup.session_of(tenant, connection_id)
    topics = opened.manifest.receives.topics
    topic = query("topic").get("topic", "")
    if topic not in topics:
        return problem(400, "topic_unknown", f"Ask with ?topic= one of: {', '.join(sorted(topics))}.")
    body = raw_body()
    if len(body) > MAX_BODY:
        return problem(413, "body_too_large", f"The body has {len(body)} bytes; {MAX_BODY} are taken.")
    content_type = request().headers.get("content-type", "application/json")
    receipt = ingest(opened, topic, body, content_type=content_type)
    return answer(200 if receipt.repeated else 202, {"event_id": receipt.event_id})
