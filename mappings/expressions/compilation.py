"""JMESPath as Python functions: the `jmespath` package parses, `writer` writes Python, this module compiles it.

The answers are the package's. One thing differs on purpose, because payloads have Decimals and no floats. With
`decimals`, fractions in literals and from to_number() are Decimals, and a Decimal is a number to every function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter

from mappings.expressions.functions import NUMBERS, DecimalFunctions, exact, to_string
from mappings.expressions.source import Scope, Source
from mappings.expressions.syntax import parse
from mappings.expressions.writer import COMPARABLE, Value, Writer

FUNCTIONS = {True: DecimalFunctions(), False: Functions()}  # by whether fractions are Decimals


class _Expression:  # the package recognises an expression reference by this very name
    """A compiled `&expression` in the shape the package's functions expect."""

    expression = None

    def __init__(self, run: Callable[[Any], Any]) -> None:
        self.run = run

    def visit(self, _expression: None, value: Any) -> Any:
        """Evaluate the expression on one element."""
        return self.run(value)


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
    "flat": flat,
    "to_string": to_string,
}


@dataclass(frozen=True)
class Compiled:
    """One expression as a function. `delegated`: the package evaluates a part of it."""

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
