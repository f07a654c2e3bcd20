"""Python source under construction: nested blocks of lines, each line remembering the field it was written for."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from itertools import count
from typing import Any


class Block:
    """Lines at one indentation, in order, with further blocks between them."""

    def __init__(self, source: Source, depth: int, around: Block | None = None) -> None:
        self.source, self.depth, self._around = source, depth, around
        self.known: dict[str, Any] = {}  # what is already computed here → what holds it
        self._entries: list[tuple[str, Any] | Block] = []

    def add(self, line: str) -> None:
        """Write one line for the field the source is at."""
        self._entries.append(("    " * self.depth + line, self.source.place))

    def block(self, header: str | None = None) -> Block:
        """Open a block under `header`. Without a header it is a place at this indentation, to write into later."""
        if header is not None:
            self.add(header)
        inner = Block(self.source, self.depth + (header is not None), self)
        self._entries.append(inner)
        return inner

    def aside(self) -> Block:
        """Give a block for the next header, not attached yet: it is written before it is known whether it is needed."""
        return Block(self.source, self.depth + 1, self)

    def find(self, what: str) -> Any:
        """Give what holds the result of `what`, computed in this block or one around it; None: it was not computed."""
        block: Block | None = self
        while block is not None:
            if what in block.known:
                return block.known[what]
            block = block._around
        return None

    def is_empty(self) -> bool:
        """Say whether nothing was written here."""
        return not self._entries

    def attach(self, inner: Block) -> None:
        """Put a block from `aside` here."""
        self._entries.append(inner)

    def lines(self) -> Iterator[tuple[str, Any]]:
        """Give every line with its place, from top to bottom."""
        for entry in self._entries:
            if isinstance(entry, Block):
                yield from entry.lines()
            else:
                yield entry


class Source:
    """One module of generated Python: its names, its constants and what its lines were written for."""

    def __init__(self) -> None:
        self.place: Any = None
        self.constants: dict[str, Any] = {}
        self.functions = Block(self, 0)
        self.main = Block(self, 0)
        self._numbers = count(1)

    def name(self, prefix: str = "v") -> str:
        """Give a name that nothing else has."""
        return f"{prefix}{next(self._numbers)}"

    def constant(self, value: object) -> str:
        """Name a value the generated code needs."""
        name = self.name("K")
        self.constants[name] = value
        return name

    def build(self, filename: str, names: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """Run the source; give its namespace and, by line number - 1, what each line was written for."""
        lines = [*self.functions.lines(), *self.main.lines()]
        namespace: dict[str, Any] = {**names, **self.constants}
        text = "\n".join(line for line, _ in lines)
        # Every name and value in the text comes from repr() of a checked mapping, so no payload can write code.
        exec(compile(text, filename, "exec"), namespace)  # noqa: S102
        namespace["SOURCE"] = text
        return namespace, [place for _, place in lines]


class Scope:
    """An element that fields are read from. Plain paths on it are read once, where the scope begins."""

    def __init__(self, block: Block, variable: str, parent: Scope | None = None) -> None:
        self.variable, self.parent = variable, parent
        self.present = parent is not None  # the payload may be null, an element is not
        self._prelude = block.block()
        self._source = block.source
        self._values: dict[tuple[str, ...], str] = {(): variable}
        self._objects: dict[tuple[str, ...], str] = {}

    def again(self) -> Scope:
        """Give a scope inside this one for the same element. What one of them has read, the other knows."""
        same = copy(self)
        same.parent = self
        return same

    def read(self, path: tuple[str, ...]) -> str:
        """Name the variable that holds the value at a path. It holds None where there is nothing."""
        if path not in self._values:
            owner = self._object(path[:-1])
            self._values[path] = self._source.name()
            self._write(f"{self._values[path]} = {owner}.get({path[-1]!r})")
        return self._values[path]

    def _object(self, path: tuple[str, ...]) -> str:
        if path not in self._objects:
            value = self.read(path)
            self._objects[path] = self._source.name("d")
            self._write(f"{self._objects[path]} = {value} if type({value}) is dict else EMPTY")
        return self._objects[path]

    def _write(self, line: str) -> None:
        place, self._source.place = self._source.place, None
        self._prelude.add(line)
        self._source.place = place
