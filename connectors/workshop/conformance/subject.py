"""What the kit checks: a connector, its samples as the hub would read them, and its recorded answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.catalogue import Connector
from connectors.connection import Connection
from connectors.errors import TopicError
from connectors.translation import ContractBreachError, MappingError, PayloadError, fact, parse, statements, wanted
from connectors.workshop.lint_files import ANSWERS, payload_files, slug
from events.facts import Fact

TYPED = (PayloadError, MappingError, ContractBreachError, TopicError)
"""What `normalise` quarantines with a reason."""

CONTENT_TYPES = {".json": "application/json", ".xml": "application/xml", ".form": "application/x-www-form-urlencoded"}
ENVELOPE = {"fact_id", "event_id", "connection_id"}
LISTED = {"owns": ("kit-place",), "sells_from": ("kit-place",), "locations": {"kit-location": "kit-place"}}


@dataclass(frozen=True)
class Sample:
    """A payload file, the topic it is named after, and the connection it is read with."""

    file: Path
    topic: str
    body: bytes
    content_type: str
    connection: Connection

    @property
    def expected(self) -> list[dict[str, Any]] | None:
        """Give the facts written beside it, if any."""
        beside = self.file.with_name(f"{self.file.stem}.expected.json")
        return list(json.loads(beside.read_bytes())) if beside.is_file() else None


@dataclass(frozen=True)
class Recorded:
    """What a channel answered to one call, and what the call then gives: one `<call>__<case>.answers.json`."""

    file: Path
    call: str
    answers: list[dict[str, Any]]
    gives: dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """A connector under trial."""

    connector: Connector

    @cached_property
    def samples(self) -> list[Sample]:
        """Read the samples that belong to a topic; lint names the others."""
        topics = {slug(name): name for name in self.connector.manifest.receives.topics}
        files = [(file, file.stem.partition("__")[0]) for file in payload_files(self.connector)]
        return [self._sample(file, topics[name]) for file, name in files if name in topics]

    def _sample(self, file: Path, topic: str) -> Sample:
        beside = file.with_name(f"{file.stem}.connection.json")
        more = json.loads(beside.read_bytes()) if beside.is_file() else {}
        kind = CONTENT_TYPES[file.suffix]
        return Sample(file, topic, file.read_bytes(), kind, self.connection(**{"connection_id": "sample", **more}))

    @cached_property
    def recorded(self) -> list[Recorded]:
        """Read the recorded answers."""
        found = []
        for file in sorted(self.connector.samples_folder.glob(f"*{ANSWERS}")):
            content = json.loads(file.read_bytes())
            found.append(Recorded(file, file.name.partition("__")[0], content["answers"], content["gives"]))
        return found

    def connection(self, **more: Any) -> Connection:
        """Make a connection of the connector."""
        name = self.connector.folder.name
        fields = {"connection_id": "kit", "tenant": "kit", "connector": name, "base_url": "http://127.0.0.1:9"}
        return Connection.model_validate({**fields, "webhook_url": "https://hub.example/webhooks/kit", **more})

    def secrets(self) -> dict[str, str]:
        """Make a value for each secret; it can be the key of every signature scheme."""
        return {name: f"d2hzZWM{position}=" for position, name in enumerate(self.connector.manifest.secrets)}

    def facts(self, sample: Sample, body: bytes | None = None, *, resolved: bool = True) -> list[Fact]:
        """Give the facts of a sample, or of another body in its place.

        Raises:
            PayloadError, MappingError, ContractBreachError, TopicError: what the hub quarantines.
        """
        payload = parse(sample.body if body is None else body, sample.content_type)
        return self.facts_of(sample, payload, resolved=resolved)

    def facts_of(self, sample: Sample, payload: Any, *, resolved: bool = True) -> list[Fact]:
        """Give the facts of a payload read like a sample.

        With `resolved`, a stock fact without a SKU gets a made-up one, as the hub would find it in its alias table.

        Raises:
            MappingError, ContractBreachError, TopicError: what the hub quarantines.
        """
        wanted(self.connector, sample.topic, payload)
        said, _ = statements(self.connector, sample.connection, sample.topic, payload)
        for statement in said if resolved else ():
            if statement["kind"] in ("stock_count", "stock_movement") and not statement.get("sku"):
                statement["sku"] = f"SKU-{statement.get('channel_stock_id')}"
        return [fact(statement, "kit", sample.connection) for statement in said]

    def mapped(self) -> Iterator[Sample]:
        """Give the samples whose topic has a mapping."""
        for sample in self.samples:
            if self.connector.manifest.topic(sample.topic).mapping:
                yield sample


def plain(each: Fact) -> dict[str, Any]:
    """Give a fact as samples write it."""
    return {"kind": each.kind} | each.model_dump(mode="json", exclude_defaults=True, exclude=ENVELOPE)


def with_connection(sample: Sample, **fields: Any) -> Sample:
    """Give a sample that is read with other settings."""
    return replace(sample, connection=sample.connection.model_copy(update=fields))
