"""Every sample payload of every connector gives the facts that were written by hand beside it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.connection import Connection
from connectors.translation import TRIED_AT
from events.facts import build
from mappings.engine import load_in
from mappings.expressions.compilation import compile_expression
from mappings.payloads import parse_json

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "events" / "samples"
BESIDE = (".expected.json", ".connection.json", ".answers.json", "conformance.json")
ENVELOPE = {"fact_id", "event_id", "connection_id"}


def _payloads() -> list[Path]:
    return [file for file in sorted(SAMPLES.glob("*/*.json")) if not file.name.endswith(BESIDE)]


def _rule(sample: Path) -> dict[str, Any]:
    """Find what the manifest says of the topic a sample is named after: its `/` and `.` are `_` in the file's name."""
    manifest = yaml.safe_load((ROOT / "connectors" / sample.parent.name / "manifest.yaml").read_text())
    wanted = sample.name.partition("__")[0]
    [rule] = [rule for name, rule in manifest["receives"]["topics"].items() if re.sub("[/.]", "_", name) == wanted]
    return rule


def _connection(sample: Path) -> dict[str, Any]:
    settings = {"connection_id": "sample", "tenant": "sample", "connector": sample.parent.name, "base_url": "http://-"}
    beside = sample.with_name(f"{sample.stem}.connection.json")
    if beside.exists():
        settings |= json.loads(beside.read_text())
    return {**Connection.model_validate(settings).model_dump(), "received_at": TRIED_AT}


def _normal(statement: dict[str, Any]) -> dict[str, Any]:
    """Check a statement against the contract and give it without ids and defaults."""
    fact = build(statement, event_id="sample", connection_id="sample")
    return {"kind": fact.kind} | fact.model_dump(mode="json", exclude_defaults=True, exclude=ENVELOPE)


@pytest.mark.parametrize("sample", _payloads(), ids=lambda sample: f"{sample.parent.name}/{sample.stem}")
def test_a_sample_gives_the_facts_written_beside_it(sample: Path) -> None:
    rule = _rule(sample)
    payload = parse_json(sample.read_bytes())
    if "mapping" not in rule:  # thin: it states nothing, it only says what to fetch
        assert compile_expression(rule["fetch"]["each"]).search(payload)
        return
    expected = json.loads(sample.with_name(f"{sample.stem}.expected.json").read_text())
    mapping = load_in(ROOT / "mappings" / sample.parent.name / f"{rule['mapping']}.in.yaml")
    said = mapping.statements(payload, _connection(sample))
    assert [_normal(statement) for statement in said] == [_normal(fact) for fact in expected]
