"""The mapping engine: facts of payloads, bodies of records. docs/mapping.md is the language it speaks."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

from jmespath.exceptions import JMESPathError

from mappings.compiler import Compiler, Program
from mappings.errors import MappingError, MappingFileError, PayloadError
from mappings.explanation import explain
from mappings.expressions.coverage import Reads
from mappings.fields import Reader, Statement
from mappings.files import Document, read

# What a payload can make generated code raise. A comparison of text with a number is a TypeError, as in `jmespath`.
REFUSALS = (JMESPathError, ValueError, TypeError, ArithmeticError, RecursionError)


class InMapping:
    """A compiled `*.in.yaml`: facts of a payload."""

    def __init__(self, document: Document, name: str) -> None:
        self.name = name
        self._facts: tuple[Statement, ...] = Reader(name, document.lines).facts(document.content)
        self.program: Program = Compiler(name).facts(self._facts)
        self._run = self.program.run
        self._reads: Reads | None = None

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], name: str) -> Self:
        """Compile a mapping that was parsed elsewhere."""
        return cls(Document(content), name)

    def statements(
        self, payload: Any, connection: Mapping[str, Any], losses: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Give the facts that a payload states, as plain objects with `kind` and without ids. Nulls are left out.

        Where a lenient converter drops a value, the field's name (`customer.phone`) is added to `losses`.

        Raises:
            MappingError: the payload has a value the mapping refuses.
        """
        known = connection if type(connection) is dict else dict(connection)
        try:
            facts: list[dict[str, Any]] = self._run(payload, known, losses)
        except REFUSALS as error:
            # The refusal's own text may repeat a value of the payload, so it is not chained.
            raise explain(error, self.program, self.name, payload) from None
        return facts

    def unmapped(self, payload: Any) -> list[str]:
        """Give the paths of a payload that no expression reads, sorted. A path stands for everything below it."""
        if self._reads is None:
            self._reads = Reads(self._facts)
        return self._reads.unmapped(payload)


class OutMapping:
    """A compiled `*.out.yaml`: the body of a push of a record."""

    def __init__(self, document: Document, name: str) -> None:
        self.name = name
        self._statement = Reader(name, document.lines).body(document.content, Path(name).name.partition(".")[0])
        self.program: Program = Compiler(name).body(self._statement)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], name: str) -> Self:
        """Compile a mapping that was parsed elsewhere."""
        return cls(Document(content), name)

    def body(self, record: Mapping[str, Any], connection: Mapping[str, Any]) -> Any:
        """Give the body of a push of a record. Nulls are left out.

        Raises:
            MappingError: the record has a value the mapping refuses.
        """
        plain = _plain(record)
        try:
            return self.program.run(plain, dict(connection), None)
        except REFUSALS as error:
            raise explain(error, self.program, self.name, plain) from None


def check(content: Any, name: str) -> list[str]:
    """Give the faults of a parsed mapping. Each begins with its line (`line 7: …`) where `mappings.files` read it."""
    from mappings import check as checking  # noqa: PLC0415 - of all Lambda functions only the API checks

    return checking.check(content, name)


def load_in(path: Path) -> InMapping:
    """Load and compile an inward mapping, once per process and path.

    Raises:
        MappingFileError: the file is missing or wrong.
    """
    return _load_in(str(path))


def load_out(path: Path) -> OutMapping:
    """Load and compile an outward mapping, once per process and path.

    Raises:
        MappingFileError: the file is missing or wrong.
    """
    return _load_out(str(path))


@cache
def _load_in(path: str) -> InMapping:
    return InMapping(read(Path(path)), _shown(path))


@cache
def _load_out(path: str) -> OutMapping:
    return OutMapping(read(Path(path)), _shown(path))


def _shown(path: str) -> str:
    """Name a file in messages by its last three parts: where its folder lies on one machine says nothing elsewhere."""
    return "/".join(Path(path).parts[-3:])


def _plain(value: Any) -> Any:
    """Give a record's objects and tuples as dicts and lists, which is what expressions see."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


__all__ = [
    "InMapping",
    "MappingError",
    "MappingFileError",
    "OutMapping",
    "PayloadError",
    "check",
    "load_in",
    "load_out",
]
