"""DynamoDB's expressions, as far as the hub uses them. One that is not understood fails the test that brings it."""

import functools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.memory_aws.client import Asked, RefusedError

Wire = dict[str, Any]
Values = Mapping[str, Wire]
Holds = Callable[[Mapping[str, str], Values, Wire], bool]

FUNCTION = re.compile(r"(attribute_exists|attribute_not_exists)\(([#\w]+)\)")
BEGINS = re.compile(r"begins_with\(([#\w]+), (:\w+)\)")
COMPARED = re.compile(r"(size\()?([#\w]+)\)? (=|<|<=|>|>=) (:\w+)")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
CLAUSE = re.compile(r"(?:^| )(SET|REMOVE|ADD) ")


def holds(asked: Asked, name: str, item: Wire) -> bool:
    """Tell whether one of a request's expressions holds for an item; one that is not there holds."""
    if name not in asked:
        return True
    condition = parsed(asked[name])
    return condition(asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {}), item)


@functools.cache
def parsed(expression: str) -> Holds:
    """Read an expression: terms joined by AND, and these by OR."""
    choices = [[_term(term) for term in choice.split(" AND ")] for choice in expression.split(" OR ")]
    return lambda names, values, item: any(all(term(names, values, item) for term in terms) for terms in choices)


def _term(text: str) -> Holds:
    if found := FUNCTION.fullmatch(text):
        wanted, name = found[1] == "attribute_exists", found[2]
        return lambda names, _, item: (names.get(name, name) in item) is wanted
    if found := BEGINS.fullmatch(text):
        name, prefix = found[1], found[2]
        return lambda names, values, item: (
            item.get(names.get(name, name), {}).get("S", "").startswith(values[prefix]["S"])
        )
    if found := COMPARED.fullmatch(text):
        return _comparison(sized=bool(found[1]), name=found[2], operator=found[3], value=found[4])
    raise NotImplementedError(f"the tests' DynamoDB does not know {text!r}")


def _comparison(*, sized: bool, name: str, operator: str, value: str) -> Holds:
    compare = COMPARISONS[operator]

    def term(names: Mapping[str, str], values: Values, item: Wire) -> bool:
        there, wanted = item.get(names.get(name, name)), plain(values[value])
        if there is None:
            return False
        if sized:
            ((_, content),) = there.items()
            return compare(("N", Decimal(len(content))), wanted)
        kind, content = plain(there)
        return kind == wanted[0] and compare(content, wanted[1])

    return term


def plain(value: Wire) -> tuple[str, Any]:
    """Give kind and content of a value, so that equal ones are equal: 1.0 is 1."""
    ((kind, content),) = value.items()
    if kind == "N":
        return kind, Decimal(content)
    if kind == "M":
        return kind, {name: plain(inner) for name, inner in content.items()}
    if kind == "L":
        return kind, [plain(inner) for inner in content]
    return kind, content


def updated(asked: Asked, item: Wire) -> Wire:
    """Give an item as an update expression leaves it."""
    names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
    made, seen = dict(item), set[str]()
    for verb, name, value in clauses(asked["UpdateExpression"]):
        field = names.get(name, name)
        if field in seen:
            raise _invalid(f"Two document paths overlap with each other; path one: [{field}], path two: [{field}]")
        if field in asked["Key"]:
            raise _invalid(f"Cannot update attribute {field}. This attribute is part of the key")
        seen.add(field)
        if verb == "REMOVE":
            made.pop(field, None)
        elif verb == "SET":
            made[field] = values[value]
        else:
            made[field] = _sum(made.get(field, {"N": "0"}), values[value])
    return made


def _sum(there: Wire, more: Wire) -> Wire:
    if "N" not in there or "N" not in more:
        raise _invalid("An operand in the update expression has an incorrect data type")
    return {"N": str(Decimal(there["N"]) + Decimal(more["N"]))}


@functools.cache
def clauses(expression: str) -> list[tuple[str, str, str]]:
    """Read an update expression: verb, name and value of each of its parts."""
    if not expression:
        raise _invalid("Invalid UpdateExpression: The expression can not be empty;")
    parts = CLAUSE.split(expression)
    if parts[0]:
        raise NotImplementedError(f"the tests' DynamoDB does not know {expression!r}")
    found = []
    for verb, listed in zip(parts[1::2], parts[2::2], strict=True):
        for part in listed.split(", "):
            name, _, value = part.partition(" = " if verb == "SET" else " ")
            found.append((verb, name, value))
    return found


def check_all_used(asked: Asked, *expressions: str) -> None:
    """Refuse names and values that no expression of a request uses, and values that it uses and has not."""
    used = set(re.findall(r"[#:]\w+", " ".join(str(asked.get(name, "")) for name in expressions)))
    for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if unused := set(asked.get(kind, {})) - used:
            raise _invalid(f"Value provided in {kind} unused in expressions: keys: {{{', '.join(sorted(unused))}}}")
        used -= set(asked.get(kind, {}))
    if used:
        raise _invalid(f"An expression attribute used in expression is not defined: {', '.join(sorted(used))}")


def _invalid(message: str) -> RefusedError:
    return RefusedError("ValidationException", message)
