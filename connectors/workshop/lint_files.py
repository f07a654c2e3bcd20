"""Checks that compare the manifest with the files beside it: client, README, mappings, samples, tests."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.catalogue import Connector
from connectors.errors import ManifestError
from connectors.workshop.lint_manifest import Found, manifest_of, named_calls
from mappings import files
from mappings.engine import check
from mappings.errors import MappingFileError

PAYLOADS = frozenset({".json", ".xml", ".form"})
ANSWERS, CONFORMANCE = ".answers.json", "conformance.json"
BESIDE = (".expected.json", ".connection.json", ANSWERS)
README_SECTIONS = ("limits", "oddities", "links")

# What vendors' live credentials look like, and a literal assigned to something called a secret.
_SECRET = re.compile(
    r"shp(?:at|ss|ca|pa)_[0-9a-f]{32}|EAAA[A-Za-z0-9_-]{60}|sk_live_\w{16}|whsec_[A-Za-z0-9+/=]{24}|AKIA[0-9A-Z]{16}"
    r"|EZ[AT]K[0-9a-zA-Z]{32}|pat-(?:na|eu)\d-[0-9a-f-]{36}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(?i:secret|token|password|api_key|signature_key)[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_=-]{20,}[\"']"
)


def client(connector: Connector) -> Found:
    """The client, or `calls` where there is no client.py, has every method that the manifest names."""
    file = connector.folder / "client.py" if connector.has_code else manifest_of(connector)
    try:
        client_class = connector.client_class
    except ManifestError as error:
        yield file, str(error)
        return
    what = "Client has no method" if connector.has_code else "there is no client.py, and calls has no"
    for place, call, _ in named_calls(connector.manifest):
        if not callable(getattr(client_class, call, None)):
            yield file, f"{what} {call}, which {place} names"


def mappings(connector: Connector) -> Found:
    """Every mapping that the manifest names exists and is valid. Every mapping that exists is named."""
    topics = connector.manifest.receives.topics.values()
    named = {f"{topic.mapping}.in.yaml" for topic in topics if topic.mapping}
    named |= {f"{record}.out.yaml" for record in connector.manifest.pushes}
    there = {file.name for file in connector.mappings_folder.glob("*.yaml")}
    for name in sorted(named - there):
        yield connector.mappings_folder / name, "the manifest names this mapping, but it is not there"
    for name in sorted(there - named):
        yield connector.mappings_folder / name, "no topic and no push names this mapping"
    for name in sorted(there):
        file = connector.mappings_folder / name
        try:
            content = files.read(file).content
        except MappingFileError as error:
            yield file, error.reason
        else:
            yield from ((file, message) for message in check(content, name))


def secret_values(connector: Connector) -> Found:
    """No file holds what looks like a secret's value."""
    for parts in (connector.folder, connector.mappings_folder, connector.samples_folder):
        for file in sorted(parts.rglob("*")):
            if file.suffix in {".yaml", ".py", ".md", ".json"} and (
                match := _SECRET.search(file.read_text(encoding="utf-8", errors="replace"))
            ):
                yield file, f"{match[0][:12]}… looks like a secret's value"


def readme(connector: Connector) -> Found:
    """The README has sections about limits, oddities and links: what a tired person looks for."""
    file = connector.folder / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    headings = [line.lower() for line in text.splitlines() if line.startswith("#")]
    for section in README_SECTIONS:
        if not any(section in heading for heading in headings):
            yield file, f"no section about {section}"


def slug(topic: str) -> str:
    """Give a topic as sample files spell it."""
    return re.sub(r"[/.]", "_", topic)


def payload_files(connector: Connector) -> list[Path]:
    """List the samples that are payloads: no expected facts, connections, recorded answers or conformance.json."""
    files = [file for file in sorted(connector.samples_folder.glob("*")) if file.suffix in PAYLOADS]
    return [file for file in files if not file.name.endswith(BESIDE) and file.name != CONFORMANCE]


def samples(connector: Connector) -> Found:
    """Every mapping has a sample, every sample has its expected facts and belongs to a topic."""
    topics = connector.manifest.receives.topics
    slugs = {slug(name): topic.mapping for name, topic in topics.items()}
    covered: set[str | None] = set()
    for file in payload_files(connector):
        topic, separator, _ = file.stem.partition("__")
        if not separator or topic not in slugs:
            yield file, f"{topic} is no topic of the manifest"
        elif slugs[topic] and not file.with_name(f"{file.stem}.expected.json").is_file():
            yield file, "its .expected.json is missing"
        else:
            covered.add(slugs[topic])
    for mapping in sorted({topic.mapping for topic in topics.values() if topic.mapping} - covered):
        yield connector.samples_folder, f"no sample goes through {mapping}.in.yaml"


def statuses(connector: Connector) -> Found:
    """Every status of the vendor's enums is in some mapping's `choose` table, with the meaning the manifest states."""
    said: set[tuple[str, str]] = set()
    for file in sorted(connector.mappings_folder.glob("*.in.yaml")):
        with contextlib.suppress(MappingFileError):  # the check `mappings` says so
            said |= set(_choices(files.read(file).content))
    for enum, values in connector.manifest.statuses.items():
        # A status that means nothing to us need not be in a table: the mapping's `each` may leave it out.
        for theirs, ours in ((theirs, ours) for theirs, ours in values.items() if ours is not None):
            meanings = {meaning for value, meaning in said if value == theirs}
            if not meanings:
                yield manifest_of(connector), f"no choose table has {enum}.{theirs}"
            elif ours not in meanings:
                yield manifest_of(connector), f"no choose table says that {enum}.{theirs} is {ours}"


def _choices(node: Any) -> Iterator[tuple[str, str]]:
    """Walk a mapping file; give every (vendor's value, ours) of its `choose` tables, except rows that mean nothing."""
    if isinstance(node, list):
        for item in node:
            yield from _choices(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "choose" and isinstance(value, dict):
                yield from ((theirs, _text(ours)) for theirs, ours in value.items() if ours is not None)
            else:
                yield from _choices(value)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def many_samples(connector: Connector) -> Found:
    """Every topic with a mapping has more than one sample."""
    counted = Counter(file.stem.partition("__")[0] for file in payload_files(connector))
    for name, topic in connector.manifest.receives.topics.items():
        if topic.mapping and counted[slug(name)] < 2:
            yield connector.samples_folder, f"{name} has {counted[slug(name)]} samples; gold needs two"


def contract_test(connector: Connector) -> Found:
    """The client is tested against a stand-in: tests/connectors/test_<channel>.py or a folder of that name.

    A connector without a client.py needs none: the conformance kit tests its `calls`.
    """
    if not connector.has_code:
        return
    tests, name = connector.root / "tests" / "connectors", connector.folder.name
    if not (tests / f"test_{name.replace('-', '_')}.py").is_file() and not any((tests / name).glob("test_*.py")):
        yield tests / name, "the client has no test of its own"
