"""The syntax trees of expressions: JMESPath, parsed by its package.

A path may also begin with `$` (the payload), `^` (the element around this one) or `$connection`.
"""

import json
import re
from typing import Any

from jmespath.parser import Parser

Node = dict[str, Any]  # a node of the package's tree: type, children and, for some, value
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_QUOTED = r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`(?:\\.|[^`\\])*`'
_HARMLESS = frozenset({"field", "subexpression", "or_expression", "literal", "current", "identity"})
_REFERENCE = re.compile(_QUOTED + r"|(?<![\w)\]}@*$^.])(?:\$connection\b|\$|\^(?:\.\^)*)")


def parse(expression: str) -> Node:
    """Parse JMESPath in which `$`, `^` (`^.^`, …) and `$connection` may begin a path.

    Raises:
        jmespath.exceptions.ParseError, LexerError: it is not an expression.
    """
    if _PLAIN.fullmatch(expression):
        names = expression.split(".")
        fields: list[Node] = [{"type": "field", "children": [], "value": name} for name in names]
        return fields[0] if len(fields) == 1 else {"type": "subexpression", "children": fields}
    node: Any = Parser().parse(_REFERENCE.sub(_quote_reference, expression)).parsed
    tree: Node = node
    return tree


def _quote_reference(match: re.Match[str]) -> str:
    text = match.group()
    return text if text[0] in "\"'`" else json.dumps("\0" + text)


def references(node: Node) -> set[str]:
    """Give the references (`\\0$`, `\\0^.^`, …) that a tree contains."""
    found = {node["value"]} if node["type"] == "field" and node["value"].startswith("\0") else set()
    for child in node["children"]:
        if isinstance(child, dict):
            found |= references(child)
    return found


def negates_half(node: Node) -> bool:
    """Say whether a tree has `!a.b` or `!a[…]`. To the package's parser `!` binds tighter: the rest reads a boolean."""
    children = [child for child in node["children"] if isinstance(child, dict)]
    goes_on = node["type"].endswith(("projection", "subexpression", "index_expression", "flatten"))
    if goes_on and children[0]["type"] == "not_expression":
        return True
    return any(negates_half(child) for child in children)


def is_harmless(node: Node) -> bool:
    """Say whether a tree only reads and chooses, which is cheap and never fails."""
    return node["type"] in _HARMLESS and all(map(is_harmless, node["children"]))


def conditions_alone(node: Node) -> list[Node] | None:
    """Give the conditions of `[@]` (none) or `[@][?…]` (one), which hold at most the current element; else None."""
    if node["type"] == "multi_select_list" and [child["type"] for child in node["children"]] == ["current"]:
        return []
    if node["type"] != "filter_projection" or node["children"][1]["type"] != "identity":
        return None
    return None if conditions_alone(node["children"][0]) != [] else [node["children"][2]]


def plain_path(node: Node) -> tuple[str, ...] | None:
    """Give the names of a path that is made of names alone (the first may be a reference); otherwise None."""
    if node["type"] == "current":
        return ()
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] != "subexpression":
        return None
    parts = [plain_path(child) for child in node["children"]]
    return None if None in parts else tuple(name for part in parts if part for name in part)
