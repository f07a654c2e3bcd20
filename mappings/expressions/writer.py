"""JMESPath to Python: writes code for the trees of the `jmespath` package's parser. It gives the package's answers.

Functions get compiled arguments. A node that this module has no code for (a bare `&expression`, nesting beyond what
Python allows) is delegated: the package evaluates it. What was written once for the same value is not written again in
the same block or inside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from mappings.expressions.functions import NUMBERS, PLAIN, exact
from mappings.expressions.source import Block, Scope, Source
from mappings.expressions.syntax import Node, references

COMPARABLE = NUMBERS | {str}
OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
MAX_DEPTH = 30  # Python allows 20 loops inside each other; a projection takes two levels
FREE = frozenset({"field", "current", "identity", "literal"})
"""The nodes whose code costs nothing, or is remembered by its scope."""

Sort = Literal["anything", "no number", "text", "list", "texts"]
SORTS: dict[type, Sort] = {str: "text", list: "list", dict: "no number", bool: "no number", type(None): "no number"}
# Function → the sort of its answer, which is never null.
GIVES: dict[str, Sort] = {
    **dict.fromkeys(("join", "to_string", "type"), "text"),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), "no number"),
}


@dataclass(frozen=True)
class Value:
    """A variable of the generated code, and what is known of it.

    `scope` and `path` are known where it was read straight from a scope. `sort` is what it is where it is not null
    (`texts`: a list of nothing but text). `present`: it is never null.
    """

    name: str
    scope: Scope | None = None
    path: tuple[str, ...] = ()
    sort: Sort = "anything"
    present: bool = False

    @property
    def no_number(self) -> bool:
        """Say whether it is never a number: then it is true to JMESPath where it is true to Python."""
        return self.sort != "anything"

    @property
    def truth(self) -> str:
        """Write the test whether it is true to JMESPath. There 0 is true."""
        return self.name if self.no_number else f"{self.name} or type({self.name}) in NUMBERS"

    @property
    def listed(self) -> str:
        """Write the test whether it is a list; empty where it always is."""
        if self.sort in ("list", "texts"):
            return "" if self.present else f"{self.name} is not None"
        return f"type({self.name}) is list"


class Writer:
    """Writes the code of expressions into blocks."""

    def __init__(self, source: Source, scopes: Mapping[str, Scope], *, decimals: bool = True) -> None:
        self._source, self._scopes, self._decimals = source, scopes, decimals
        self.delegated = False

    def write(self, node: Node, value: Value, block: Block) -> Value:
        """Write the code that evaluates `node` on `value`, and give the variable of the answer."""
        if node["type"] in FREE:
            return self._write(node, value, block)
        key = f"{value.name} {node}"
        known: Value | None = block.find(key)
        if known is None:
            known = block.known[key] = self._write(node, value, block)
        return known

    def _write(self, node: Node, value: Value, block: Block) -> Value:
        method = getattr(self, f"_{node['type']}", None)
        if method is None or block.depth > MAX_DEPTH:
            return self._delegate(node, value, block)
        answer: Value = method(node, value, block)
        return answer

    def _set(self, block: Block, expression: str, sort: Sort = "anything", *, present: bool = False) -> Value:
        name = self._source.name()
        block.add(f"{name} = {expression}")
        return Value(name, sort=sort, present=present)

    def _delegate(self, node: Node, value: Value, block: Block) -> Value:
        self.delegated = True
        known = ", ".join(f"{name!r}: {self._scopes[name].variable}" for name in sorted(references(node)))
        return self._set(
            block, f"Interpreter({self._decimals}, {{{known}}}).visit({self._source.constant(node)}, {value.name})"
        )

    def _field(self, node: Node, value: Value, block: Block) -> Value:
        name = node["value"]
        if name in self._scopes:
            scope = self._scopes[name]
            return Value(scope.variable, scope, present=scope.present)
        if value.scope is not None:
            path = (*value.path, name)
            return Value(value.scope.read(path), value.scope, path)
        return self._set(block, f"{value.name}.get({name!r}) if type({value.name}) is dict else None")

    def _chain(self, node: Node, value: Value, block: Block) -> Value:
        for child in node["children"]:
            value = self.write(child, value, block)
        return value

    _subexpression = _index_expression = _pipe = _chain

    def _current(self, _node: Node, value: Value, _block: Block) -> Value:
        return value

    _identity = _current

    def _literal(self, node: Node, _value: Value, _block: Block) -> Value:
        literal = exact(node["value"]) if self._decimals else node["value"]
        # Even a short one gets a name, because Python warns of code like `True[0]`.
        name = self._source.constant(literal)
        return Value(name, sort=SORTS.get(type(literal), "anything"), present=literal is not None)

    def _index(self, node: Node, value: Value, block: Block) -> Value:
        index, name = node["value"], value.name
        enough = f"len({name}) > {index}" if index >= 0 else f"len({name}) >= {-index}"
        return self._set(block, f"{name}[{index}] if type({name}) is list and {enough} else None")

    def _slice(self, node: Node, value: Value, block: Block) -> Value:
        bounds = ":".join("" if part is None else str(part) for part in node["children"])
        bounds = bounds if ":" in bounds else f"{bounds}:"
        return self._set(block, f"{value.name}[{bounds}] if type({value.name}) is list else None", "list")

    def _flatten(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        if not base.listed:
            return self._set(block, f"flat({base.name})", "list", present=True)
        return self._set(block, f"flat({base.name}) if {base.listed} else None", "list")

    def _projection(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._collect(node["children"][1], None, base.name, base.listed, block)

    def _filter_projection(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._collect(node["children"][1], node["children"][2], base.name, base.listed, block)

    def _value_projection(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._collect(node["children"][1], None, f"{base.name}.values()", f"type({base.name}) is dict", block)

    def _collect(self, right: Node, condition: Node | None, items: str, test: str, block: Block) -> Value:
        found = self._set(block, "None" if test else "[]", "list", present=not test)
        if test:
            block = block.block(f"if {test}:")
            block.add(f"{found.name} = []")
        element = Value(self._source.name())
        loop = block.block(f"for {element.name} in {items}:")
        if condition is not None:
            loop = loop.block(f"if {self.write(condition, element, loop).truth}:")
        kept = self.write(right, element, loop)
        loop.add(f"if {kept.name} is not None: {found.name}.append({kept.name})")
        return found

    def _or_expression(self, node: Node, value: Value, block: Block) -> Value:
        left = self.write(node["children"][0], value, block)
        inside, right = self._aside(node["children"][1], value, block)
        sort: Sort = "no number" if left.no_number and right.no_number else "anything"
        if not inside.is_empty():
            return self._replaced(left, f"not ({left.truth})", inside, right, sort, block)
        if left.no_number:
            return self._set(block, f"{left.name} or {right.name}", sort)
        zero = f"{left.name} if {left.name} is not None and type({left.name}) in NUMBERS else {right.name}"
        return self._set(block, f"{left.name} or ({zero})")

    def _and_expression(self, node: Node, value: Value, block: Block) -> Value:
        left = self.write(node["children"][0], value, block)
        inside, right = self._aside(node["children"][1], value, block)
        sort: Sort = "no number" if right.no_number else "anything"  # where the left side stays, it is false
        if not inside.is_empty():
            return self._replaced(left, left.truth, inside, right, sort, block)
        if left.no_number:
            return self._set(block, f"{left.name} and {right.name}", sort)
        return self._set(block, f"{right.name} if {left.truth} else {left.name}", sort)

    def _aside(self, node: Node, value: Value, block: Block) -> tuple[Block, Value]:
        """Write code that does not always run into a block of its own, which may stay empty."""
        inside = block.aside()
        return inside, self.write(node, value, inside)

    def _replaced(self, left: Value, test: str, inside: Block, right: Value, sort: Sort, block: Block) -> Value:
        """Write the left value. Where `test` holds, the right one, evaluated `inside`, takes its place."""
        chosen = self._set(block, left.name, sort)
        block.add(f"if {test}:")
        block.attach(inside)
        inside.add(f"{chosen.name} = {right.name}")
        return chosen

    def _not_expression(self, node: Node, value: Value, block: Block) -> Value:
        inner = self.write(node["children"][0], value, block)
        return self._set(block, f"not ({inner.truth})", "no number", present=True)

    def _comparator(self, node: Node, value: Value, block: Block) -> Value:
        left, right = (self.write(child, value, block).name for child in node["children"])
        if node["value"] in OPERATORS:
            test = f"type({left}) in COMPARABLE and type({right}) in COMPARABLE"
            return self._set(block, f"{left} {OPERATORS[node['value']]} {right} if {test} else None", "no number")
        kinds = {type(child["value"]) for child in node["children"] if child["type"] == "literal"}
        if kinds & {type(None), bool}:
            test = f"{left} is {right}" if node["value"] == "eq" else f"{left} is not {right}"
        elif str in kinds:
            test = f"{left} {'==' if node['value'] == 'eq' else '!='} {right}"
        else:  # to JMESPath 1 does not equal true
            test = f"{left} == {right} and (type({left}) is bool) is (type({right}) is bool)"
            test = test if node["value"] == "eq" else f"not ({test})"
        return self._set(block, test, "no number", present=True)

    def _multi_select_list(self, node: Node, value: Value, block: Block) -> Value:
        sorts = set[Sort]()

        def written(inside: Block) -> str:
            items = [self.write(child, value, inside) for child in node["children"]]
            sorts.update(item.sort if item.present else "anything" for item in items)
            return f"[{', '.join(item.name for item in items)}]"

        selected = self._selected(written, value, block)
        return Value(selected.name, sort="texts" if sorts == {"text"} else "list", present=selected.present)

    def _multi_select_dict(self, node: Node, value: Value, block: Block) -> Value:
        def written(inside: Block) -> str:
            pairs = ((pair["value"], self.write(pair["children"][0], value, inside).name) for pair in node["children"])
            return f"{{{', '.join(f'{key!r}: {name}' for key, name in pairs)}}}"

        return self._selected(written, value, block)

    def _selected(self, written: Callable[[Block], str], value: Value, block: Block) -> Value:
        """Write a list or object that a multiselect makes. Of null it is null."""
        if value.present:
            return self._set(block, written(block), "no number", present=True)
        chosen = self._set(block, "None", "no number")
        branch = block.block(f"if {value.name} is not None:")
        branch.add(f"{chosen.name} = {written(branch)}")
        return chosen

    def _function_expression(self, node: Node, value: Value, block: Block) -> Value:
        name, children = node["value"], node["children"]
        if any(child["type"] == "expref" and references(child) for child in children):
            return self._delegate(node, value, block)
        arguments = [
            Value(self._function(child["children"][0]))
            if child["type"] == "expref"
            else self.write(child, value, block)
            for child in children
        ]
        sort = GIVES.get(name, "anything")
        return self._set(block, self._call(name, arguments), sort, present=sort != "anything")

    def _call(self, name: str, arguments: list[Value]) -> str:
        names = [argument.name for argument in arguments]
        plain = PLAIN.get((name, len(arguments))) if self._decimals else None
        if plain is None:
            return f"call{self._decimals}({name!r}, [{', '.join(names)}])"
        sorts, inline = INLINE.get(name, ((), ""))
        if inline and all(
            sort in ("anything", each.present and each.sort) for sort, each in zip(sorts, arguments, strict=True)
        ):
            return inline.format(*names)
        return f"{self._source.constant(plain)}({', '.join(names)})"

    def _function(self, node: Node) -> str:
        name = self._source.name("f")
        inner = Block(self._source, 1)
        answer = self.write(node, Value("element"), inner)
        block = self._source.functions.block(f"def {name}(element):")
        block.attach(inner)
        block.add(f"return {answer.name}")
        self._source.functions.add(f"{name} = Expression({name})")
        return name


# Function → the sorts that its arguments must have, and the Python that gives the same answer for these.
INLINE: dict[str, tuple[tuple[Sort, ...], str]] = {
    "contains": (("list", "anything"), "{1} in {0}"),
    "join": (("text", "texts"), "{0}.join({1})"),
    "starts_with": (("text", "text"), "{0}.startswith({1})"),
    "to_string": (
        ("anything",),
        "{0} if type({0}) is str else str({0}) if type({0}) is int else to_string({0})",
    ),
}
