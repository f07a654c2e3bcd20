"""HTTP to channels: one pool, no redirects, bounded time and size, and the channel's answer as a typed error."""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import urllib3

from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)

MAX_ANSWER = 6 * 1024 * 1024  # bytes
MAX_RETRY_AFTER = 900.0  # seconds
DEFAULT_RETRY_AFTER = 1.0  # seconds

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Response:
    """What a channel answered with a 2xx. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    channel: str = "the channel"

    def json(self) -> Any:
        """Parse the body; numbers with a fraction become Decimal, so that no amount passes through a float.

        Raises:
            UnavailableError: the body is not JSON, as when a maintenance page comes with a 200.
        """
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise UnavailableError(f"{self.channel} answered {self.status} with a body that is not JSON") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def retry_after(value: str | None, now: float) -> float:
    """Read a Retry-After header (seconds or an HTTP date) as the seconds to wait from `now`, 0 to 900.

    `now` is in epoch seconds. A header that is missing or cannot be read gives 1 second.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), MAX_RETRY_AFTER)
    parsed = email.utils.parsedate_tz(text)
    if parsed is None:
        return DEFAULT_RETRY_AFTER
    try:
        seconds = email.utils.mktime_tz(parsed) - now
    except (ValueError, OverflowError):
        return DEFAULT_RETRY_AFTER
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


class Http:
    """A pool of HTTP connections to one channel. Errors show `name`; `timeout` (seconds) bounds a whole answer."""

    def __init__(self, name: str, timeout: float = 10.0) -> None:
        self.name = name
        self._timeout = timeout
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=min(3.0, timeout), read=timeout), retries=False, cert_reqs="CERT_REQUIRED"
        )

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        body: bytes | None = None,
    ) -> Response:
        """Make one call and give its 2xx answer.

        Raises:
            UnauthorisedError, NotFoundError, RejectedError, RateLimitedError, UnavailableError: as the answer says.
        """
        sent = dict(headers or {})
        if json_body is not None:
            body = orjson.dumps(json_body)
            sent.setdefault("Content-Type", "application/json")
        deadline = time.monotonic() + self._timeout
        try:
            answer = self._pool.request(method, url, headers=sent, body=body, redirect=False, preload_content=False)
            content = self._read(method, answer, deadline)
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"{self.name} did not answer {method}: {type(error).__name__}") from error
        received = {name.lower(): value for name, value in answer.headers.items()}
        self._raise_for(method, answer.status, received, content)
        return Response(answer.status, received, content, self.name)

    def _read(self, method: str, answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        """Read an answer piece by piece: a channel that drips bytes never trips the socket's own time-out."""
        content = bytearray()
        while piece := answer.read1(_PIECE, decode_content=True):
            content += piece
            if len(content) > MAX_ANSWER:
                answer.close()
                raise RejectedError(f"{self.name} answered more than {MAX_ANSWER} bytes to {method}", answer.status)
            if time.monotonic() > deadline:
                answer.close()
                raise UnavailableError(f"{self.name} took more than {self._timeout:g} s to answer {method}")
        answer.release_conn()
        return bytes(content)

    def _raise_for(self, method: str, status: int, headers: Mapping[str, str], content: bytes) -> None:
        """Turn anything but a 2xx into the error that says what to do next."""
        if 200 <= status < 300:
            return
        message = f"{self.name} answered {status} to {method}"
        if status == 429:
            value = headers.get("retry-after") or headers.get("x-retry-after")
            raise RateLimitedError(message, retry_after(value, time.time()))
        if status >= 500:
            raise UnavailableError(message)
        if status in (401, 403):
            raise UnauthorisedError(message)
        if status == 404:
            raise NotFoundError(message, status, content)
        raise RejectedError(message, status, content)
