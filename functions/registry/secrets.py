"""The secrets of connections: which may sign, and which our own calls use."""

import json
from collections.abc import Mapping
from typing import Any

from connectors.connection import Connection
from connectors.signatures import Secret
from functions.cache import cache
from functions.runtime import client


def secrets(connection: Connection) -> dict[str, Any]:
    """Give a connection's secrets by name. They may be as old as `cache.FRESH`.

    During a rotation a secret is a list of `{value, not_before, not_after, key_id}`, the newest last.
    """
    name = f"secrets {connection.connection_id} {connection.secret_arn}"
    found: dict[str, Any] = cache.get(name, lambda: read(client("secretsmanager"), connection))
    return found


def read(secretsmanager: Any, connection: Connection) -> dict[str, Any]:
    """Read a connection's secrets from where they are kept, past the cache."""
    if not connection.secret_arn:
        return {}
    kept: dict[str, Any] = json.loads(secretsmanager.get_secret_value(SecretId=connection.secret_arn)["SecretString"])
    return kept


def signing_secrets(connection: Connection, name: str) -> list[Secret]:
    """Give every value of a secret, each with the time in which it may sign. A secret that is missing has none."""
    value = secrets(connection).get(name)
    if value is None:
        return []
    return [Secret(value)] if isinstance(value, str) else [Secret(**entry) for entry in value]


def current(kept: Mapping[str, Any]) -> dict[str, str]:
    """Give the one value of each secret that our own calls use: the newest."""
    return {name: value if isinstance(value, str) else value[-1]["value"] for name, value in kept.items()}
