"""The published schemas are current, whole and usable by somebody who has nothing but them."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from events.bus import envelope, schema_id
from events.facts import build
from ops import schemas
from tests.events.examples import example
from tests.published import FOLDER, validators

ROOT = FOLDER.parents[1]
CURRENT = schemas.schemas()
EXPECTED = sorted((ROOT / "events" / "samples").glob("*/*.expected.json"))
STOCK = schemas.path_of(schema_id("events/StockModified"))


@pytest.mark.parametrize("path", sorted(CURRENT))
def test_a_committed_schema_is_current(path: str) -> None:
    assert (FOLDER / path).read_text() == schemas.text(CURRENT[path]), "run `make schemas`"


def test_every_version_from_the_first_is_there_and_nothing_else() -> None:
    wanted = set()
    for path in CURRENT:
        kind, version, _ = path.rsplit(".", 2)
        wanted |= {f"{kind}.{number}.json" for number in range(1, int(version) + 1)}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json")} == wanted


@pytest.mark.parametrize("identifier", sorted(validators()))
def test_a_schema_is_one_and_lies_where_its_name_says(identifier: str) -> None:
    Draft202012Validator.check_schema(validators()[identifier].schema)
    assert json.loads((FOLDER / schemas.path_of(identifier)).read_text())["$id"] == identifier


def test_an_event_names_the_schema_that_is_published_of_it() -> None:
    assert envelope("OrderCreated", "acme", "s", "i", "t")["dataschema"] == "tributary:events/OrderCreated/1"
    assert "tributary:events/OrderCreated/1" in validators()


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}/{path.name.split('.')[0]}")
def test_the_facts_of_a_sample_are_valid_with_and_without_what_is_a_default(path: Path) -> None:
    for statement in json.loads(path.read_text()):
        fact = build(statement, event_id="evt", connection_id="sample")
        validator = validators()[schema_id(f"facts/{fact.kind}")]
        validator.validate(fact.model_dump(mode="json"))
        validator.validate({"kind": fact.kind, **fact.model_dump(mode="json", exclude_defaults=True)})


@pytest.mark.parametrize("wrong", [{"quantity": 1.5}, {"counted_at": "2026-11-22"}, {"seen_by": "Ada"}])
def test_a_fact_that_the_hub_would_not_state_is_refused(wrong: dict[str, Any]) -> None:
    known = {"kind": "stock_count", "fact_id": "f", "event_id": "e", "connection_id": "till", "source_version": "1"}
    known |= {"occurred_at": "2026-11-22T09:00:00.000Z", "counted_at": "2026-11-22T09:00:00.000Z", "location_id": "l"}
    known |= {"sku": "MUG", "measure": "on_hand", "quantity": "1.5"}
    validator = validators()["tributary:facts/stock_count/1"]
    assert validator.is_valid(known)
    assert not validator.is_valid({**known, **wrong})


def test_the_example_of_the_readme_works(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    monkeypatch.chdir(ROOT)
    made: dict[str, Any] = {}
    exec(code, made)
    event = {"version": "0", "detail-type": "OrderCreated", "detail": example("OrderCreated")}
    made["check"](event)
    with pytest.raises(ValidationError):
        made["check"]({**event, "detail": {**event["detail"], "buyer": "Ada"}})


# What `python -m ops.schemas` may change.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where everything is published as it is here."""
    monkeypatch.setattr(schemas, "FOLDER", tmp_path)
    publish(monkeypatch)
    return tmp_path


def publish(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["schemas", *arguments])
    schemas.main()


def change(file: Path, **fields: Any) -> str:
    """Publish something else of an event's subject; gives what the file holds then."""
    schema = json.loads(file.read_text())
    schema["properties"]["subject"] |= fields
    file.write_text(schemas.text(schema))
    return file.read_text()


def test_all_schemas_are_written_where_there_are_none(folder: Path) -> None:
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")} == set(CURRENT)


def test_a_published_schema_gets_better_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder / STOCK, description="which")
    publish(monkeypatch)
    assert (folder / STOCK).read_text() == schemas.text(CURRENT[STOCK])


def test_a_published_schema_that_would_allow_something_else_needs_another_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = change(folder / STOCK, maxLength=10)
    with pytest.raises(SystemExit) as ended:
        publish(monkeypatch)
    assert ended.value.code == 1
    assert f'{STOCK} is published and stays. Write VERSIONS["events/StockModified"] = 2' in capsys.readouterr().out
    assert (folder / STOCK).read_text() == before
    publish(monkeypatch, "--unreleased")
    assert (folder / STOCK).read_text() == schemas.text(CURRENT[STOCK])


def test_a_field_that_is_called_as_a_word_for_people_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "facts" / "product.1.json"
    schema = json.loads(file.read_text())
    del schema["properties"]["title"]
    file.write_text(schemas.text(schema))
    with pytest.raises(SystemExit):
        publish(monkeypatch)
