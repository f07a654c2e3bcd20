"""Collect: the door for queues.

Triggered by a connection's own inbound queue, which a channel or a rule of EventBridge fills. The queue alone says
which connection a message belongs to; nothing in the message can. The payload enters the Inbox as a webhook's does. One
that cannot be read is written too; normalise quarantines it. A message that cannot be made durable, or whose connection
is not registered yet, stays in the queue and comes again after a backoff. After twelve attempts the queue moves it to
its dead-letter queue.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

import os
from typing import Any

from connectors import queues
from connectors.errors import ConnectorError, TopicError
from connectors.manifest import Manifest
from functions.batches import LaterError, backoff, work_through
from functions.inbound.ingest import UNREADABLE, ingest
from functions.metrics import count
from functions.registry import session
from functions.registry.session import Session
from functions.runtime import REFUSALS, logger
from mappings.errors import PayloadError
from mappings.payloads import parse_json, write_json

PASSING = (ConnectorError, *REFUSALS)
"""Errors that the message has no part in: the connector cannot be read, or the Inbox cannot be written."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take in a batch of messages."""
    return work_through(event, _collect, read=str.encode)


def _collect(body: bytes, queue: str, attempt: int) -> None:
    try:
        opened = _owner(queue)
        if opened is None:
            raise LaterError(f"{queue} belongs to no connection that is registered", backoff(attempt))
        _take(opened, body)
    except PASSING as error:
        raise LaterError(f"{type(error).__name__}: {error}", backoff(attempt)) from error


def _owner(queue: str) -> Session | None:
    """Open the connection that a queue belongs to; None: it belongs to none that is registered."""
    prefix = os.environ["INBOUND"]
    return session.find(queue.removeprefix(prefix)) if queue.startswith(prefix) else None


def _take(opened: Session, body: bytes) -> None:
    topic, payload = _read(opened.manifest, body)
    receipt, connection = ingest(opened, topic, payload), opened.connection
    logger.append_keys(tenant=connection.tenant)
    logger.info("collected", event_id=receipt.event_id, connection_id=connection.connection_id, topic=topic)
    count("Repeated" if receipt.repeated else "EventsReceived", connection.connection_id)
    if receipt.conflict:
        count("Conflicts", connection.connection_id)


def _read(manifest: Manifest, body: bytes) -> tuple[str, bytes]:
    """Give topic and payload of a message. Without an envelope the payload is the message, byte for byte."""
    try:
        message = parse_json(body)
        topic = queues.topic_in(manifest, message)
    except (PayloadError, TopicError):
        return UNREADABLE, body
    payload = queues.payload_in(manifest, message)
    return topic, body if payload is message else write_json(payload)
