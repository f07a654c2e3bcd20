"""What `tributary connectors try` does: map one payload file to its facts, and write nothing."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import ManifestError
from connectors.translation import fact, parse, statements
from events.facts import Fact
from mappings.engine import load_in

LISTS = ("owns", "sells_from")
TABLES = ("locations", "aliases", "settings")


def settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Read `name=value` options as fields of a connection.

    Lists are comma-separated (`sells_from=lille,web`). Tables take a dot (`locations.905=lille`). A name that is no
    field of a connection goes to the connector's own `settings`.

    Raises:
        ManifestError: an option is not `name=value`.
    """
    fields: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise ManifestError(f"--set takes name=value, not {pair!r}")
        table, dot, key = name.partition(".")
        if dot and table in TABLES:
            fields.setdefault(table, {})[key] = value
        elif name in LISTS:
            fields[name] = tuple(part for part in value.split(",") if part)
        elif name in Connection.model_fields:
            fields[name] = value
        else:
            fields.setdefault("settings", {})[name] = value
    return fields


def facts(
    kind: Connector, topic: str, file: Path, options: Sequence[str], content_type: str | None = None
) -> list[Fact]:
    """Give the facts of a payload file. `options` are the settings of the connection that would have received it."""
    fields = {
        "connection_id": "try",
        "tenant": "try",
        "connector": kind.manifest.channel,
        "base_url": "",
        **settings(options),
    }
    connection = Connection.model_validate(fields)
    payload = parse(file.read_bytes(), content_type or guess(kind, topic, file))
    stated, _ = statements(kind, connection, topic, payload)
    for statement in stated:
        if statement["kind"] in ("stock_count", "stock_movement") and not statement.get("sku"):
            statement["sku"] = connection.aliases.get(str(statement.get("channel_stock_id")))
    return [fact(statement, "try", connection) for statement in stated]


def guess(kind: Connector, topic: str, file: Path) -> str:
    """Give the content type of a file: by its ending, otherwise the one in which the channel sends the topic."""
    endings = {".json": "application/json", ".xml": "application/xml", ".form": "application/x-www-form-urlencoded"}
    rule = kind.manifest.topic(topic)
    return endings.get(file.suffix, "application/json" if rule.internal else kind.manifest.receives.content_types[0])


def unmapped(kind: Connector, topic: str, file: Path) -> list[str]:
    """Give the payload paths that the topic's mapping does not read."""
    rule = kind.manifest.topic(topic)
    if rule.mapping is None:
        return []
    payload = parse(file.read_bytes(), guess(kind, topic, file))
    return load_in(kind.mappings_folder / f"{rule.mapping}.in.yaml").unmapped(payload)


def plain(each: Fact) -> dict[str, Any]:
    """Give a fact as people and samples write it: without the hub's own ids and without defaults."""
    content: dict[str, Any] = json.loads(each.model_dump_json(exclude_defaults=True))
    return {"kind": each.kind, **{k: v for k, v in content.items() if k not in ("kind", "event_id", "connection_id")}}
