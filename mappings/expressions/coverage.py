"""Which paths of a payload the expressions of a mapping read, and which they do not. No expression is run.

A path is a tuple of steps: a name, `[]` for the elements of a list, `*` for any name. What an expression makes has a
path too: `(…, LIST)` is a list whose elements are `…`; `(…, (OBJECT, name))` is an object that has `…` under `name`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mappings.expressions.syntax import Node, parse
from mappings.fields import Field, Statement

Path = tuple[Any, ...]
Paths = frozenset[Path]
NOTHING: Paths = frozenset()
LIST, OBJECT = object(), object()
_SAME = frozenset({"sort_by", "reverse", "sort", "not_null", "merge"})  # give (one of) their arguments
_PATHS = {"money": ("currency", "divide"), "amount": ("currency",), "time": ("zone",), "phone": ("region",)}


class Tree:
    """The names read below one place of a payload; `whole`: everything below is read."""

    def __init__(self) -> None:
        self.whole = False
        self.below: dict[str, Tree] = {}

    def mark(self, path: Path, whole: bool) -> None:
        """Mark a path as read; `whole`: with everything below it."""
        tree = self
        for step in path:
            if not isinstance(step, str):
                break
            tree = tree.below.setdefault(step, Tree())
        tree.whole = tree.whole or whole


class Reads:
    """What a mapping reads of a payload."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.tree = Tree()
        root: Paths = frozenset({()})
        for statement in statements:
            elements, above = self._elements(statement.each, root, ()), (root,) if statement.each else ()
            self._fields(statement.fields, elements, above)

    def unmapped(self, payload: Any) -> list[str]:
        """Give the topmost paths of a payload that are not read, sorted."""
        found: set[str] = set()
        todo: list[tuple[str, Any, list[Tree]]] = [("", payload, [self.tree])]
        while todo:
            path, value, trees = todo.pop()
            if any(tree.whole for tree in trees):
                continue
            steps: Iterable[tuple[str, str, Any]] = ()
            if isinstance(value, dict):
                steps = ((name, f"{path}.{quoted(name)}", item) for name, item in value.items())
            elif isinstance(value, list):
                steps = (("[]", f"{path}[]", item) for item in value)
            for name, below, item in steps:
                known = [tree.below[step] for tree in trees for step in {name, "*"} if step in tree.below]
                if known:
                    todo.append((below, item, known))
                else:
                    found.add(below.removeprefix("."))
        return sorted(found)

    def _elements(self, each: str | None, current: Paths, above: tuple[Paths, ...]) -> Paths:
        if each is None:
            return current
        found = _Reading(self.tree, above).read(parse(each), current)
        return frozenset(found | _into(found))

    def _fields(self, fields: Mapping[str, Field], current: Paths, above: tuple[Paths, ...]) -> None:
        for field in fields.values():
            if field.fields is not None:
                inner = self._elements(field.each, current, above)
                self._fields(field.fields, inner, above if field.each is None else (current, *above))
                continue
            options = (field.options.get(option) for option in _PATHS.get(field.convert or "", ()))
            for text in (field.source, *options):
                if isinstance(text, str):
                    reading = _Reading(self.tree, above)
                    reading.mark(reading.read(parse(text), current))


