"""The manifest of a connector: its model, how it is read, and the topic and delivery id that it finds in a request.

`python -m connectors.manifest` writes the JSON Schema that editors and lint use.
"""

import functools
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from connectors.calls import Call, HeaderName, Name, Part, Text
from connectors.errors import ManifestError, TopicError
from mappings.errors import MappingFileError

SCHEMA_FILE = Path(__file__).with_name("manifest.schema.json")
MAX_ID = 200

Method = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Record = Literal["stock", "fulfillment", "customer", "erasure"]


def _exactly_one(part: BaseModel) -> None:
    given = [name for name, value in part if value is not None]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(type(part).model_fields)} is needed")


class TopicSource(Part):
    """Where a webhook says its topic: a header, a JMESPath on the body, or always the same."""

    header: Text | None = None
    body: Text | None = None
    fixed: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        _exactly_one(self)
        return self


class DeliverySource(Part):
    """Where the delivery id is: a header, a JMESPath on the body, or a hash of several paths or of the raw body.

    A repeated delivery has the same id.
    """

    header: Text | None = None
    body: Text | None = None
    hash: tuple[Text, ...] | Literal["body"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        _exactly_one(self)
        return self


class Signature(Part):
    """The webhook signature: its scheme (connectors.signatures), and the name of the secret that checks it."""

    scheme: Text
    secret: Name


class Fetch(Part):
    """A thin topic: its payload holds only ids. The client is called for each; the answers enter as payloads too."""

    call: Method
    each: Text


class Topic(Part):
    """What to do with one topic. An `internal` one is fetched, polled or queued; as a webhook it is refused."""

    mapping: Name | None = None
    fetch: Fetch | None = None
    delivery: Text | None = Field(default=None, description="JMESPath: what makes a fetched document one already seen")
    internal: bool = False

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.mapping is None and self.fetch is None:
            raise ValueError("a topic needs a mapping or a fetch")
        return self


class Queue(Part):
    """What comes by the connection's own queue (SQS): straight from the channel, or by a rule of EventBridge."""

    topics: tuple[Text, ...] = Field(min_length=1, description="what this door takes")
    topic: Text = Field(description="JMESPath on the message: its topic")
    payload: Text = Field(default="@", description="JMESPath on the message: the payload, without its envelope")
    senders: tuple[Account, ...] = Field(default=(), description="AWS accounts of the channel that may send to it")


class Receives(Part):
    """What comes in. Without `topic` and `signature` there is no webhook door, only polls and the queue."""

    topic: TopicSource | None = None
    delivery: DeliverySource | None = None
    content_types: tuple[Text, ...] = ("application/json",)
    signature: Signature | None = None
    queue: Queue | None = None
    topics: dict[Text, Topic] = Field(default_factory=dict)


class Poll(Part):
    """A call that is repeated every `interval` seconds. It asks from `overlap` seconds before the previous poll."""

    call: Method
    interval: int = Field(gt=0, description="seconds")
    overlap: int = Field(ge=0, description="seconds")


class PushRule(Part):
    """How a record reaches the channel; mappings/<channel>/<record>.out.yaml makes the body."""

    call: Method
    per: Literal["location", "channel"] | None = None
    batch: int = Field(default=1, ge=1)
    idempotency: Text = Field(description="how the channel recognises a repeated push")
    compare_and_swap: bool = False
    max_age: int | None = Field(default=None, gt=0, description="seconds: the channel refuses an older `as_of`")
    needs: tuple[Text, ...] = Field(default=(), description="JMESPath on the record; nothing there: nothing to push")


class Identity(Part):
    """Client methods that find a SKU by the channel's stock id, or the reverse, where the alias table has neither."""

    sku_of: Method | None = None
    stock_id_of: Method | None = None
    lines: bool = Field(default=False, description="order lines carry only channel_product_id")


class Auth(Part):
    """How calls are authorised. A client.py does it itself. For `calls` it is bearer, basic, header or query."""

    scheme: Text
    secret: Name | tuple[Name, ...] | None = Field(default=None, description="basic: one `user:password`, or both")
    header: HeaderName | None = Field(default=None, description="header, query: its name")


class Limits(Part):
    """How often the channel may be called: `rate` calls in `per_seconds`."""

    rate: float = Field(gt=0)
    per_seconds: float = Field(gt=0)
    burst: int | None = Field(default=None, ge=1)
    concurrency: int = Field(default=1, ge=1)
    retry_after: Literal["seconds", "date", "none"] = "none"


class Manifest(Part):
    """One connector, as docs/connector.md explains it."""

    channel: Name
    name: Text
    kind: Literal["pos", "ecommerce", "marketplace", "carrier", "crm"]
    api_version: Text
    docs: Text
    owner: Text
    grade: Literal["bronze", "silver", "gold"]
    exemptions: dict[str, Text] = Field(default_factory=dict, description="lint check → reason")
    secrets: tuple[Name, ...] = Field(default=(), description="names only; values live in the connection's secret")
    receives: Receives = Field(default_factory=Receives)
    polls: dict[Name, Poll] = Field(default_factory=dict)
    pushes: dict[Record, PushRule] = Field(default_factory=dict)
    identity: Identity = Field(default_factory=Identity)
    calls: dict[Method, Call] = Field(default_factory=dict, description="the channel's calls, instead of a client.py")
    auth: Auth | None = None
    limits: Limits | None = None
    statuses: dict[Text, dict[Text, Text | None]] = Field(
        default_factory=dict, description="the vendor's full enums → ours (null: nothing of ours)"
    )
    oddities: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()

    def topic(self, name: str) -> Topic:
        """Give the rule of a topic.

        Raises:
            TopicError: the manifest has no such topic.
        """
        if name not in self.receives.topics:
            raise TopicError(f"{self.channel} has no topic {name[:80]!r}")
        return self.receives.topics[name]


@functools.cache
def load(folder: Path) -> Manifest:
    """Read and check `folder/manifest.yaml`, once per process.

    Raises:
        ManifestError: naming every field that is wrong.
    """
    from mappings import files  # noqa: PLC0415 (YAML is slow to import, and the sweeper reads no manifest)

    try:
        return Manifest.model_validate(files.read(folder / "manifest.yaml").content)
    except MappingFileError as error:
        raise ManifestError(f"{folder.name}/manifest.yaml: {error.reason}") from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise ManifestError(f"{folder.name}/manifest.yaml: {'; '.join(faults)}") from error


def found_at(expression: str, document: Any) -> Any:
    """Give what a JMESPath expression finds in a document; None where the document has another shape."""
    from mappings.expressions.compilation import compile_expression  # noqa: PLC0415 (most channels name topic and delivery in headers)

    try:
        return compile_expression(expression).search(document)
    except ValueError:  # JMESPath's own errors
        return None


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Give a header by name, in any case; None where it is missing or empty."""
    wanted = name.lower()
    return next((value for spelt, value in headers.items() if spelt.lower() == wanted and value), None)


def topic_of(manifest: Manifest, headers: Mapping[str, str], parsed_body: Any) -> str:
    """Give the topic of a webhook. The manifest need not have it.

    Raises:
        TopicError: the request names none.
    """
    source = manifest.receives.topic
    found: Any = source.fixed if source else None
    if source and source.header:
        found = header(headers, source.header)
    elif source and source.body:
        found = found_at(source.body, parsed_body)
    if not isinstance(found, str) or not found:
        raise TopicError(f"{manifest.channel} sent a request that names no topic")
    return found


def delivery_of(manifest: Manifest, topic: str, headers: Mapping[str, str], parsed_body: Any, raw: bytes) -> str:
    """Give the delivery id, the idempotency key of a webhook: a repeated delivery has the same one.

    Where the request lacks a part that the manifest names, the hash of the raw body stands in. So a repeat is still
    recognised, two different requests are never taken for one, and nothing has to be refused.
    """
    rule, source = manifest.receives.topics.get(topic), manifest.receives.delivery
    if rule is not None and rule.delivery:
        return _identifier([topic, found_at(rule.delivery, parsed_body)], raw)
    if source is None or source.hash == "body" or (rule is not None and rule.internal):
        return _identifier(None, raw)
    if source.hash:
        return _identifier([topic, [found_at(each, parsed_body) for each in source.hash]], raw)
    found = header(headers, source.header) if source.header else found_at(source.body or "", parsed_body)
    return _identifier(found, raw)


def _is_complete(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_complete(part) for part in value)
    return value is not None and value != ""


def _identifier(value: Any, raw: bytes) -> str:
    """Make a short text of a delivery id: the id itself where it is short and plain, otherwise its hash.

    Where the id or a part of it is missing, it is the hash of the raw body.
    """
    if not _is_complete(value):
        return "body:" + hashlib.sha256(raw).hexdigest()
    text = str(value) if type(value) is int else value
    if isinstance(text, str) and len(text) <= MAX_ID and text.isascii() and text.isprintable():
        return text
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return "hash:" + hashlib.sha256(canonical.encode()).hexdigest()


def schema_text() -> str:
    """Give the manifest's JSON Schema, made of the model, as connectors/manifest.schema.json holds it."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Manifest.model_json_schema()}
    return json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA_FILE}\n")
