"""Publish the contract: JSON Schemas of every bus event and every fact, in events/schemas/.

`python -m ops.schemas` writes them. A published schema may get better words; where it would allow or refuse anything
else it needs another version (events/schemas/README.md). `--unreleased` is for what nobody has received yet.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from events.bus import schema_id
from events.details import EVENTS
from events.facts import FACTS, Fact

FOLDER = Path(__file__).parents[1] / "events" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WORDS = ("title", "description")

Schema = dict[str, Any]


class Plain(GenerateJsonSchema):
    """Schemas that do not say each field's name twice."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say that a field's name is its title."""
        return False


def schemas() -> dict[str, Schema]:
    """Give the current schemas by their place in the folder."""
    made = {f"events/{name}": _event(name, model) for name, model in EVENTS.items()}
    made |= {f"facts/{kind}": _fact(model) for kind, model in FACTS.items()}
    return {path_of(schema_id(kind)): {"$schema": DIALECT, "$id": schema_id(kind), **made[kind]} for kind in made}


def path_of(identifier: str) -> str:
    """Say where a schema lies in the folder: `tributary:facts/order/1` is facts/order.1.json."""
    kind, _, version = identifier.removeprefix("tributary:").rpartition("/")
    return f"{kind}.{version}.json"


def _fact(model: type[Fact]) -> Schema:
    """Make the schema of a fact as JSON has it: a quantity is text, and what has a default may be left out."""
    return model.model_json_schema(schema_generator=Plain, mode="serialization")


def _event(name: str, model: Any) -> Schema:
    schema = TypeAdapter(model).json_schema(schema_generator=Plain)
    own = {"type": name, "dataschema": schema_id(f"events/{name}")}
    for field, value in own.items():
        schema["properties"][field]["const"] = value
    return {**schema, "additionalProperties": False}


def text(schema: Schema) -> str:
    """Write a schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def is_other(schema: Schema, published: Schema) -> bool:
    """Tell whether a schema allows or refuses anything that the published one does not."""
    return bool(_rules(schema) != _rules(published))


def _rules(node: Any, *, names: bool = False) -> Any:
    """Leave out the words that are for people; where `names` are fields, one of them may be called so."""
    if isinstance(node, dict):
        kept = {key: value for key, value in node.items() if names or key not in WORDS}
        return {key: _rules(value, names=not names and key in ("properties", "$defs")) for key, value in kept.items()}
    return [_rules(each) for each in node] if isinstance(node, list) else node


def main() -> None:
    """Write the schemas, or say which of them need another version."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--unreleased", action="store_true", help="nobody has received the schemas that change")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where they are not current")
    asked = parser.parse_args()
    changed = {path: made for path, made in schemas().items() if _read(path) != made}
    if asked.check:
        for path in changed:
            print(f"events/schemas/{path} is not current: run `make schemas`")  # noqa: T201 -- the answer
        sys.exit(bool(changed))
    refused = [path for path, made in changed.items() if (known := _read(path)) and is_other(made, known)]
    if refused and not asked.unreleased:
        for path in refused:
            kind, version, _ = path.rsplit(".", 2)
            print(  # noqa: T201 -- the answer
                f'{path} is published and stays. Write VERSIONS["{kind}"] = {int(version) + 1} in events/bus.py, '
                "and run this again"
            )
        sys.exit(1)
    for path, made in changed.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text(made))
    print(f"{len(changed)} schemas written")  # noqa: T201 -- the answer


def _read(path: str) -> Schema | None:
    there = FOLDER / path
    found: Schema | None = json.loads(there.read_text()) if there.exists() else None
    return found


if __name__ == "__main__":
    main()
