"""Which connections there are, and pausing and resuming one."""

import os
from typing import TYPE_CHECKING, Any

from connectors.connection import Connection
from connectors.errors import ManifestError
from functions.cache import forget, remember
from functions.runtime import client
from records.store.dynamo import translated
from records.store.wire import from_wire, to_wire

if TYPE_CHECKING:
    pass


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
