"""Answers of the HTTP functions: JSON, and RFC 9457 problem details for everything that went wrong."""

import functools
from collections.abc import Callable
from typing import Any

import orjson
from chalice.app import Chalice, Response

from functions.runtime import REFUSALS, logger

TITLES = {
    400: "Malformed request",
    401: "Not authorised",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported content type",
    422: "Refused",
    429: "Too many requests",
    500: "Internal error",
    503: "Try again later",
}


class RefusedError(Exception):
    """What was asked cannot be done; the problem says why."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.problem = problem(status, code, detail, **more)


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


def unrouted(app: Chalice, event: dict[str, Any]) -> Response | None:
    """Give the problem of a request that no route takes. API Gateway lets none through; whoever else calls may."""
    asked = event.get("requestContext", {})
    methods = app.routes.get(asked.get("resourcePath"))
    if methods is None:
        return problem(404, "route_unknown", "There is no such route; see /v1/openapi.json.")
    if asked["httpMethod"] not in methods:
        allowed = ", ".join(sorted(methods))
        return problem(405, "method_not_allowed", f"This route takes {allowed}.", {"Allow": allowed})
    return None


def shielded(view: Callable[..., Response]) -> Callable[..., Response]:
    """Make a view answer a problem whatever fails inside: 503 where AWS did not do what was asked, else 500."""

    @functools.wraps(view)
    def call(**parameters: str) -> Response:
        try:
            return view(**parameters)
        except REFUSALS as error:
            logger.exception("AWS did not do what was asked")
            code = getattr(error, "code", "platform_unavailable")
            return problem(503, code, "The hub cannot do this now; ask again.", {"Retry-After": "5"})
        except Exception:  # noqa: BLE001 - whoever asked keeps what was sent and asks again
            logger.exception("a bug")
            return problem(500, "internal_error", "The hub failed. Its log says why.")

    return call
