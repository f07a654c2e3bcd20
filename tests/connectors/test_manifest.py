"""Manifests: what is accepted, and what a manifest says about a request that arrived."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from connectors import catalogue
from connectors.errors import ManifestError, TopicError
from connectors.manifest import SCHEMA_FILE, Manifest, delivery_of, load, schema_text, topic_of

SMALL: dict[str, Any] = {
    "channel": "acme",
    "name": "Acme",
    "kind": "pos",
    "api_version": "3",
    "docs": "https://acme.example/docs",
    "owner": "tributary",
    "grade": "bronze",
}
RAW = b'{"type":"sale.made"}'
BODY_ID = "body:" + hashlib.sha256(RAW).hexdigest()


def manifest(**parts: Any) -> Manifest:
    return Manifest.model_validate({**SMALL, **parts})


def receiving(**parts: Any) -> Manifest:
    topics = {"sale.made": {"mapping": "sale"}, "sale": {"mapping": "sale", "internal": True}}
    return manifest(receives={"topics": topics, **parts})


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_published_schema_is_the_models() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run python -m connectors.manifest"


@pytest.mark.parametrize("name", catalogue.names())
def test_a_connector_is_found_by_its_folder_and_read_once(name: str) -> None:
    connector = catalogue.connector(name)
    assert connector.manifest.channel == connector.folder.name == name
    assert connector.mappings_folder.is_dir()
    assert catalogue.connector(name) is connector
    assert load(connector.folder) is connector.manifest


@pytest.mark.parametrize("name", ["", "acme", "../connectors/shopify", "signatures", "x" * 500])
def test_an_unknown_connector_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(ManifestError, match="there is no connector"):
        catalogue.connector(name)


def test_a_client_is_imported_when_it_is_asked_for_and_not_before(tmp_path: Path) -> None:
    folder = written(tmp_path / "connectors" / "acme", json.dumps(SMALL))
    (folder / "client.py").write_text("import nowhere\n", encoding="utf-8")
    connector = catalogue.at(folder)
    with pytest.raises(ManifestError, match=r"acme/client\.py has no Client that imports"):
        _ = connector.client_class
    (folder / "client.py").write_text("class Client:\n    channel = 'acme'\n", encoding="utf-8")
    assert catalogue.at(folder).client_class.channel == "acme"
    assert connector.samples_folder == tmp_path.resolve() / "events" / "samples" / "acme"


def test_a_manifest_is_frozen_and_says_every_wrong_field(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        manifest().name = "Other"  # type: ignore[misc]
    wrong = {**SMALL, "grade": "platinum", "limts": {}, "polls": {"orders": {"call": "poll_orders", "interval": 0}}}
    with pytest.raises(ManifestError, match=r"acme/manifest\.yaml: grade: ") as raised:
        load(written(tmp_path / "acme", json.dumps(wrong)))
    for place in ("limts: ", "polls.orders.interval: ", "polls.orders.overlap: "):
        assert place in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("channel: [", r"acme/manifest\.yaml: not YAML"),
        ("channel: acme\nchannel: acme", "twice"),
        ("", "Input should be a valid dictionary"),
        ("[]", "Input should be a valid dictionary"),
        ("!!python/object/apply:os.system [echo]", "acme/manifest"),
    ],
)
def test_what_is_no_manifest_is_an_error_that_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        load(written(tmp_path / "acme", text))
    with pytest.raises(ManifestError, match=r"missing/manifest\.yaml: cannot be read"):
        load(tmp_path / "missing")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"topic": {}}, "exactly one of header, body, fixed"),
        ({"topic": {"header": "X-Topic", "body": "type"}}, "exactly one of header, body, fixed"),
        ({"delivery": {"header": "X-Id", "hash": "body"}}, "exactly one of header, body, hash"),
        ({"topics": {"sale": {"internal": True}}}, "needs a mapping or a fetch"),
        ({"signature": {"scheme": "square"}}, "Field required"),
        ({"queue": {"topic": "kind", "topics": []}}, "at least 1 item"),
        ({"queue": {"topics": ["sale"]}}, "Field required"),
        ({"queue": {"topic": "kind", "topics": ["sale"], "senders": ["everybody"]}}, "should match pattern"),
    ],
)
def test_a_receives_that_says_nothing_or_two_things_is_refused(part: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        manifest(receives=part)


@pytest.mark.parametrize(
    ("source", "headers", "body", "topic"),
    [
        ({"header": "X-Acme-Topic"}, {"x-acme-topic": "sale.made"}, None, "sale.made"),
        ({"body": "type"}, {}, {"type": "sale.made"}, "sale.made"),
        ({"body": "[0].kind"}, {}, [{"kind": "refund"}], "refund"),
        ({"fixed": "events"}, {}, None, "events"),
    ],
)
def test_a_topic_is_found_where_the_manifest_says(source: Any, headers: Any, body: Any, topic: str) -> None:
    assert topic_of(receiving(topic=source), headers, body) == topic


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ({"header": "X-Acme-Topic"}, {"type": "sale.made"}),
        ({"body": "type"}, None),
        ({"body": "type"}, {"type": 7}),
        ({"body": "type"}, {"type": ""}),
        ({"body": "join('.', type)"}, {"type": 7}),
        (None, {}),
    ],
)
def test_a_request_without_a_topic_is_a_typed_error(source: Any, body: Any) -> None:
    with pytest.raises(TopicError, match="acme sent a request that names no topic"):
        topic_of(receiving(topic=source), {"X-Acme-Topic": ""}, body)


def test_a_topic_that_the_manifest_lacks_is_a_typed_error() -> None:
    assert receiving().topic("sale").internal
    with pytest.raises(TopicError, match=r"acme has no topic 'sale\.lost'"):
        receiving().topic("sale.lost")


@pytest.mark.parametrize(
    ("source", "headers", "body", "delivery"),
    [
        ({"header": "X-Acme-Id"}, {"x-acme-id": "d-1"}, None, "d-1"),
        ({"body": "id"}, {}, {"id": "d-2"}, "d-2"),
        ({"body": "id"}, {}, {"id": 17}, "17"),
        ({"hash": "body"}, {}, {"id": "d-3"}, BODY_ID),
        (None, {}, {"id": "d-4"}, BODY_ID),
    ],
)
def test_a_delivery_is_named_as_the_manifest_says(source: Any, headers: Any, body: Any, delivery: str) -> None:
    assert delivery_of(receiving(delivery=source), "sale.made", headers, body, RAW) == delivery


def test_a_hash_of_several_values_tells_them_apart() -> None:
    known = receiving(delivery={"hash": ["id", "at"]})
    ids = {
        delivery_of(known, topic, {}, {"id": id_, "at": at}, RAW)
        for topic in ("sale.made", "sale.lost")
        for id_, at in ((1, 2), (2, 1), ("1", 2), (12, 1))
    }
    assert len(ids) == 8
    assert all(one.startswith("hash:") and len(one) == 69 for one in ids)


@pytest.mark.parametrize(
    ("source", "headers", "body"),
    [
        ({"header": "X-Acme-Id"}, {}, {}),
        ({"body": "id"}, {}, {"id": None}),
        ({"body": "id"}, {}, {"id": ""}),
        ({"body": "id"}, {}, None),
        ({"hash": ["id", "at"]}, {}, {"id": 1}),
        ({"hash": ["[id, at]"]}, {}, {"id": 1}),
        ({"hash": ["lines[].id"]}, {}, {"lines": []}),
        ({"body": "length(id)"}, {}, {"id": 1}),
    ],
)
def test_where_a_part_of_the_id_is_missing_two_different_bodies_are_two_deliveries(
    source: Any, headers: Any, body: Any
) -> None:
    known = receiving(delivery=source)
    assert delivery_of(known, "sale.made", headers, body, RAW) == BODY_ID
    assert delivery_of(known, "sale.made", headers, body, RAW + b" ") != BODY_ID


@pytest.mark.parametrize("value", ["x" * 201, "d\n1", "bücher", ["a", "b"], {"a": 1}, True, 1.5])
def test_an_id_that_is_no_short_plain_text_is_hashed(value: Any) -> None:
    known = receiving(delivery={"body": "id"})
    found = delivery_of(known, "sale.made", {}, {"id": value}, RAW)
    assert found.startswith("hash:")
    assert found == delivery_of(known, "sale.made", {}, {"id": value}, b"other")


def test_a_fetched_document_is_named_by_its_topics_own_rule_or_by_its_body() -> None:
    topics = {
        "sale": {"mapping": "sale", "internal": True, "delivery": "[id, version]"},
        "stock": {"mapping": "stock", "internal": True},
    }
    known = manifest(receives={"delivery": {"header": "X-Acme-Id"}, "topics": topics})
    second = delivery_of(known, "sale", {"x-acme-id": "d"}, {"id": "s", "version": 2}, RAW)
    assert second != delivery_of(known, "sale", {}, {"id": "s", "version": 3}, RAW)
    assert second == delivery_of(known, "sale", {}, {"id": "s", "version": 2, "seen": 1}, b"other")
    assert delivery_of(known, "stock", {"x-acme-id": "d"}, {}, RAW) == BODY_ID
