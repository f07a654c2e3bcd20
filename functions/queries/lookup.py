"""Look up what a caller names. What another tenant has does not exist for it."""

from typing import Any

from connectors.connection import Connection
from functions import runtime
from functions.registry import connections, session
from functions.registry.session import Session
from records.store.actions import Item, Key


class MissingError(Exception):
    """There is no such thing in this tenant."""


def item(key: Key, what: str) -> Item:
    """Give an item.

    Raises:
        MissingError: there is none; it names `what`.
    """
    found: Item | None = runtime.records().get([key]).get(key)
    if found is None:
        raise MissingError(what)
    return found


def registered(tenant: str) -> list[dict[str, Any]]:
    """List a tenant's connections. Secrets are not part of them."""
    mine = [each for each in connections.all_connections() if each.tenant == tenant]
    return [each.model_dump(exclude={"secret_arn"}) for each in mine]


def connection_of(tenant: str, connection_id: str) -> Connection:
    """Give a tenant's connection.

    Raises:
        MissingError: the tenant has none of this id.
    """
    found = connections.find(connection_id)
    if found is None or found.tenant != tenant:
        raise MissingError(f"connection {connection_id}")
    return found


def session_of(tenant: str, connection_id: str) -> Session:
    """Open a tenant's connection.

    Raises:
        MissingError: the tenant has none of this id.
    """
    return session.of(connection_of(tenant, connection_id))
