"""The words of the mapping language, as docs/mapping.md defines them."""

from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mappings.engine import InMapping, MappingError, OutMapping, load_in, load_out

CONNECTION: dict[str, Any] = {"connection_id": "shop", "timezone": "UTC", "currency": "EUR", "locations": {}}


def facts(fields: dict[str, Any], payload: Any, each: str | None = None, **connection: Any) -> list[dict[str, Any]]:
    fact = {"kind": "test", "fields": fields} | ({"each": each} if each else {})
    mapping = InMapping.from_dict({"facts": [fact]}, "test.in.yaml")
    return [
        {name: value for name, value in found.items() if name != "kind"}
        for found in mapping.statements(payload, CONNECTION | connection)
    ]


def test_a_bare_string_is_from() -> None:
    assert facts({"a": "x.y"}, {"x": {"y": 1}}) == [{"a": 1}]


def test_what_is_null_is_left_out() -> None:
    assert facts({"a": "x", "b": {"default": None}, "c": {"from": "x", "as": "text"}}, {"x": None}) == [{}]


def test_a_fact_without_each_is_made_of_the_payload() -> None:
    assert facts({"a": "x"}, {"x": 1}) == [{"a": 1}]


@pytest.mark.parametrize(
    ("orders", "expected"), [(None, []), ({"x": 1}, [{"a": 1}]), ([{"x": 1}, None, {"x": 2}], [{"a": 1}, {"a": 2}])]
)
def test_each_makes_one_fact_per_element_and_an_object_is_one(orders: Any, expected: Any) -> None:
    assert facts({"a": "x"}, {"orders": orders}, each="orders") == expected


def test_each_over_a_scalar_is_refused() -> None:
    with pytest.raises(MappingError, match="`each` gave text") as caught:
        facts({"a": "x"}, {"orders": "none"}, each="orders")
    assert caught.value.field == "test"


def test_a_nested_each_is_a_list_and_empty_when_null() -> None:
    fields = {"lines": {"each": "items", "fields": {"sku": "s"}}}
    assert facts(fields, {}) == [{"lines": []}]
    assert facts(fields, {"items": [{"s": "A"}, {}, {"s": "B"}]}) == [{"lines": [{"sku": "A"}, {"sku": "B"}]}]


def test_an_object_whose_fields_are_all_null_is_null() -> None:
    fields = {"buyer": {"fields": {"name": "n", "address": {"fields": {"city": "c"}}}}}
    assert facts(fields, {}) == [{}]
    assert facts(fields, {"c": "Lille"}) == [{"buyer": {"address": {"city": "Lille"}}}]


def test_default_stands_where_the_value_is_null_and_alone_is_a_constant() -> None:
    fields = {"a": {"from": "x", "as": "text", "default": "none"}, "b": {"default": ["c"]}}
    assert facts(fields, {"x": " "}) == [{"a": "none", "b": ["c"]}]
    assert facts(fields, {"x": "1"}) == [{"a": "1", "b": ["c"]}]


def test_a_constant_list_is_a_new_one_every_time() -> None:
    first, second = facts({"b": {"default": ["c"]}}, [{}, {}], each="@")
    first["b"].append("d")
    assert second == {"b": ["c"]}


TABLE = {"paid": "paid", True: "yes", "1": "one", "1.50": "price", "void": None}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("paid", "paid"), (True, "yes"), (1, "one"), ("1", "one"), (Decimal("1.50"), "price"), ("true", "yes")],
)
def test_choose_compares_text_numbers_and_booleans_as_text(value: Any, expected: str) -> None:
    assert facts({"a": {"from": "x", "choose": TABLE}}, {"x": value}) == [{"a": expected}]


def test_choose_takes_the_default_where_the_table_has_no_row() -> None:
    field = {"from": "x", "choose": {"paid": "paid"}, "default": "unknown"}
    assert facts({"a": field}, {"x": "new"}) == [{"a": "unknown"}]
    assert facts({"a": field}, {"x": None}) == [{"a": "unknown"}]


def test_choose_without_a_default_refuses_and_names_the_code() -> None:
    with pytest.raises(MappingError, match="'brand-new' is not in the `choose` table"):
        facts({"a": {"from": "x", "choose": {"paid": "paid"}}}, {"x": "brand-new"})
    with pytest.raises(MappingError) as caught:
        facts({"a": {"from": "x", "choose": {"paid": "paid"}}}, {"x": "y" * 1000})
    assert "y" * 64 in caught.value.reason
    assert "y" * 65 not in caught.value.reason


