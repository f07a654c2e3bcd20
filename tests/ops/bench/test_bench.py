"""The arithmetic of `make bench`; what it measures is reported, never asserted."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.bench import cold, report
from ops.bench.meter import Meter
from ops.bench.units import item_size, query_units, read_units, write_units


# The sizes are those of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "abc"}, 3),
        ({"S": "été"}, 5),
        ({"B": b"\x00\x01"}, 2),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"N": "0"}, 2),
        ({"N": "12"}, 2),
        ({"N": "123"}, 3),
        ({"N": "-123"}, 4),
        ({"N": "1200000"}, 2),
        ({"L": []}, 3),
        ({"L": [{"S": "a"}, {"S": "bc"}]}, 3 + 2 + 3),
        ({"M": {"ab": {"S": "c"}}}, 3 + 1 + 2 + 1),
    ],
)
def test_an_items_size_is_that_of_its_names_and_values(value: dict[str, Any], size: int) -> None:
    assert item_size({"é": value}) == len("é".encode()) + size


def test_a_type_that_no_item_has_is_refused() -> None:
    with pytest.raises(ValueError, match="SS"):
        item_size({"a": {"SS": ["b"]}})


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (3000, 3)])
def test_a_write_is_rounded_up_to_a_kilobyte_and_counts_twice_in_a_transaction(size: int, units: int) -> None:
    assert write_units(size) == units
    assert write_units(size, transaction=True) == 2 * units


def test_items_read_by_key_are_rounded_up_to_four_kilobytes_each() -> None:
    assert read_units([100, 4096, 4097]) == 1 + 1 + 2
    assert read_units([100, 4096, 4097], consistent=False) == 2


def test_an_item_that_is_not_there_costs_a_read() -> None:
    assert read_units([0]) == 1


def test_neighbours_are_rounded_up_together() -> None:
    assert query_units([2000, 2000]) == 1
    assert query_units([2000, 2000, 2000]) == 2
    assert query_units([]) == 1


class Model:
    """What botocore hands to its hooks of an operation."""

    def __init__(self, name: str, *members: str) -> None:
        self.name = name
        self.input_shape = type("Shape", (), {"members": set(members)})
        self.service_model = type("Service", (), {"service_name": "dynamodb"})


def ask(meter: Meter, model: Model, asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    params = meter._ask(asked, model, context)
    meter._count(answer, model, context)
    return params


def test_a_batch_of_reads_counts_what_is_missing_too() -> None:
    meter = Meter()
    request = {"RequestItems": {"t": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}
    answer = {"Responses": {"t": [{"pk": {"S": "x" * 5000}}]}, "ConsumedCapacity": [{"CapacityUnits": 9.0}]}
    params = ask(meter, Model("BatchGetItem", "RequestItems", "ReturnConsumedCapacity"), request, answer)
    assert params["ReturnConsumedCapacity"] == "TOTAL"
    assert (meter.read_units, meter.write_units) == ({"t": 2 + 1 + 1}, 0)
    assert meter.calls == {"dynamodb.BatchGetItem": 1}


def test_a_transaction_counts_what_the_table_says_and_notes_what_was_written() -> None:
    meter = Meter()
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    put = {"Put": {"TableName": "t", "Item": {**key, "more": {"S": "c"}}}}
    update = {"Update": {"TableName": "t", "Key": key}}
    answer = {"ConsumedCapacity": [{"CapacityUnits": 4.0}, {"CapacityUnits": 1.0}]}
    ask(meter, Model("TransactWriteItems", "ReturnConsumedCapacity"), {"TransactItems": [put, update]}, answer)
    assert meter.write_units == 5
    assert meter.written == [{"TableName": "t", "Key": key}] * 2


def test_a_call_that_cannot_say_its_capacity_is_not_asked_for_it() -> None:
    assert ask(Meter(), Model("DescribeTable", "TableName"), {"TableName": "t"}, {}) == {"TableName": "t"}


def test_cold_starts_are_compared_within_a_round() -> None:
    rounds = [
        {"baseline": (1.0, 100e6), "push": (0.5, 50e6)},
        {"baseline": (2.0, 100e6), "push": (1.2, 60e6)},
        {"baseline": (4.0, 100e6), "push": (2.8, 70e6)},
    ]
    figures = cold.figures(rounds)
    assert figures["cold.push.ratio_cpu"] == pytest.approx(0.6)
    assert figures["cold.push.ratio_rss"] == pytest.approx(0.6)
    assert figures["cold.push.cpu_ms"] == pytest.approx(1200)
    assert figures["cold.push.rss_mb"] == pytest.approx(60)
    assert "cold.baseline.ratio_cpu" not in figures


def test_every_function_has_a_cold_start() -> None:
    folder = Path(cold.__file__).parents[2] / "functions"
    handlers = {path.stem for path in folder.glob("*.py") if "\ndef handler(" in path.read_text()}
    assert set(cold.SERVICES) == handlers


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("cold.receive.ratio_cpu", 0.65),
        ("cold.push.ratio_rss", 0.70),
        ("cold.push.cpu_ms", None),
        ("order.aws_calls", 3),
        ("order.new_buyer.aws_calls", None),
    ],
)
def test_a_budget_belongs_to_a_whole_name_or_to_its_last_part(name: str, most: float | None) -> None:
    assert report.budget(name) == most


def test_a_figure_within_its_budget_is_not_beyond_it() -> None:
    assert report.beyond({"order.aws_calls": 3.0, "order.write_units": 14.5, "order.bytes": 1e9}) == [
        "order.write_units"
    ]


def test_an_area_measured_again_loses_its_old_figures_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "build" / "bench.json"
    report.save({"path.b": 1.0, "path.gone": 2.0, "cold.push.cpu_ms": 3.0}, file)
    report.save({"path.b": 4.0}, file)
    assert json.loads(file.read_text()) == {"cold.push.cpu_ms": 3.0, "path.b": 4.0}


@pytest.mark.parametrize("name", ["p95", "Path.b", "path", "path.b-c", "path..b"])
def test_a_name_that_is_not_area_case_figure_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"not area\.case\.figure"):
        report.merged({}, {name: 1.0})


@pytest.mark.parametrize(("value", "text"), [(0.65, "0.65"), (14.0, "14"), (521.7, "522"), (0.12345, "0.123")])
def test_a_number_is_written_with_what_counts(value: float, text: str) -> None:
    assert report.written(value) == text
