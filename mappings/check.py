"""Finds the faults of a mapping before a payload does: its words, its expressions, and fields its facts do not have."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mappings.compiler import Compiler
from mappings.errors import MappingFileError
from mappings.fields import Field, Reader, Statement
from mappings.files import lines_of

Lines = Mapping[tuple[str | int, ...], int]


def check(content: Any, name: str) -> list[str]:
    """Give the faults of a parsed mapping. Each begins with its line (`line 7: …`) where `mappings.files` read it."""
    lines = lines_of(content)
    faults = list(_by_schema(content, lines))
    if faults:
        return faults
    reader, compiler = Reader(name, lines), Compiler(name)
    try:
        if "body" in content:
            compiler.body(reader.body(content, name.partition(".")[0]))
            return []
        statements = reader.facts(content)
        compiler.facts(statements)
    except MappingFileError as error:
        return [_told(error.reason, error.line)]
    return [fault for statement in statements for fault in _by_contract(statement)]


def _told(reason: str, line: int | None) -> str:
    return reason if line is None else f"line {line}: {reason}"


def _by_schema(content: Any, lines: Lines) -> Iterator[str]:
    for error in sorted(
        _validator().iter_errors(content), key=lambda error: [str(step) for step in error.absolute_path]
    ):
        deepest = error
        while deepest.context:
            # Where two shapes are allowed, the one that fits further into the file is the one that was meant.
            deepest = max(deepest.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "required"))
        place = tuple(deepest.absolute_path)
        while place and place not in lines:
            place = place[:-1]
        yield _told(f"{'.'.join(str(step) for step in deepest.absolute_path)}: {deepest.message}", lines.get(place))


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow, and no function but the API ever checks

    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _by_contract(statement: Statement) -> Iterator[str]:
    from events.facts import FACTS  # noqa: PLC0415 - pydantic costs more than everything else here

    if statement.kind not in FACTS:
        yield _told(f"there is no fact {statement.kind!r}: events/facts has {', '.join(FACTS)}", statement.line)
        return
    schema = FACTS[statement.kind].model_json_schema()
    given = {"kind", "fact_id", "event_id", "connection_id"}
    for name in schema["required"]:
        if name not in given and name not in statement.fields:
            yield _told(f"a fact {statement.kind!r} needs `{name}`", statement.line)
    yield from _unknown(statement.fields, schema, schema.get("$defs", {}), given)


def _unknown(
    fields: Mapping[str, Field], schema: dict[str, Any], parts: dict[str, Any], given: set[str]
) -> Iterator[str]:
    for key, field in fields.items():
        known = schema.get("properties", {})
        if key in given or (key not in known and schema.get("additionalProperties") is False):
            yield _told(
                f"`{field.name}` is no field: expected one of {', '.join(sorted(set(known) - given))}", field.line
            )
        elif key in known:
            shape = _shape(known[key], parts)
            if field.fields is not None and "properties" in shape:
                yield from _unknown(field.fields, shape, parts, set())
            yield from _unlisted(field, shape)


def _shape(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of a field's value, or of its elements, without the null that may stand instead."""
    for inner in schema.get("anyOf", ()):
        if inner.get("type") != "null":
            return _shape(inner, parts)
    if schema.get("type") == "array":
        return _shape(schema["items"], parts)
    return dict(parts[schema["$ref"].rpartition("/")[2]]) if "$ref" in schema else schema


def _unlisted(field: Field, shape: dict[str, Any]) -> Iterator[str]:
    allowed = shape.get("enum")
    if allowed is None:
        return
    for value in [*(field.choose or {}).values(), *([field.default] if field.has_default else [])]:
        if value is not None and value not in allowed:
            yield _told(f"`{field.name}` cannot be {value!r}: expected one of {', '.join(allowed)}", field.line)
