"""Checks of what a connector makes of payloads: right ones, broken ones and repeated ones."""

import pickle
from collections.abc import Iterator
from typing import Any

from connectors import queues
from connectors.errors import TopicError
from connectors.manifest import Manifest, delivery_of, topic_of
from connectors.translation import PayloadError, fact, parse, wanted
from connectors.workshop.conformance.mutations import pointer, retyped, with_unknown, without
from connectors.workshop.conformance.records import applied
from connectors.workshop.conformance.subject import TYPED, Sample, Subject, plain
from records.errors import RecordError

Found = Iterator[tuple[str, str]]


def mapping(subject: Subject) -> Found:
    """Each sample gives the facts written beside it; a thin one names what to fetch. Every mapping has a sample."""
    manifest = subject.connector.manifest
    tried = {manifest.topic(sample.topic).mapping for sample in subject.samples}
    for name in sorted({topic.mapping for topic in manifest.receives.topics.values() if topic.mapping} - tried):
        yield f"{name}.in.yaml", "no sample goes through it"
    for sample in subject.samples:
        rule = subject.connector.manifest.topic(sample.topic)
        if sample.expected is None:
            payload = parse(sample.body, sample.content_type)
            if rule.mapping or not wanted(subject.connector, sample.topic, payload):
                yield sample.file.name, "it has no expected facts beside it, and names nothing to fetch"
            continue
        try:
            said = [plain(each) for each in subject.facts(sample, resolved=False)]
            expected = [plain(fact(each, "kit", sample.connection)) for each in sample.expected]
        except TYPED as error:
            yield sample.file.name, str(error)
            continue
        if said != expected:
            yield sample.file.name, _difference(said, expected)


def _difference(said: list[dict[str, Any]], expected: list[dict[str, Any]]) -> str:
    """Name the first difference by kind and field; values may be personal and stay out."""
    if [each["kind"] for each in said] != [each["kind"] for each in expected]:
        return f"it gives {_kinds(said)}, expected are {_kinds(expected)}"
    for number, (one, other) in enumerate(zip(said, expected, strict=True)):
        for name in sorted(one.keys() | other.keys()):
            if one.get(name) != other.get(name):
                return f"fact {number} ({one['kind']}): {name} is not as expected"
    return "no difference"


def _kinds(facts: list[dict[str, Any]]) -> str:
    return ", ".join(str(each["kind"]) for each in facts) or "no facts"


def truncated(subject: Subject) -> Found:
    """A payload cut anywhere is refused with a reason; a form or a cut after the last bracket may pass."""
    for sample in subject.samples:
        size = len(sample.body)
        for cut in sorted({0, 1, size // 4, size // 2, size * 3 // 4, max(size - 3, 0), max(size - 1, 0)}):
            body = sample.body[:cut]
            try:
                subject.facts(sample, body)
            except PayloadError:
                continue
            except TYPED:
                pass
            except Exception as error:  # noqa: BLE001 - what the kit is for
                yield sample.file.name, f"cut after {cut} bytes: {type(error).__name__}"
                continue
            if sample.content_type.endswith("json") and body.strip() != sample.body.strip():
                yield sample.file.name, f"cut after {cut} bytes it still passes as JSON"


def retyped_values(subject: Subject) -> Found:
    """A value of another type is refused with its place, or tolerated; what passes can be applied."""
    for sample in subject.samples:
        payload = parse(sample.body, sample.content_type)
        known: set[bytes] = set()
        for path, wrong in retyped(payload, sample.file.name):
            if fault := _crash(subject, sample, wrong, known):
                yield sample.file.name, f"another type at {pointer(path)}: {fault}"
                break


def missing(subject: Subject) -> Found:
    """A field that is not there is refused with its place, or tolerated; what passes can be applied."""
    for sample in subject.samples:
        payload = parse(sample.body, sample.content_type)
        known: set[bytes] = set()
        for path, less in without(payload, sample.file.name):
            if fault := _crash(subject, sample, less, known):
                yield sample.file.name, f"without {pointer(path)}: {fault}"
                break


def _crash(subject: Subject, sample: Sample, payload: Any, known: set[bytes]) -> str | None:
    """Say what is wrong with how a payload ends. None: it is applied, or refused with a reason and a place.

    Most changes touch what no mapping reads. Facts that are `known`, byte for byte, end as they did before.
    """
    try:
        facts = subject.facts_of(sample, payload)
        said = pickle.dumps(facts)
        if said not in known:
            known.add(said)
            applied(sample, facts, "kit")
    except TYPED as error:
        has_place = isinstance(error, TopicError) or getattr(error, "pointer", None) is not None
        return None if has_place and str(error) else f"{type(error).__name__} without a place"
    except RecordError as error:
        return None if not error.retry else f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - what the kit is for
        return f"{type(error).__name__}: it would never leave the queue"
    return None


def unknown(subject: Subject) -> Found:
    """A field nobody knows, in every object of the payload, changes no fact."""
    for sample in subject.mapped():
        payload = parse(sample.body, sample.content_type)
        try:
            before = [plain(each) for each in subject.facts_of(sample, payload)]
            after = [plain(each) for each in subject.facts_of(sample, with_unknown(payload))]
        except TYPED as error:
            yield sample.file.name, str(error)
            continue
        if before != after:
            yield sample.file.name, f"with unknown fields {_difference(after, before)}"


def _queued(manifest: Manifest, sample: Sample, payload: Any) -> Found:
    """A payload that comes by queue is found to have its topic there."""
    door = manifest.receives.queue
    if door is None or sample.topic not in door.topics:
        return
    try:
        found = queues.topic_in(manifest, payload)
    except TopicError as error:
        found = str(error)
    if found != sample.topic:
        yield sample.file.name, f"by queue it arrives as {found[:80]}, not as {sample.topic}"


def delivery(subject: Subject) -> Found:
    """Each sample is found to have its topic. A repeated delivery has one delivery id; two payloads have two."""
    manifest = subject.connector.manifest
    seen: dict[tuple[str, str], bytes] = {}
    for sample in subject.samples:
        payload = parse(sample.body, sample.content_type)
        source, rule = manifest.receives.topic, manifest.topic(sample.topic)
        headers = {source.header: sample.topic} if source and source.header else {}
        if source is not None and not rule.internal and topic_of(manifest, headers, payload) != sample.topic:
            yield sample.file.name, f"it arrives as {topic_of(manifest, headers, payload)[:80]}, not as {sample.topic}"
        yield from _queued(manifest, sample, payload)
        known = manifest.receives.delivery
        if known is not None and known.header and not rule.internal:
            continue  # a header names it, and samples have none
        names = [delivery_of(manifest, sample.topic, headers, payload, sample.body) for _ in range(2)]
        if names[0] != names[1]:
            yield sample.file.name, "the same delivery has two ids"
        if seen.setdefault((sample.topic, names[0]), sample.body) != sample.body:
            yield sample.file.name, "another payload of the topic has the same delivery id"
