"""Turns the fields of a mapping into one Python function, as a person would have written it by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from jmespath.exceptions import JMESPathError

from mappings import calls
from mappings.errors import MappingFileError
from mappings.expressions import compilation, syntax
from mappings.expressions.source import Block, Scope, Source
from mappings.expressions.writer import Value, Writer
from mappings.fields import LENIENT, Field, Statement

NAMES: dict[str, Any] = {**compilation.NAMES, **calls.NAMES, "MISSING": object()}
_SCALARS = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Place:
    """The field that a generated line was written for. Errors are explained with it.

    `elements` are the variables of the elements around the field, the nearest first. `path` is the field's `from` below
    the first of them, where it is a plain path; otherwise it is empty.
    """

    kind: str
    field: str
    line: int | None
    elements: tuple[str, ...]
    path: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A compiled mapping: `run(payload, connection, losses)`, its source, and the place of each of its lines."""

    run: Callable[[Any, dict[str, Any], list[str] | None], Any]
    source: str
    places: list[Place | None]


class Compiler:
    """Compiles one mapping, once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._source = Source()
        self._kind = ""
        self._parsed: dict[str, syntax.Node] = {}
        self._main = self._source.main.block("def run(payload, connection, losses):")
        self._payload = Scope(self._main, "payload")
        self._connection = Scope(self._main, "connection")

    def facts(self, statements: tuple[Statement, ...]) -> Program:
        """Compile an inward mapping: the function gives a list of statements."""
        self._main.add("facts = []")
        for statement in statements:
            self._kind = statement.kind
            self._at(Field(statement.kind, statement.line), self._payload, ())
            block, scope = self._main, self._payload
            if statement.each is not None:
                block, scope = self._loop(statement.each, self._payload, self._main, statement.line)
            fact = self._source.name("fact")
            block.add(f"{fact} = {{'kind': {statement.kind!r}}}")
            self._fields(statement.fields, scope, block, fact)
            block.add(f"facts.append({fact})")
        self._main.add("return facts")
        return self._build()

    def body(self, statement: Statement) -> Program:
        """Compile an outward mapping: the function gives the body."""
        self._kind = statement.kind
        self._at(Field("body", statement.line), self._payload, ())
        if statement.each is None:
            self._main.add("body = {}")
            self._fields(statement.fields, self._payload, self._main, "body")
        else:
            field = Field("body", statement.line, each=statement.each, fields=statement.fields)
            self._list(field, self._payload, self._main, "body")
        self._main.add("return body")
        return self._build()

    def _build(self) -> Program:
        try:
            namespace, places = self._source.build(f"<mapping {self._file}>", NAMES)
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise MappingFileError("it nests deeper than Python allows", file=self._file) from error
        return Program(namespace["run"], namespace["SOURCE"], places)

    def _fail(self, reason: str, line: int | None) -> NoReturn:
        raise MappingFileError(reason, file=self._file, line=line)

    def _at(self, field: Field, scope: Scope, path: tuple[str, ...]) -> None:
        elements, enclosing = [scope.variable], scope.parent
        while enclosing is not None:
            elements.append(enclosing.variable)
            enclosing = enclosing.parent
        self._source.place = Place(self._kind, field.name, field.line, tuple(elements), path)

    def _fields(self, fields: Mapping[str, Field], scope: Scope, block: Block, target: str) -> None:
        for key, field in fields.items():
            self._at(field, scope, ())
            if field.fields is None:
                self._scalar(key, field, scope, block, target)
            elif field.each is None:
                inner = self._source.name("o")
                block.add(f"{inner} = {{}}")
                self._fields(field.fields, scope, block, inner)
                block.add(f"if {inner}: {target}[{key!r}] = {inner}")
            else:
                items = self._source.name("list")
                self._list(field, scope, block, items)
                block.add(f"{target}[{key!r}] = {items}")

    def _list(self, field: Field, scope: Scope, block: Block, items: str) -> None:
        block.add(f"{items} = []")
        loop, element = self._loop(str(field.each), scope, block, field.line)
        inner = self._source.name("o")
        loop.add(f"{inner} = {{}}")
        self._fields(field.fields or {}, element, loop, inner)
        self._at(field, scope, ())
        loop.add(f"if {inner}: {items}.append({inner})")

    def _loop(self, each: str, scope: Scope, block: Block, line: int | None) -> tuple[Block, Scope]:
        node = self._parse(each, line)
        conditions = syntax.conditions_alone(node)
        if conditions is not None:
            return self._once(conditions, node, scope, block, line)
        found = self._expression(each, scope, block, line)
        block = block.block(f"if {found} is not None:")
        element = self._source.name("e")
        loop = block.block(f"for {element} in {found} if type({found}) is list else elements({found}):")
        loop.add(f"if {element} is None: continue")
        return loop, Scope(loop, element, scope)

    def _once(
        self, conditions: list[syntax.Node], node: syntax.Node, scope: Scope, block: Block, line: int | None
    ) -> tuple[Block, Scope]:
        """Write an `each` that gives the element itself or nothing. What was read of it is not read again."""
        block = block.block(None if scope.present else f"if {scope.variable} is not None:")
        value = Value(scope.variable, scope, present=True)
        for condition in conditions:
            test = Writer(self._source, self._scopes(node, scope, line)).write(condition, value, block)
            block = block.block(f"if {test.truth}:")
        same = scope.again()
        same.present = True
        return block, same

    def _parse(self, text: str, line: int | None) -> syntax.Node:
        if text in self._parsed:
            return self._parsed[text]
        try:
            node = syntax.parse(text)
        except JMESPathError as error:
            self._fail(f"not JMESPath: {error}", line)
        if syntax.negates_half(node):
            self._fail("JMESPath reads `!a.b` as `(!a).b`, which is always null: write `!(a.b)`", line)
        self._parsed[text] = node
        return node

    def _below(self, field: Field, node: syntax.Node, scope: Scope) -> tuple[Scope, tuple[str, ...]]:
        """Give the element that a plain path begins at, and the path below it; for any other node `scope` and ()."""
        path = syntax.plain_path(node) or ()
        if not path or not path[0].startswith("\0"):
            return scope, path
        start = self._scopes(node, scope, field.line)[path[0]]
        return (scope, ()) if start is self._connection else (start, path[1:])

    def _expression(self, text: str, scope: Scope, block: Block, line: int | None) -> str:
        node = self._parse(text, line)
        writer = Writer(self._source, self._scopes(node, scope, line))
        return writer.write(node, Value(scope.variable, scope, present=scope.present), block).name

    def _scopes(self, node: syntax.Node, scope: Scope, line: int | None) -> dict[str, Scope]:
        scopes = {"\0$": self._payload, "\0$connection": self._connection}
        for reference in syntax.references(node) - scopes.keys():
            enclosing: Scope | None = scope
            for _ in range(reference.count("^")):
                enclosing = enclosing.parent if enclosing else None
            if enclosing is None:
                self._fail(f"`{reference[1:]}` has no enclosing element here", line)
            scopes[reference] = enclosing
        return scopes

    def _scalar(self, key: str, field: Field, scope: Scope, block: Block, target: str) -> None:
        if field.source is None:
            if field.default is not None:
                block.add(f"{target}[{key!r}] = {self._constant(field.default)}")
            return
        self._at(field, *self._below(field, self._parse(field.source, field.line), scope))
        value = self._expression(field.source, scope, block, field.line)
        if field.convert == "list":
            block.add(f"{target}[{key!r}] = as_list({value})")
            return
        if field.convert is not None:
            value = self._converted(field, scope, block, value)
        if field.choose is not None:
            value = self._chosen(field, block, value)
        if field.default is None:
            block.add(f"if {value} is not None: {target}[{key!r}] = {value}")
        else:
            default = self._constant(field.default)
            block.add(f"{target}[{key!r}] = {value} if {value} is not None else {default}")

    def _converted(self, field: Field, scope: Scope, block: Block, value: str) -> str:
        """Write a conversion. The same conversion of the same value is written once in a block."""
        inside = block.aside()

        def path(text: str) -> str:
            # What cannot fail is read even where there is nothing to convert: then the next field knows it too.
            harmless = syntax.is_harmless(self._parse(text, field.line))
            return self._expression(text, scope, block if harmless else inside, field.line)

        call = calls.CALLS[str(field.convert)](value, field, path, self._source)
        known: str | None = block.find(call)
        if known is not None:
            return known
        call = calls.shortened(call, value, block.find)
        result = self._source.name("r")
        if not inside.is_empty() or field.convert in LENIENT:
            block.add(f"{result} = None")
            block.add(f"if {value} is not None:")
            block.attach(inside)
            inside.add(f"{result} = {call}")
            if field.convert in LENIENT:
                name = f"{self._kind}.{field.name}"
                lost = f"{result} is None and losses is not None and lost({value})"
                inside.add(f"if {lost}: losses.append({name!r})")
            return result
        block.add(f"{result} = {calls.null_kept(call, value, field)}")
        block.known[call] = result
        return result

    def _chosen(self, field: Field, block: Block, value: str) -> str:
        table = self._source.constant(dict(field.choose or {}))
        chosen = self._source.name("c")
        block.add(f"{chosen} = {value}")
        inside = block.block(f"if {value} is not None:")
        inside.add(f"{chosen} = {table}.get({value} if type({value}) is str else key_of({value}), MISSING)")
        missed = f"{chosen} = None" if field.has_default else f"raise unlisted({value})"
        inside.add(f"if {chosen} is MISSING: {missed}")
        return chosen

    def _constant(self, value: Any) -> str:
        # repr() of plain JSON makes a new list or object on every run, so no run can change another's.
        return repr(value) if isinstance(value, (*_SCALARS, list, dict)) else self._source.constant(value)
