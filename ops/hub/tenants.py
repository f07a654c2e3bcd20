"""Which tenants share their customers: a policy per tenant, in the registry, that only whoever runs the hub can set.

It is set before the first connection of a tenant and never after it: what was known of customers by then lies under
the tenant's own name, and would be found by nobody. The first connection settles it: a policy that is set at the same
moment is obeyed or refused, nothing between.
"""

import re
from typing import Any

from botocore.exceptions import ClientError

from connectors.connection import NAME
from connectors.errors import ManifestError
from functions.registry import connections
from ops.hub.deploy import Hub
from records.store.wire import from_wire, to_wire

PREFIX = "group:"
"""What the name of a group begins with in keys and events: no tenant can be called so."""


def share(hub: Hub, tenant: str, group: str) -> dict[str, Any]:
    """Let a tenant share its customers with the other tenants of a group; stock and orders stay its own.

    Raises:
        ManifestError: a name is none, or the tenant has or had connections.
    """
    return _set(hub, tenant, PREFIX + _checked(group, "group"))


def keep(hub: Hub, tenant: str) -> dict[str, Any]:
    """Let a tenant keep its customers to itself, as every tenant does of which nothing else was said.

    Raises:
        ManifestError: its name is none, or it has or had connections.
    """
    return _set(hub, tenant, "")


def settle(hub: Hub, tenant: str) -> str:
    """Make a tenant's policy final, as its first connection does; gives its group, or nothing."""
    answer = _update(hub, tenant, "SET settled = :yes, tenant = :t", {":yes": True, ":t": tenant})
    return str(from_wire(answer["Attributes"]).get("group", ""))


def policies(hub: Hub) -> list[dict[str, Any]]:
    """List the tenants that are known, with the group each shares its customers with, if any."""
    pages = hub.clients("dynamodb").get_paginator("scan").paginate(TableName=hub.outputs["ConnectionsTable"])
    items = [from_wire(item) for page in pages for item in page["Items"]]
    found = {item["tenant"]: _policy(item) for item in items if item["pk"].startswith("TENANT#")}
    older = [connections.from_item(item).tenant for item in items if "connection" in item]
    found |= {name: {"tenant": name, "group": None, "settled": True} for name in older if name not in found}
    return [found[name] for name in sorted(found)]


def _policy(item: dict[str, Any]) -> dict[str, Any]:
    group = item.get("group", "").removeprefix(PREFIX)
    return {"tenant": item["tenant"], "group": group or None, "settled": bool(item.get("settled"))}


def _checked(name: str, what: str) -> str:
    if not re.fullmatch(NAME, name, re.ASCII):
        raise ManifestError(f"a {what} is called by small letters, digits and hyphens, not {name[:80]!r}")
    return name


def _set(hub: Hub, tenant: str, group: str) -> dict[str, Any]:
    _checked(tenant, "tenant")
    known = {each["tenant"]: each for each in policies(hub)}.get(tenant, {"group": None, "settled": False})
    wanted = {"tenant": tenant, "group": group.removeprefix(PREFIX) or None}
    if known["settled"] and known["group"] == wanted["group"]:
        return {**wanted, "settled": True}
    try:
        if known["settled"]:
            raise ManifestError(_too_late(tenant))
        said, unsettled = {":g": group, ":t": tenant}, "attribute_not_exists(settled)"
        _update(hub, tenant, "SET #g = :g, tenant = :t", said, ConditionExpression=unsettled)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        raise ManifestError(_too_late(tenant)) from error
    return {**wanted, "settled": False}


def _too_late(tenant: str) -> str:
    return (
        f"{tenant} has connections, or had some: what is known of its customers would be lost. Say with whom it shares "
        "them before its first connection is added"
    )


def _update(hub: Hub, tenant: str, expression: str, said: dict[str, Any], **more: Any) -> Any:
    named = {"ExpressionAttributeNames": {"#g": "group"}} if "#g" in expression else {}
    return hub.clients("dynamodb").update_item(
        TableName=hub.outputs["ConnectionsTable"],
        Key={"pk": {"S": f"TENANT#{tenant}"}},
        UpdateExpression=expression,
        ExpressionAttributeValues=to_wire(said),
        ReturnValues="ALL_NEW",
        **named,
        **more,
    )
