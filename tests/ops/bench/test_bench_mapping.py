"""What `make bench` compares with says what the mappings say, or the comparison would mean nothing."""

import importlib
from typing import Any

import pytest

from mappings.engine import load_in
from mappings.payloads import parse_json
from ops.bench import mapping, report

CONNECTION: dict[str, Any] = mapping.CONNECTION | {"locations": {"LILLE-1": "lille"}}


@pytest.mark.parametrize("channel", mapping.CHANNELS)
def test_a_mapping_written_by_hand_says_what_the_mapping_says(channel: str) -> None:
    payload = parse_json(importlib.import_module(f"ops.bench.orders.{channel}").body())
    by_hand = importlib.import_module(f"ops.bench.hand_written.{channel}").statements(payload, CONNECTION)
    assert by_hand == load_in(mapping.MAPPINGS / channel / "order.in.yaml").statements(payload, CONNECTION)


@pytest.mark.parametrize("channel", mapping.CHANNELS)
def test_an_order_has_the_size_of_a_usual_one(channel: str) -> None:
    assert 8_000 < len(importlib.import_module(f"ops.bench.orders.{channel}").body()) < 12_000


@pytest.mark.parametrize("channel", mapping.CHANNELS)
def test_every_query_language_reads_what_the_mapping_reads(channel: str) -> None:
    competitors = mapping.of_an_order(channel)  # refuses where two of them differ
    assert competitors.keys() >= {"engine", "hand", "jmespath", "jq", "jsonata"}


@pytest.mark.parametrize("channel", mapping.CHANNELS)
def test_each_order_has_its_budgets(channel: str) -> None:
    assert report.budget(f"mapping.{channel}_order.ratio_to_hand") == 1.15
    assert report.budget(f"mapping.{channel}_order.ratio_to_jq") == 1


def test_only_the_order_the_budget_was_made_for_is_held_to_it() -> None:
    assert report.budget("mapping.shopify_order.ratio_to_json") == 2.6
    assert report.budget("payload.json.ratio_to_json") is None
