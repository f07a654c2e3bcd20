"""How the kit makes a connector's calls: which there are, with which arguments, and how they end."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from connectors.client import Push, make_call
from connectors.errors import ConnectorError
from connectors.workshop.conformance.bodies import body_of
from connectors.workshop.conformance.server import LocalHttp, Scripted
from connectors.workshop.conformance.subject import Subject
from connectors.workshop.lint_files import CONFORMANCE

SINCE = "2026-11-22T09:00:00.000Z"
AT = "2026-11-22T12:00:00.000Z"
PLACES = {
    "owns": ("kit-place",),
    "sells_from": ("kit-place",),
    "locations": {"kit-location": "kit-place"},
    "default_location": "kit-place",
}


@dataclass(frozen=True)
class KitCall:
    """A call that the manifest names, and the arguments the kit makes it with."""

    name: str
    kind: Literal["fetch", "poll", "push", "identity"]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Ending:
    """How a call ended: with a result, with one of our errors, or with an exception that is none of ours."""

    result: Any = None
    error: ConnectorError | None = None
    crash: Exception | None = None

    def __str__(self) -> str:
        if self.crash is not None:
            return f"{type(self.crash).__name__}, which is none of connectors/errors.py"
        return type(self.error).__name__ if self.error is not None else f"a {type(self.result).__name__}"


def calls(subject: Subject) -> Iterator[KitCall]:
    """Give every call the manifest names, each once."""
    manifest, seen, ids = subject.connector.manifest, set(), given(subject).get("ids", {})
    fetches = [topic.fetch.call for topic in manifest.receives.topics.values() if topic.fetch]
    found = [KitCall(name, "fetch", (ids.get(name, "1001"),)) for name in fetches]
    found += [KitCall(poll.call, "poll", (SINCE, None)) for poll in manifest.polls.values()]
    found += [KitCall(rule.call, "push", (_push(subject, record),)) for record, rule in manifest.pushes.items()]
    identity = (manifest.identity.sku_of, manifest.identity.stock_id_of)
    found += [KitCall(name, "identity", (ids.get(name, "1001"),)) for name in identity if name]
    for call in found:
        if call.name not in seen:
            seen.add(call.name)
            yield call


def _push(subject: Subject, record: Any) -> Push:
    previous = Decimal(5) if record == "stock" else None
    return Push(record, "kit", body_of(subject, record), "kit-key", previous, AT)


def connect(subject: Subject, script: Scripted) -> Callable[[KitCall], Ending]:
    """Give a function that makes a call with a new client, so that no token or list of an earlier call is left."""
    more = given(subject)
    connection = subject.connection(**{**PLACES, "base_url": script.url, **more.get("connection", {})})
    secrets = {**subject.secrets(), **more.get("secrets", {})}
    kind, name = subject.connector.client_class, subject.connector.folder.name

    def make(call: KitCall) -> Ending:
        try:
            client = kind(connection, secrets, LocalHttp(name, script.url))
            return Ending(make_call(client, call.name, *call.arguments))
        except ConnectorError as error:
            return Ending(error=error)
        except Exception as error:  # noqa: BLE001 - what the kit is for
            return Ending(crash=error)

    return make


def given(subject: Subject) -> dict[str, Any]:
    """Read what the kit cannot know: `conformance.json` beside the samples, with `connection`, `secrets` and `ids`.

    `connection` and `secrets` are what a client needs beyond the kit's own. `ids` maps the name of a fetch or identity
    call to the id that it asks for.
    """
    file = subject.connector.samples_folder / CONFORMANCE
    content: dict[str, Any] = json.loads(file.read_bytes()) if file.is_file() else {}
    return content
