"""Measures the mapping engine and its competitors. They take turns in one run, so ratios hold on a noisy machine."""

import importlib
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import orjson

from events.facts import FACTS
from mappings.engine import load_in
from mappings.payloads import parse_json
from ops.bench.competitors import by_jmespath, by_jq, by_jsonata
from ops.bench.competitors.asked import asked, count, same
from ops.commands import output

MAPPINGS = Path(__file__).parents[2] / "mappings"
CHANNELS = ("shopify", "woocommerce", "mirakl")
CONNECTION: dict[str, Any] = {
    "connection_id": "shop-fr",
    "timezone": "Europe/Paris",
    "currency": "EUR",
    "default_region": "FR",
    "locations": {},
    "default_location": None,
    "settings": {},
}
IDS = {"fact_id": "-", "event_id": "-", "connection_id": "shop-fr"}
ROUNDS, TURN = 60, 0.004  # seconds of one competitor's turn; at least one run

Competitors = dict[str, Callable[[], Any]]


def measure() -> dict[str, float]:
    """Give the ratios of CPU time for an order of each channel. `microseconds`, `bytes`, `expressions` are extra.

    `ratio_to_hand`: mapping and validation, to the same mapping written by hand and the same validation.
    `ratio_to_json`: mapping and validation, to orjson.loads of the same bytes.
    `hand_to_json`: the mapping written by hand and validation, to orjson.loads of the same bytes.
    `ratio_to_jmespath`, `ratio_to_jsonata`: mapping alone, to that package. The package evaluates all `expressions` of
    the mapping on the parsed payload and converts nothing.
    `ratio_to_jq`: reading the bytes and mapping, to libjq, which cannot take a parsed payload.
    `payload.json.ratio_to_json`: parse_json to orjson.loads, which checks less.
    `mapping.long_id.…_changes`: how often a language changed an id of 64 bits (see `changed_ids`).
    """
    made: dict[str, float] = {}
    for channel in CHANNELS:
        output.step(f"an order of {channel}")
        made |= {f"mapping.{channel}_order.{name}": value for name, value in _measured(channel).items()}
    body = _body(CHANNELS[0])
    times = interleaved({"parse_json": lambda: parse_json(body), "orjson": lambda: orjson.loads(body)})
    made["payload.json.ratio_to_json"] = times["parse_json"] / times["orjson"]
    return made | {f"mapping.long_id.{name}_changes": float(changes) for name, changes in changed_ids().items()}


def _body(channel: str) -> bytes:
    body: bytes = importlib.import_module(f"ops.bench.orders.{channel}").body()
    return body


def _measured(channel: str) -> dict[str, float]:
    competitors = of_an_order(channel)
    times = interleaved(competitors)
    return {
        "ratio_to_hand": times["engine"] / times["hand"],
        "ratio_to_json": times["engine"] / times["orjson"],
        "hand_to_json": times["hand"] / times["orjson"],
        "ratio_to_jmespath": times["mapping"] / times["jmespath"],
        "ratio_to_jq": times["reading"] / times["jq"],
        "ratio_to_jsonata": times["mapping"] / times["jsonata"],
        "microseconds": times["engine"] * 1e6,
        "bytes": float(len(_body(channel))),
        "expressions": float(count(asked(MAPPINGS / channel / "order.in.yaml"))),
    }


def of_an_order(channel: str) -> Competitors:
    """Give the competitors by name, each as a function without arguments.

    Raises:
        AssertionError: two of them give different answers for the same order, so a comparison would mean nothing.
    """
    body, mapping = _body(channel), MAPPINGS / channel / "order.in.yaml"
    payload, engine = parse_json(body), load_in(mapping)
    hand = importlib.import_module(f"ops.bench.hand_written.{channel}").statements
    jmespath, jsonata = by_jmespath.reader(mapping, CONNECTION), by_jsonata.reader(mapping, CONNECTION)
    jq, plain = by_jq.reader(mapping, CONNECTION), orjson.loads(body)
    if engine.statements(payload, CONNECTION) != hand(payload, CONNECTION):
        raise AssertionError(f"{channel}: the mapping and ops/bench/hand_written say different things")
    if not same(jmespath(payload)) == same(jq(body)) == same(jsonata(plain)):
        raise AssertionError(f"{channel}: a translation of the mapping's expressions reads something else than they do")
    return {
        "engine": lambda: _validated(engine.statements(payload, CONNECTION)),
        "hand": lambda: _validated(hand(payload, CONNECTION)),
        "orjson": lambda: orjson.loads(body),
        "mapping": lambda: engine.statements(payload, CONNECTION),
        "jmespath": lambda: jmespath(payload),
        "jsonata": lambda: jsonata(plain),
        "reading": lambda: engine.statements(parse_json(body), CONNECTION),
        "jq": lambda: jq(body),
    }


def _validated(facts: list[dict[str, Any]]) -> list[Any]:
    return [FACTS[fact["kind"]].model_validate({**fact, **IDS}) for fact in facts]


def interleaved(competitors: Competitors) -> dict[str, float]:
    """Give the median CPU seconds of a run of each. They take turns, so that other work here disturbs all alike."""
    runs = {name: max(1, int(TURN / _timed(run, 1))) for name, run in competitors.items() if _timed(run, 3)}
    times: dict[str, list[float]] = {name: [] for name in competitors}
    for _ in range(ROUNDS):
        for name, run in competitors.items():
            times[name].append(_timed(run, runs[name]))
    return {name: median(measured) for name, measured in times.items()}


def _timed(run: Callable[[], Any], runs: int) -> float:
    start = process_time()
    for _ in range(runs):
        run()
    return (process_time() - start) / runs


def changed_ids() -> dict[str, int]:
    """Count how often a language changes an id of 64 bits that it reads, and that it writes as text (0 to 2 each).

    These languages have only doubles, which hold integers of 53 bits.
    """
    number = 2**53 + 1
    body = orjson.dumps({"id": number})
    wanted = [number, str(number)]
    answers = {"jq": by_jq.ids(body), "jsonata": by_jsonata.ids({"id": number})}
    return {
        name: sum(got != right for got, right in zip(answer, wanted, strict=True)) for name, answer in answers.items()
    }
