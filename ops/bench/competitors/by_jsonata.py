"""JSONata, interpreted by the package `jsonata-python`: the whole mapping is one expression.

https://docs.jsonata.org. JSONata walks through lists by itself, and turns a list of one into its element. So `[…]`
stands around what must stay a list.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonata import Jsonata

from mappings.expressions.syntax import Node
from ops.bench.competitors.asked import CHAINS, Asked, asked, variable

# Type of a JMESPath node, or name of its function → JSONata. {0}, {1} … are the translated children of the node.
NODES = {
    "and_expression": "({0} ? {1} : null)",
    "expref": "{0}",
    "flatten": "[({0}).$]",
    "not_expression": "({0} ? false : true)",
    "or_expression": "({0} ?: {1})",
}
FUNCTIONS = {
    "contains": "({1} in {0})",
    "join": "$join({1}, {0})",
    "length": "$length({0})",
    "max": "($sort({0})[-1])",
    "starts_with": "($substring({0}, 0, $length({1})) = {1})",
    "sum": "$sum({0})",
    "to_number": "$number({0})",
    "to_string": "$string({0})",
    "type": "$type({0})",
    "values": "[({0}).*]",
}
COMPARATORS = {"eq": "=", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def reader(mapping: Path, connection: dict[str, Any]) -> Callable[[Any], Any]:
    """Make a function that evaluates a mapping's expressions on a payload.

    Raises:
        LookupError: the mapping uses something that has no translation here.
    """
    facts = ", ".join(_part(fact, ("payload",)) for fact in asked(mapping))
    expression = Jsonata(f"($payload := $; [{facts}])")
    return lambda payload: expression.evaluate(payload, {"connection": connection})


def ids(payload: Any) -> Any:
    """Give the `id` of a payload as it is, and as text."""
    return Jsonata("[id, $string(id)]").evaluate(payload)


def _part(part: Asked, around: tuple[str, ...]) -> str:
    """Write what gives a part's object, or with `each` one for each element. `around` are the variables of elements."""
    if part.each is None:
        return _object(part, around)
    element = f"e{len(around)}"
    each = _written(part.each, "$", around)
    return f"({each}).(${element} := $; {_object(part, (*around, element))})"


def _object(part: Asked, around: tuple[str, ...]) -> str:
    return "{" + ", ".join(f"{json.dumps(field.name)}: {_answer(field, around)}" for field in part.fields) + "}"


def _answer(field: Asked, around: tuple[str, ...]) -> str:
    if field.source is not None:
        return _written(field.source, "$", around)
    return _part(field, around) if field.each is None else f"[{_part(field, around)}]"


def _written(node: Node, on: str, around: tuple[str, ...]) -> str:
    """Translate an expression. It applies to what `on` stands for."""
    kind, value, children = node["type"], node.get("value"), node["children"]
    if kind in WRITERS:
        return WRITERS[kind](node, on, around)
    if kind == "function_expression" and value == "map":
        return f"[({_written(children[1], on, around)}).({_written(children[0], '$', around)})]"
    parts = [_written(child, on, around) for child in children]
    if kind == "comparator":
        return f"({parts[0]} {COMPARATORS[str(value)]} {parts[1]})"
    return (FUNCTIONS[str(value)] if kind == "function_expression" else NODES[kind]).format(*parts)


def _field(node: Node, on: str, around: tuple[str, ...]) -> str:
    name = str(node["value"])
    if name.startswith("\0"):
        return variable(name, around)
    return f"`{name}`" if on == "$" else f"{on}.`{name}`"


def _slice(node: Node, on: str, _around: tuple[str, ...]) -> str:
    start, end, _ = node["children"]
    return f"({on})[[{start or 0}..{f'$count({on})' if end is None else int(end) - 1}]]"


def _object_of(node: Node, on: str, around: tuple[str, ...]) -> str:
    pairs = (f"{json.dumps(pair['value'])}: {_written(pair['children'][0], on, around)}" for pair in node["children"])
    return f"{{{', '.join(pairs)}}}"


def _list_of(node: Node, on: str, around: tuple[str, ...]) -> str:
    return f"[{', '.join(_written(child, on, around) for child in node['children'])}]"


def _chained(node: Node, on: str, around: tuple[str, ...]) -> str:
    first, *rest = node["children"]
    found = _written(first, on, around)
    for step in rest:
        if step["type"] in ("field", "index"):
            found = _written(step, found, around)
        else:  # this step may use the answer in several places: a variable holds it
            found = f"($v := {found}; {_written(step, '$v', around)})"
    return found


def _projected(node: Node, on: str, around: tuple[str, ...]) -> str:
    base = f"({_written(node['children'][0], on, around)})"
    if node["type"] == "filter_projection":
        base += f"[$boolean({_written(node['children'][2], '$', around)})]"
    return f"[{base}.({_written(node['children'][1], '$', around)})]"


# Type of a JMESPath node → its translation, where a template of NODES cannot do: its children apply to something else.
WRITERS: dict[str, Callable[[Node, str, tuple[str, ...]], str]] = {
    **dict.fromkeys(CHAINS, _chained),
    "current": lambda _node, on, _around: on,
    "field": _field,
    "filter_projection": _projected,
    "identity": lambda _node, on, _around: on,
    "index": lambda node, on, _around: f"({on})[{node['value']}]",
    "literal": lambda node, _on, _around: json.dumps(node["value"], ensure_ascii=False),
    "multi_select_dict": _object_of,
    "multi_select_list": _list_of,
    "projection": _projected,
    "slice": _slice,
}
