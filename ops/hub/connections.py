"""Add, change and remove connections: their stack, their secret, their entry in the registry."""

import json
import time
from collections.abc import Mapping
from typing import Any

from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import ManifestError
from connectors.manifest import Manifest
from functions.registry import connections
from functions.registry.bundles import Registry
from functions.registry.secrets import current
from ops.hub import tenants
from ops.hub.deploy import Hub, connection_outputs, deploy_connection, remove_connection

OVERLAP = 24 * 3600  # seconds an old secret stays valid after a rotation: channels retry with it for up to a day


def add(hub: Hub, fields: Mapping[str, Any], secrets: Mapping[str, str], event_bus: str = "") -> Connection:
    """Register a connection: stack, secret, registry, in that order, so that it is known only once it works.

    `event_bus` is the partner event bus whose events go into its inbound queue, where it has one.

    Raises:
        ManifestError: there is no such connector, its secrets are not the ones it names, it has no queue for events, or
            it names a group, which is its tenant's to say.
        DeployError: the stack failed.
        pydantic.ValidationError: a field is wrong.
    """
    manifest = connector_of(hub, fields["tenant"], fields["connector"]).manifest
    wanted = set(manifest.secrets)
    if wanted != set(secrets):
        lacks, extra = sorted(wanted - set(secrets)), sorted(set(secrets) - wanted)
        raise ManifestError(f"{fields['connector']} needs --secret for {lacks or 'nothing more'}; not known: {extra}")
    url = f"{hub.webhooks_url}/{fields['connection_id']}"
    draft = Connection.model_validate({"webhook_url": url, **fields})
    if draft.group:
        raise ManifestError(
            "with whom a tenant shares its customers is said once: tributary tenants share TENANT GROUP"
        )
    inbound, group = _inbound(manifest, event_bus), tenants.settle(hub, draft.tenant)
    outputs = deploy_connection(hub, draft.connection_id, draft.tenant, Group=group, **inbound)
    hub.clients("secretsmanager").put_secret_value(
        SecretId=outputs["SecretArn"], SecretString=json.dumps(dict(secrets))
    )
    about = {"secret_arn": outputs["SecretArn"], "delivery": outputs["Delivery"], "group": group}
    made = draft.model_copy(update=about)
    save(hub, made)
    return made


def _inbound(manifest: Manifest, event_bus: str) -> dict[str, str]:
    """Give the parameters of connection.yaml that say whether the channel speaks through a queue, and who fills it."""
    queue = manifest.receives.queue
    if queue is None:
        if event_bus:
            raise ManifestError(f"{manifest.name} does not speak through a queue: no event bus can fill it")
        return {"Collects": "off"}
    return {"Collects": "on", "Senders": ",".join(queue.senders), **({"EventBus": event_bus} if event_bus else {})}


def inbound_queue(hub: Hub, connection_id: str) -> dict[str, str]:
    """Say where the channel's messages go: `queue_arn` and `queue_url`; nothing where it speaks through no queue."""
    outputs = connection_outputs(hub, connection_id)
    found = {"queue_arn": outputs.get("InboundArn"), "queue_url": outputs.get("InboundUrl")}
    return {name: value for name, value in found.items() if value}


def connector_of(hub: Hub, tenant: str, reference: str) -> Connector:
    """Give the connector a connection names: the repository's, or one registered with this hub.

    Raises:
        ManifestError: there is none.
    """
    dynamo, table = hub.clients("dynamodb"), hub.outputs["ConnectionsTable"]
    registry = Registry(dynamo, table, lambda: hub.clients("s3"), hub.outputs["PackageBucket"])
    return registry.connector(tenant, reference)


def save(hub: Hub, connection: Connection) -> None:
    """Write a connection to the registry."""
    connections.register(hub.clients("dynamodb"), hub.outputs["ConnectionsTable"], connection)


def load(hub: Hub, connection_id: str) -> Connection:
    """Read a connection from the registry.

    Raises:
        ManifestError: there is none.
    """
    found = connections.read(hub.clients("dynamodb"), hub.outputs["ConnectionsTable"], connection_id, consistent=True)
    if found is None:
        raise ManifestError(f"there is no connection {connection_id}")
    return found


def listed(hub: Hub) -> list[Connection]:
    """List every connection of the hub."""
    return connections.scan(hub.clients("dynamodb"), hub.outputs["ConnectionsTable"])


def pause(hub: Hub, connection_id: str) -> Connection:
    """Stop pushing to a channel and polling it. What it sends is still taken; its queue waits up to 14 days."""
    return _switch(hub, connection_id, "paused")


def resume(hub: Hub, connection_id: str) -> Connection:
    """Go on with a paused channel."""
    return _switch(hub, connection_id, "active")


def _switch(hub: Hub, connection_id: str, status: str) -> Connection:
    table, known = hub.outputs["ConnectionsTable"], load(hub, connection_id)
    if not known.delivery:
        known = known.model_copy(update={"delivery": connection_outputs(hub, connection_id)["Delivery"]})
        save(hub, known)
    connections.switch(hub.clients("dynamodb"), hub.clients("lambda"), table, known, status)
    return load(hub, connection_id)


def secret_values(hub: Hub, connection: Connection) -> dict[str, Any]:
    """Read a connection's secrets."""
    answer = hub.clients("secretsmanager").get_secret_value(SecretId=connection.secret_arn)
    values: dict[str, Any] = json.loads(answer["SecretString"])
    return values


def rotate(hub: Hub, connection_id: str, name: str, value: str) -> None:
    """Give a secret a new value; the old one still verifies what the channel signed with it, for a day.

    Raises:
        ManifestError: the connector has no such secret.
    """
    connection = load(hub, connection_id)
    values = secret_values(hub, connection)
    if name not in values:
        raise ManifestError(f"{connection_id} has no secret {name}; it has {sorted(values)}")
    old = current(values)[name]
    until = time.time() + OVERLAP
    values[name] = [{"value": old, "not_after": until, "key_id": "previous"}, {"value": value, "key_id": "current"}]
    hub.clients("secretsmanager").put_secret_value(SecretId=connection.secret_arn, SecretString=json.dumps(values))


def remove(hub: Hub, connection_id: str) -> None:
    """Forget a connection: registry first, so that nothing is taken any more, then its stack and secret."""
    load(hub, connection_id)
    hub.clients("dynamodb").delete_item(TableName=hub.outputs["ConnectionsTable"], Key=connections.key(connection_id))
    remove_connection(hub, connection_id)
