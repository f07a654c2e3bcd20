"""Checks that need nothing but the manifest."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

from jmespath.exceptions import JMESPathError

from connectors.calls import ARGUMENTS, AUTH_SCHEMES, Role
from connectors.catalogue import Connector
from connectors.errors import SignatureError
from connectors.manifest import SCHEMA_FILE, Manifest
from connectors.signatures import scheme_of
from mappings import files
from mappings.expressions.compilation import compile_expression

Found = Iterator[tuple[Path, str]]


def manifest_of(connector: Connector) -> Path:
    """Give the manifest's path."""
    return connector.folder / "manifest.yaml"


def folder(connector: Connector) -> Found:
    """Folder and channel have one name."""
    if connector.manifest.channel != connector.folder.name:
        yield manifest_of(connector), f"channel {connector.manifest.channel} is not the folder's name"


def schema(connector: Connector) -> Found:
    """The manifest satisfies the published JSON Schema, as an editor would say."""
    # jsonschema is slow to import. Of all Lambda functions only the API lints, when it registers a connector.
    validator = importlib.import_module("jsonschema").Draft202012Validator(json.loads(SCHEMA_FILE.read_bytes()))
    content = json.loads(json.dumps(files.read(manifest_of(connector)).content, default=float))
    for error in validator.iter_errors(content):
        yield manifest_of(connector), f"{error.json_path}: does not satisfy {error.validator}"


def links(connector: Connector) -> Found:
    """The vendor's documentation is linked, by https."""
    for link in (connector.manifest.docs, *connector.manifest.sources):
        if not link.startswith("https://") or " " in link:
            yield manifest_of(connector), f"{link} is not an https link"


def sources(connector: Connector) -> Found:
    """The manifest says where its facts were read."""
    if not connector.manifest.sources:
        yield manifest_of(connector), "sources is empty"


def limits(connector: Connector) -> Found:
    """The channel's rate limit is stated."""
    if connector.manifest.limits is None:
        yield manifest_of(connector), "limits is missing"


def signature(connector: Connector) -> Found:
    """A manifest that takes webhooks states where the delivery id is, and a known signature scheme."""
    receives = connector.manifest.receives
    at_the_door = [name for name, topic in receives.topics.items() if not topic.internal]
    if receives.topic is None:
        # Nothing arrives by webhook: polled and fetched documents bring their topic with them.
        return
    for part in ("delivery", "signature"):
        if at_the_door and getattr(receives, part) is None:
            yield manifest_of(connector), f"receives.{part} is missing, but {at_the_door[0]} comes by webhook"
    if receives.signature is None:
        return
    try:
        scheme_of(receives.signature.scheme)
    except SignatureError as error:
        yield manifest_of(connector), str(error)


def queue(connector: Connector) -> Found:
    """What comes by queue is a topic of the manifest."""
    door = connector.manifest.receives.queue
    for name in door.topics if door else ():
        if name not in connector.manifest.receives.topics:
            yield manifest_of(connector), f"receives.queue.topics: {name} is not among receives.topics"


def secrets(connector: Connector) -> Found:
    """Every secret that signature and auth use is among the manifest's secrets."""
    manifest = connector.manifest
    used = [manifest.receives.signature.secret] if manifest.receives.signature else []
    if manifest.auth and manifest.auth.secret:
        used += [manifest.auth.secret] if isinstance(manifest.auth.secret, str) else manifest.auth.secret
    for name in sorted(set(used) - set(manifest.secrets)):
        yield manifest_of(connector), f"the secret {name} is used but not in secrets"


def expressions(connector: Connector) -> Found:
    """Every JMESPath expression in the manifest compiles."""
    receives = connector.manifest.receives
    found = [receives.topic.body if receives.topic else None, receives.delivery.body if receives.delivery else None]
    if receives.delivery and receives.delivery.hash and receives.delivery.hash != "body":
        found += receives.delivery.hash
    if receives.queue:
        found += [receives.queue.topic, receives.queue.payload]
    for topic in receives.topics.values():
        found += [topic.delivery, topic.fetch.each if topic.fetch else None]
    for call in connector.manifest.calls.values():
        found += call.expressions()
    found += [need for push in connector.manifest.pushes.values() for need in push.needs]
    for expression in filter(None, found):
        try:
            compile_expression(expression)
        except JMESPathError:
            yield manifest_of(connector), f"{expression} is not a JMESPath expression"


def named_calls(manifest: Manifest) -> Iterator[tuple[str, str, Role]]:
    """Give every call that the manifest names, as (place, name of the call, its role)."""
    for name, topic in manifest.receives.topics.items():
        if topic.fetch:
            yield f"receives.topics.{name}", topic.fetch.call, "fetch"
    yield from ((f"polls.{name}", poll.call, "poll") for name, poll in manifest.polls.items())
    yield from ((f"pushes.{record}", push.call, "push") for record, push in manifest.pushes.items())
    for place in ("sku_of", "stock_id_of"):
        call = getattr(manifest.identity, place)
        if call:
            yield f"identity.{place}", call, "identity"


def calls(connector: Connector) -> Found:
    """Every call in `calls` is used and fits its use. Its authorisation is a scheme that `calls` can make."""
    manifest, file = connector.manifest, manifest_of(connector)
    if manifest.calls and connector.has_code:
        yield file, "calls stands beside a client.py, which makes its own"
        return
    used = {call: (place, role) for place, call, role in named_calls(manifest)}
    for name, call in manifest.calls.items():
        if name not in used:
            yield file, f"calls.{name} is not used"
            continue
        place, role = used[name]
        if call.role != role:
            yield file, f"calls.{name} is a {call.role} by its fields, but {place} needs a {role}"
        for wanted in call.placeholders():
            if wanted.partition(".")[0] not in ARGUMENTS[call.role] | {"settings"}:
                yield file, f"calls.{name}: a {call.role} has no {{{wanted}}}"
        topics = manifest.receives.topics
        if call.topic is not None and (call.topic not in topics or not topics[call.topic].internal):
            yield file, f"calls.{name}: {call.topic} is no internal topic"
    auth = manifest.auth
    if manifest.calls and auth is not None and auth.scheme not in AUTH_SCHEMES:
        yield file, f"auth.scheme {auth.scheme} needs a client.py; calls know {', '.join(sorted(AUTH_SCHEMES))}"
    if manifest.calls and auth is not None and auth.scheme in ("header", "query") and not auth.header:
        yield file, f"auth.header does not say how the {auth.scheme} is called"


def pushes(connector: Connector) -> Found:
    """A push of stock says whether it is per location or per channel."""
    stock = connector.manifest.pushes.get("stock")
    if stock is not None and stock.per is None:
        yield manifest_of(connector), "pushes.stock does not say per: location or per: channel"
