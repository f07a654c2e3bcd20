"""The types that the hub and a connector's client exchange. A client knows the vendor's calls and nothing of AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from connectors.connection import Connection
from connectors.errors import UnavailableError
from connectors.http import Http


@dataclass(frozen=True)
class Document:
    """A resource fetched or polled from a channel. It enters the hub as the payload of a webhook does.

    `body` is the resource as JSON bytes; `topic` names the mapping in the manifest's `receives.topics`.
    """

    topic: str
    body: bytes


@dataclass(frozen=True)
class Page:
    """One page of a poll. `cursor` is the pagination cursor of the next page; None: this is the last page."""

    documents: tuple[Document, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class Push:
    """One call that makes the channel show what the hub knows.

    `key` names the thing that is pushed. `body` is what `mappings/<channel>/<record>.out.yaml` made of the record.
    `idempotency_key` stays the same when the push is sent again. `previous` is the quantity that we believe the channel
    shows (None: unknown); compare-and-swap needs it. `as_of` is the time of the knowledge (RFC 3339).
    """

    record: Literal["stock", "fulfillment", "customer", "erasure"]
    key: str
    body: dict[str, Any]
    idempotency_key: str
    previous: Decimal | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class Answer:
    """How a push ended. `reference` is the channel's name of the change.

    `stale`: compare-and-swap failed. `shown` is the quantity that the channel shows now; None: unknown.
    """

    outcome: Literal["done", "stale"]
    shown: Decimal | None = None
    reference: str | None = None
    status: int = 200
    extra: dict[str, str] = field(default_factory=dict)


# What Python raises when an answer has not the shape that the client expects.
_UNFIT = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError)


def make_call(client: "Client", name: str, *arguments: Any) -> Any:
    """Make a client's call by its name in the manifest.

    Raises:
        ConnectorError: as the channel answered. An answer that the client cannot read is an UnavailableError, which is
            retried: it may be the page of a gateway. It must not stop other connections, nor look like our own fault.
    """
    try:
        return getattr(client, name)(*arguments)
    except _UNFIT as error:
        where = f"{type(client).__module__}.{name}"
        raise UnavailableError(f"{where} met an answer it cannot read: {type(error).__name__}") from error


class Client(Protocol):
    """A channel's calls. The manifest names the further methods, one for each call, by its role:

    - fetch: `(id: str) -> Document`
    - poll: `(since: str, cursor: str | None) -> Page`; `since` is RFC 3339
    - push: `(push: Push) -> Answer`
    - identity: `(id: str) -> str | None`, the SKU of a stock id of the channel, or the reverse
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        """Hold what every call needs; open nothing."""
