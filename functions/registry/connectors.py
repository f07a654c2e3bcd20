"""Which connector a connection has: the repository's, or the one its tenant registered."""

import functools
import os
from typing import TYPE_CHECKING

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import ManifestError
from functions.cache import FRESH_VERSION, remember
from functions.runtime import client

if TYPE_CHECKING:
    from functions.registry.bundles import Registry


def connector_of(connection: Connection) -> Connector:
    """Give the connector of a connection: the repository's, or the one its tenant registered.

    Raises:
        ManifestError: there is none.
        StoreUnavailableError: it cannot be read now.
    """
    return connector_named(connection.tenant, connection.connector)


def connector_named(tenant: str, reference: str) -> Connector:
    """Give a connector by name, or in one version by `name@version`, as an event's marker names it.

    Raises:
        ManifestError: there is none.
        StoreUnavailableError: it cannot be read now.
    """
    name, _, version = reference.partition("@")
    if catalogue.is_here(name):
        return catalogue.deployed(name, version)
    return _registered(tenant, name, version or _current(tenant, name))


def _current(tenant: str, name: str) -> str:
    entry = remember(f"connector {tenant} {name}", lambda: registry().entry(tenant, name), FRESH_VERSION)
    if entry is None:
        raise ManifestError(f"there is no connector {name[:80]!r}")
    return str(entry.current)


@functools.cache
def _registered(tenant: str, name: str, version: str) -> Connector:
    return registry().open(tenant, name, version)


@functools.cache
def registry() -> "Registry":
    """Give the connectors that were registered at run time."""
    from functions.registry.bundles import Registry  # noqa: PLC0415 (most connectors come with the deployment)

    bucket = os.environ["CONNECTOR_BUCKET"]
    return Registry(client("dynamodb"), os.environ["CONNECTIONS_TABLE"], lambda: client("s3"), bucket)
