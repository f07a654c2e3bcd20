"""JMESPath's functions over payloads: those of the `jmespath` package, which take a Decimal as a number here.

Those that mappings use most also stand here for the plain case. They leave every other case to the package.
"""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from jmespath.functions import Functions, signature

NUMBERS = frozenset({int, float, Decimal})
_TEXT = frozenset({str})
_SIZED = frozenset({str, list, dict})
_ANY_NUMBER = 0.5  # stands for a Decimal where the package looks at types


class DecimalFunctions(Functions):
    """The package's functions for payloads whose fractions are Decimals."""

    def _type_check_single(self, current: Any, types: list[str], function_name: str) -> None:
        if type(current) is Decimal:
            current = _ANY_NUMBER
        elif type(current) is list:
            current = [_ANY_NUMBER if type(item) is Decimal else item for item in current]
        super()._type_check_single(current, types, function_name)  # type: ignore[misc]  # its stubs lack it

    def _convert_to_jmespath_type(self, pyobject: str) -> Any:
        return "number" if pyobject == "Decimal" else super()._convert_to_jmespath_type(pyobject)  # type: ignore[misc]

    @signature({"types": []})
    def _func_to_string(self, arg: Any) -> str:
        if isinstance(arg, str):
            return arg
        return str(arg) if type(arg) is Decimal else json.dumps(arg, separators=(",", ":"), default=str)

    @signature({"types": []})
    def _func_to_number(self, arg: Any) -> Any:
        if type(arg) in NUMBERS:
            return arg
        return _to_number(arg) if type(arg) is str else None

    @signature({"types": []})
    def _func_type(self, arg: Any) -> Any:
        return "number" if type(arg) is Decimal else super()._func_type(arg)  # type: ignore[misc]


def _unusual_number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


call: Callable[[str, list[Any]], Any] = DecimalFunctions().call_function


def exact(literal: Any) -> Any:
    """Give a literal with its fractions as Decimals."""
    if isinstance(literal, float):
        return Decimal(repr(literal))
    if isinstance(literal, list):
        return [exact(item) for item in literal]
    return {key: exact(item) for key, item in literal.items()} if isinstance(literal, dict) else literal


def _to_number(value: Any) -> Any:
    if type(value) is str:
        try:
            return Decimal(value) if "." in value else int(value)
        except (ValueError, InvalidOperation):
            return _unusual_number(value)
    return value if type(value) in NUMBERS else call("to_number", [value])


def _sum(values: Any) -> Any:
    if type(values) is not list:
        return call("sum", [values])
    total: Any = 0
    for value in values:
        if type(value) not in NUMBERS:
            return call("sum", [values])
        total += value
    return total


def _length(value: Any) -> Any:
    return len(value) if type(value) in _SIZED else call("length", [value])


def _join(glue: Any, texts: Any) -> Any:
    plain = type(glue) is str and type(texts) is list and _TEXT.issuperset(map(type, texts))
    return glue.join(texts) if plain else call("join", [glue, texts])


def _starts_with(text: Any, start: Any) -> Any:
    plain = type(text) is str and type(start) is str
    return text.startswith(start) if plain else call("starts_with", [text, start])


def _contains(subject: Any, search: Any) -> Any:
    plain = type(subject) is list or (type(subject) is str and type(search) is str)
    return search in subject if plain else call("contains", [subject, search])


def to_string(value: Any) -> Any:
    """Give text itself, and everything else as JSON."""
    if type(value) is str:
        return value
    return str(value) if type(value) is int else call("to_string", [value])


def _map(expression: Any, values: Any) -> Any:
    return list(map(expression.run, values)) if type(values) is list else call("map", [expression, values])


PLAIN: dict[tuple[str, int], Callable[..., Any]] = {  # name and number of arguments
    ("contains", 2): _contains,
    ("join", 2): _join,
    ("length", 1): _length,
    ("map", 2): _map,
    ("starts_with", 2): _starts_with,
    ("sum", 1): _sum,
    ("to_number", 1): _to_number,
    ("to_string", 1): to_string,
}
