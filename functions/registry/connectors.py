"""Which connector a connection has: the repository's, or the one its tenant registered."""

import functools
import os
from typing import TYPE_CHECKING

from connectors import catalogue
from connectors.catalogue import Connector
from functions.cache import cache
from functions.runtime import client

if TYPE_CHECKING:
    from functions.registry.bundles import Registry

FRESH = 2.0  # seconds for which a registered connector's current version is remembered: a new one is wanted at once


def find(tenant: str, reference: str) -> Connector:
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
    found: str = cache.get(f"connector {tenant} {name}", lambda: registry().current(tenant, name), FRESH)
    return found


@functools.cache
def _registered(tenant: str, name: str, version: str) -> Connector:
    return registry().open(tenant, name, version)


@functools.cache
def registry() -> "Registry":
    """Give the connectors that were registered at run time."""
    from functions.registry.bundles import Registry  # noqa: PLC0415 (most connectors come with the deployment)

    bucket = os.environ["CONNECTOR_BUCKET"]
    return Registry(client("dynamodb"), os.environ["CONNECTIONS_TABLE"], lambda: client("s3"), bucket)
