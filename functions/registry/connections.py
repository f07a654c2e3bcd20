"""The registry of connections, their connectors and their secrets, remembered for a short while in each process."""

import functools
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.client import Client
from connectors.connection import Connection
from connectors.errors import ManifestError
from connectors.http import Http
from connectors.signatures import Secret
from functions.runtime import client
from records.store.dynamo import translated
from records.store.wire import from_wire, to_wire

if TYPE_CHECKING:
    from functions.registry.bundles import Registry

FRESH = 20.0  # seconds a connection or secret is remembered; a rotation must overlap by more

FRESH_VERSION = 2.0  # which version of a registered connector is current: a new one is wanted at once

_remembered: dict[str, tuple[float, Any]] = {}


def remember(key: str, read: Callable[[], Any], fresh: float = FRESH) -> Any:
    """Give what a name stands for, and read it only where it is not known or no longer fresh. None is not kept."""
    until, value = _remembered.get(key, (0.0, None))
    if time.monotonic() >= until:
        value = read()
        if value is not None:  # a connection that is not there yet may be there at once
            _remembered[key] = (time.monotonic() + fresh, value)
    return value


def forget(key: str) -> None:
    """Read it again when it is next asked for."""
    _remembered.pop(key, None)


def find(connection_id: str) -> Connection | None:
    """Give a connection, or None where nobody registered it."""
    found: Connection | None = remember(f"connection {connection_id}", lambda: _read(connection_id))
    return found


@translated
def _read(connection_id: str) -> Connection | None:
    answer = client("dynamodb").get_item(
        TableName=os.environ["CONNECTIONS_TABLE"], Key={"pk": {"S": f"CONNECTION#{connection_id}"}}
    )
    return from_item(from_wire(answer["Item"])) if "Item" in answer else None


def from_item(item: dict[str, Any]) -> Connection:
    """Read a connection. Whether it is paused stands beside it: the API may write that, and nothing else of it."""
    kept = Connection.model_validate_json(item["connection"])
    return kept.model_copy(update={"status": item["status"]}) if "status" in item else kept


def all_connections() -> list[Connection]:
    """Give every connection. The registry is small: one page is some thousand shops."""
    found: list[Connection] = remember("all", _scan)
    return found


@translated
def _scan() -> list[Connection]:
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=os.environ["CONNECTIONS_TABLE"])
    items = [from_wire(item) for page in pages for item in page["Items"]]
    found = [from_item(item) for item in items if "connection" in item]
    return sorted(found, key=lambda connection: connection.connection_id)


def people_of(tenant: str) -> str:
    """Say whose customers a tenant has: its own, or those of the group it shares them with. A policy is older than the
    tenant's first connection and stays as it is, so it may be remembered like one.
    """
    found: str = remember(f"people {tenant}", lambda: _read_policy(tenant))
    return found


@translated
def _read_policy(tenant: str) -> str:
    answer = client("dynamodb").get_item(
        TableName=os.environ["CONNECTIONS_TABLE"], Key={"pk": {"S": f"TENANT#{tenant}"}}
    )
    return str(from_wire(answer["Item"]).get("group") or tenant) if "Item" in answer else tenant


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


def register(dynamo: Any, table: str, connection: Connection) -> None:
    """Write a connection. Used by the command line; functions only read."""
    item = {"pk": f"CONNECTION#{connection.connection_id}", "connection": connection.model_dump_json()}
    about = {"tenant": connection.tenant, "status": connection.status}
    dynamo.put_item(TableName=table, Item=to_wire({**item, **about}))


def switch(dynamo: Any, mappings: Any, table: str, connection: Connection, status: str) -> None:
    """Pause a connection or resume it: poll looks at its status, pushes wait where their queue is not handed over.

    Asked again after a crash it comes to the same; of two who ask at once one gets their way, in both.

    Raises:
        ManifestError: it was made before its mapping was noted.
    """
    if not connection.delivery:
        raise ManifestError(f"it is not noted what hands over the pushes of {connection.connection_id}")
    key = {"pk": {"S": f"CONNECTION#{connection.connection_id}"}}
    dynamo.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #s = :s",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": status}},
    )
    wanted = ""
    while status != wanted:  # somebody else may have written the status before we switched, and switched before us
        wanted = status
        mappings.update_event_source_mapping(UUID=connection.delivery, Enabled=wanted == "active")
        status = from_item(from_wire(dynamo.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"])).status
    forget(f"connection {connection.connection_id}")
    forget("all")


def secrets(connection: Connection) -> dict[str, Any]:
    """Read a connection's secrets: name → value, in a rotation a list of `{value, not_before, not_after, key_id}`."""
    found: dict[str, Any] = remember(f"secrets {connection.connection_id}", lambda: _read_secrets(connection))
    return found


def _read_secrets(connection: Connection) -> dict[str, Any]:
    if not connection.secret_arn:
        return {}
    answer = client("secretsmanager").get_secret_value(SecretId=connection.secret_arn)
    kept: dict[str, Any] = json.loads(answer["SecretString"])
    return kept


def signing_secrets(connection: Connection, name: str) -> list[Secret]:
    """Give every value of a secret that may sign now."""
    value = secrets(connection).get(name)
    if value is None:
        return []
    return [Secret(value)] if isinstance(value, str) else [Secret(**entry) for entry in value]


def current(kept: Mapping[str, Any]) -> dict[str, str]:
    """Give the one value of each secret that our own calls use: the newest."""
    return {name: value if isinstance(value, str) else value[-1]["value"] for name, value in kept.items()}


def client_of(connection: Connection) -> Client:
    """Give the client of a connection's channel."""
    kind = connector_of(connection)
    made: Client = remember(
        f"client {connection.connection_id} {kind.reference}",
        lambda: kind.client_class(connection, current(secrets(connection)), Http(kind.folder.name)),
    )
    return made
