"""Tenants: whose customers one has, its own or those of the group it shares them with."""

import os
from typing import Any

from functions.cache import cache
from functions.registry import connections
from functions.runtime import client
from records.store.dynamo import translated
from records.store.wire import from_wire

PREFIX = "TENANT#"  # what the keys of policies begin with


def people_of(tenant: str) -> str:
    """Say whose customers a tenant has: its own, or those of the group it shares them with.

    A tenant's policy is older than its first connection and never changes after it, so it may be remembered.

    Raises:
        StoreUnavailableError: it cannot be read now.
    """
    found: str = cache.get(f"people {tenant}", lambda: _read_policy(tenant))
    return found


def all_tenants() -> list[str]:
    """Name every tenant that has a connection."""
    return sorted({connection.tenant for connection in connections.all_connections()})


def members(group: str) -> list[str]:
    """Name the tenants of a group that have connections. No group: nobody."""
    return sorted({each.tenant for each in connections.all_connections() if group and each.group == group})


@translated
def _read_policy(tenant: str) -> str:
    answer = client("dynamodb").get_item(TableName=os.environ["CONNECTIONS_TABLE"], Key=key(tenant))
    return str(from_wire(answer["Item"]).get("group") or tenant) if "Item" in answer else tenant


def key(tenant: str) -> dict[str, Any]:
    """Give the key of a tenant's policy in the Connections table, as DynamoDB takes it."""
    return {"pk": {"S": f"{PREFIX}{tenant}"}}
