"""A connection as it is opened for one message: the account, its connector, and the client of its channel."""

from dataclasses import dataclass
from typing import Any

from connectors.catalogue import Connector
from connectors.client import Client
from connectors.connection import Connection
from connectors.http import Http
from connectors.manifest import Manifest
from functions.cache import cache
from functions.registry import connections, connectors, secrets


@dataclass(frozen=True)
class Session:
    """What a message needs of its connection. It is opened once per message and handed on."""

    connection: Connection
    connector: Connector

    @property
    def manifest(self) -> Manifest:
        """What the connector says of its channel."""
        return self.connector.manifest

    @property
    def client(self) -> Client:
        """The client of the channel. It is made at its first use, because few messages call anybody.

        Later messages share it while the connection and its secrets are what it was made of.
        """
        name = f"client {self.connection.connection_id} {self.connector.reference}"
        parts = self.connection, secrets.current(secrets.secrets(self.connection))
        kept: tuple[Any, Client] = cache.get(name, lambda: self._made_of(parts))
        if kept[0] != parts:
            cache.forget(name)
            kept = cache.get(name, lambda: self._made_of(parts))
        return kept[1]

    def _made_of(self, parts: tuple[Connection, dict[str, str]]) -> tuple[Any, Client]:
        return parts, self.connector.client_class(*parts, Http(self.connector.folder.name))


def find(connection_id: str) -> Session | None:
    """Open a connection by its id, or give None where nobody registered it.

    Raises:
        ManifestError: it has no connector.
        StoreUnavailableError: it cannot be read now.
    """
    connection = connections.find(connection_id)
    return None if connection is None else of(connection)


def of(connection: Connection, reference: str | None = None) -> Session:
    """Open a connection with its own connector, or with the one that `reference` names (`name` or `name@version`).

    Raises:
        ManifestError: there is no such connector.
        StoreUnavailableError: it cannot be read now.
    """
    return Session(connection, connectors.find(connection.tenant, reference or connection.connector))
