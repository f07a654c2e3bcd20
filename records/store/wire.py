"""DynamoDB's JSON and ours. boto3's own serialiser imports all of boto3, which a cold start cannot afford."""

from decimal import Decimal
from typing import Any

Item = dict[str, Any]


def to_value(value: Any) -> dict[str, Any]:
    """Give a value in DynamoDB's JSON.

    Raises:
        TypeError: DynamoDB keeps no such value, or it would be inexact: a float.
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {name: to_value(content) for name, content in value.items()}}
        case list() | tuple():
            return {"L": [to_value(content) for content in value]}
        case _:
            raise TypeError(f"{type(value).__name__} cannot be kept in DynamoDB")


def from_value(wire: dict[str, Any]) -> Any:
    """Read a value from DynamoDB's JSON; a whole number is an int."""
    ((kind, content),) = wire.items()
    match kind:
        case "S" | "B" | "BOOL":
            return content
        case "N":
            return int(content) if content.lstrip("-").isdigit() else Decimal(content)
        case "M":
            return {name: from_value(inner) for name, inner in content.items()}
        case "L":
            return [from_value(inner) for inner in content]
        case "NULL":
            return None
        case _:
            raise TypeError(f"DynamoDB type {kind} is not used here")


def to_wire(item: Item) -> dict[str, Any]:
    """Give an item in DynamoDB's JSON."""
    return {name: to_value(value) for name, value in item.items()}


def from_wire(wire: dict[str, Any]) -> Item:
    """Read an item from DynamoDB's JSON."""
    return {name: from_value(value) for name, value in wire.items()}
