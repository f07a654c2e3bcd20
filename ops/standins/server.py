"""What every stand-in shares: an HTTP server on 127.0.0.1, routes, faults on demand, a log of calls, and webhooks.

A stand-in is a subclass of `StandIn`. It lists its routes, and says how its vendor checks credentials, signs webhooks
and shapes errors. Handlers run one at a time under `lock`, like transactions of the vendor's database.
"""

import http.server
import json
import re
import socket
import struct
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from ops.standins.deliveries import Deliveries, Delivery

Mode = Literal["429", "500", "timeout", "reset", "200_error", "401", "lost"]
Reply = tuple[int, Mapping[str, str], Any]  # status, headers, and JSON (or bytes as they are, or None)


@dataclass(frozen=True)
class Request:
    """One call as a handler sees it. Names of headers are in lower case. `groups` are the named groups of the route."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    groups: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Parse the body. Numbers with a fraction become Decimal."""
        return json.loads(self.body or b"null", parse_float=Decimal)


@dataclass(frozen=True)
class Call:
    """One line of the log: the call, and the status of the answer. 0: no answer was sent."""

    method: str
    path: str
    status: int
    idempotency_key: str | None
    body: bytes


@dataclass
class Fault:
    """A scripted fault: for the next `times` calls or, if `until` is given, for all calls before that time."""

    mode: Mode
    times: int | None
    until: datetime | None
    path: re.Pattern[str]


Route = tuple[str, str, Callable[[Request], Reply]]  # method, regular expression of the whole path, handler


class StandIn:
    """A vendor's API on this machine. A subclass adds what is its vendor's: calls, credentials, signature, errors."""

    stall = 30.0  # seconds that a "timeout" fault waits before it drops the connection
    retry_after = "1"
    copies = 1  # how often each webhook is sent: vendors who promise "at least once" send some twice

    def __init__(self, hub_url: str = "") -> None:
        self.lock = threading.RLock()
        self.calls: list[Call] = []
        self.deliveries = Deliveries(self.sign)
        self.deliveries.url = hub_url
        self.base_url = ""
        self._faults: list[Fault] = []
        self._last = datetime.fromtimestamp(0, UTC)
        self._stopped = threading.Event()
        self._server: http.server.ThreadingHTTPServer | None = None
        self._routes = [(method, re.compile(pattern), handler) for method, pattern, handler in self.routes()]

    # What a subclass says about its vendor.

    def routes(self) -> list[Route]:
        """List the calls this vendor answers."""
        raise NotImplementedError

    def authorised(self, request: Request) -> bool:
        """Say whether the call carries the right credentials."""
        raise NotImplementedError

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Give the headers the vendor puts on a webhook to `url`."""
        raise NotImplementedError

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error as the vendor does."""
        return status, {}, {"error": code, "message": message}

    def soft_error(self) -> Reply:
        """Give the vendor's error that comes with status 200, for the fault "200_error"."""
        return 200, {}, {"errors": [{"message": "internal"}]}

    def idempotency_key(self, request: Request) -> str | None:
        """Find the call's idempotency key, for the log."""
        return request.headers.get("idempotency-key")

    # Running it.

    @property
    def hub_url(self) -> str:
        """Where webhooks go. Empty: nobody subscribed."""
        return self.deliveries.url

    @hub_url.setter
    def hub_url(self, url: str) -> None:
        self.deliveries.url = url

    def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1 and give the base URL."""
        stand_in = self

        class Handler(_Handler):
            owner = stand_in

        self._stopped.clear()
        self._server = _Server(("127.0.0.1", port), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name=self.base_url).start()
        self.deliveries.start()
        return self.base_url

    def stop(self) -> None:
        """Stop listening and delivering."""
        self._stopped.set()
        self.deliveries.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def now(self) -> datetime:
        """Give the time. It never gives the same millisecond twice, so that versions differ."""
        with self.lock:
            self._last = max(datetime.now(UTC), self._last + timedelta(milliseconds=1))
            return self._last

    def deliver(self, topic: str, body: Any, delivery_id: str | None = None, copies: int = 1) -> Delivery:
        """Queue a webhook. With `copies` the same delivery is sent several times, as vendors may do."""
        delivery = Delivery(topic, json.dumps(body, default=str).encode())
        delivery.delivery_id = delivery_id or delivery.delivery_id
        for _ in range(max(copies, self.copies) - 1):
            self.deliveries.add(Delivery(topic, delivery.body, delivery.delivery_id))
        return self.deliveries.add(delivery)

    def pending(self) -> int:
        """Count the webhooks the hub has not accepted."""
        return self.deliveries.pending()

    def fail(self, mode: Mode, times: int | None = 1, seconds: float | None = None, path: str = "") -> None:
        """Script a fault for calls whose path fits the regular expression `path` anywhere.

        It holds for the next `times` calls, or for all calls in the next `seconds`. "lost" does the work and then drops
        the connection, like a time-out after the commit.
        """
        until = datetime.now(UTC) + timedelta(seconds=seconds) if seconds is not None else None
        with self.lock:
            self._faults.append(Fault(mode, None if until else times, until, re.compile(path)))

    def answer(self, request: Request) -> Reply | None:
        """Answer one call and log it. None means: drop the connection."""
        fault = self._fault(request.path)
        if fault == "timeout":
            self._stopped.wait(self.stall)
        if fault in ("timeout", "reset"):
            reply = None
        elif fault is not None and fault != "lost":
            reply = self._failed(fault)
        else:
            with self.lock:
                reply = self._handled(request)
        withheld = reply is None or fault == "lost"
        status = 0 if reply is None or withheld else reply[0]
        self.calls.append(Call(request.method, request.path, status, self.idempotency_key(request), request.body))
        return None if withheld else reply

    def _handled(self, request: Request) -> Reply:
        if not self.authorised(request):
            return self.error(401, "UNAUTHORIZED", "invalid credentials")
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                groups = {name: urllib.parse.unquote(value) for name, value in found.groupdict(default="").items()}
                return handler(
                    Request(request.method, request.path, request.query, request.headers, request.body, groups)
                )
        return self.error(404, "NOT_FOUND", f"no such call: {request.method} {request.path}")

    def _fault(self, path: str) -> Mode | None:
        """Give the first scripted fault that applies to a path, and count it as used."""
        with self.lock:
            now = datetime.now(UTC)
            self._faults = [f for f in self._faults if (f.until > now if f.until else (f.times or 0) > 0)]
            for fault in self._faults:
                if fault.path.search(path):
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault.mode
        return None

    def _failed(self, mode: Mode) -> Reply:
        """Shape a scripted fault as the vendor would."""
        if mode == "200_error":
            return self.soft_error()
        status, headers, body = self.error(int(mode), f"FAULT_{mode}", f"scripted {mode}")
        return status, {**headers, "Retry-After": self.retry_after} if mode == "429" else headers, body


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: StandIn
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.owner.answer(Request(self.command, parts.path, query, headers, body))
        if reply is None:
            self._drop()
            return
        status, extra, content = reply
        sent = content if isinstance(content, bytes) else b"" if content is None else _dump(content)
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(sent)), **extra}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _drop(self) -> None:
        """Close with a TCP reset: with a linger of zero seconds the kernel discards what is unsent."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing: the log of calls is `StandIn.calls`."""


def _dump(content: Any) -> bytes:
    return json.dumps(content, default=str, ensure_ascii=False).encode()
