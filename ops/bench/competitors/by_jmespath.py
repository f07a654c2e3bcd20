"""JMESPath, interpreted by the package `jmespath`: it takes the mapping's expressions as they are.

https://jmespath.org/specification.html
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mappings.expressions.compilation import Interpreter
from ops.bench.competitors.asked import Asked, asked


def reader(mapping: Path, connection: dict[str, Any]) -> Callable[[Any], Any]:
    """Make a function that evaluates a mapping's expressions on a payload."""
    facts = asked(mapping)

    def read(payload: Any) -> list[Any]:
        element = Element(connection, [payload])
        return [each for fact in facts for each in element.all(fact)]

    return read


class Element:
    """An element that expressions are evaluated on. `around`: the payload, then each element inside the one before."""

    def __init__(self, connection: dict[str, Any], around: list[Any]) -> None:
        self._connection, self._around = connection, around
        enclosing = {f"\0{'.'.join('^' * up)}": around[-1 - up] for up in range(1, len(around))}
        self._interpreter = Interpreter(True, {"\0$": around[0], "\0$connection": connection, **enclosing})

    def all(self, part: Asked) -> list[Any]:
        """Give the objects of a part: one, or with `each` one for each element."""
        if part.each is None:
            return [self._object(part)]
        found = self._value(part.each) or []
        elements = found if isinstance(found, list) else [found]
        return [Element(self._connection, [*self._around, each])._object(part) for each in elements if each is not None]

    def _object(self, part: Asked) -> dict[str, Any]:
        return {field.name: self._answer(field) for field in part.fields}

    def _answer(self, field: Asked) -> Any:
        if field.source is not None:
            return self._value(field.source)
        return self._object(field) if field.each is None else self.all(field)

    def _value(self, node: Any) -> Any:
        return self._interpreter.visit(node, self._around[-1])
