"""Real payloads that nobody here wrote give the facts that a person reads from them.

The payloads lie beside the repository and are never part of it; what is expected of each was written by hand from the
payload: `expected/<channel>/<name>.json` holds `{"topic", "payload", "settings", "facts"}` (`payload` only where it is
not `<channel>/<name>`), and each fact lists only the fields a person can vouch for.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors import catalogue
from ops.commands import trial

EXPECTED = Path(__file__).parent / "expected"
PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
FOLDERS = {"colissimo": "colissimo_laposte"}

needs_payloads = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the real payloads are not on this machine")


def _cases() -> list[Any]:
    return [
        pytest.param(file, id=f"{file.parent.name}-{file.stem}")
        for file in sorted(EXPECTED.glob("*/*.json"))
        if file.parent.name in catalogue.names()
    ]


def _payload(file: Path, expected: dict[str, Any]) -> Path:
    channel = file.parent.name
    named = expected.get("payload")
    if named:
        return PAYLOADS / named
    found = sorted(PAYLOADS.glob(f"{FOLDERS.get(channel, channel)}/{file.stem}.*"))
    assert found, f"no payload is named like {file.name}"
    return found[0]


def _differences(wanted: Any, got: Any, at: str) -> list[str]:
    """Compare what is listed; quantities as numbers, so that 1 and 1.0 are the same."""
    if isinstance(wanted, dict):
        if not isinstance(got, dict):
            return [f"{at}: wanted an object, got {got!r}"]
        return [line for name in wanted for line in _differences(wanted[name], got.get(name), f"{at}.{name}")]
    if isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            return [f"{at}: wanted {len(wanted)} entries, got {got!r}"]
        return [
            line for n, pair in enumerate(zip(wanted, got, strict=True)) for line in _differences(*pair, f"{at}[{n}]")
        ]
    return [] if _same(wanted, got) else [f"{at}: wanted {wanted!r}, got {got!r}"]


def _same(wanted: Any, got: Any) -> bool:
    if wanted == got and type(wanted) is type(got):
        return True
    try:
        return not isinstance(wanted, bool) and not isinstance(got, bool) and Decimal(str(wanted)) == Decimal(str(got))
    except ArithmeticError:
        return False


@needs_payloads
@pytest.mark.parametrize("file", _cases())
def test_a_real_payload_gives_the_facts_a_person_reads_from_it(file: Path) -> None:
    expected = json.loads(file.read_text())
    kind = catalogue.connector(file.parent.name)
    options = [f"{name}={value}" for name, value in expected.get("settings", {}).items()]
    facts = trial.facts(kind, expected["topic"], _payload(file, expected), options)
    got = [{**each.model_dump(mode="json"), "kind": each.kind} for each in facts]
    assert [each["kind"] for each in got] == [each["kind"] for each in expected["facts"]]
    assert not [
        line
        for n, (wanted, made) in enumerate(zip(expected["facts"], got, strict=True))
        for line in _differences(wanted, made, f"facts[{n}]")
    ]
