"""API: what people and programs ask the hub.

Triggered by GET (and a few POST) requests under /v1 with a bearer token, which also says the tenant. Reads the tables;
the one thing it writes is a payload handed in by hand, which enters by the same Inbox as every other. Errors are
RFC 9457 problems.
"""

import functools
import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Request, Response

from connectors.errors import ManifestError
from functions import connections, registering, runtime, views
from functions.ingest import ingest
from functions.problems import answer, problem, shielded
from functions.runtime import client
from functions.views import MissingError
from mappings.errors import PayloadError
from mappings.payloads import parse_json
from records.errors import ConflictError

MAX_BODY = 6 * 1024 * 1024
MAX_PAGE = 200

app = Chalice(app_name="api", configure_logs=False)


@functools.cache
def _tenants(minute: int) -> dict[str, str]:
    """Read which token (as SHA-256) belongs to which tenant; once a minute, so that a revoked token ends soon."""
    secret = json.loads(client("secretsmanager").get_secret_value(SecretId=os.environ["API_SECRET"])["SecretString"])
    # The deployment makes one token, of the tenant "main"; `previous` is the one before it, while it is being changed.
    tokens = {secret[name]: secret.get("tenant", "main") for name in ("token", "previous") if name in secret}
    tokens |= secret.get("tokens", {})
    return {hashlib.sha256(token.encode()).hexdigest(): tenant for token, tenant in tokens.items()}


