"""What the API does with bad requests: a problem that says what to ask instead."""

import re

import pytest
from botocore.exceptions import ClientError

from functions import api, runtime
from tests.hub import Hub
from tests.process import TOKEN

MAX = 6 * 1024 * 1024
PAYLOADS = "/v1/connections/{connection_id}/payloads"
KNOWN = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


@pytest.fixture
def market(local_hub: Hub) -> Hub:
    local_hub.connect("mirakl", "market")
    local_hub.connect("mirakl", "theirs", tenant="main")
    return local_hub


def guarded() -> list[tuple[str, str]]:
    every = [(method, path) for path, methods in api.app.routes.items() for method in methods]
    return [(method, path) for method, path in every if path not in ("/v1/health", "/v1/openapi.json")]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_a_valid_token_nothing_is_told(market: Hub, header: str) -> None:
    for method, path in guarded():
        named = dict.fromkeys(re.findall(r"{(\w+)}", path), "x")
        answer = market.http("api", method, path, headers={"Authorization": header} if header else {}, **named)
        assert (answer.status, answer.problem()) == (401, "token_invalid"), path


def test_health_needs_no_token_and_says_nothing_else(market: Hub) -> None:
    answer = market.http("api", "GET", "/v1/health")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/v1/customers", {}, "query_missing"),
        ("/v1/customers", {"email": ""}, "query_missing"),
        ("/v1/orders", {}, "query_missing"),
        ("/v1/orders", {"connection_id": "market"}, "query_missing"),
        ("/v1/stock/MUG/availability", {}, "query_missing"),
        ("/v1/events", {"limit": "0"}, "query_invalid"),
        ("/v1/events", {"limit": "201"}, "query_invalid"),
        ("/v1/events", {"limit": "ten"}, "query_invalid"),
        ("/v1/events", {"limit": "²"}, "query_invalid"),
        ("/v1/events", {"limit": "-1"}, "query_invalid"),
        ("/v1/events", {"cursor": "soon"}, "query_invalid"),
        ("/v1/events", {"cursor": "0001-01-01T00:00:00.000Z evt_1"}, "query_invalid"),
        ("/v1/customers/cus_1/export", {"cursor": "soon"}, "query_invalid"),
        ("/v1/customers/cus_1/export", {"cursor": "2026-11-22T09:00:00"}, "query_invalid"),
    ],
)
def test_a_query_that_cannot_be_answered_is_malformed(market: Hub, path: str, query: dict[str, str], code: str) -> None:
    answer = market.ask(path, **query)
    assert (answer.status, answer.problem()) == (400, code)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers/cus_1",
        "/v1/customers/cus_1/timeline",
        "/v1/orders/ord_1",
        "/v1/stock/MUG",
        "/v1/stock/MUG/ledger",
        "/v1/shipments/6A1",
        "/v1/products/MUG",
        "/v1/events/evt_1",
        "/v1/connectors/nobody",
        "/v1/orders/%00",
        "/v1/stock/" + "x" * 3000,
    ],
)
def test_what_is_not_there_is_not_found(market: Hub, path: str) -> None:
    answer = market.ask(path)
    assert (answer.status, answer.problem()) == (404, "not_found")


@pytest.mark.parametrize("connection_id", ["theirs", "nobody"])
def test_the_connection_of_another_tenant_is_as_unknown_as_none(market: Hub, connection_id: str) -> None:
    answer = market.http("api", "POST", PAYLOADS, b"{}", KNOWN, {"topic": "order"}, connection_id=connection_id)
    assert (answer.status, answer.problem()) == (404, "not_found")
    assert market.ask("/v1/stock/MUG/availability", connection_id=connection_id).status == 404
    assert market.items("Inbox") == []


@pytest.mark.parametrize("topic", ["", "orders", "unreadable"])
def test_a_file_of_a_topic_that_the_channel_has_not_is_refused(market: Hub, topic: str) -> None:
    answer = market.http("api", "POST", PAYLOADS, b"{}", KNOWN, {"topic": topic}, connection_id="market")
    assert (answer.status, answer.problem()) == (400, "topic_unknown")
    assert market.items("Inbox") == []


def test_a_file_over_the_limit_is_too_large(market: Hub) -> None:
    body = b" " * (MAX + 1)
    answer = market.http("api", "POST", PAYLOADS, body, KNOWN, {"topic": "order"}, connection_id="market")
    assert (answer.status, answer.problem()) == (413, "body_too_large")
    assert market.items("Inbox") == []


@pytest.mark.parametrize("operation", ["dynamodb.BatchGetItem", "secretsmanager.GetSecretValue"])
def test_when_aws_does_not_answer_the_caller_is_asked_to_come_again(market: Hub, operation: str) -> None:
    def fail(**_: object) -> None:
        raise ClientError({"Error": {"Code": "Denied"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)

    service = operation.partition(".")[0]
    events = runtime.client(service).meta.events
    events.register(f"before-call.{operation}", fail)
    answer = market.ask("/v1/orders/ord_1")
    events.unregister(f"before-call.{operation}", fail)
    assert answer.status == 503
    answer.problem()
    assert answer.headers["Retry-After"] == "5"


def test_a_bug_is_a_problem_without_a_stack_trace(market: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("functions.queries.orders.order", broken)
    answer = market.ask("/v1/orders/ord_1")
    assert (answer.status, answer.problem()) == (500, "internal_error")
    assert "secret detail" not in answer.body
