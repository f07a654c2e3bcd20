"""JMESPath to Python: the `jmespath` package parses, this module writes the code that gives the package's answers.

Functions get compiled arguments; a node this module has no code for (a bare `&expression`, nesting beyond what
Python allows) is visited by the package. One thing differs on purpose, because payloads have Decimals and no floats:
with `decimals` fractions in literals and of to_number() are Decimals too, and a Decimal is a number to every function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter
from jmespath.visitor import _equals as equals  # type: ignore[attr-defined]  # the stubs lack it

from mappings.expressions import Node, parse, references
from mappings.functions import NUMBERS, PLAIN, DecimalFunctions
from mappings.source import Block, Scope, Source

COMPARABLE = NUMBERS | {str}
OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
MAX_DEPTH = 30  # Python allows 20 loops inside each other; a projection takes two levels


FUNCTIONS = {True: DecimalFunctions(), False: Functions()}  # by whether fractions are Decimals


class _Expression:  # the package recognises an expression reference by this very name
    """A compiled `&expression` in the shape the package's functions expect."""

    expression = None

    def __init__(self, run: Callable[[Any], Any]) -> None:
        self._run = run

    def visit(self, _expression: None, value: Any) -> Any:
        """Evaluate the expression on one element."""
        return self._run(value)


class Interpreter(TreeInterpreter):
    """The package's interpreter, which also knows what `$`, `^` and `$connection` stand for."""

    def __init__(self, decimals: bool, references: Mapping[str, Any]) -> None:
        super().__init__(Options(custom_functions=FUNCTIONS[decimals]))
        self._decimals, self._references = decimals, references

    def visit_field(self, node: Any, value: Any) -> Any:
        """Give a reference's value, or what the package gives."""
        name = node["value"]
        return self._references[name] if name in self._references else super().visit_field(node, value)

    def visit_literal(self, node: Any, value: Any) -> Any:
        """Give a literal, with Decimals where the payload has them."""
        literal = super().visit_literal(node, value)
        return exact(literal) if self._decimals else literal


@dataclass(frozen=True)
class Value:
    """A variable of the generated code; `scope` and `path` are known where it was read straight off a scope."""

    name: str
    scope: Scope | None = None
    path: tuple[str, ...] = ()