def _tenant() -> str | None:
    scheme, _, token = _request().headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    # Tokens are compared by their digests: how long the look-up takes says nothing about the token.
    return _tenants(int(runtime.now().timestamp() // 60)).get(hashlib.sha256(token.strip().encode()).hexdigest())


def _request() -> Request:
    request: Request = app.current_request  # type: ignore[assignment] # there is one inside a view
    return request


def _query() -> dict[str, str]:
    return dict(_request().query_params or {})


def route(path: str, method: str = "GET") -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Register a view `(tenant, **path parameters) -> JSON value or Response` behind the token check."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Response]:
        def guarded(**parameters: str) -> Response:
            tenant = _tenant()
            if tenant is None:
                return problem(401, "token_invalid", "Send a valid token as `Authorization: Bearer …`.")
            try:
                found = view(tenant, **parameters)
            except MissingError as missing:
                return problem(404, "not_found", f"There is no {missing}.")
            return found if isinstance(found, Response) else answer(200, found)

        guarded.__name__ = view.__name__
        registered: Callable[..., Response] = app.route(path, methods=[method], content_types=["*/*"])(
            shielded(guarded)
        )
        return registered

    return wrap


@app.route("/v1/health", methods=["GET"])
def health() -> Response:
    """Say that the API answers. Needs no token and says nothing else."""
    return answer(200, {"status": "ok"})


@route("/v1/customers")
def list_customers(tenant: str) -> Any:
    """Find customers by e-mail, phone or loyalty card."""
    key = views.key_of(_query())
    if key is None:
        return problem(400, "query_missing", "Ask with ?email=, ?phone= (E.164) or ?loyalty=.")
    return {"customers": views.find_customers(tenant, key)}


@route("/v1/customers/{customer_id}")
def get_customer(tenant: str, customer_id: str) -> Any:
    """Give a golden record."""
    return views.customer(tenant, customer_id)


@route("/v1/customers/{customer_id}/timeline")
def get_timeline(tenant: str, customer_id: str) -> Any:
    """Give what happened with a customer."""
    return {"timeline": views.timeline(tenant, customer_id)}


@route("/v1/stock/{sku}")
def get_stock(tenant: str, sku: str) -> Any:
    """Give a SKU's stock."""
    return views.stock_of(tenant, sku)


@route("/v1/stock/{sku}/availability")
def get_availability(tenant: str, sku: str) -> Any:
    """Give what a channel may promise."""
    connection_id = _query().get("connection")
    if not connection_id:
        return problem(400, "query_missing", "Ask with ?connection=.")
    return views.availability(tenant, sku, views.connection_of(tenant, connection_id))


@route("/v1/stock/{sku}/ledger")
def get_ledger(tenant: str, sku: str) -> Any:
    """Explain a SKU's stock."""
    return views.ledger(tenant, sku)


@route("/v1/orders")
def list_orders(tenant: str) -> Any:
    """Find orders by customer, or by connection and the channel's own id."""
    query = _query()
    if query.get("customer"):
        return {"orders": views.orders_of(tenant, query["customer"])}
    if query.get("connection") and query.get("channel_order_id"):
        return {"orders": [views.find_order(tenant, query["connection"], query["channel_order_id"])]}
    return problem(400, "query_missing", "Ask with ?customer=, or with ?connection= and &channel_order_id=.")


@route("/v1/orders/{order_id}")
def get_order(tenant: str, order_id: str) -> Any:
    """Give an order."""
    return views.order(tenant, order_id)


@route("/v1/shipments/{tracking_number}")
def get_shipment(tenant: str, tracking_number: str) -> Any:
    """Give a parcel."""
    return views.shipment(tenant, tracking_number)


@route("/v1/products/{sku}")
def get_product(tenant: str, sku: str) -> Any:
    """Give what is known of a SKU."""
    return views.product(tenant, sku)


@route("/v1/events")
def list_events(tenant: str) -> Any:
    """List what was received."""
    query = _query()
    limit = query.get("limit", "50")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_PAGE:
        return problem(400, "query_invalid", f"limit must be 1 to {MAX_PAGE}.")
    try:
        listed, cursor = views.events(tenant, int(limit), query.get("cursor"))
    except ValueError:
        return problem(400, "query_invalid", "cursor must be one that an earlier page gave.")
    return {"events": listed, "cursor": cursor}


@route("/v1/events/{event_id}")
def get_event(tenant: str, event_id: str) -> Any:
    """Give the whole trace of an event."""
    return views.event(tenant, event_id)


@route("/v1/quarantine")
def list_quarantine(tenant: str) -> Any:
    """List what waits for a person."""
    return {"events": views.parked(tenant, "quarantined"), "pushes": views.parked(tenant, "failed")}


@route("/v1/connectors")
def list_connectors(tenant: str) -> Any:
    """List the connectors."""
    return {"connectors": registering.listed(tenant)}


@route("/v1/connectors/{name}")
def get_connector(tenant: str, name: str) -> Any:
    """Give what one connector can do."""
    try:
        return registering.described(tenant, name)
    except ManifestError as error:
        raise MissingError(f"connector {name}") from error


@route("/v1/connectors", "POST")
def register_connector(tenant: str) -> Any:
    """Take a declarative connector into the running hub; a bad one is refused with every fault."""
    body: bytes = _request().raw_body  # type: ignore[assignment] # API Gateway sends every body as base64
    try:
        parts = parse_json(body)
    except PayloadError as error:
        return problem(400, error.code, str(error))
    try:
        made, is_new = registering.register(connections.registry(), tenant, parts, runtime.rfc3339(runtime.now()))
    except registering.RefusedError as refused:
        return problem(422, "connector_refused", "Nothing was changed; see faults.", faults=refused.faults)
    except ConflictError as error:
        return problem(409, error.code, "The same connector is being registered by somebody else.")
    return answer(201 if is_new else 200, made)


@route("/v1/connections")
def list_connections(tenant: str) -> Any:
    """List the tenant's connections."""
    return {"connections": views.registered(tenant)}


@route("/v1/connections/{connection_id}/payloads", "POST")
def hand_in(tenant: str, connection_id: str) -> Any:
    """Take a payload handed in by hand (a file of a poll-only channel, a resource): `?topic=` says what it is."""
    connection = views.connection_of(tenant, connection_id)
    topics = connections.connector_of(connection).manifest.receives.topics
    topic = _query().get("topic", "")
    if topic not in topics:
        return problem(400, "topic_unknown", f"Ask with ?topic= one of: {', '.join(sorted(topics))}.")
    body: bytes = _request().raw_body  # type: ignore[assignment] # API Gateway sends every body as base64
    if len(body) > MAX_BODY:
        return problem(413, "body_too_large", f"The body has {len(body)} bytes; {MAX_BODY} are taken.")
    content_type = _request().headers.get("content-type", "application/json")
    receipt = ingest(connection, topic, body, content_type=content_type)
    return answer(200 if receipt.repeated else 202, {"event_id": receipt.event_id})


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer one request from API Gateway."""
    return app(event, context)
