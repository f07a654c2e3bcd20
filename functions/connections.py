"""The registry of connections and their secrets, remembered for a short while in each process."""

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from connectors.catalogue import connector
from connectors.client import Client
from connectors.connection import Connection
from connectors.http import Http
from connectors.signatures import Secret
from functions.runtime import client
from records.store.dynamo import translated
from records.store.wire import from_wire, to_wire

FRESH = 20.0  # seconds a connection or secret is remembered; a rotation must overlap by more

_remembered: dict[str, tuple[float, Any]] = {}


def _remember(key: str, read: Any) -> Any:
    until, value = _remembered.get(key, (0.0, None))
    if time.monotonic() >= until:
        value = read()
        if value is not None:  # a connection that is not there yet may be there at once
            _remembered[key] = (time.monotonic() + FRESH, value)
    return value


def find(connection_id: str) -> Connection | None:
    """Give a connection, or None where nobody registered it."""
    found: Connection | None = _remember(f"connection {connection_id}", lambda: _read(connection_id))
    return found


@translated
def _read(connection_id: str) -> Connection | None:
    answer = client("dynamodb").get_item(
        TableName=os.environ["CONNECTIONS_TABLE"], Key={"pk": {"S": f"CONNECTION#{connection_id}"}}
    )
    return _from_item(answer["Item"]) if "Item" in answer else None


def _from_item(wire: dict[str, Any]) -> Connection:
    return Connection.model_validate_json(from_wire(wire)["connection"])


def all_connections() -> list[Connection]:
    """Give every connection. The registry is small: one page is some thousand shops."""
    found: list[Connection] = _remember("all", _scan)
    return found


@translated
def _scan() -> list[Connection]:
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=os.environ["CONNECTIONS_TABLE"])
    found = [_from_item(item) for page in pages for item in page["Items"]]
    return sorted(found, key=lambda connection: connection.connection_id)


def register(dynamo: Any, table: str, connection: Connection) -> None:
    """Write a connection. Used by the command line; functions only read."""
    item = {"pk": f"CONNECTION#{connection.connection_id}", "connection": connection.model_dump_json()}
    dynamo.put_item(TableName=table, Item=to_wire({**item, "tenant": connection.tenant}))


def secrets(connection: Connection) -> dict[str, Any]:
    """Read a connection's secrets: name → value, in a rotation a list of `{value, not_before, not_after, key_id}`."""
    found: dict[str, Any] = _remember(f"secrets {connection.connection_id}", lambda: _read_secrets(connection))
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
    kind = connector(connection.connector).client_class
    made: Client = _remember(
        f"client {connection.connection_id}",
        lambda: kind(connection, current(secrets(connection)), Http(connection.connector)),
    )
    return made
