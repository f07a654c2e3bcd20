"""What `tributary feed` does: send a file as the channel would, signed with the connection's secret."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import ManifestError
from connectors.signatures import sign
from functions.registry.secrets import current
from ops.commands.trial import guess
from ops.hub import connections
from ops.hub.deploy import Hub
from ops.hub.target import Api


def feed(hub: Hub, connection_id: str, file: Path, topic: str | None) -> dict[str, Any]:
    """Send one file, and give the hub's answer: `{file, status, …}`.

    A topic that the channel sends is signed and sent as a webhook. A topic that is only fetched or polled is handed in
    over the API instead, and so is any topic of a channel without webhooks.
    """
    connection = connections.load(hub, connection_id)
    kind = connections.connector_of(hub, connection.tenant, connection.connector)
    body = file.read_bytes()
    rule = kind.manifest.receives.topics.get(topic) if topic else None
    if topic and (kind.manifest.receives.signature is None or (rule and rule.internal)):
        path = f"/v1/connections/{connection_id}/payloads?topic={quote(topic, safe='')}"
        status, answer = Api(hub).post(path, body, guess(kind, topic, file))
    else:
        kept = connections.secret_values(hub, connection)
        status, answer = Api(hub).webhook(connection_id, body, headers(kind, connection, kept, body, topic))
    return {"file": str(file), "status": status, **answer}


def headers(
    kind: Connector, connection: Connection, secrets: dict[str, Any], body: bytes, topic: str | None
) -> dict[str, str]:
    """Make the headers that the channel would send with a body: content type, topic and signature.

    Raises:
        ManifestError: this channel names the topic in a header and none was given, or it has no webhooks.
    """
    receives = kind.manifest.receives
    made = {"Content-Type": receives.content_types[0]}
    if receives.topic and receives.topic.header:
        if topic is None:
            raise ManifestError(f"{kind.manifest.name} says the topic in a header: give --topic")
        made[receives.topic.header] = topic
    rule = receives.signature
    if rule is None:
        raise ManifestError(f"{kind.manifest.name} has no webhook door: give --topic of a resource")
    value = current(secrets)[rule.secret]
    signed = sign(
        rule.scheme, method="POST", url=connection.webhook_url, body=body, secret=value, now=time.time(), headers=made
    )
    return {**made, **signed}
