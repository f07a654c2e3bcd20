"""Measures the mapping engine beside its competitors, taking turns in one run: ratios hold on a noisy machine."""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import orjson

from events.facts import FACTS
from mappings.engine import load_in
from mappings.expressions import parse
from mappings.fields import Field, Reader
from mappings.files import read
from mappings.jmes import Interpreter
from mappings.payloads import parse_json
from ops.bench import hand, order

MAPPING = Path(__file__).parents[2] / "mappings" / "shopify" / "order.in.yaml"
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
ROUNDS, RUNS = 60, 40


def measure() -> dict[str, float]:
    """Give the ratios of mapping and validating an 11 KB Shopify order; `microseconds` is only for the eye.

    `ratio_to_hand`: to the same mapping written by hand and the same validation. `ratio_to_json`: to orjson.loads of
    the same bytes. `ratio_to_jmespath`: mapping alone, to the `jmespath` package evaluating the mapping's expressions
    without converting anything. `payload.json.ratio_to_json`: parse_json to orjson.loads, which checks less.
    """
    body = order.body()
    payload, engine = parse_json(body), load_in(MAPPING)
    if engine.statements(payload, CONNECTION) != hand.statements(payload, CONNECTION):
        raise AssertionError(f"{MAPPING} and ops/bench/hand.py say different things of the same order")
    times = _interleaved(
        {
            "engine": lambda: _validated(engine.statements(payload, CONNECTION)),
            "hand": lambda: _validated(hand.statements(payload, CONNECTION)),
            "mapping": lambda: engine.statements(payload, CONNECTION),
            "jmespath": _by_package(payload),
            "orjson": lambda: orjson.loads(body),
            "parse_json": lambda: parse_json(body),
        }
    )
    return {
        "mapping.shopify_order.ratio_to_hand": times["engine"] / times["hand"],
        "mapping.shopify_order.ratio_to_json": times["engine"] / times["orjson"],
        "mapping.shopify_order.ratio_to_jmespath": times["mapping"] / times["jmespath"],
        "mapping.shopify_order.microseconds": times["engine"] * 1e6,
        "payload.json.ratio_to_json": times["parse_json"] / times["orjson"],
        "payload.json.bytes": float(len(body)),
    }


def _validated(facts: list[dict[str, Any]]) -> list[Any]:
    return [FACTS[fact["kind"]].model_validate({**fact, **IDS}) for fact in facts]


def _interleaved(competitors: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Give each one's median CPU time of a run, all of them taking turns: what else runs here counts less in it."""
    times: dict[str, list[float]] = {name: [] for name in competitors}
    for _ in range(ROUNDS):
        for name, run in competitors.items():
            start = process_time()
            for _ in range(RUNS):
                run()
            times[name].append((process_time() - start) / RUNS)
    return {name: median(measured) for name, measured in times.items()}


def _by_package(payload: Any) -> Callable[[], Any]:
    """Make a function that evaluates the mapping's expressions with the `jmespath` package."""
    document = read(MAPPING)
    facts = [
        (_parsed(fact.each), _tree(fact.fields))
        for fact in Reader(str(MAPPING), document.lines).facts(document.content)
    ]
    return lambda: [
        [_evaluated(fields, element, payload, (payload,)) for element in _found(each, payload, payload, ())]
        for each, fields in facts
    ]


def _parsed(text: str | None) -> Any:
    return None if text is None else parse(text)


def _tree(fields: Mapping[str, Field]) -> list[tuple[str, Any, Any]]:
    return [
        (name, _parsed(field.source or field.each), None if field.fields is None else _tree(field.fields))
        for name, field in fields.items()
    ]


def _found(node: Any, element: Any, payload: Any, above: tuple[Any, ...]) -> Any:
    if node is None:
        return [element]
    known = {"\0$": payload, "\0$connection": CONNECTION, **({"\0^": above[0]} if above else {})}
    return Interpreter(True, known).visit(node, element) or []


def _evaluated(
    fields: list[tuple[str, Any, Any]], element: Any, payload: Any, above: tuple[Any, ...]
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, node, inner in fields:
        if inner is None:
            facts[name] = None if node is None else _found(node, element, payload, above)
        else:
            items = _found(node, element, payload, above)
            below = (element, *above) if node is not None else above
            facts[name] = [_evaluated(inner, item, payload, below) for item in items]
    return facts
