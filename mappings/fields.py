"""Reads the words of a mapping file, checks them once, and makes statements and fields of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from mappings.errors import MappingFileError

WORDS = frozenset({"from", "as", "choose", "default", "each", "fields"})
TIME_OPTIONS = frozenset({"format", "zone", "none"})
OPTIONS: dict[str, frozenset[str]] = {  # the closed list of converters and their options
    "text": frozenset({"none"}),
    "id": frozenset({"none"}),
    "integer": frozenset(),
    "quantity": frozenset({"negate", "absolute"}),
    "boolean": frozenset({"invert"}),
    "money": frozenset({"unit", "currency", "negate", "absolute", "divide"}),
    "time": TIME_OPTIONS,
    "version": TIME_OPTIONS,
    "day": frozenset(),
    "country": frozenset(),
    "phone": frozenset({"region"}),
    "email": frozenset(),
    "gtin": frozenset(),
    "location": frozenset(),
    "list": frozenset(),
    "amount": frozenset({"currency", "number"}),
    "number": frozenset(),
}
LENIENT = frozenset({"day", "country", "phone", "email", "gtin"})  # give None where the others refuse a value


@dataclass(frozen=True)
class Field:
    """One field: where it stands, and what its words say. `source` is the word `from`, `convert` the word `as`."""

    name: str
    line: int | None
    source: str | None = None
    convert: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    choose: Mapping[str, Any] | None = None
    has_default: bool = False
    default: Any = None
    each: str | None = None
    fields: "Mapping[str, Field] | None" = None


@dataclass(frozen=True)
class Statement:
    """One kind of fact, or a body (`kind` is then the name of the file)."""

    kind: str
    line: int | None
    each: str | None
    fields: Mapping[str, Field]


class Reader:
    """Reads a parsed file. Every refusal (MappingFileError) names the file and, where known, the line."""

    def __init__(self, file: str, lines: Mapping[tuple[str | int, ...], int]) -> None:
        self._file, self._lines = file, lines

    def fail(self, reason: str, place: tuple[str | int, ...]) -> NoReturn:
        """Refuse what stands at a place."""
        raise MappingFileError(reason, file=self._file, line=self._line(place))

    def facts(self, content: Any) -> tuple[Statement, ...]:
        """Read an inward mapping."""
        if not isinstance(content, Mapping) or set(content) != {"facts"} or not isinstance(content["facts"], list):
            self.fail("an inward mapping has `facts`, a list, and nothing else", ())
        return tuple(self._fact(fact, ("facts", index)) for index, fact in enumerate(content["facts"]))

    def body(self, content: Any, name: str) -> Statement:
        """Read an outward mapping."""
        if not isinstance(content, Mapping) or set(content) != {"body"}:
            self.fail("an outward mapping has `body` and nothing else", ())
        return self._statement(content["body"], name, ("body",), frozenset({"each", "fields"}))

    def _line(self, place: tuple[str | int, ...]) -> int | None:
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)

    def _fact(self, fact: Any, place: tuple[str | int, ...]) -> Statement:
        if not isinstance(fact, Mapping) or not isinstance(fact.get("kind"), str):
            self.fail("a fact has a `kind`", place)
        if "kind" in (fact.get("fields") or ()):
            self.fail("`fields` of a fact may not contain `kind`", place)
        return self._statement(fact, fact["kind"], place, frozenset({"kind", "each", "fields"}))

    def _statement(self, content: Any, kind: str, place: tuple[str | int, ...], words: frozenset[str]) -> Statement:
        if not isinstance(content, Mapping) or not content.get("fields"):
            self.fail(f"{kind} has no `fields`", place)
        self._words(content, words, place)
        each = self._expression(content, "each", place)
        return Statement(kind, self._line(place), each, self._fields(content["fields"], "", (*place, "fields")))

    def _words(self, content: Mapping[str, Any], words: frozenset[str], place: tuple[str | int, ...]) -> None:
        for word in content:
            if word not in words:
                self.fail(f"unknown word `{word}`: expected one of {', '.join(sorted(words))}", (*place, word))

    def _expression(self, content: Mapping[str, Any], word: str, place: tuple[str | int, ...]) -> str | None:
        text = content.get(word)
        if text is not None and not (isinstance(text, str) and text.strip()):
            self.fail(f"`{word}` is a JMESPath expression", (*place, word))
        return text.strip() if text is not None else None

    def _fields(self, fields: Any, above: str, place: tuple[str | int, ...]) -> dict[str, Field]:
        if not isinstance(fields, Mapping) or not fields:
            self.fail("`fields` is an object with at least one field", place)
        return {str(name): self._field(value, f"{above}{name}", (*place, name)) for name, value in fields.items()}

    def _field(self, value: Any, name: str, place: tuple[str | int, ...]) -> Field:
        if isinstance(value, str):
            value = {"from": value}
        if not isinstance(value, Mapping):
            self.fail(f"{name} is a JMESPath expression or an object of words", place)
        self._words(value, WORDS, place)
        if "fields" in value or "each" in value:
            return self._object(value, name, place)
        if "from" not in value and (set(value) != {"default"}):
            self.fail(f"{name} needs `from`, or `default` alone", place)
        convert, options = self._converter(value.get("as"), name, (*place, "as"))
        table = value.get("choose")
        if table is not None and not isinstance(table, Mapping):
            self.fail(f"{name}: `choose` is a table", (*place, "choose"))
        return Field(
            name,
            self._line(place),
            source=self._expression(value, "from", place),
            convert=convert,
            options=options,
            choose=None if table is None else {as_key(key): item for key, item in table.items()},
            has_default="default" in value,
            default=value.get("default"),
        )

    def _object(self, value: Mapping[str, Any], name: str, place: tuple[str | int, ...]) -> Field:
        if "fields" not in value or value.keys() - {"each", "fields"}:
            self.fail(f"{name}: `fields` stands alone or with `each`, and `each` with `fields`", place)
        mark = "." if value.get("each") is None else "[]."
        fields = self._fields(value["fields"], name + mark, (*place, "fields"))
        return Field(name, self._line(place), each=self._expression(value, "each", place), fields=fields)

    def _converter(self, word: Any, name: str, place: tuple[str | int, ...]) -> tuple[str | None, Mapping[str, Any]]:
        if word is None:
            return None, {}
        if isinstance(word, Mapping) and len(word) == 1:
            (converter, options), *_ = word.items()
        else:
            converter, options = word, {}
        if not isinstance(converter, str) or converter not in OPTIONS:
            self.fail(f"{name}: unknown converter {converter!r}", place)
        options = {} if options is None else options
        if not isinstance(options, Mapping) or options.keys() - OPTIONS[converter]:
            self.fail(f"{name}: {converter} takes {', '.join(sorted(OPTIONS[converter])) or 'no options'}", place)
        if converter in ("money", "amount") and options.get("unit", "major") != "minor" and "currency" not in options:
            self.fail(f"{name}: {converter} in major units needs `currency`", place)
        return converter, options


def as_key(value: Any) -> str:
    """Give a scalar as the text that a `choose` table is looked up with."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 64 else str(value)
