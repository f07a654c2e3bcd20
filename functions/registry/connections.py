"""Which connections there are, and pausing and resuming one.

The functions read the Connections table through the cache of their process; the command line reads it as it is.
"""

import os
import re
from typing import Any

from connectors.connection import NAME, Connection
from connectors.errors import ManifestError
from functions.cache import cache
from functions.runtime import client
from records.store.dynamo import translated
from records.store.wire import from_wire, to_wire


def find(connection_id: str) -> Connection | None:
    """Give a connection, or None where nobody registered it. It may be as old as `cache.FRESH`.

    What cannot be the name of one is not looked up.

    Raises:
        StoreUnavailableError: it cannot be read now.
    """
    if not re.fullmatch(NAME, connection_id, re.ASCII):
        return None
    table = os.environ["CONNECTIONS_TABLE"]
    found: Connection | None = cache.get(_name(connection_id), lambda: read(client("dynamodb"), table, connection_id))
    return found


def all_connections() -> list[Connection]:
    """Give every connection, in the order of their ids. The list may be as old as `cache.FRESH`.

    The registry is small: one page is some thousand shops.

    Raises:
        StoreUnavailableError: they cannot be read now.
    """
    found: list[Connection] = cache.get("all", lambda: scan(client("dynamodb"), os.environ["CONNECTIONS_TABLE"]))
    return found


@translated
def read(dynamo: Any, table: str, connection_id: str, *, consistent: bool = False) -> Connection | None:
    """Read a connection from the table.

    Raises:
        StoreUnavailableError: it cannot be read now.
    """
    answer = dynamo.get_item(TableName=table, Key=key(connection_id), ConsistentRead=consistent)
    return from_item(from_wire(answer["Item"])) if "Item" in answer else None


@translated
def scan(dynamo: Any, table: str) -> list[Connection]:
    """Read every connection from the table.

    Raises:
        StoreUnavailableError: they cannot be read now.
    """
    pages = dynamo.get_paginator("scan").paginate(TableName=table)
    items = [from_wire(item) for page in pages for item in page["Items"]]
    found = [from_item(item) for item in items if "connection" in item]
    return sorted(found, key=lambda connection: connection.connection_id)


def key(connection_id: str) -> dict[str, Any]:
    """Give the key of a connection in the Connections table, as DynamoDB takes it."""
    return {"pk": {"S": f"CONNECTION#{connection_id}"}}


def from_item(item: dict[str, Any]) -> Connection:
    """Read a connection from its item. Its status has a field of its own, the only one that the API may write."""
    kept = Connection.model_validate_json(item["connection"])
    return kept.model_copy(update={"status": item["status"]}) if "status" in item else kept


def _name(connection_id: str) -> str:
    return f"connection {connection_id}"


def register(dynamo: Any, table: str, connection: Connection) -> None:
    """Write a connection. The command line does this; functions never do."""
    about = {"tenant": connection.tenant, "status": connection.status, "connection": connection.model_dump_json()}
    dynamo.put_item(TableName=table, Item={**key(connection.connection_id), **to_wire(about)})


def switch(dynamo: Any, mappings: Any, table: str, connection: Connection, status: str) -> None:
    """Pause a connection (`status` is `paused`) or resume it (`active`).

    `poll` obeys the status. Pushes obey the event source mapping of the connection's queue: while it is off, they wait
    in the queue. This sets both. After a crash the same may be asked again. Of two who ask at once, one gets their way
    in both.

    Raises:
        ManifestError: the connection does not say which event source mapping is its own; it is older than that field.
    """
    connection_id = connection.connection_id
    if not connection.delivery:
        raise ManifestError(f"it is not noted what hands over the pushes of {connection_id}")
    dynamo.update_item(
        TableName=table,
        Key=key(connection_id),
        UpdateExpression="SET #s = :s",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": status}},
    )
    wanted = ""
    # Somebody else may have written the status after us and switched before us. So we switch until both agree.
    while status != wanted:
        wanted = status
        mappings.update_event_source_mapping(UUID=connection.delivery, Enabled=wanted == "active")
        item = dynamo.get_item(TableName=table, Key=key(connection_id), ConsistentRead=True)["Item"]
        status = from_item(from_wire(item)).status
    cache.forget(_name(connection_id))
    cache.forget("all")
