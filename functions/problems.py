"""Answers of the HTTP functions: JSON, and RFC 9457 problem details for everything that went wrong."""

from typing import Any

import orjson
from chalice.app import Response

TITLES = {
    400: "Malformed request",
    401: "Not authorised",
    404: "Not found",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported content type",
    500: "Internal error",
    503: "Try again later",
}


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    """Give a JSON answer."""
    return Response(
        body=orjson.dumps(body, default=str).decode(),
        status_code=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Give a problem: what, where and what next. `code` is for machines."""
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "code": code, "detail": detail, **more}
    return Response(
        body=orjson.dumps(body).decode(),
        status_code=status,
        headers={"Content-Type": "application/problem+json", **(headers or {})},
    )
