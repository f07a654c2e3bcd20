"""A refused payload says where, in the file and in the payload; a refused file says what, and in which line."""

from pathlib import Path
from typing import Any

import pytest

from mappings.engine import InMapping, MappingError, MappingFileError, load_in

CONNECTION: dict[str, Any] = {"connection_id": "shop", "timezone": "UTC", "currency": "EUR", "locations": {}}
ORDER = """\
facts:
  - kind: order
    each: "orders || [@]"
    fields:
      label: {from: name, as: text}
      test: {from: test, as: boolean, default: false}
      lines:
        each: lines
        fields:
          total:
            from: price.amount
            as: {money: {unit: major, currency: "^.currency"}}
          odd:
            from: "weight > `1`"
"""


@pytest.fixture
def order(tmp_path: Path) -> InMapping:
    file = tmp_path / "order.in.yaml"
    file.write_text(ORDER)
    return load_in(file)


@pytest.mark.parametrize(
    ("payload", "field", "line", "pointer"),
    [
        ({"name": {"first": "Ada"}}, "label", 5, "/name"),
        ({"orders": [{}, {"name": {"first": "Ada"}}]}, "label", 5, "/orders/1/name"),
        (
            {"orders": [{"currency": "EUR", "lines": [{}, {"price": {"amount": "Ada"}}]}]},
            "lines[].total",
            10,
            "/orders/0/lines/1/price/amount",
        ),
        ({"lines": [{"price": {"amount": "1"}}]}, "lines[].total", 10, "/lines/0/price/amount"),
        ({"lines": [{"weight": "Ada"}]}, "lines[].odd", 13, "/lines/0"),
        ({"lines": "Ada"}, "lines", 7, ""),
    ],
)
def test_an_error_says_where_in_the_file_and_where_in_the_payload(
    order: InMapping, payload: Any, field: str, line: int, pointer: str
) -> None:
    with pytest.raises(MappingError) as caught:
        order.statements(payload, CONNECTION)
    error = caught.value
    assert (error.kind, error.field, error.line, error.pointer) == ("order", field, line, pointer)
    assert (error.code, error.retry, error.cause) == ("mapping_failed", False, "data")
    assert error.file.endswith("order.in.yaml")
    assert "Ada" not in str(error)


def test_a_file_is_compiled_once_per_process(tmp_path: Path, order: InMapping) -> None:
    assert load_in(tmp_path / "order.in.yaml") is order


FACT = {"kind": "test", "fields": {"a": "x"}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"fact": []}, "`facts`, a list"),
        ({"facts": [{"fields": {"a": "x"}}]}, "a fact has a `kind`"),
        ({"facts": [{"kind": "test"}]}, "test has no `fields`"),
        ({"facts": [FACT | {"foreach": "x"}]}, "unknown word `foreach`"),
        ({"facts": [FACT | {"fields": {"kind": "x"}}]}, "may not contain `kind`"),
        ({"facts": [FACT | {"fields": {"a": {"as": "text"}}}]}, "needs `from`"),
        ({"facts": [FACT | {"fields": {"a": {"from": "x", "as": "txt"}}}]}, "unknown converter 'txt'"),
        ({"facts": [FACT | {"fields": {"a": {"from": "x", "as": {"text": {"trim": True}}}}}]}, "text takes none"),
        ({"facts": [FACT | {"fields": {"a": {"from": "x", "as": {"money": {"unit": "major"}}}}}]}, "needs `currency`"),
        ({"facts": [FACT | {"fields": {"a": {"from": "x", "fields": {"b": "c"}}}}]}, "stands alone or with `each`"),
        ({"facts": [FACT | {"fields": {"a": "x["}}]}, "not JMESPath"),
        ({"facts": [FACT | {"fields": {"a": "^.x"}}]}, "has no enclosing element"),
        ({"facts": [FACT | {"fields": {"a": "!x.y"}}]}, "reads `!a.b` as"),
        ({"facts": [FACT | {"fields": {"a": "x || !y[?z]"}}]}, "reads `!a.b` as"),
    ],
)
def test_a_wrong_mapping_is_refused_when_it_is_loaded(content: Any, reason: str) -> None:
    with pytest.raises(MappingFileError, match=reason):
        InMapping.from_dict(content, "test.in.yaml")


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("facts:\n  - kind: a\n    kind: b\n", "kind stands here twice", 3),
        ("facts: [", "not YAML", 2),
        ("facts:\n  - kind: test\n    fields:\n      a: {from: x, as: txt}\n", "unknown converter", 4),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, reason: str, line: int) -> None:
    file = tmp_path / "wrong.in.yaml"
    file.write_text(text)
    with pytest.raises(MappingFileError, match=reason) as caught:
        load_in(file)
    assert caught.value.line in (line, line - 1)


def test_a_missing_file_is_a_wrong_mapping(tmp_path: Path) -> None:
    with pytest.raises(MappingFileError, match="cannot be read"):
        load_in(tmp_path / "none.in.yaml")