class Writer:
    """Writes the code of expressions into blocks."""

    def __init__(self, source: Source, scopes: Mapping[str, Scope], *, decimals: bool = True) -> None:
        self._source, self._scopes, self._decimals = source, scopes, decimals
        self.delegated = False

    def write(self, node: Node, value: Value, block: Block) -> Value:
        """Write what evaluates `node` on `value`; give where the answer is."""
        method = getattr(self, f"_{node['type']}", None)
        if method is None or block.depth > MAX_DEPTH:
            return self._delegate(node, value, block)
        answer: Value = method(node, value, block)
        return answer

    def _set(self, block: Block, expression: str) -> Value:
        name = self._source.name()
        block.add(f"{name} = {expression}")
        return Value(name)

    def _delegate(self, node: Node, value: Value, block: Block) -> Value:
        self.delegated = True
        known = ", ".join(f"{name!r}: {self._scopes[name].variable}" for name in sorted(references(node)))
        return self._set(
            block, f"Interpreter({self._decimals}, {{{known}}}).visit({self._source.constant(node)}, {value.name})"
        )

    def _field(self, node: Node, value: Value, block: Block) -> Value:
        name = node["value"]
        if name in self._scopes:
            return Value(self._scopes[name].variable, self._scopes[name])
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
        return Value(self._source.constant(exact(node["value"]) if self._decimals else node["value"]))

    def _index(self, node: Node, value: Value, block: Block) -> Value:
        index, name = node["value"], value.name
        enough = f"len({name}) > {index}" if index >= 0 else f"len({name}) >= {-index}"
        return self._set(block, f"{name}[{index}] if type({name}) is list and {enough} else None")

    def _slice(self, node: Node, value: Value, block: Block) -> Value:
        bounds = ":".join("" if part is None else str(part) for part in node["children"])
        bounds = bounds if ":" in bounds else f"{bounds}:"
        return self._set(block, f"{value.name}[{bounds}] if type({value.name}) is list else None")

    def _flatten(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._set(block, f"flat({base.name}) if type({base.name}) is list else None")

    def _projection(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._collect(node["children"][1], None, base.name, f"type({base.name}) is list", block)

    def _filter_projection(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._collect(node["children"][1], node["children"][2], base.name, f"type({base.name}) is list", block)

    def _value_projection(self, node: Node, value: Value, block: Block) -> Value:
        base = self.write(node["children"][0], value, block)
        return self._collect(node["children"][1], None, f"{base.name}.values()", f"type({base.name}) is dict", block)

    def _collect(self, right: Node, condition: Node | None, items: str, test: str, block: Block) -> Value:
        found = self._set(block, "None")
        inside = block.block(f"if {test}:")
        inside.add(f"{found.name} = []")
        element = Value(self._source.name())
        loop = inside.block(f"for {element.name} in {items}:")
        if condition is not None:
            loop = loop.block(f"if {self._truth(condition, element, loop)}:")
        kept = self.write(right, element, loop)
        loop.add(f"if {kept.name} is not None: {found.name}.append({kept.name})")
        return found

    def _truth(self, node: Node, value: Value, block: Block) -> str:
        test = self.write(node, value, block).name
        return f"{test} or type({test}) in NUMBERS"

    def _or_expression(self, node: Node, value: Value, block: Block) -> Value:
        left = self._set(block, self.write(node["children"][0], value, block).name)
        branch = block.block(f"if {left.name} is None or not ({left.name} or type({left.name}) in NUMBERS):")
        branch.add(f"{left.name} = {self.write(node['children'][1], value, branch).name}")
        return left

    def _and_expression(self, node: Node, value: Value, block: Block) -> Value:
        left = self._set(block, self.write(node["children"][0], value, block).name)
        branch = block.block(f"if {left.name} or type({left.name}) in NUMBERS:")
        branch.add(f"{left.name} = {self.write(node['children'][1], value, branch).name}")
        return left

    def _not_expression(self, node: Node, value: Value, block: Block) -> Value:
        name = self.write(node["children"][0], value, block).name
        return self._set(block, f"not ({name} or type({name}) in NUMBERS)")

    def _comparator(self, node: Node, value: Value, block: Block) -> Value:
        left, right = (self.write(child, value, block).name for child in node["children"])
        if node["value"] in OPERATORS:
            test = f"type({left}) in COMPARABLE and type({right}) in COMPARABLE"
            return self._set(block, f"{left} {OPERATORS[node['value']]} {right} if {test} else None")
        # 0, 1 and booleans need the package's care; text is equal to text alone.
        text = any(child["type"] == "literal" and type(child["value"]) is str for child in node["children"])
        equal = f"{left} == {right}" if text else f"equals({left}, {right})"
        return self._set(block, equal if node["value"] == "eq" else f"not {equal}")

    def _multi_select_list(self, node: Node, value: Value, block: Block) -> Value:
        chosen = self._set(block, "None")
        branch = block.block(f"if {value.name} is not None:")
        items = [self.write(child, value, branch).name for child in node["children"]]
        branch.add(f"{chosen.name} = [{', '.join(items)}]")
        return chosen

    def _multi_select_dict(self, node: Node, value: Value, block: Block) -> Value:
        chosen = self._set(block, "None")
        branch = block.block(f"if {value.name} is not None:")
        pairs = [(pair["value"], self.write(pair["children"][0], value, branch).name) for pair in node["children"]]
        branch.add(f"{chosen.name} = {{{', '.join(f'{key!r}: {name}' for key, name in pairs)}}}")
        return chosen

    def _function_expression(self, node: Node, value: Value, block: Block) -> Value:
        if any(child["type"] == "expref" and references(child) for child in node["children"]):
            return self._delegate(node, value, block)
        arguments = [
            self._function(child["children"][0]) if child["type"] == "expref" else self.write(child, value, block).name
            for child in node["children"]
        ]
        plain = PLAIN.get((node["value"], len(arguments))) if self._decimals else None
        if plain is not None:
            return self._set(block, f"{self._source.constant(plain)}({', '.join(arguments)})")
        return self._set(block, f"call{self._decimals}({node['value']!r}, [{', '.join(arguments)}])")

    def _function(self, node: Node) -> str:
        name = self._source.name("f")
        inner = Block(self._source, 1)
        answer = self.write(node, Value("element"), inner)
        block = self._source.functions.block(f"def {name}(element):")
        block.attach(inner)
        block.add(f"return {answer.name}")
        self._source.functions.add(f"{name} = Expression({name})")
        return name


def exact(literal: Any) -> Any:
    """Give a literal with its fractions as Decimals."""
    if isinstance(literal, float):
        return Decimal(repr(literal))
    if isinstance(literal, list):
        return [exact(item) for item in literal]
    return {key: exact(item) for key, item in literal.items()} if isinstance(literal, dict) else literal


def flat(items: list[Any]) -> list[Any]:
    """Merge one level of lists into their parent."""
    merged: list[Any] = []
    for item in items:
        if type(item) is list:
            merged.extend(item)
        else:
            merged.append(item)
    return merged


NAMES: dict[str, Any] = {
    "COMPARABLE": COMPARABLE,
    "EMPTY": {},
    "Expression": _Expression,
    "Interpreter": Interpreter,
    "NUMBERS": NUMBERS,
    "callFalse": FUNCTIONS[False].call_function,
    "callTrue": FUNCTIONS[True].call_function,
    "equals": equals,
    "flat": flat,
}


@dataclass(frozen=True)
class Compiled:
    """One expression as a function; `delegated` says that the package does a part of it."""

    search: Callable[[Any], Any]
    delegated: bool


@lru_cache(maxsize=1024)
def compile_expression(expression: str, *, decimals: bool = True) -> Compiled:
    """Compile one expression.

    Raises:
        jmespath.exceptions.JMESPathError: it is not an expression.
    """
    source = Source()
    block = source.main.block("def search(payload):")
    scope = Scope(block, "payload")
    writer = Writer(source, {"\0$": scope}, decimals=decimals)
    answer = writer.write(parse(expression), Value("payload", scope), block)
    block.add(f"return {answer.name}")
    namespace, _ = source.build(f"<{expression}>", NAMES)
    return Compiled(namespace["search"], writer.delegated)
