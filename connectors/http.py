"""HTTP to channels: one pool, no redirects, bounded time and size, and the channel's answer as a typed error."""

import email.utils
import json
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

MAX_ANSWER = 6 * 1024 * 1024
MAX_RETRY_AFTER = 900.0


@dataclass(frozen=True)
class Response:
    """What a channel answered with a 2xx. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body; numbers with a fraction become Decimal, so that no amount passes through a float."""
        return json.loads(self.body, parse_float=Decimal)


def retry_after(value: str | None, now: float) -> float:
    """Read a Retry-After header in either form, seconds or HTTP date, as seconds from `now`; 1 where it says nothing."""
    if not value:
        return 1.0
    try:
        seconds = float(value)
    except ValueError:
        parsed = email.utils.parsedate_tz(value)
        seconds = email.utils.mktime_tz(parsed) - now if parsed else 1.0
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


class Http:
    """A pool of connections to one channel. `name` stands in error messages."""

    def __init__(self, name: str, timeout: float = 10.0) -> None:
        self.name = name
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=3.0, read=timeout), retries=False, cert_reqs="CERT_REQUIRED"
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
        try:
            answer = self._pool.request(method, url, headers=sent, body=body, redirect=False, preload_content=False)
            content = answer.read(MAX_ANSWER + 1, decode_content=True)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"{self.name} did not answer {method}: {type(error).__name__}") from error
        if len(content) > MAX_ANSWER:
            raise RejectedError(f"{self.name} answered more than {MAX_ANSWER} bytes to {method}")
        received = {name.lower(): value for name, value in answer.headers.items()}
        self._raise_for(method, answer.status, received)
        return Response(answer.status, received, content)

    def _raise_for(self, method: str, status: int, headers: Mapping[str, str]) -> None:
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
            raise NotFoundError(message)
        raise RejectedError(message)
