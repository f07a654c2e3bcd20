"""Which tenants share their customers: one policy per tenant, in the registry. Only who runs the hub can set it.

A policy is set before the tenant's first connection, never after it. By then customers are kept under the tenant's own
name, and after a change nobody would find them. The first connection settles the policy: from then on it is final. A
policy that is set at the same moment is either obeyed or refused.
"""

import re
from typing import Any

from botocore.exceptions import ClientError

from connectors.connection import NAME
from connectors.errors import ManifestError
from functions.registry import connections
from functions.registry import tenants as registry
from ops.hub.deploy import Hub
from records.store.wire import from_wire, to_wire

PREFIX = "group:"
"""What the name of a group begins with in keys and events. No tenant's name can begin so."""


def share(hub: Hub, tenant: str, group: str) -> dict[str, Any]:
    """Let a tenant share its customers with the other tenants of a group. Its stock and orders stay its own.

    Raises:
        ManifestError: a name is not allowed, or the tenant has or had connections under another policy.
    """
    return _set(hub, tenant, PREFIX + _checked(group, "group"))


def keep(hub: Hub, tenant: str) -> dict[str, Any]:
    """Let a tenant keep its customers to itself. That is also the policy of a tenant for which none was set.

    Raises:
        ManifestError: the name is not allowed, or the tenant has or had connections under another policy.
    """
    return _set(hub, tenant, "")


def settle(hub: Hub, tenant: str) -> str:
    """Make a tenant's policy final, as its first connection does. Gives its group, or an empty text."""
    answer = _update(hub, tenant, "SET settled = :yes, tenant = :t", {":yes": True, ":t": tenant})
    return str(from_wire(answer["Attributes"]).get("group", ""))


def policies(hub: Hub) -> list[dict[str, Any]]:
    """List the known tenants: `{tenant, group, settled}`. The group is None where a tenant shares with nobody."""
    pages = hub.clients("dynamodb").get_paginator("scan").paginate(TableName=hub.outputs["ConnectionsTable"])
    items = [from_wire(item) for page in pages for item in page["Items"]]
    found = {item["tenant"]: _policy(item) for item in items if item["pk"].startswith(registry.PREFIX)}
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
        Key=registry.key(tenant),
        UpdateExpression=expression,
        ExpressionAttributeValues=to_wire(said),
        ReturnValues="ALL_NEW",
        **named,
        **more,
    )
