"""From bytes to facts: parse, map, check against the contract. No I/O but reading mapping files once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from connectors.catalogue import Connector
from connectors.connection import Connection
from mappings.engine import REFUSALS, load_in
from mappings.errors import MappingError, PayloadError
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse

if TYPE_CHECKING:
    from events.facts import Fact


class ContractBreachError(Exception):
    """What a mapping made does not fit the canonical contract. `pointer` is the place in the fact (JSON Pointer)."""

    code = "fact_invalid"

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


TRIED_AT = "2026-11-22T09:00:00.000Z"
"""The time of receipt that samples, and files that are only tried, count with."""


def statements(
    connector: Connector, connection: Connection, topic: str, payload: Any, received_at: str = TRIED_AT
) -> tuple[list[Any], list[Any]]:
    """Map a payload: give its statements (facts that are not checked yet) and its losses.

    A loss is the name of a field whose value a lenient converter had to drop, such as `customer.phone`. `received_at`
    is when the payload first reached the Inbox (RFC 3339); a replay reads it with the same time.

    Raises:
        TopicError: the connector does not receive this topic.
        MappingError: a field cannot be converted.
    """
    rule = connector.manifest.topic(topic)
    if rule.mapping is None:
        return [], []
    mapping = load_in(connector.mappings_folder / f"{rule.mapping}.in.yaml")
    losses: list[Any] = []
    known = {**context(connection), "received_at": received_at}
    return mapping.statements(payload, known, losses), losses


def fact(statement: dict[str, Any], event_id: str, connection: Connection) -> "Fact":
    """Check one statement against the canonical contract and make it a fact.

    An order line without a location gets the connection's `default_location`.

    Raises:
        ContractBreachError: a field is missing, unknown or wrong.
    """
    if statement["kind"] == "order" and connection.default_location:
        for line in statement.get("line_items") or ():
            line.setdefault("location_id", connection.default_location)
    from events.facts import build  # noqa: PLC0415 (whoever only sends needs no facts, and they slow a cold start)

    try:
        return build(statement, event_id=event_id, connection_id=connection.connection_id)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        pointer = "/" + "/".join(str(part) for part in first["loc"])
        raise ContractBreachError(f"{statement['kind']}{pointer}: {first['msg']}", pointer) from error


def wanted(connector: Connector, topic: str, payload: Any) -> list[str]:
    """Give the ids that a thin payload (one that holds only ids) names for fetching, each once.

    Raises:
        TopicError: the connector does not receive this topic.
        ContractBreachError: the payload has not the shape that the expression expects.
    """
    rule = connector.manifest.topic(topic).fetch
    if rule is None:
        return []
    try:
        found = compile_expression(rule.each).search(payload)
    except REFUSALS as error:
        # The refusal's own text may repeat a value of the payload.
        raise ContractBreachError(
            f"{topic}: fetch.each does not fit the payload ({type(error).__name__})", ""
        ) from None
    named = found if isinstance(found, list) else [found]
    if any(isinstance(each, dict | list | bool) for each in named):
        raise ContractBreachError(f"{topic}: fetch.each found something that is no id", "")
    return list(dict.fromkeys(str(each) for each in named if each not in (None, "")))


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
    "TRIED_AT",
    "ContractBreachError",
    "MappingError",
    "PayloadError",
    "context",
    "fact",
    "parse",
    "statements",
    "wanted",
]
