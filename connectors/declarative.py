"""The client of a connector that has none of its own: it makes the calls its manifest describes."""

import base64
import json
import time
import urllib.parse
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, NoReturn

from connectors.calls import Call, Failure, Role, fill
from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import (
    ConnectorError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import DEFAULT_RETRY_AFTER, Http, Response, retry_after
from connectors.manifest import Auth, Manifest
from mappings.expressions.compilation import compile_expression
from mappings.payloads import write_json

Argument = Mapping[str, Any]

# What evaluating an expression on an answer of another shape can raise; JMESPath's own errors are ValueErrors.
_UNFIT = (ValueError, TypeError, ArithmeticError, RecursionError)


class StaleError(ConnectorError):
    """The channel shows another quantity than we believed. It does not leave this module."""

    def __init__(self, shown: Decimal | None) -> None:
        super().__init__("stale")
        self.shown = shown


class DeclarativeClient:
    """One account at a channel, called as `manifest.calls` says. `client_class` adds a method for each call."""

    manifest: ClassVar[Manifest]

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._secrets = secrets
        self._http = http

    def call(self, name: str, *arguments: Any) -> Any:
        """Make a call by its name in the manifest, with the arguments that a method of its role takes.

        Raises:
            ConnectorError: one of connectors.errors, as the answer and the manifest's `errors` say.
        """
        return METHODS[self.manifest.calls[name].role](self, name, *arguments)

    def ask(self, name: str, argument: Argument) -> tuple[Response, Any]:
        """Make a call; give its answer and the parsed body (None where it is empty), once it is known to be a success.

        Raises:
            ConnectorError: one of connectors.errors, or StaleError, as the answer and the manifest's `errors` say.
        """
        call = self.manifest.calls[name]
        argument = {**argument, "settings": self._connection.settings}
        try:
            response = self._send(name, call, argument)
        except RejectedError as error:
            content = _parsed(error.body)
            failure = _listed(call, error.status, content)
            if failure is None:
                raise
            self._fail(name, call, failure, content, error.status)
        content = response.json() if response.body else None
        failure = _listed(call, response.status, content)
        if failure is not None:
            self._fail(name, call, failure, content, response.status, response.headers.get("retry-after"))
        if call.success is not None and not search(call.success, content):
            # Neither a success nor an error that the manifest knows: likely the page of a gateway, so try again.
            raise UnavailableError(f"{self._http.name} answered {response.status} to {name}, and it is no success")
        return response, content

    def _send(self, name: str, call: Call, argument: Argument) -> Response:
        url = self._connection.base_url + self._path(name, call, argument)
        headers, query = self._authorisation()
        query |= _filled(call.query, argument)
        if query:
            url += "?" + urllib.parse.urlencode(query)
        headers = {**_filled(call.headers, argument), **headers}
        body = None
        if call.body is not None or call.role == "push":
            body = write_json(_without_null(search(call.body or "body", argument)))
            headers.setdefault("Content-Type", "application/json")
        try:
            return self._http.call(call.method, url, headers=headers, body=body)
        except ValueError as error:  # http.client refuses a line break or a character outside Latin-1 in a header
            raise RejectedError(f"{self._http.name}: a header or the address of {name} cannot be sent") from error

    def _path(self, name: str, call: Call, argument: Argument) -> str:
        path = fill(call.path, argument, _segment)
        # Percent-encoding keeps dots, and an HTTP client would take `..` for the folder above.
        if path is None or {".", ".."} & set(path.split("/")):
            raise RejectedError(f"{self._http.name}: {name} lacks a value that its path needs")
        return path

    def _authorisation(self) -> tuple[dict[str, str], dict[str, str]]:
        """Give the headers and the query that prove who we are."""
        auth = self.manifest.auth
        if auth is None or auth.secret is None:
            return {}, {}
        names = [auth.secret] if isinstance(auth.secret, str) else list(auth.secret)
        if missing := [name for name in names if not self._secrets.get(name)]:
            raise UnauthorisedError(f"{self._http.name}: the connection lacks the secret {missing[0]}")
        return _credentials(auth, [self._secrets[name] for name in names])

    def _fail(
        self, name: str, call: Call, failure: Failure, content: Any, status: int | None, wait: str | None = None
    ) -> NoReturn:
        """Raise what the manifest's `errors` say. The answer's text stays out of it, because it may name a person."""
        message = f"{self._http.name} answered {status} to {name}: {failure}"
        if failure == "stale":
            raise StaleError(quantity(search(call.shown, content)) if call.shown else None)
        if failure == "rate_limited":
            raise RateLimitedError(message, retry_after(wait, time.time()) if wait else DEFAULT_RETRY_AFTER)
        kinds: dict[str, type[ConnectorError]] = {
            "rejected": RejectedError,
            "not_found": NotFoundError,
            "unauthorised": UnauthorisedError,
            "unavailable": UnavailableError,
        }
        raise kinds[failure](message)


def client_class(manifest: Manifest) -> type[DeclarativeClient]:
    """Make the client class of a manifest: a method for each call, as a client.py would have it."""
    methods = {name: _method(name) for name in manifest.calls}
    return type("Client", (DeclarativeClient,), {"manifest": manifest, **methods})


def _method(name: str) -> Callable[..., Any]:
    def method(self: DeclarativeClient, *arguments: Any) -> Any:
        return self.call(name, *arguments)

    method.__name__ = name
    return method


def _fetch(client: DeclarativeClient, name: str, id: str) -> Document:  # noqa: A002
    response, content = client.ask(name, {"id": id})
    if not isinstance(content, dict | list):
        raise UnavailableError(f"{client.manifest.name} answered {response.status} to {name} without a document")
    return Document(str(client.manifest.calls[name].topic), response.body)


def _poll(client: DeclarativeClient, name: str, since: str, cursor: str | None) -> Page:
    call = client.manifest.calls[name]
    response, content = client.ask(name, {"since": since, "cursor": cursor})
    items = search(str(call.items), content)
    if not isinstance(items, list):
        raise UnavailableError(f"{client.manifest.name} answered {response.status} to {name} without a list")
    following = _text(search(call.next, content)) if call.next else None
    if following is not None and following == cursor:
        # Followed, it would give the same page for ever.
        raise UnavailableError(f"{client.manifest.name} gave {name} the cursor it was asked with")
    return Page(tuple(Document(str(call.topic), write_json(item)) for item in items), following)


def _push(client: DeclarativeClient, name: str, push: Push) -> Answer:
    call = client.manifest.calls[name]
    argument = {
        "body": push.body,
        "key": push.key,
        "idempotency_key": push.idempotency_key,
        "previous": push.previous,
        "as_of": push.as_of,
    }
    try:
        response, content = client.ask(name, argument)
    except StaleError as stale:
        return Answer("stale", shown=stale.shown)
    shown = quantity(search(call.shown, content)) if call.shown else None
    reference = _text(search(call.reference, content)) if call.reference else None
    return Answer("done", shown=shown, reference=reference, status=response.status)


def _identity(client: DeclarativeClient, name: str, id: str) -> str | None:  # noqa: A002
    try:
        _, content = client.ask(name, {"id": id})
    except NotFoundError:
        return None
    return _text(search(str(client.manifest.calls[name].value), content))


METHODS: Mapping[Role, Callable[..., Any]] = {"fetch": _fetch, "poll": _poll, "push": _push, "identity": _identity}


def search(expression: str, content: Any) -> Any:
    """Evaluate JMESPath; None where the content has not the shape that the expression expects."""
    try:
        return compile_expression(expression).search(content)
    except _UNFIT:
        return None


def quantity(value: Any) -> Decimal | None:
    """Read a quantity in an answer; None where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value) or None


def _listed(call: Call, status: int | None, content: Any) -> Failure | None:
    """Find the first row of `errors` that an answer matches."""
    for known, failure in call.errors.items():
        if int(known) == status if known.isdecimal() else search(known, content):
            return failure
    return None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _filled(templates: Mapping[str, str], argument: Argument) -> dict[str, str]:
    filled = ((name, fill(template, argument)) for name, template in templates.items())
    return {name: value for name, value in filled if value is not None}


def _segment(value: str) -> str:
    return urllib.parse.quote(value, safe="")


def _credentials(auth: Auth, values: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    if auth.scheme == "bearer":
        return {"Authorization": f"Bearer {values[0]}"}, {}
    if auth.scheme == "basic":
        pair = ":".join(values) if len(values) > 1 or ":" in values[0] else f"{values[0]}:"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, {}
    own = {str(auth.header): values[0]}
    return (own, {}) if auth.scheme == "header" else ({}, own)


def _without_null(value: Any) -> Any:
    """Leave out keys whose value is null: what the hub does not know it must not clear."""
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value
