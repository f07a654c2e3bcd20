"""A scripted channel on 127.0.0.1, and an HTTP client that reaches nothing else."""

import http.server
import socket
import struct
import threading
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from connectors.http import Http, Response

TIMEOUT = 0.3  # seconds the kit waits for an answer


@dataclass(frozen=True)
class Reply:
    """One answer. Mode `stall` gives none in time; mode `reset` breaks the TCP connection."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    mode: Literal["answer", "stall", "reset"] = "answer"

    def content(self) -> bytes:
        """Give the body as it is sent: bytes and text as they are, anything else as JSON."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else orjson.dumps(self.body)


class Scripted:
    """What the channel answers: each reply once, then the last one for ever. `asked` counts the calls."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = 0
        self._replies: list[Reply] = []
        self._released = threading.Event()

    def play(self, replies: Sequence[Reply]) -> None:
        """Begin a script."""
        self._replies, self.asked = list(replies), 0

    def next(self) -> Reply:
        """Take the next reply."""
        self.asked += 1
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def stall(self) -> None:
        """Keep a call waiting for longer than the caller's time-out."""
        self._released.wait(TIMEOUT * 4)

    def release(self) -> None:
        """End every wait of `stall`."""
        self._released.set()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(http.server.BaseHTTPRequestHandler):
    script: Scripted
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.script.next()
        if reply.mode == "stall":
            self.script.stall()
        if reply.mode != "answer":
            # A linger of zero seconds closes with a reset.
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        content = reply.content() if reply.body is not None else b""
        self.send_response(reply.status)
        kind = "text/html" if isinstance(reply.body, str) else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


@contextmanager
def channel() -> Iterator[Scripted]:
    """Run the channel; the script that it gives says what to answer."""
    script = Scripted()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"script": script}))
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.release()
        server.shutdown()
        server.server_close()


class LocalHttp(Http):
    """HTTP that sends every call to the scripted channel, whatever host the client names: none goes outside."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name, TIMEOUT)
        self._host = urllib.parse.urlsplit(url)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        body: bytes | None = None,
    ) -> Response:
        """Make one call, at the scripted channel."""
        parts = urllib.parse.urlsplit(url)
        local = parts._replace(scheme=self._host.scheme, netloc=self._host.netloc)
        return super().call(method, urllib.parse.urlunsplit(local), headers=headers, json_body=json_body, body=body)
