"""jq (libjq, by the package `jq`): the whole mapping is one program, which reads the text of the body.

https://jqlang.org/manual/v1.8/. It gets text, because libjq cannot take Python's objects: the package would write them
as JSON first. Truth, null and lists mean what they mean in JMESPath: DEFINITIONS see to that.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jq

from mappings.expressions.syntax import Node
from ops.bench.competitors.asked import CHAINS, Asked, asked, variable

DEFINITIONS = """
def truth: . and . != "" and . != [] and . != {};
def project(right): if type == "array" then [.[] | right | select(. != null)] else null end;
def pick(right; test): if type == "array" then [.[] | select(test | truth) | right | select(. != null)] else null end;
def flat: if type == "array" then [.[] | if type == "array" then .[] else . end] else null end;
def each: if type == "array" then .[] else . end | select(. != null);
def number: if type == "string" then (tonumber? // null) elif type == "number" then . else null end;
def text: if type == "string" then . else tojson end;
def holds($one): if type == "array" then any(.[]; . == $one) else contains($one) end;
"""
# Type of a JMESPath node, or name of its function → jq. {0}, {1} … are the translated children of the node.
NODES = {
    "and_expression": "({0} as $one | if ($one | truth) then {1} else $one end)",
    "current": ".",
    "expref": "{0}",
    "filter_projection": "({0} | pick({1}; {2}))",
    "flatten": "({0} | flat)",
    "identity": ".",
    "not_expression": "({0} | truth | not)",
    "or_expression": "({0} as $one | if ($one | truth) then $one else {1} end)",
    "projection": "({0} | project({1}))",
}
FUNCTIONS = {
    "contains": "({1} as $one | {0} | holds($one))",
    "join": "({0} as $glue | {1} | join($glue))",
    "length": "({0} | length)",
    "map": "({1} | [.[] | {0}])",
    "max": "({0} | max)",
    "starts_with": "({1} as $start | {0} | startswith($start))",
    "sum": "({0} | add // 0)",
    "to_number": "({0} | number)",
    "to_string": "({0} | text)",
    "type": "({0} | type)",
    "values": "({0} | [.[]])",
}
COMPARATORS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def reader(mapping: Path, connection: dict[str, Any]) -> Callable[[bytes], Any]:
    """Make a function that evaluates a mapping's expressions on a payload's bytes.

    Raises:
        LookupError: the mapping uses something that has no translation here.
    """
    facts = ", ".join(_part(fact, ("payload",)) for fact in asked(mapping))
    program = jq.compile(f"{DEFINITIONS}. as $payload | [{facts}]", args={"connection": connection})
    return lambda body: program.input_text(body.decode()).first()


def ids(body: bytes) -> Any:
    """Give the `id` of a body as it is, and as text."""
    return jq.compile("[.id, (.id | tostring)]").input_text(body.decode()).first()


def _part(part: Asked, around: tuple[str, ...]) -> str:
    """Write what gives a part's object, or with `each` one for each element. `around` are the variables of elements."""
    if part.each is None:
        return _object(part, around)
    element = f"e{len(around)}"
    return f"({_written(part.each, around)} | each | . as ${element} | {_object(part, (*around, element))})"


def _object(part: Asked, around: tuple[str, ...]) -> str:
    return "{" + ", ".join(f"{json.dumps(field.name)}: {_answer(field, around)}" for field in part.fields) + "}"


def _answer(field: Asked, around: tuple[str, ...]) -> str:
    if field.source is not None:
        return _written(field.source, around)
    return _part(field, around) if field.each is None else f"[{_part(field, around)}]"


def _written(node: Node, around: tuple[str, ...]) -> str:
    """Translate an expression. It applies to jq's `.`."""
    kind, value, children = node["type"], node.get("value"), node["children"]
    if kind == "field":
        return variable(str(value), around) if str(value).startswith("\0") else f".[{json.dumps(value)}]"
    if kind == "literal":
        return f"({json.dumps(value)})"
    if kind == "index":
        return f".[{value}]"
    if kind == "slice":
        return f".[{children[0] or 0}:{'' if children[1] is None else children[1]}]"
    if kind == "multi_select_dict":
        pairs = (f"{json.dumps(pair['value'])}: {_written(pair['children'][0], around)}" for pair in children)
        return f"(if . == null then null else {{{', '.join(pairs)}}} end)"
    parts = [_written(child, around) for child in children]
    if kind == "multi_select_list":
        return f"(if . == null then null else [{', '.join(parts)}] end)"
    if kind in CHAINS:
        return f"({' | '.join(parts)})"
    if kind == "comparator":
        return f"({parts[0]} {COMPARATORS[str(value)]} {parts[1]})"
    return (FUNCTIONS[str(value)] if kind == "function_expression" else NODES[kind]).format(*parts)
