"""Receive: the public door for webhooks.

Triggered by POST /webhooks/{connection_id}. Checks the signature over the raw bytes, writes the payload to the Inbox
with one conditional write and answers 202, or 200 for a repeat. A request that is refused gets a 4xx and is not
written. When the payload cannot be made durable the answer is 503, and the channel sends it again.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

import binascii
from typing import Any

from chalice.app import Chalice, Request, Response

from connectors.errors import SignatureError, TopicError
from connectors.manifest import delivery_of, topic_of
from connectors.signatures import Signed, verify
from functions import runtime
from functions.inbound.ingest import UNREADABLE, ingest
from functions.metrics import count
from functions.problems import answer, problem, shielded
from functions.registry import secrets, session
from functions.registry.session import Session
from functions.runtime import logger
from mappings.errors import PayloadError
from mappings.payloads import media_type, parse
from records.errors import StoreUnavailableError

MAX_BODY = 6 * 1024 * 1024

app = Chalice(app_name="receive", configure_logs=False)


@app.route("/webhooks/{connection_id}", methods=["POST"], content_types=["*/*"])
@shielded
def webhook(connection_id: str) -> Response:
    """Take one webhook."""
    opened = session.find(connection_id)
    if opened is None:
        return problem(404, "connection_unknown", f"No connection {connection_id[:80]!r} is registered.")
    logger.append_keys(tenant=opened.connection.tenant)
    request: Request = app.current_request  # type: ignore[assignment] # there is one inside a view
    try:
        body: bytes = request.raw_body  # type: ignore[assignment] # API Gateway sends every body as base64
    except (binascii.Error, ValueError):
        return problem(400, "body_malformed", "The body is marked as base64 and is not.")
    signed = Signed(request.method, opened.connection.webhook_url, dict(request.headers), body)
    refused = _refuse(opened, signed)
    if refused is not None:
        count("Rejected", connection_id)
        return refused
    return _take(opened, signed)


def _refuse(opened: Session, request: Signed) -> Response | None:
    """Give the answer to a request that must not be written, or nothing where all is well."""
    if len(request.body) > MAX_BODY:
        return problem(413, "body_too_large", f"The body has {len(request.body)} bytes; {MAX_BODY} are taken.")
    manifest, connection = opened.manifest, opened.connection
    kinds = manifest.receives.content_types
    if media_type(request.headers.get("content-type", "")) not in kinds:
        return problem(415, "content_type_unsupported", f"{manifest.name} webhooks come as {' or '.join(kinds)}.")
    rule = manifest.receives.signature
    if rule is None:
        return problem(404, "no_webhooks", f"{manifest.name} is polled; it has no webhook door.")
    try:
        verify(rule.scheme, request, secrets.signing_secrets(connection, rule.secret), runtime.now().timestamp())
    except SignatureError as error:
        logger.warning("signature refused", connection_id=connection.connection_id, code=error.code)
        return problem(401, error.code, str(error))
    return None


def _take(opened: Session, request: Signed) -> Response:
    """Write a request whose signature is right. One that cannot be read is written too; normalise quarantines it."""
    manifest, connection_id = opened.manifest, opened.connection.connection_id
    content_type = request.headers.get("content-type", "application/json")
    try:
        parsed = parse(request.body, content_type)
    except PayloadError:
        parsed = None
    try:
        topic = topic_of(manifest, request.headers, parsed)
    except TopicError:
        topic = UNREADABLE
    if topic in manifest.receives.topics and manifest.topic(topic).internal:
        return problem(400, "topic_internal", f"{topic} is fetched by the hub; {manifest.name} does not send it.")
    delivery = delivery_of(manifest, topic, request.headers, parsed, request.body)
    try:
        receipt = ingest(opened, topic, request.body, delivery=delivery, content_type=content_type)
    except StoreUnavailableError as error:
        logger.exception("not durable", connection_id=connection_id)
        return problem(503, error.code, "The payload could not be made durable.", {"Retry-After": "5"})
    count("Repeated" if receipt.repeated else "EventsReceived", connection_id)
    if receipt.conflict:
        count("Conflicts", connection_id)
    return answer(200 if receipt.repeated else 202, {"event_id": receipt.event_id})


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer one request from API Gateway."""
    logger.clear_state()  # the request before may have been another tenant's
    return app(event, context)
