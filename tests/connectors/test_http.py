"""HTTP to channels: an answer is a 2xx or the error that says what to do next."""

import gzip
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from connectors.errors import (
    MAX_ERROR_BODY,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import MAX_ANSWER, Http, Response, retry_after

PERSON = b'{"error": "no customer jane@example.com"}'
NOW = 1_445_412_000.0  # Wed, 21 Oct 2015 07:20:00 GMT


class Channel(BaseHTTPRequestHandler):
    """A stand-in whose path says what it answers."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []
    connections: ClassVar[set[object]] = set()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        received = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, received, body))
        self.connections.add(self.client_address)
        getattr(self, "on_" + self.path.split("/")[1])(self.path.split("/")[2:])

    do_GET = do_POST = do_PUT = answer  # noqa: N815

    def say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def on_status(self, rest: list[str]) -> None:
        self.say(int(rest[0]), PERSON, {"Retry-After": "7", "Location": "/status/200"})

    def on_big(self, rest: list[str]) -> None:
        self.say(int(rest[0]), b"x" * int(rest[1]))

    def on_gzip(self, _rest: list[str]) -> None:
        self.say(200, gzip.compress(b'{"total": 0.10}'), {"Content-Encoding": "gzip"})

    def on_bomb(self, _rest: list[str]) -> None:
        self.say(200, gzip.compress(b"0" * (MAX_ANSWER * 4)), {"Content-Encoding": "gzip"})

    def on_short(self, _rest: list[str]) -> None:
        self.say(200, b"{}", {"Content-Length": "50"})
        self.close_connection = True

    def on_chunked(self, _rest: list[str]) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in (b"[1,", b" 2]", b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def on_drip(self, _rest: list[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def on_silent(self, _rest: list[str]) -> None:
        time.sleep(2)

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Channel)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def http() -> Http:
    return Http("acme")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, RejectedError),
        (400, RejectedError),
        (401, UnauthorisedError),
        (403, UnauthorisedError),
        (404, NotFoundError),
        (409, RejectedError),
        (422, RejectedError),
        (429, RateLimitedError),
        (500, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_an_answer_is_the_error_that_says_what_to_do_next(http: Http, base: str, status: int, error: type) -> None:
    with pytest.raises(error, match=f"^acme answered {status} to POST$") as raised:
        http.call("POST", f"{base}/status/{status}", json_body={"token": "hidden"})
    assert type(raised.value) is error
    assert raised.value.retry == (status == 429 or status >= 500)


def test_a_rejected_answer_can_be_read_but_is_not_in_the_message(http: Http, base: str) -> None:
    for status, error in ((422, RejectedError), (404, NotFoundError)):
        with pytest.raises(error, match="acme answered") as raised:
            http.call("GET", f"{base}/status/{status}")
        assert (raised.value.status, raised.value.body) == (status, PERSON)
        assert "jane" not in str(raised.value)
        assert "jane" not in repr(raised.value)


def test_a_rejected_answer_is_kept_up_to_64_kib(http: Http, base: str) -> None:
    with pytest.raises(RejectedError, match="acme answered 400") as raised:
        http.call("GET", f"{base}/big/400/{MAX_ERROR_BODY + 1}")
    assert raised.value.body == b"x" * 65_536


def test_a_client_may_reject_without_an_answer() -> None:
    assert (RejectedError("acme refused 3 lines").status, NotFoundError("no such order").body) == (None, b"")


def test_a_rate_limit_says_how_long_to_wait(http: Http, base: str) -> None:
    with pytest.raises(RateLimitedError, match="429") as raised:
        http.call("GET", f"{base}/status/429")
    assert raised.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 1.0),
        ("", 1.0),
        ("0", 0.0),
        ("2.5", 2.5),
        (" 3 ", 3.0),
        ("86400", 900.0),
        ("Wed, 21 Oct 2015 07:21:00 GMT", 60.0),
        ("Wed, 21 Oct 2015 07:19:00 GMT", 0.0),
        ("Fri, 21 Oct 2095 07:19:00 GMT", 900.0),
        ("nan", 1.0),
        ("inf", 1.0),
        ("-5", 1.0),
        ("soon", 1.0),
        ("٣", 1.0),
        ("Wed, 99 Oct 99999 07:19:00 GMT", 1.0),
    ],
)
def test_retry_after_is_read_in_either_form_and_bounded(value: str | None, seconds: float) -> None:
    assert retry_after(value, NOW) == seconds


def test_an_amount_never_passes_through_a_float(http: Http, base: str) -> None:
    answer = http.call("GET", f"{base}/gzip")
    assert answer.json() == {"total": Decimal("0.10")}
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000, b'{"a": NaN}', b"1" * 5000])
def test_a_2xx_that_is_not_json_counts_as_unavailable(body: bytes) -> None:
    with pytest.raises(UnavailableError, match="acme answered 200 with a body that is not JSON"):
        Response(200, {}, body, "acme").json()


def test_a_chunked_answer_is_read_whole(http: Http, base: str) -> None:
    assert http.call("GET", f"{base}/chunked").json() == [1, 2]


def test_an_answer_of_the_largest_size_is_read_and_one_byte_more_is_refused(http: Http, base: str) -> None:
    assert len(http.call("GET", f"{base}/big/200/{MAX_ANSWER}").body) == MAX_ANSWER
    for path in (f"big/200/{MAX_ANSWER + 1}", "bomb"):
        with pytest.raises(RejectedError, match=f"acme answered more than {MAX_ANSWER} bytes to GET"):
            http.call("GET", f"{base}/{path}")
    assert http.call("GET", f"{base}/chunked").status == 200


def test_half_an_answer_counts_as_none(http: Http, base: str) -> None:
    with pytest.raises(UnavailableError, match=r"acme did not answer GET: (IncompleteRead|ProtocolError)"):
        http.call("GET", f"{base}/short")


@pytest.mark.parametrize("path", ["silent", "drip"])
def test_a_channel_gets_no_more_than_its_time(base: str, path: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"acme (did not answer|took more than 0\.3 s to answer) GET"):
        Http("acme", timeout=0.3).call("GET", f"{base}/{path}")
    assert time.monotonic() - started < 1.5


def test_nobody_there_is_unavailable(http: Http) -> None:
    with pytest.raises(UnavailableError, match="acme did not answer GET: NewConnectionError") as raised:
        http.call("GET", "http://127.0.0.1:9/orders?access_token=hidden")
    assert "hidden" not in str(raised.value)


def test_a_redirect_is_not_followed(http: Http, base: str) -> None:
    Channel.seen.clear()
    with pytest.raises(RejectedError, match="acme answered 302"):
        http.call("GET", f"{base}/status/302")
    assert [path for _, path, _, _ in Channel.seen] == ["/status/302"]


def test_a_json_body_is_sent_with_its_type_and_other_bytes_as_they_are(http: Http, base: str) -> None:
    Channel.seen.clear()
    http.call("POST", f"{base}/chunked", json_body={"quantity": 3}, headers={"X-Key": "k"})
    http.call("PUT", f"{base}/chunked", body=b"a=1", headers={"Content-Type": "text/plain"})
    (_, _, first, sent), (method, _, second, raw) = Channel.seen
    assert (sent, first["content-type"], first["x-key"]) == (b'{"quantity":3}', "application/json", "k")
    assert (method, raw, second["content-type"]) == ("PUT", b"a=1", "text/plain")


def test_calls_after_one_another_share_a_connection(http: Http, base: str) -> None:
    Channel.connections.clear()
    for path in ("gzip", "chunked", "gzip"):
        http.call("GET", f"{base}/{path}")
    with pytest.raises(NotFoundError, match="404"):
        http.call("GET", f"{base}/status/404")
    http.call("GET", f"{base}/gzip")
    assert len(Channel.connections) == 1
