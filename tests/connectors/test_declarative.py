"""Calls that a manifest describes: what is sent, and what becomes of each answer."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.client import Answer, Document, Push
from connectors.connection import Connection
from connectors.declarative import client_class
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import Http
from connectors.manifest import Manifest
from ops.standins.server import Reply, Request, Route, StandIn

CALLS: dict[str, Any] = {
    "order": {"path": "/orders/{id}", "topic": "order"},
    "changed": {
        "path": "/orders",
        "query": {"since": "{since}", "page": "{cursor}", "shop": "{settings.shop}"},
        "items": "orders",
        "next": "next",
        "topic": "order",
    },
    "article": {"path": "/articles", "query": {"sku": "{id}"}, "value": "found[0].id"},
    "set": {
        "method": "PUT",
        "path": "/stock/{body.article}",
        "headers": {"Idempotency-Key": "{idempotency_key}", "X-As-Of": "{as_of}"},
        "body": "{pieces: body.pieces, was: previous, at: as_of}",
        "success": "ok",
        "errors": {"409": "stale", "code == 'BUSY'": "rate_limited", "code == 'BLOCKED'": "unauthorised"},
        "shown": "pieces",
        "reference": "change",
    },
    "save": {"method": "POST", "path": "/people"},
}
SMALL: dict[str, Any] = {
    "channel": "acme",
    "name": "Acme",
    "kind": "ecommerce",
    "api_version": "1",
    "docs": "https://acme.example",
    "owner": "tests",
    "grade": "bronze",
    "secrets": ["key", "other"],
    "calls": CALLS,
    "auth": {"scheme": "bearer", "secret": "key"},
}
PUSH = Push("stock", "MUG", {"article": "a/1 ü", "pieces": 7, "spare": None}, "idem-1", Decimal("5.5"), None)


class Channel(StandIn):
    """Answers whatever it is told to and keeps what it was asked."""

    def __init__(self) -> None:
        self.reply: Reply = (200, {}, {})
        self.requests: list[Request] = []
        super().__init__()

    def routes(self) -> list[Route]:
        return [(method, ".*", self._answer) for method in ("GET", "PUT", "POST")]

    def authorised(self, request: Request) -> bool:
        return True

    def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.reply


@pytest.fixture
def channel() -> Iterator[Channel]:
    made = Channel()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(channel: Channel) -> Callable[..., Any]:
    def make(secrets: dict[str, str] | None = None, settings: dict[str, str] | None = None, **parts: Any) -> Any:
        manifest = Manifest.model_validate({**SMALL, **parts})
        fields = {"connection_id": "c", "tenant": "t", "connector": "acme", "base_url": channel.base_url}
        connection = Connection.model_validate({**fields, "settings": settings or {}})
        held = {"key": "k-1", "other": "o-1"} if secrets is None else secrets
        return client_class(manifest)(connection, held, Http("Acme", 2))

    return make


def test_a_fetched_document_is_the_answer_byte_for_byte(channel: Channel, client: Callable[..., Any]) -> None:
    channel.reply = (200, {}, b'{"id": 1, "total": 12.50}')
    assert client().order("a b/1") == Document("order", b'{"id": 1, "total": 12.50}')
    assert channel.requests[0].path == "/orders/a%20b%2F1"
    assert channel.requests[0].headers["authorization"] == "Bearer k-1"


@pytest.mark.parametrize("id_", ["..", ".", ""])
def test_an_id_cannot_climb_out_of_its_path(channel: Channel, client: Callable[..., Any], id_: str) -> None:
    with pytest.raises(RejectedError, match="order lacks a value that its path needs"):
        client().order(id_)
    assert channel.requests == []


def test_a_poll_leaves_out_what_is_null_and_keeps_every_digit(channel: Channel, client: Callable[..., Any]) -> None:
    channel.reply = (200, {}, b'{"orders": [{"id": 12345678901234567890, "total": 12.50}], "next": 2}')
    page = client(settings={"shop": "fr"}).changed("2026-11-22T09:00:00.000Z", None)
    assert page.documents == (Document("order", b'{"id":12345678901234567890,"total":12.50}'),)
    assert page.cursor == "2"
    assert channel.requests[0].query == {"since": "2026-11-22T09:00:00.000Z", "shop": "fr"}


@pytest.mark.parametrize(("following", "cursor"), [(None, None), ("", None), (3, "3"), ("x", "x")])
def test_the_cursor_ends_where_the_channel_gives_none(
    channel: Channel, client: Callable[..., Any], following: Any, cursor: str | None
) -> None:
    channel.reply = (200, {}, {"orders": [], "next": following})
    assert client().changed("2026-11-22T09:00:00.000Z", "1").cursor == cursor


def test_a_channel_that_gives_the_same_cursor_again_is_not_asked_for_ever(
    channel: Channel, client: Callable[..., Any]
) -> None:
    channel.reply = (200, {}, {"orders": [], "next": "1"})
    with pytest.raises(UnavailableError, match="the cursor it was asked with"):
        client().changed("2026-11-22T09:00:00.000Z", "1")


def test_a_push_sends_what_its_expressions_say(channel: Channel, client: Callable[..., Any]) -> None:
    channel.reply = (200, {}, {"ok": True, "pieces": 7, "change": 91})
    assert client().set(PUSH) == Answer("done", shown=Decimal(7), reference="91", status=200)
    (request,) = channel.requests
    assert request.path == "/stock/a%2F1%20%C3%BC"
    assert request.body == b'{"pieces":7,"was":5.5}'
    assert request.headers["idempotency-key"] == "idem-1"
    assert "x-as-of" not in request.headers


def test_without_a_body_expression_a_push_sends_its_mappings_body(channel: Channel, client: Callable[..., Any]) -> None:
    channel.reply = (204, {}, None)
    assert client().save(PUSH).outcome == "done"
    assert json.loads(channel.requests[0].body) == {"article": "a/1 ü", "pieces": 7}


ANSWERS = [
    ((409, {}, {"pieces": 4}), Answer("stale", shown=Decimal(4))),
    ((409, {}, b"<html>"), Answer("stale", shown=None)),
    ((200, {}, {"ok": True}), Answer("done")),
]
REFUSALS = [
    ((200, {}, {"code": "BUSY"}), RateLimitedError),
    ((422, {}, {"code": "BUSY"}), RateLimitedError),
    ((200, {}, {"code": "BLOCKED"}), UnauthorisedError),
    ((200, {}, {"ok": False}), UnavailableError),
    ((200, {}, {}), UnavailableError),
    ((200, {}, b"<html>"), UnavailableError),
    ((200, {}, None), UnavailableError),
    ((422, {}, {"code": "OTHER"}), RejectedError),
    ((404, {}, {}), NotFoundError),
    ((401, {}, {}), UnauthorisedError),
    ((503, {}, {}), UnavailableError),
]


@pytest.mark.parametrize(("reply", "answer"), ANSWERS)
def test_a_push_ends_as_the_answer_says(
    channel: Channel, client: Callable[..., Any], reply: Reply, answer: Answer
) -> None:
    channel.reply = reply
    assert client().set(PUSH) == answer


@pytest.mark.parametrize(("reply", "error"), REFUSALS)
def test_a_refusal_is_the_error_the_table_names(
    channel: Channel, client: Callable[..., Any], reply: Reply, error: type[Exception]
) -> None:
    channel.reply = reply
    with pytest.raises(error) as raised:
        client().set(PUSH)
    assert type(raised.value) is error
    assert "k-1" not in str(raised.value)


def test_a_rate_limit_in_a_200_waits_as_its_header_says(channel: Channel, client: Callable[..., Any]) -> None:
    channel.reply = (200, {"Retry-After": "9"}, {"code": "BUSY"})
    with pytest.raises(RateLimitedError) as raised:
        client().set(PUSH)
    assert raised.value.retry_after == 9


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ((200, {}, {"found": [{"id": 31}]}), "31"),
        ((200, {}, {"found": []}), None),
        ((200, {}, {"found": "x"}), None),
        ((404, {}, {}), None),
    ],
)
def test_an_identity_is_a_text_or_nothing(
    channel: Channel, client: Callable[..., Any], reply: Reply, value: str | None
) -> None:
    channel.reply = reply
    assert client().article("MUG") == value


AUTHS = [
    ({"scheme": "bearer", "secret": "key"}, ("authorization", "Bearer k-1")),
    ({"scheme": "basic", "secret": ["key", "other"]}, ("authorization", "Basic ay0xOm8tMQ==")),
    ({"scheme": "basic", "secret": "key"}, ("authorization", "Basic ay0xOg==")),
    ({"scheme": "header", "secret": "key", "header": "X-Key"}, ("x-key", "k-1")),
]


@pytest.mark.parametrize(("auth", "header"), AUTHS)
def test_a_call_proves_who_we_are(
    channel: Channel, client: Callable[..., Any], auth: dict[str, Any], header: tuple[str, str]
) -> None:
    client(auth=auth).order("1")
    assert channel.requests[0].headers[header[0]] == header[1]


def test_a_key_can_stand_in_the_query(channel: Channel, client: Callable[..., Any]) -> None:
    client(auth={"scheme": "query", "secret": "key", "header": "token"}).order("1")
    assert channel.requests[0].query == {"token": "k-1"}


def test_a_secret_that_is_not_there_is_said_by_name(channel: Channel, client: Callable[..., Any]) -> None:
    with pytest.raises(UnauthorisedError, match="the connection lacks the secret key"):
        client(secrets={}).order("1")


def test_a_header_that_cannot_be_sent_is_a_refusal(channel: Channel, client: Callable[..., Any]) -> None:
    with pytest.raises(RejectedError, match="cannot be sent"):
        client(secrets={"key": "line\nbreak"}).order("1")


WRONG = [
    ({"path": "orders", "topic": "order"}, "path"),
    ({"path": "//evil.example/{id", "topic": "order"}, "path"),
    ({"path": "/orders", "items": "orders"}, "a poll needs the topic of its items"),
    ({"path": "/orders", "topic": "order", "value": "id"}, "a fetch has no value"),
    ({"path": "/orders", "topic": "order", "errors": {"409": "stale"}}, "only a push can be stale"),
    ({"path": "/orders", "errors": {"429": "rejected"}}, "429 means the same everywhere"),
    ({"path": "/orders", "headers": {"X Bad": "1"}}, "headers"),
    ({"path": "/orders", "headers": {"X": "a\nb"}}, "headers"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_call_that_makes_no_sense_is_refused(call: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Manifest.model_validate({**SMALL, "calls": {"wrong": call}})
