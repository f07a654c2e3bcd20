"""What every route of the API shares: who asks, what was asked, and the one way to change a record by hand."""

import binascii
import functools
import hashlib
import json
import os
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from chalice.app import Chalice, Request, Response

from connectors.connection import NAME
from functions import runtime
from functions.cursors import CursorError
from functions.problems import RefusedError, answer, problem, shielded
from functions.queries.lookup import MissingError
from functions.runtime import client
from mappings.errors import PayloadError
from mappings.payloads import parse_json
from records.cause import Cause

MAX_JSON = 64 * 1024  # a request of a person or a program; payloads have a limit of their own
MAX_NAME = 1024  # bytes of what may become part of a key; DynamoDB takes 2048 in all

app = Chalice(app_name="api", configure_logs=False)


@functools.cache
def tenants(minute: int) -> dict[str, str]:
    """Read which token (as SHA-256) belongs to which tenant; once a minute, so that a revoked token ends soon."""
    secret = json.loads(client("secretsmanager").get_secret_value(SecretId=os.environ["API_SECRET"])["SecretString"])
    # The deployment makes one token, of the tenant "main"; `previous` is the one before it, while it is being changed.
    tokens = {secret[name]: secret.get("tenant", "main") for name in ("token", "previous") if name in secret}
    tokens |= secret.get("tokens", {})
    # What is no name could be read as the beginning of another tenant's keys: such a token gets nowhere.
    tokens = {token: tenant for token, tenant in tokens.items() if re.fullmatch(NAME, tenant, re.ASCII)}
    return {hashlib.sha256(token.encode()).hexdigest(): tenant for token, tenant in tokens.items()}


def _tenant() -> str | None:
    scheme, _, token = request().headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    # Tokens are compared by their digests: how long the look-up takes says nothing about the token.
    return tenants(int(runtime.now().timestamp() // 60)).get(hashlib.sha256(token.strip().encode()).hexdigest())


def request() -> Request:
    """Give the request that is being answered."""
    current: Request = app.current_request  # type: ignore[assignment] # there is one inside a view
    return current


def raw_body() -> bytes:
    """Give the body as it came.

    Raises:
        RefusedError: it is not the base64 that API Gateway says it is.
    """
    try:
        body: bytes = request().raw_body  # type: ignore[assignment] # API Gateway sends every body as base64
    except (binascii.Error, ValueError) as error:
        raise RefusedError(400, "body_malformed", "The body is marked as base64 and is not.") from error
    return body


def _json() -> Any:
    if len(raw_body()) > MAX_JSON:
        raise RefusedError(413, "body_too_large", f"The body has {len(raw_body())} bytes; {MAX_JSON} are taken.")
    try:
        return parse_json(raw_body() or b"{}")
    except PayloadError as error:
        raise RefusedError(400, error.code, str(error)) from error


PARTS: dict[str, Callable[[], Any]] = {
    "query": lambda: dict(request().query_params or {}),
    "headers": lambda: dict(request().headers),
    "body": _json,
}
"""What a view may ask for by a parameter of this name: it gets that part of the request as its contract's model."""


def by_hand(tenant: str) -> Cause:
    """Make the cause of a change that somebody asks for: its event id names the request."""
    name = hashlib.sha256(f"{tenant} {request().context.get('requestId', '')}".encode()).hexdigest()[:32]
    return Cause(tenant, f"api_{name}", "api", runtime.rfc3339(runtime.now()))


def route(path: str, method: str = "GET") -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Register a view behind the token check: `(tenant, **path parameters)` and any of PARTS → JSON value or Response.

    The view's contract stands in the module of `functions/contract/` that has the name of the view's own.
    """

    def wrap(view: Callable[..., Any]) -> Callable[..., Response]:
        parts = [part for part in PARTS if part in view.__annotations__]

        @functools.wraps(view)
        def guarded(**parameters: str) -> Response:
            tenant = _tenant()
            if tenant is None:
                return problem(401, "token_invalid", "Send a valid token as `Authorization: Bearer …`.")
            runtime.logger.append_keys(tenant=tenant)
            try:
                named = {name: _decoded(value) for name, value in parameters.items()}
                found = view(tenant, **named, **_checked(view, (method, path), parts))
            except MissingError as missing:
                return problem(404, "not_found", f"There is no {missing}.")
            except CursorError:
                return _not_a_cursor("body" if "body" in parts else "query")
            except RefusedError as refused:
                return refused.problem
            return found if isinstance(found, Response) else answer(200, found)

        registered: Callable[..., Response] = app.route(path, methods=[method], content_types=["*/*"])(
            shielded(guarded)
        )
        return registered

    return wrap


def _checked(view: Callable[..., Any], route: tuple[str, str], parts: list[str]) -> dict[str, Any]:
    """Give the parts of the request that a view takes. Its models are imported here: a cold start pays for none."""
    if not parts:
        return {}
    check = import_module("functions.contract.check")
    operation = import_module(view.__module__.replace(".routes.", ".contract.")).OPERATIONS[route]
    return {part: check.checked(getattr(operation, part), PARTS[part](), part) for part in parts}


def _not_a_cursor(part: str) -> Response:
    refusal = import_module("functions.contract.check").refusal
    refused: RefusedError = refusal(part, (("cursor",), "must be one that an earlier page gave"))
    return refused.problem


def _decoded(value: str) -> str:
    """Read a part of the path: a REST API of API Gateway hands it on as it stands in the URL.

    Raises:
        MissingError: it is longer than any name.
    """
    name = unquote(value)
    if len(name.encode(errors="replace")) > MAX_NAME:
        raise MissingError(f"{name[:80]}…: a name has at most {MAX_NAME} bytes")
    return name