def test_choose_is_asked_with_the_converted_value() -> None:
    assert facts({"a": {"from": "x", "as": "text", "choose": {"paid": "p"}}}, {"x": " paid "}) == [{"a": "p"}]


PAYLOAD = {"shop": "s", "orders": [{"id": 1, "currency": "JPY", "lines": [{"price": "5", "parts": [{"n": 1}]}]}]}


def test_references_begin_at_the_payload_the_enclosing_element_and_the_connection() -> None:
    fields = {
        "lines": {
            "each": "lines",
            "fields": {
                "price": {"from": "price", "as": {"money": {"unit": "major", "currency": "^.currency"}}},
                "shop": "$.shop",
                "zone": "$connection.timezone",
                "parts": {
                    "each": "parts",
                    "fields": {
                        "n": "n",
                        "price": "^.price",
                        "order": "^.^.id",
                        "first": "$.orders[0].id",
                        "up": "^.^.^.shop",
                    },
                },
            },
        },
        "above": "^.shop",
    }
    part = {"n": 1, "price": "5", "order": 1, "first": 1, "up": "s"}
    line = {"price": 5, "shop": "s", "zone": "UTC", "parts": [part]}
    assert facts(fields, PAYLOAD, each="orders") == [{"lines": [line], "above": "s"}]


def test_a_reference_may_stand_anywhere_in_an_expression() -> None:
    fields = {
        "place": "location || $connection.default_location",
        "others": "$.orders[?id != ^.skip].id",
        "text": "'$.shop ^.x'",
        "mapped": "map(&join('-', [$.shop, @]), names)",
    }
    payload = {"shop": "s", "skip": 1, "orders": [{"id": 1}, {"id": 2}], "elements": [{"names": ["a"]}]}
    expected = {"place": "lille", "others": [2], "text": "$.shop ^.x", "mapped": ["s-a"]}
    assert facts(fields, payload, each="elements", default_location="lille") == [expected]


def test_a_nested_object_is_no_element_of_its_own() -> None:
    fields = {"totals": {"fields": {"total": {"from": "t", "as": {"money": {"unit": "major", "currency": "c"}}}}}}
    assert facts(fields, {"orders": [{"t": "1.5", "c": "EUR"}]}, each="orders") == [{"totals": {"total": 150}}]


def test_yaml_words_of_the_file_are_read_as_yaml_1_2(tmp_path: Path) -> None:
    file = tmp_path / "x.in.yaml"
    file.write_text(
        dedent("""\
        facts:
          - kind: test
            fields:
              a: {from: x, choose: {on: yes, off: 2026-01-31, 007: 007, null: n}, default: false}
              b: {default: 0.1}
              c: {default: 'true'}
        """)
    )
    mapping = load_in(file)

    def chosen(value: Any) -> Any:
        return mapping.statements({"x": value}, CONNECTION)[0]["a"]

    assert [chosen(value) for value in ("on", "off", "007", "null", "new")] == ["yes", "2026-01-31", 7, "n", False]
    assert mapping.statements({}, CONNECTION) == [{"kind": "test", "a": False, "b": Decimal("0.1"), "c": "true"}]


def test_a_body_is_made_of_the_record_and_has_no_nulls(tmp_path: Path) -> None:
    file = tmp_path / "fulfillment.out.yaml"
    file.write_text(
        dedent("""\
        body:
          fields:
            id: channel_order_id
            note: note
            place: {fields: {id: location_id}}
            parcels:
              each: tracking
              fields: {number: number, order: ^.channel_order_id, carrier: carrier}
            weight: {from: weight, as: number}
        """)
    )
    record = {
        "channel_order_id": "7",
        "note": None,
        "location_id": None,
        "tracking": ({"number": "A", "carrier": None},),
        "weight": Decimal("1.50"),
    }
    assert load_out(file).body(record, CONNECTION) == {
        "id": "7",
        "parcels": [{"number": "A", "order": "7"}],
        "weight": 1.5,
    }


def test_a_body_may_be_a_list() -> None:
    out = OutMapping.from_dict({"body": {"each": "lines", "fields": {"s": "sku"}}}, "stock.out.yaml")
    assert out.body({"lines": [{"sku": "A"}, {"sku": "B"}]}, CONNECTION) == [{"s": "A"}, {"s": "B"}]


def test_a_body_that_cannot_be_made_names_the_record_and_the_field() -> None:
    out = OutMapping.from_dict({"body": {"fields": {"n": {"from": "q", "as": "number"}}}}, "stock.out.yaml")
    with pytest.raises(MappingError) as caught:
        out.body({"q": "many"}, CONNECTION)
    assert (caught.value.kind, caught.value.field, caught.value.pointer) == ("stock", "n", "/q")
