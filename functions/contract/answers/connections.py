"""What the routes of connections answer."""

from typing import Literal

from pydantic import create_model

from connectors.connection import Connection
from functions.contract.operation import Said
from functions.contract.values import EventId, Time

Shown = create_model(
    "Connection",
    __base__=Said,
    **{name: (info.annotation, ...) for name, info in Connection.model_fields.items() if name != "secret_arn"},  # type: ignore[call-overload] # fields by name
)


class Connections(Said):
    """The tenant's connections. Secrets are no part of them."""

    connections: list[Shown]


class Taken(Said):
    """The payload is in the Inbox, under this id."""

    event_id: EventId


class Switched(Said):
    """Whether it is paused."""

    connection_id: str
    status: Literal["active", "paused"]


class Reconciled(Said):
    """What will be read again."""

    connection_id: str
    polls: list[str]
    since: Time | None
