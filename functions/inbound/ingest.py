"""Take a payload into the Inbox: the one way in, for webhooks, polls, fetched resources and files handed in."""

from connectors.errors import TopicError
from connectors.manifest import delivery_of
from functions import runtime
from functions.registry.session import Session
from mappings.errors import PayloadError
from mappings.payloads import parse
from records.store.inbox import Delivery, Receipt

UNREADABLE = "unreadable"


def ingest(
    opened: Session,
    topic: str,
    body: bytes,
    *,
    delivery: str | None = None,
    content_type: str = "application/json",
    cause: str | None = None,
    hop: int = 0,
) -> Receipt:
    """Make a payload durable, once.

    A repeat is recognised by `delivery`, the delivery id; None: it is read from the payload. Where the payload was
    fetched for another event, `cause` is the id of that event and `hop` is its `hop`.

    Raises:
        StoreUnavailableError: perhaps it is not durable; the same payload may be sent again.
    """
    moment = runtime.now()
    if delivery is None:
        delivery = _delivery(opened, topic, body, content_type)
    taken = Delivery(
        tenant=opened.connection.tenant,
        connection_id=opened.connection.connection_id,
        topic=topic,
        delivery=delivery,
        body=body,
        received_at=runtime.rfc3339(moment),
        content_type=content_type,
        cause=cause,
        hop=hop,
    )
    return runtime.inbox().receive(taken, moment.timestamp())


def _delivery(opened: Session, topic: str, body: bytes, content_type: str) -> str:
    """Give the delivery id of a document that has no webhook's headers: of an unreadable one, a hash of its bytes."""
    try:
        return delivery_of(opened.manifest, topic, {}, parse(body, content_type), body)
    except (PayloadError, TopicError):
        return delivery_of(opened.manifest, topic, {}, None, body)
