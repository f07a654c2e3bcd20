"""What the hub and a connector's client say to each other. Clients know the vendor's calls and nothing of AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from connectors.connection import Connection
from connectors.errors import UnavailableError
from connectors.http import Http


@dataclass(frozen=True)
class Document:
    """A resource fetched or polled from a channel; enters the hub by the same door as a webhook.

    `body` is the resource as JSON bytes; `topic` names the mapping in the manifest's `receives.topics`.
    """

    topic: str
    body: bytes


@dataclass(frozen=True)
class Page:
    """One page of a poll. `cursor` continues it; None ends it. `since` is where the next poll starts, if known."""

    documents: tuple[Document, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class Push:
    """One call that makes the channel show what the hub knows.

    `body` is what `mappings/<channel>/<record>.out.yaml` made of the record; `previous` is the quantity the channel is
    believed to show (None: unknown), for compare-and-swap; `as_of` is the time of the knowledge (RFC 3339).
    """

    record: Literal["stock", "fulfillment", "customer", "erasure"]
    key: str
    body: dict[str, Any]
    idempotency_key: str
    previous: Decimal | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class Answer:
    """How a push ended. `stale`: compare-and-swap failed and `shown` is what the channel really shows."""

    outcome: Literal["done", "stale"]
    shown: Decimal | None = None
    reference: str | None = None
    status: int = 200
    extra: dict[str, str] = field(default_factory=dict)


# What reading an answer of another shape raises.
_UNFIT = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError)


def make_call(client: "Client", name: str, *arguments: Any) -> Any:
    """Make a client's call by its name in the manifest.

    Raises:
        ConnectorError: whatever the channel did. An answer whose shape the client does not know is one that may pass,
            like the page of a gateway: it must neither stop other connections nor look like a fault of the hub.
    """
    try:
        return getattr(client, name)(*arguments)
    except _UNFIT as error:
        where = f"{type(client).__module__}.{name}"
        raise UnavailableError(f"{where} met an answer it cannot read: {type(error).__name__}") from error


class Client(Protocol):
    """A channel's calls. Which further methods exist (`fetch`, `poll`, `push` calls) the manifest says."""

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        """Hold what every call needs; open nothing."""
