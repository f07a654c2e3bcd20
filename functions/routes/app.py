"""What every route of the API shares: who asks, what was asked, and the one way to change a record by hand."""

import binascii
import functools
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from chalice.app import Chalice, Request, Response

from connectors.connection import NAME
from functions import runtime
from functions.indexes import CursorError
from functions.problems import answer, problem, shielded
from functions.queries.lookup import MissingError
from functions.runtime import client
from mappings.errors import PayloadError
from mappings.payloads import parse_json
from records.cause import Cause

MAX_JSON = 64 * 1024  # a request of a person or a program; payloads have a limit of their own
MAX_NAME = 1024  # bytes of what may become part of a key; DynamoDB takes 2048 in all
MAX_PAGE = 200

app = Chalice(app_name="api", configure_logs=False)


class RefusedError(Exception):
    """What was asked cannot be done; the problem says why."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.problem = problem(status, code, detail, **more)


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


def query(*known: str) -> dict[str, str]:
    """Give what stands behind the question mark.

    Raises:
        RefusedError: there is a name that the route does not know, or a value longer than any that is known.
    """
    asked = dict(request().query_params or {})
    unknown = sorted(set(asked) - set(known))
    if unknown:
        names = ", ".join(name[:80] for name in unknown)
        raise RefusedError(400, "query_invalid", f"Unknown: {names}. Known: {', '.join(known)}.")
    for name, value in asked.items():
        if _is_too_long(value):
            raise RefusedError(400, "query_invalid", f"{name[:80]} has more than {MAX_NAME} bytes.")
    return asked


@contextmanager
def paging() -> Iterator[None]:
    """Refuse a cursor that no page gave."""
    try:
        yield
    except CursorError as error:
        raise RefusedError(400, "query_invalid", "cursor must be one that an earlier page gave.") from error


def page_size(asked: dict[str, str], usual: int = 50) -> int:
    """Give how many a page may hold.

    Raises:
        RefusedError: `limit` is no number a page may have.
    """
    limit = asked.get("limit", str(usual))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_PAGE:
        raise RefusedError(400, "query_invalid", f"limit must be 1 to {MAX_PAGE}.")
    return int(limit)


def _is_too_long(text: str) -> bool:
    return len(text.encode(errors="replace")) > MAX_NAME


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


def body(**fields: type | tuple[type, ...]) -> dict[str, Any]:
    """Read a JSON object whose fields have these types; a type that includes None may be missing.

    Raises:
        RefusedError: it is none, or a field is missing, unknown or of another type.
    """
    if len(raw_body()) > MAX_JSON:
        raise RefusedError(413, "body_too_large", f"The body has {len(raw_body())} bytes; {MAX_JSON} are taken.")
    try:
        said = parse_json(raw_body() or b"{}")
    except PayloadError as error:
        raise RefusedError(400, error.code, str(error)) from error
    if not isinstance(said, dict):
        raise RefusedError(400, "body_invalid", "Send a JSON object.")
    unknown = sorted(set(said) - set(fields))
    if unknown:
        raise RefusedError(400, "body_invalid", f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(fields))}.")
    for name, kind in fields.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(said.get(name), kinds) or (isinstance(said.get(name), bool) and bool not in kinds):
            raise RefusedError(400, "body_invalid", f"{name} is missing or of another type.")
        if isinstance(said.get(name), str) and _is_too_long(said[name]):
            raise RefusedError(400, "body_invalid", f"{name} has more than {MAX_NAME} bytes.")
    return said


def by_hand(tenant: str) -> Cause:
    """Make the cause of a change that somebody asks for: its event id names the request."""
    name = hashlib.sha256(f"{tenant} {request().context.get('requestId', '')}".encode()).hexdigest()[:32]
    return Cause(tenant, f"api_{name}", "api", runtime.rfc3339(runtime.now()))


def route(path: str, method: str = "GET") -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Register a view `(tenant, **path parameters) -> JSON value or Response` behind the token check."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Response]:
        def guarded(**parameters: str) -> Response:
            tenant = _tenant()
            if tenant is None:
                return problem(401, "token_invalid", "Send a valid token as `Authorization: Bearer …`.")
            runtime.logger.append_keys(tenant=tenant)
            try:
                found = view(tenant, **{name: _decoded(value) for name, value in parameters.items()})
            except MissingError as missing:
                return problem(404, "not_found", f"There is no {missing}.")
            except RefusedError as refused:
                return refused.problem
            return found if isinstance(found, Response) else answer(200, found)

        guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
        registered: Callable[..., Response] = app.route(path, methods=[method], content_types=["*/*"])(
            shielded(guarded)
        )
        return registered

    return wrap


def _decoded(value: str) -> str:
    """Read a part of the path: a REST API of API Gateway hands it on as it stands in the URL.

    Raises:
        MissingError: it is longer than any name.
    """
    name = unquote(value)
    if _is_too_long(name):
        raise MissingError(f"{name[:80]}…: a name has at most {MAX_NAME} bytes")
    return name
