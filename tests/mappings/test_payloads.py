"""Payloads are read strictly, and whatever the bytes are, the answer is a value or a PayloadError."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.payloads import PayloadError, parse_form, parse_json, parse_xml

SUITE = Path(__file__).parents[3] / "shared" / "corpora" / "JSONTestSuite" / "test_parsing"
STRICTER = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}  # readers disagree about them


@pytest.mark.skipif(not SUITE.is_dir(), reason="JSONTestSuite is not at ../shared/corpora")
def test_the_json_suite_is_accepted_and_refused_as_it_says() -> None:
    accepted = {file.name for file in SUITE.glob("*.json") if reads(parse_json, file.read_bytes())}
    valid = {file.name for file in SUITE.glob("y_*.json")}
    assert valid - accepted == STRICTER
    assert not {name for name in accepted if name.startswith("n_")}


def reads(parse: Callable[[bytes], Any], body: bytes) -> bool:
    try:
        parse(body)
    except PayloadError:
        return False
    return True


def test_fractions_are_decimals_and_integers_exact() -> None:
    value = parse_json(b'{"price": 0.10, "id": 123456789012345678901234567890, "big": 1e400, "n": -0}')
    assert repr(value) == repr(
        {"price": Decimal("0.10"), "id": 123456789012345678901234567890, "big": Decimal("1E+400"), "n": 0}
    )


@pytest.mark.parametrize(
    ("body", "reason", "place"),
    [
        (b'{"a": {"b": 1, "b": 2}}', "a key stands twice", "/a/b"),
        (b'{"a": [{"x/y": 1, "x/y": 2}]}', "a key stands twice", "/a/0/x~1y"),
        (b'{"a": ":", "a": "\\u003a\\u003a"}', "a key stands twice", "/a"),
        (b'{"\\u0061": 1, "a": 2}', "a key stands twice", "/a"),
        (b'{"a": 12345678901234567890123, "a": 1}', "a key stands twice", "/a"),
        (b'["\\ud800"]', "a surrogate stands alone", "/0"),
        (b'{"\\ud800": 1}', "a surrogate stands alone", ""),
        (b"[NaN]", "NaN", None),
        (b"[-Infinity]", "NaN", None),
        (b"[1e99999999999999999999]", "a number", None),
        (b"[" + b"9" * 5000 + b"]", "a number", None),
        (b"\xef\xbb\xbf{}", "not JSON", 0),
        (b'["\xff"]', "not UTF-8", 2),
        ("{}".encode("utf-16"), "not UTF-8", 0),
        ('["é" 1]'.encode(), "not JSON", 6),
        (b"", "not JSON", 0),
        (b"[" * 101 + b"]" * 101, "nested deeper than 100", None),
        (b"[" * 100_000, "nested deeper than 100", None),
    ],
)
def test_json_that_readers_disagree_about_is_refused(body: bytes, reason: str, place: Any) -> None:
    with pytest.raises(PayloadError, match=reason) as caught:
        parse_json(body)
    assert place in (caught.value.pointer, caught.value.offset)


def test_a_hundred_levels_are_read_whatever_stands_in_texts() -> None:
    assert parse_json(b"[" * 100 + b"]" * 100) is not None
    assert parse_json(json.dumps(["[{" * 500]).encode()) == ["[{" * 500]


KEYS = st.sampled_from(["a", "b", ":", "a:b", "\\", '"'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([":", "::"]),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=3).map(tuple),
)


def written(value: Any) -> tuple[str, bool]:
    """Write a value whose objects are tuples of pairs; say also whether a key stands twice."""
    if isinstance(value, tuple):
        parts = [written(item) for _, item in value]
        keys = [key for key, _ in value]
        text = ", ".join(f"{json.dumps(key)} : {part}" for key, (part, _) in zip(keys, parts, strict=True))
        return f"{{{text}}}", len(set(keys)) < len(keys) or any(twice for _, twice in parts)
    if isinstance(value, list):
        parts = [written(item) for item in value]
        return f"[{', '.join(part for part, _ in parts)}]", any(twice for _, twice in parts)
    return json.dumps(value), False


@given(VALUES)
def test_keys_that_stand_twice_are_refused_and_nothing_else(value: Any) -> None:
    text, twice = written(value)
    if twice:
        with pytest.raises(PayloadError, match="a key stands twice"):
            parse_json(text.encode())
    else:
        assert parse_json(text.encode()) == json.loads(text)


@given(st.binary() | st.text(alphabet='{}[]":,\\u0aeE-+.1 <>&;=/!DOCTYPE?').map(str.encode))
def test_any_bytes_give_a_value_or_a_payload_error(body: bytes) -> None:
    for parse in (parse_json, parse_form, parse_xml):
        reads(parse, body)
        reads(parse, b"<a>" + body + b"</a>")
        reads(parse, b'<?xml version="1.0" encoding="' + body + b'"?><a/>')


def test_a_form_keeps_blanks_and_repeats() -> None:
    assert parse_form(b"a=1&b=&c=x+y&c=%C3%A9") == {"a": "1", "b": "", "c": ["x y", "é"]}


def test_a_form_field_that_is_a_json_object_or_list_is_parsed() -> None:
    form = {"payload": ' {"id": 12345678901234567890, "price": 0.10}', "lines": "[1]", "type": "sale.update"}
    assert parse_form(urlencode(form).encode()) == {
        "payload": {"id": 12345678901234567890, "price": Decimal("0.10")},
        "lines": [1],
        "type": "sale.update",
    }


@pytest.mark.parametrize(
    "text", ["[urgent]", "{", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 101 + "]" * 101, "12", '"x"']
)
def test_a_form_field_that_is_no_json_object_that_readers_agree_about_stays_text(text: str) -> None:
    assert parse_form(urlencode({"note": text}).encode()) == {"note": text}


def test_a_json_field_that_repeats_is_a_list_of_its_values() -> None:
    assert parse_form(urlencode([("p", "[1]"), ("p", '{"a":1}'), ("p", "x")]).encode()) == {"p": [[1], {"a": 1}, "x"]}


def test_a_form_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(PayloadError, match="not UTF-8"):
        parse_form(b"a=%FF")


def test_xml_becomes_objects_lists_and_text() -> None:
    body = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
    <order id="7"><line n="1">a &amp; b</line><line>c</line><note><![CDATA[<caf\xe9>]]></note>
    <none/><x:y xmlns:x="u"/></order>"""
    assert parse_xml(body) == {
        "order": {
            "@id": "7",
            "line": [{"@n": "1", "#text": "a & b"}, "c"],
            "note": "<café>",
            "none": None,
            "x:y": {"@xmlns:x": "u"},
        }
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "a document type is refused"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a document type is refused"),
        (b"<a>&e;</a>", "undefined entity"),
        (b"<a>" * 101 + b"</a>" * 101, "nested deeper than 100"),
        (b"<a>", "not XML"),
        (b"", "not XML"),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', "not XML"),
    ],
)
def test_xml_that_is_dangerous_or_broken_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        parse_xml(body)
