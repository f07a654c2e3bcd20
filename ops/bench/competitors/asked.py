"""The expressions of a mapping, in the tree of its fields, and how the answers of two languages are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from mappings.expressions.syntax import Node, parse
from mappings.fields import Field, Reader
from mappings.files import read

CHAINS = frozenset({"subexpression", "index_expression", "pipe"})
"""The nodes of JMESPath that pass the answer of one child to the next."""


@dataclass(frozen=True)
class Asked:
    """One of three: a field whose expression is `source`, an object of `fields`, or with `each` a list of objects.

    Constants are left out: no query language is asked for them.
    """

    name: str
    source: Node | None = None
    each: Node | None = None
    fields: tuple["Asked", ...] = ()


def asked(mapping: Path) -> list[Asked]:
    """Give the fields of each fact of a mapping, in the order of the file."""
    document = read(mapping)
    facts = Reader(str(mapping), document.lines).facts(document.content)
    return [Asked(fact.kind, None, _parsed(fact.each), _fields(fact.fields)) for fact in facts]


def count(fields: list[Asked]) -> int:
    """Count the expressions."""
    return sum((each.source is not None) + (each.each is not None) + count([*each.fields]) for each in fields)


def _fields(fields: Mapping[str, Field]) -> tuple[Asked, ...]:
    return tuple(
        Asked(name, _parsed(field.source), _parsed(field.each), _fields(field.fields or {}))
        for name, field in fields.items()
        if field.source is not None or field.fields is not None
    )


def _parsed(text: str | None) -> Node | None:
    return None if text is None else parse(text)


def variable(reference: str, around: tuple[str, ...]) -> str:
    """Name the variable of a reference. `around` are the variables of the elements around it, the payload's first."""
    known = {"\0$": around[0], "\0$connection": "connection"}
    return f"${known[reference] if reference in known else around[-1 - reference.count('^')]}"


def same(answer: Any) -> Any:
    """Give an answer in which languages can be compared: nulls and empty values removed, fractions rounded."""
    if isinstance(answer, Mapping):
        return {name: value for name, part in answer.items() if (value := same(part)) is not None} or None
    if isinstance(answer, list):
        return [value for part in answer if (value := same(part)) is not None] or None
    if isinstance(answer, Decimal | float):
        return round(float(answer), 6)
    return answer or None if isinstance(answer, str) else answer
