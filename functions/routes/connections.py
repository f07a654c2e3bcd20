"""Routes of connections: list, hand in a payload, pause, resume, rotate a secret, reconcile with the channel."""

import os
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from connectors.connection import Connection
from connectors.errors import ManifestError
from functions import runtime
from functions.inbound.ingest import ingest
from functions.problems import RefusedError, answer, problem
from functions.queries import lookup
from functions.registry import connections, session
from functions.routes.app import raw_body, request, route
from records.store import keys
from records.store.actions import Update

if TYPE_CHECKING:
    from functions.contract.connections import PayloadQuery, ReconcileWish
    from functions.contract.operation import Nothing

MAX_BODY = 6 * 1024 * 1024


@route("/v1/connections")
def list_connections(tenant: str) -> Any:
    """List the tenant's connections."""
    return {"connections": lookup.registered(tenant)}


@route("/v1/connections/{connection_id}/pause", "POST")
def pause_connection(tenant: str, connection_id: str, body: "Nothing") -> Any:
    """Stop pushing to a channel and polling it. What it sends is still taken; its pushes wait up to 14 days."""
    return _switch(tenant, connection_id, "paused")


@route("/v1/connections/{connection_id}/resume", "POST")
def resume_connection(tenant: str, connection_id: str, body: "Nothing") -> Any:
    """Go on with a paused channel."""
    return _switch(tenant, connection_id, "active")


def _switch(tenant: str, connection_id: str, status: str) -> dict[str, str]:
    connection = lookup.connection_of(tenant, connection_id)
    try:
        clients = (runtime.client("dynamodb"), runtime.client("lambda"))
        connections.switch(*clients, os.environ["CONNECTIONS_TABLE"], connection, status)
    except ManifestError as error:
        run = f"tributary connections {'pause' if status == 'paused' else 'resume'} {connection_id}"
        raise RefusedError(409, "operator_needed", f"{error}. Or run: {run}", run=run) from error
    return {"connection_id": connection_id, "status": status}


@route("/v1/connections/{connection_id}/rotate", "POST")
def rotate_secret(tenant: str, connection_id: str, body: "Nothing") -> Response:
    """Say how a secret is changed: by whoever runs the hub. The API can neither read nor write a channel's secrets."""
    lookup.connection_of(tenant, connection_id)
    run = f"tributary connections rotate {connection_id} --secret NAME=VALUE"
    raise RefusedError(409, "operator_needed", f"The API has no right to the secrets of channels. Run: {run}", run=run)


@route("/v1/connections/{connection_id}/reconcile", "POST")
def reconcile_connection(tenant: str, connection_id: str, body: "ReconcileWish") -> Response:
    """Read again what the channel lists, within a minute, from `since` on: what was missed comes in."""
    connection = lookup.connection_of(tenant, connection_id)
    since = "" if body.since is None else runtime.rfc3339(min(body.since, runtime.now()))
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


@route("/v1/connections/{connection_id}/payloads", "POST")
def hand_in(tenant: str, connection_id: str, query: "PayloadQuery") -> Any:
    """Take a payload handed in by hand (a file of a poll-only channel, a resource): `?topic=` says what it is."""
    opened = lookup.session_of(tenant, connection_id)
    topics = opened.manifest.receives.topics
    if query.topic not in topics:
        return problem(400, "topic_unknown", f"Ask with ?topic= one of: {', '.join(sorted(topics))}.")
    content = raw_body()
    if len(content) > MAX_BODY:
        return problem(413, "body_too_large", f"The body has {len(content)} bytes; {MAX_BODY} are taken.")
    content_type = request().headers.get("content-type", "application/json")
    receipt = ingest(opened, query.topic, content, content_type=content_type)
    return answer(200 if receipt.repeated else 202, {"event_id": receipt.event_id})
