"""From bytes to facts: parse, map, check against the contract. No I/O but reading mapping files once."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connectors.catalogue import Connector
from connectors.connection import Connection
from events.facts import Fact, build
from mappings.engine import load_in
from mappings.errors import MappingError
from mappings.payloads import PayloadError, parse_form, parse_json, parse_xml

PARSERS = {
    "application/json": parse_json,
    "application/x-www-form-urlencoded": parse_form,
    "application/xml": parse_xml,
    "text/xml": parse_xml,
}


class ContractBreachError(Exception):
    """What a mapping made does not fit the canonical contract. `pointer` says where in the fact."""

    code = "fact_invalid"

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


def media_type(content_type: str) -> str:
    """Give a content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def parse(body: bytes, content_type: str) -> Any:
    """Parse a payload as its content type says; types that end in +json or +xml are what they end in.

    Raises:
        PayloadError: it is not what it says it is.
    """
    kind = media_type(content_type)
    if kind not in PARSERS:
        kind = "application/xml" if kind.endswith("+xml") else "application/json"
    return PARSERS[kind](body)


def statements(connector: Connector, connection: Connection, topic: str, payload: Any) -> tuple[list[Any], list[Any]]:
    """Give what a payload states, as the mapping put it, and what a lenient converter had to drop.

    Raises:
        TopicError: the connector does not receive this topic.
        MappingError: a field cannot be converted.
    """
    rule = connector.manifest.topic(topic)
    if rule.mapping is None:
        return [], []
    mapping = load_in(connector.mappings_folder / f"{rule.mapping}.in.yaml")
    losses: list[Any] = []
    return mapping.statements(payload, context(connection), losses), losses


def fact(statement: dict[str, Any], event_id: str, connection: Connection) -> Fact:
    """Check one statement and make it a fact; lines without a place take stock where the connection's orders do.

    Raises:
        ContractBreachError: it lacks something or has too much.
    """
    if statement["kind"] == "order" and connection.default_location:
        for line in statement.get("line_items") or ():
            line.setdefault("location_id", connection.default_location)
    try:
        return build(statement, event_id=event_id, connection_id=connection.connection_id)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        pointer = "/" + "/".join(str(part) for part in first["loc"])
        raise ContractBreachError(f"{statement['kind']}{pointer}: {first['msg']}", pointer) from error


def context(connection: Connection) -> Mapping[str, Any]:
    """Give what mappings may know of a connection."""
    return {
        "connection_id": connection.connection_id,
        "timezone": connection.timezone,
        "currency": connection.currency,
        "default_region": connection.default_region,
        "locations": connection.locations,
        "default_location": connection.default_location,
        "settings": connection.settings,
    }


__all__ = [
    "ContractBreachError",
    "MappingError",
    "PayloadError",
    "context",
    "fact",
    "media_type",
    "parse",
    "statements",
]
