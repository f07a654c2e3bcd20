"""The published contract as an outside consumer reads it, to hold against it what the code emits."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from events.bus import schema_id
from events.details import EVENTS

FOLDER = Path(__file__).parents[1] / "events" / "schemas"

Entry = dict[str, Any]
Publish = Callable[[list[Entry]], None]


@functools.cache
def validators() -> dict[str, Draft202012Validator]:
    """Give a validator of each published schema by its `$id`."""
    found = [json.loads(path.read_text()) for path in sorted(FOLDER.rglob("*.json"))]
    return {schema["$id"]: Draft202012Validator(schema) for schema in found}


def schema_of(name: str) -> dict[str, Any]:
    """Give the current schema of a bus event."""
    found: dict[str, Any] = dict(validators()[schema_id(f"events/{name}")].schema)
    return found


def breaches(name: str, detail: dict[str, Any]) -> list[str]:
    """Say where an event of a detail-type breaks the contract."""
    if name not in EVENTS or detail.get("dataschema") != schema_id(f"events/{name}"):
        return [f"{name} of {detail.get('dataschema')} is not published"]
    found = validators()[detail["dataschema"]].iter_errors(detail)
    return [f"{name} {'.'.join(map(str, error.path))}: {error.message}" for error in found]


def held(publish: Publish) -> Publish:
    """Let nothing on the bus that breaks the contract."""

    def checked(entries: list[Entry]) -> None:
        found = [each for entry in entries for each in breaches(entry["DetailType"], json.loads(entry["Detail"]))]
        assert not found, found
        publish(entries)

    return checked
