"""Routes of connectors and connections."""

from typing import Any

from connectors.errors import ManifestError
from functions import runtime
from functions.inbound.ingest import ingest
from functions.problems import answer, problem
from functions.queries import connectors, lookup
from functions.queries.lookup import MissingError
from functions.registry import connections
from functions.routes.app import query, raw_body, request, route
from mappings.errors import PayloadError
from mappings.payloads import parse_json
from records.errors import ConflictError

MAX_BODY = 6 * 1024 * 1024


@route("/v1/connectors")
def list_connectors(tenant: str) -> Any:
    """List the connectors."""
    return {"connectors": connectors.listed(tenant)}


@route("/v1/connectors/{name}")
def get_connector(tenant: str, name: str) -> Any:
    """Give what one connector can do."""
    try:
        return connectors.described(tenant, name)
    except ManifestError as error:
        raise MissingError(f"connector {name}") from error


@route("/v1/connectors", "POST")
def register_connector(tenant: str) -> Any:
    """Take a declarative connector into the running hub; a bad one is refused with every fault."""
    body = raw_body()
    try:
        parts = parse_json(body)
    except PayloadError as error:
        return problem(400, error.code, str(error))
    try:
        made, is_new = connectors.register(connections.registry(), tenant, parts, runtime.rfc3339(runtime.now()))
    except connectors.RefusedError as refused:
        return problem(422, "connector_refused", "Nothing was changed; see faults.", faults=refused.faults)
    except ConflictError as error:
        return problem(409, error.code, "The same connector is being registered by somebody else.")
    return answer(201 if is_new else 200, made)


@route("/v1/connections")
def list_connections(tenant: str) -> Any:
    """List the tenant's connections."""
    return {"connections": lookup.registered(tenant)}


@route("/v1/connections/{connection_id}/payloads", "POST")
def hand_in(tenant: str, connection_id: str) -> Any:
    """Take a payload handed in by hand (a file of a poll-only channel, a resource): `?topic=` says what it is."""
    connection = lookup.connection_of(tenant, connection_id)
    topics = connections.connector_of(connection).manifest.receives.topics
    topic = query("topic").get("topic", "")
    if topic not in topics:
        return problem(400, "topic_unknown", f"Ask with ?topic= one of: {', '.join(sorted(topics))}.")
    body = raw_body()
    if len(body) > MAX_BODY:
        return problem(413, "body_too_large", f"The body has {len(body)} bytes; {MAX_BODY} are taken.")
    content_type = request().headers.get("content-type", "application/json")
    receipt = ingest(connection, topic, body, content_type=content_type)
    return answer(200 if receipt.repeated else 202, {"event_id": receipt.event_id})