class _Reading:
    """Evaluates one expression on paths instead of values, and marks the paths that it looks at."""

    def __init__(self, tree: Tree, above: tuple[Paths, ...]) -> None:
        self._tree = tree
        self._above: tuple[Paths, ...] = above

    def mark(self, paths: Paths, whole: bool = True) -> None:
        """Mark the paths that a value came from as read."""
        for path in paths:
            self._tree.mark(path, whole)

    def read(self, node: Node, current: Paths) -> Paths:
        """Give the paths that the value of an expression may come from."""
        method = getattr(self, f"_{node['type']}", None)
        if method is None:
            return current if node["type"] in ("current", "identity", "slice") else NOTHING
        found: Paths = method(node, current)
        self.mark(found, whole=False)
        return found

    def _field(self, node: Node, current: Paths) -> Paths:
        name: str = node["value"]
        if name == "\0$":
            return frozenset({()})
        if name.startswith("\0^"):
            return self._above[name.count("^") - 1]
        return NOTHING if name.startswith("\0") else _down(current, name)

    def _chain(self, node: Node, current: Paths) -> Paths:
        for child in node["children"]:
            current = self.read(child, current)
        return current

    _subexpression = _index_expression = _pipe = _chain

    def _index(self, _node: Node, current: Paths) -> Paths:
        return _into(current)

    def _flatten(self, node: Node, current: Paths) -> Paths:
        base = self.read(node["children"][0], current)
        return base | _into(base)

    def _projection(self, node: Node, current: Paths) -> Paths:
        elements = _into(self.read(node["children"][0], current))
        self.mark(elements, whole=False)
        return _listed(self.read(node["children"][1], elements))

    def _value_projection(self, node: Node, current: Paths) -> Paths:
        values = _down(self.read(node["children"][0], current), "*")
        self.mark(values, whole=False)
        return _listed(self.read(node["children"][1], values))

    def _filter_projection(self, node: Node, current: Paths) -> Paths:
        left, right, condition = node["children"]
        elements = _into(self.read(left, current))
        self.mark(elements, whole=False)
        self.read(condition, elements)
        return _listed(self.read(right, elements))

    def _or_expression(self, node: Node, current: Paths) -> Paths:
        return self.read(node["children"][0], current) | self.read(node["children"][1], current)

    _and_expression = _or_expression

    def _not_expression(self, node: Node, current: Paths) -> Paths:
        self.read(node["children"][0], current)
        return NOTHING

    def _comparator(self, node: Node, current: Paths) -> Paths:
        for child in node["children"]:
            self.mark(self.read(child, current))
        return NOTHING

    def _multi_select_list(self, node: Node, current: Paths) -> Paths:
        return _listed(NOTHING.union(*(self.read(child, current) for child in node["children"])))

    def _multi_select_dict(self, node: Node, current: Paths) -> Paths:
        pairs = ((pair["value"], self.read(pair["children"][0], current)) for pair in node["children"])
        return frozenset((*path, (OBJECT, name)) for name, paths in pairs for path in paths)

    def _function_expression(self, node: Node, current: Paths) -> Paths:
        name, arguments = node["value"], node["children"]
        plain = [self.read(child, current) for child in arguments if child["type"] != "expref"]
        values = NOTHING.union(*plain)
        keys = [self.read(child["children"][0], _into(values)) for child in arguments if child["type"] == "expref"]
        if name == "map":
            return _listed(NOTHING.union(*keys))
        for paths in keys:
            self.mark(paths)
        if name in ("max_by", "min_by", "max", "min"):
            return _into(values)
        if name in _SAME:
            return values
        if name == "to_array":
            return values | _listed(values)
        if name == "values":
            return _listed(_down(values, "*"))
        self.mark(values, whole=name not in ("length", "type"))
        return NOTHING


def quoted(name: str) -> str:
    """Give a name as JMESPath writes it."""
    return (
        name if name.isidentifier() and name.isascii() else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )


def _down(paths: Paths, name: str) -> Paths:
    found: set[Path] = set()
    for path in paths:
        last = path[-1] if path else None
        if isinstance(last, tuple):
            found |= {path[:-1]} if name in ("*", last[1]) else set()
        elif last is not LIST:
            found.add((*path, name))
    return frozenset(found)


def _into(paths: Paths) -> Paths:
    found: set[Path] = set()
    for path in paths:
        last = path[-1] if path else None
        if last is LIST:
            found.add(path[:-1])
        elif not isinstance(last, tuple):
            found.add((*path, "[]"))
    return frozenset(found)


def _listed(paths: Paths) -> Paths:
    return frozenset((*path, LIST) for path in paths)
