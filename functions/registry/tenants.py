"""Tenants: whose customers one has, its own or those of the group it shares them with."""

import os

from functions.cache import cache
from functions.runtime import client
from records.store.dynamo import translated
from records.store.wire import from_wire


def people_of(tenant: str) -> str:
    """Say whose customers a tenant has: its own, or those of the group it shares them with. A policy is older than the
    tenant's first connection and stays as it is, so it may be remembered like one.
    """
    found: str = cache.get(f"people {tenant}", lambda: _read_policy(tenant))
    return found


@translated
def _read_policy(tenant: str) -> str:
    answer = client("dynamodb").get_item(
        TableName=os.environ["CONNECTIONS_TABLE"], Key={"pk": {"S": f"TENANT#{tenant}"}}
    )
    return str(from_wire(answer["Item"]).get("group") or tenant) if "Item" in answer else tenant
