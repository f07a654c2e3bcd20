"""Reads the bytes of a payload (JSON, a form or XML) strictly, or raises PayloadError. Writes JSON too.

JSON (RFC 8259) is refused where readers disagree: encodings other than UTF-8, a byte order mark, NaN and Infinity, keys
that stand twice, lone surrogates, nesting beyond 100. Fractions are Decimals, integers stay exact.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from urllib.parse import parse_qsl
from xml.parsers import expat

import orjson

from mappings.errors import PayloadError
from mappings.pointers import escaped

MAX_DEPTH = 100
_CONTAINERS = frozenset({dict, list})
MAX_FIELDS = 10_000  # of a form


def parse_json(body: bytes) -> Any:
    """Read JSON.

    Raises:
        PayloadError: it is not JSON, or JSON that readers do not agree about.
    """
    text = _decoded(body)
    try:
        value = _read(text)
    except json.JSONDecodeError as error:
        raise PayloadError(f"not JSON: {error.msg}", offset=len(text[: error.pos].encode())) from None
    except RecursionError:
        raise PayloadError(f"nested deeper than {MAX_DEPTH}") from None
    except (ValueError, InvalidOperation) as error:
        raise PayloadError("a number is NaN, infinite, or has too many digits") from error
    # Each level has a bracket, so with few brackets it cannot nest too deep.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _refuse_depth(value)
    if not _keys_are_single(body, value):
        _refuse_keys(text)
    return value


def write_json(value: Any) -> bytes:
    """Write JSON with every number as it was read: no amount passes through a float.

    Beside an integer beyond 64 bits or a lone surrogate, Decimals become text.
    """
    try:
        return orjson.dumps(value, default=_number)
    except TypeError:  # an integer beyond 64 bits or a lone surrogate
        return json.dumps(value, default=str).encode()


def _number(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError
    return orjson.Fragment(str(value))


def parse_form(body: bytes) -> dict[str, Any]:
    """Read `application/x-www-form-urlencoded`: text, or a list of texts where a name stands more than once.

    A value that is a JSON object or list is that object or list: some channels send their payload in a field.

    Raises:
        PayloadError: it is not UTF-8, or has more than 10,000 fields.
    """
    try:
        pairs = parse_qsl(_decoded(body), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise PayloadError("an escaped value is not UTF-8") from error
    except ValueError as error:
        raise PayloadError(f"not a form of at most {MAX_FIELDS} fields") from error
    form: dict[str, Any] = {}
    for name, value in pairs:
        _add(form, name, value)
    return {
        name: [_field(each) for each in value] if type(value) is list else _field(value) for name, value in form.items()
    }


def _field(value: str) -> Any:
    """Give a form field's value. What only looks like JSON stays text, and so does JSON that readers disagree about."""
    if not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return parse_json(value.encode())
    except PayloadError:
        return value


def parse_xml(body: bytes) -> dict[str, Any]:
    """Read XML as `{root: …}`: attributes are `@name`, repeated elements a list, CDATA is text.

    An element with text alone is its trimmed text. One with attributes or elements beside it has the text as `#text`.
    An empty one is null. Names keep their prefixes. A document type is refused, and so is every entity but XML's five.

    Raises:
        PayloadError: it is not well-formed, has a document type, or nests beyond 100.
    """
    reader = _XmlReader()
    try:
        reader.parser.Parse(body, True)
    except expat.ExpatError as error:
        offset = reader.parser.ErrorByteIndex
        raise PayloadError(f"not XML: {expat.ErrorString(error.code)}", offset=max(offset, 0)) from None
    except (ValueError, LookupError) as error:  # an encoding Python does not know, or cannot read bytewise
        raise PayloadError("not XML in an encoding that can be read", offset=0) from error
    return reader.root


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("not UTF-8", offset=error.start) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


# msgspec reads in half the time, but one call of boto3 takes 20 times what that saves; orjson has no Decimals.
_read = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant).decode


def _refuse_depth(value: Any) -> None:
    level, depth = [value] if type(value) in _CONTAINERS else [], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise PayloadError(f"nested deeper than {MAX_DEPTH}")
        below: list[Any] = []
        for outer in level:
            items = outer.values() if type(outer) is dict else outer
            if not _CONTAINERS.isdisjoint(map(type, items)):
                below += [item for item in items if type(item) in _CONTAINERS]
        level = below


def _keys_are_single(body: bytes, value: Any) -> bool:
    r"""Say whether it is certain that no key stands twice and no surrogate alone. False means "perhaps not".

    A pair whose key stood twice is missing from `value`, and its colon with it. So `value` is written again and the
    colons of both are counted. A body with `\u003` is never certain, because it may spell a colon so. That takes half
    the time of a hook on every object, and finds lone surrogates too.
    """
    try:
        written = orjson.dumps(value, default=str)
    except TypeError:  # a lone surrogate, or an integer beyond 64 bits
        return False
    return written.count(b":") == body.count(b":") and b"\\u003" not in body


def _refuse_keys(text: str) -> None:
    """Refuse an object in which a key stands twice, and a text with a lone surrogate."""
    todo: list[tuple[str, Any]] = [("", _read_pairs(text))]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, str):
            _refuse_surrogates(value, pointer)
        elif isinstance(value, _Pairs):
            seen: set[str] = set()
            for key, item in value:
                _refuse_surrogates(key, pointer)
                below = f"{pointer}/{escaped(key)}"
                if key in seen:
                    raise PayloadError("a key stands twice", pointer=below)
                seen.add(key)
                todo.append((below, item))
        elif isinstance(value, list):
            todo.extend((f"{pointer}/{index}", item) for index, item in enumerate(value))


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs; a class of its own, to be told apart from a list."""


_read_pairs = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_Pairs).decode


def _refuse_surrogates(text: str, pointer: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PayloadError("a surrogate stands alone", pointer=pointer) from None


def _add(into: dict[str, Any], name: str, value: Any) -> None:
    if name not in into:
        into[name] = value
    elif type(into[name]) is list:
        into[name].append(value)
    else:
        into[name] = [into[name], value]


class _XmlReader:
    """Builds the answer of `parse_xml` while expat reads."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._stack: list[tuple[dict[str, Any], list[str]]] = [(self.root, [])]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) > MAX_DEPTH:
            raise PayloadError(f"nested deeper than {MAX_DEPTH}", offset=self.parser.CurrentByteIndex)
        self._stack.append(({f"@{name}": value for name, value in attributes.items()}, []))

    def _end(self, name: str) -> None:
        element, texts = self._stack.pop()
        text = "".join(texts).strip()
        if element and text:
            element["#text"] = text
        _add(self._stack[-1][0], name, element or text or None)

    def _text(self, text: str) -> None:
        self._stack[-1][1].append(text)

    def _refuse(self, *_declaration: object) -> None:
        raise PayloadError("a document type is refused", offset=self.parser.CurrentByteIndex)


PARSERS = {
    "application/json": parse_json,
    "application/x-www-form-urlencoded": parse_form,
    "application/xml": parse_xml,
    "text/xml": parse_xml,
}


def media_type(content_type: str) -> str:
    """Give a content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def parse(body: bytes, content_type: str) -> Any:
    """Parse a payload as its content type says. A type that ends in +xml is XML; any other type is JSON.

    Raises:
        PayloadError: it is not what its content type says.
    """
    kind = media_type(content_type)
    if kind not in PARSERS:
        kind = "application/xml" if kind.endswith("+xml") else "application/json"
    return PARSERS[kind](body)
