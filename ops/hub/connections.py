"""Add, change and remove connections: the stack, the secret and the registry entry of each."""

import json
import time
from collections.abc import Mapping
from typing import Any

from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import ManifestError
from connectors.manifest import Manifest
from functions.registry import connections, secrets
from functions.registry.bundles import Registry
from ops.hub import tenants
from ops.hub.deploy import Hub, connection_outputs, deploy_connection, remove_connection

OVERLAP = 24 * 3600  # seconds that an old secret stays valid after a rotation: channels retry with it for up to a day


def add(hub: Hub, fields: Mapping[str, Any], secrets: Mapping[str, str], event_bus: str = "") -> Connection:
    """Add a connection: first its stack, then its secret, then its registry entry. So it is known only once it works.

    `event_bus` is the partner event bus that fills the connection's inbound queue.

    Raises:
        ManifestError: there is no such connector, the secrets are not those that it names, there is an event bus but
            no inbound queue, or the fields name a group, which is set for the whole tenant.
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
    """Give the parameters of connection.yaml for the inbound queue: whether there is one, and who may fill it."""
    queue = manifest.receives.queue
    if queue is None:
        if event_bus:
            raise ManifestError(f"{manifest.name} does not speak through a queue: no event bus can fill it")
        return {"Collects": "off"}
    return {"Collects": "on", "Senders": ",".join(queue.senders), **({"EventBus": event_bus} if event_bus else {})}


def inbound_queue(hub: Hub, connection_id: str) -> dict[str, str]:
    """Give `queue_arn` and `queue_url` of the inbound queue; nothing for a channel that has none."""
    outputs = connection_outputs(hub, connection_id)
    found = {"queue_arn": outputs.get("InboundArn"), "queue_url": outputs.get("InboundUrl")}
    return {name: value for name, value in found.items() if value}


def connector_of(hub: Hub, tenant: str, reference: str) -> Connector:
    """Give a connector by `name` or `name@version`: the repository's, or one that the tenant registered with this hub.

    Raises:
        ManifestError: there is none.
    """
    dynamo, table = hub.clients("dynamodb"), hub.outputs["ConnectionsTable"]
    registry = Registry(dynamo, table, lambda: hub.clients("s3"), hub.outputs["PackageBucket"])
    return registry.connector(tenant, reference)


def save(hub: Hub, connection: Connection) -> None:
    """Write a connection to the registry: a new one, or in place of the old one."""
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
    """Stop pushing to a channel and polling it. What it sends is still taken. Its pushes wait up to 14 days."""
    return _switch(hub, connection_id, "paused")


def resume(hub: Hub, connection_id: str) -> Connection:
    """Push to a paused channel and poll it again."""
    return _switch(hub, connection_id, "active")


def _switch(hub: Hub, connection_id: str, status: str) -> Connection:
    table, known = hub.outputs["ConnectionsTable"], load(hub, connection_id)
    if not known.delivery:
        known = known.model_copy(update={"delivery": connection_outputs(hub, connection_id)["Delivery"]})
        save(hub, known)
    connections.switch(hub.clients("dynamodb"), hub.clients("lambda"), table, known, status)
    return load(hub, connection_id)


def secret_values(hub: Hub, connection: Connection) -> dict[str, Any]:
    """Read a connection's secrets: name → value, after a rotation a list of `{value, not_after, key_id}`."""
    return secrets.read(hub.clients("secretsmanager"), connection)


def rotate(hub: Hub, connection_id: str, name: str, value: str) -> None:
    """Give a secret a new value. For a day, what the channel signed with the old one is still accepted.

    Raises:
        ManifestError: the connector has no such secret.
    """
    connection = load(hub, connection_id)
    values = secret_values(hub, connection)
    if name not in values:
        raise ManifestError(f"{connection_id} has no secret {name}; it has {sorted(values)}")
    old = secrets.current(values)[name]
    until = time.time() + OVERLAP
    values[name] = [{"value": old, "not_after": until, "key_id": "previous"}, {"value": value, "key_id": "current"}]
    hub.clients("secretsmanager").put_secret_value(SecretId=connection.secret_arn, SecretString=json.dumps(values))


def remove(hub: Hub, connection_id: str) -> None:
    """Remove a connection: first its registry entry, so that nothing is taken any more, then its stack and secret.

    Raises:
        ManifestError: there is no such connection.
        DeployError: the stack could not be deleted.
    """
    load(hub, connection_id)
    hub.clients("dynamodb").delete_item(TableName=hub.outputs["ConnectionsTable"], Key=connections.key(connection_id))
    remove_connection(hub, connection_id)
