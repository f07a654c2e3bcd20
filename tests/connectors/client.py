"""What the tests of every channel's client share: a stand-in that listens, bodies to push, facts of what is read."""

import http.server
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from connectors.client import Push
from connectors.connection import Connection
from connectors.signatures import Signed
from events.facts import build
from mappings.engine import load_in, load_out
from mappings.payloads import parse_json
from ops.standins.server import StandIn

MAPPINGS = Path(__file__).parents[2] / "mappings"
PATIENCE = 2.0
"""The seconds a client waits for an answer. A stalled stand-in sends none and hangs up long before."""
UTC_ONLY = {"timezone": "UTC"}
T = TypeVar("T", bound=StandIn)


@contextmanager
def listening(stand_in: T) -> Iterator[T]:
    """Let a stand-in listen on a free port."""
    stand_in.stall = 0.1
    stand_in.start()
    try:
        yield stand_in
    finally:
        stand_in.stop()


def connection_to(channel: str, connection_id: str, stand_in: StandIn, **more: Any) -> Connection:
    """Make a connection to a stand-in."""
    about = {"connection_id": connection_id, "tenant": "t", "connector": channel, "base_url": stand_in.base_url}
    return Connection.model_validate({**about, **more})


def push_of(
    channel: str,
    record: str,
    about: Mapping[str, Any],
    previous: Any = None,
    *,
    key: str = "key",
    **context: Mapping[str, Any],
) -> Push:
    """Make a push of a record with the body that the channel's mapping gives."""
    body = load_out(MAPPINGS / channel / f"{record}.out.yaml").body(about, context)
    believed = None if previous is None else Decimal(previous)
    return Push(record, key, body, "idempotency", believed)  # type: ignore[arg-type]  # the tests name records as text


def facts_of(
    channel: str, mapping: str, body: bytes, connection_id: str, context: Mapping[str, Any] = UTC_ONLY
) -> list[Any]:
    """Give the facts that a document of the channel states."""
    said = load_in(MAPPINGS / channel / f"{mapping}.in.yaml").statements(parse_json(body), context)
    return [build(statement, event_id="e", connection_id=connection_id) for statement in said]


@contextmanager
def door(path: str) -> Iterator[tuple[str, list[Signed]]]:
    """Open a door that keeps every webhook; gives its URL and what came in."""
    received: list[Signed] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(Signed("POST", "", dict(self.headers), body))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{path}", received
    finally:
        server.shutdown()
        server.server_close()


def arrived(received: list[Signed], count: int) -> list[Signed]:
    """Wait until so many have come in, and give them."""
    deadline = time.monotonic() + 5
    while len(received) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(received) == count
    return received
