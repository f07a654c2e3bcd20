"""What the front door does with bad requests: a problem, a count, and no write."""

import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from connectors.catalogue import connector
from connectors.signatures import sign
from functions import runtime
from tests.hub import Hub
from tests.process import failing, throttled

ORDER = b'{"id": 1, "created_at": "2026-11-22T10:00:00Z"}'
KINDS = ("shopify", "square", "easypost", "hubspot")
TOPICS = {"shopify": "orders/create"}
MAX = 6 * 1024 * 1024


@pytest.fixture
def door(local_hub: Hub) -> Hub:
    """A hub with a connection of each kind that has a webhook door, and one that has none."""
    for kind in (*KINDS, "mirakl"):
        local_hub.connect(kind, f"{kind}-one")
    return local_hub


def counted(captured: pytest.CaptureFixture[str]) -> list[str]:
    """Give the names of the metrics that were written."""
    lines = [json.loads(line) for line in captured.readouterr().out.splitlines() if line.startswith("{")]
    return [
        metric["Name"]
        for line in lines
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    ]


def signature_header(kind: str) -> str:
    scheme = connector(kind).manifest.receives.signature
    assert scheme is not None
    made = sign(scheme.scheme, method="POST", url="https://x", body=b"", secret="secret", now=1.0)
    return next(name for name in made if "time" not in name.lower())


@pytest.mark.parametrize("kind", KINDS)
def test_an_unsigned_webhook_is_refused_counted_and_not_written(
    door: Hub, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = door.send(f"{kind}-one", ORDER, TOPICS.get(kind), {signature_header(kind): ""})
    assert (answer.status, answer.problem()) == (401, "signature_missing")
    assert "Rejected" in counted(capsys)
    assert door.items("Inbox") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_other_than_the_signed_one_is_refused(door: Hub, kind: str) -> None:
    sent = door.send(f"{kind}-one", ORDER, TOPICS.get(kind))
    assert sent.status == 202
    signed = connector(kind).manifest.receives.signature
    assert signed is not None
    made = sign(
        signed.scheme,
        method="POST",
        url=door.connections[f"{kind}-one"].webhook_url,
        body=ORDER,
        secret=door.kept[f"{kind}-one"][signed.secret],
        now=runtime.now().timestamp(),
    )
    answer = door.send(f"{kind}-one", ORDER.replace(b"1", b"2"), TOPICS.get(kind), made)
    assert (answer.status, answer.problem()) == (401, "signature_wrong")
    assert len(door.items("Inbox")) == 1


@pytest.mark.parametrize("signature", ["é", "\x00", "sha256=", "=" * 5000, "AAAA\r\nX: 1", "undefined"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_is_none_is_refused(door: Hub, kind: str, signature: str) -> None:
    answer = door.send(f"{kind}-one", ORDER, TOPICS.get(kind), {signature_header(kind): signature})
    assert answer.status == 401
    assert answer.problem().startswith("signature_")
    assert door.items("Inbox") == []


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_a_genuine_but_old_or_early_signature_is_stale(
    door: Hub, seconds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    made = sign(
        "hubspot-v3",
        method="POST",
        url=door.connections["hubspot-one"].webhook_url,
        body=b"[]",
        secret=door.kept["hubspot-one"]["client_secret"],
        now=runtime.now().timestamp() - seconds,
    )
    answer = door.send("hubspot-one", b"[]", None, made)
    assert (answer.status, answer.problem()) == (401, "signature_stale")
    assert "Rejected" in counted(capsys)
    assert door.items("Inbox") == []


@pytest.mark.parametrize("name", ["nobody", "a" * 3000, "../shopify-one", "%00", "shopify-one ", "SHOPIFY-ONE"])
def test_an_unknown_connection_is_not_found(door: Hub, name: str) -> None:
    answer = door.http("receive", "POST", "/webhooks/{connection_id}", ORDER, {}, connection_id=name)
    assert (answer.status, answer.problem()) == (404, "connection_unknown")
    assert door.items("Inbox") == []


def test_a_channel_that_is_polled_has_no_door(door: Hub) -> None:
    kind = {"Content-Type": "application/json"}
    answer = door.http("receive", "POST", "/webhooks/{connection_id}", ORDER, kind, connection_id="mirakl-one")
    assert answer.status in (404, 415)
    answer.problem()


def test_a_body_over_the_limit_is_too_large(door: Hub) -> None:
    answer = door.send("shopify-one", b" " * (MAX + 1), "orders/create")
    assert (answer.status, answer.problem()) == (413, "body_too_large")
    assert door.items("Inbox") == []


@pytest.mark.moto
def test_a_body_of_just_the_limit_is_taken_and_kept_in_the_bucket(door: Hub) -> None:
    noise = hashlib.shake_256(b"noise").hexdigest(MAX // 2 - 8).encode()
    body = b'{"note":"' + noise[: MAX - 11] + b'"}'
    answer = door.send("shopify-one", body, "orders/create")
    assert answer.status == 202
    (item,) = door.items("Inbox")
    assert int(item["size"]["N"]) == len(body)
    kept = runtime.inbox().read("acme", [answer.json()["event_id"]])
    assert kept[answer.json()["event_id"]]["body"] == body


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_a_content_type_other_than_the_declared_is_unsupported(door: Hub, kind: str) -> None:
    answer = door.send("shopify-one", ORDER, "orders/create", {"Content-Type": kind})
    assert (answer.status, answer.problem()) == (415, "content_type_unsupported")
    assert door.items("Inbox") == []


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
def test_a_content_type_may_be_written_in_many_ways(door: Hub, kind: str) -> None:
    assert door.send("shopify-one", ORDER, "orders/create", {"Content-Type": kind}).status == 202


@pytest.mark.parametrize("body", ["not base64!", "QUJ", "é"])
def test_a_body_that_is_not_the_base64_it_claims_is_malformed(door: Hub, body: str) -> None:
    event = {
        "resource": "/webhooks/{connection_id}",
        "path": "/webhooks/shopify-one",
        "httpMethod": "POST",
        "headers": {},
        "multiValueHeaders": {},
        "multiValueQueryStringParameters": None,
        "pathParameters": {"connection_id": "shopify-one"},
        "stageVariables": None,
        "requestContext": {"resourcePath": "/webhooks/{connection_id}", "httpMethod": "POST", "identity": {}},
        "body": body,
        "isBase64Encoded": True,
    }
    answer = door.answer("receive", event)
    assert answer.status in (400, 401, 415)
    answer.problem()
    assert door.items("Inbox") == []


def test_a_topic_that_the_hub_fetches_cannot_be_sent(door: Hub) -> None:
    body = json.dumps({"type": "order", "event_id": "e", "order": {}}).encode()
    answer = door.send("square-one", body)
    assert (answer.status, answer.problem()) == (400, "topic_internal")
    assert door.items("Inbox") == []


def denied(name: str) -> Exception:
    content = {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(content, name)


def silent(name: str) -> Exception:
    return EndpointConnectionError(endpoint_url=name)


@pytest.mark.moto
@pytest.mark.parametrize("error", [throttled, denied, silent])
@pytest.mark.parametrize("operation", ["dynamodb.GetItem", "dynamodb.PutItem", "secretsmanager.GetSecretValue"])
def test_whatever_aws_refuses_the_channel_is_asked_to_send_again(
    door: Hub, operation: str, error: Callable[[str], Exception]
) -> None:
    with failing(operation, error):
        answer = door.send("shopify-one", ORDER, "orders/create")
    assert answer.status == 503
    answer.problem()
    assert int(answer.headers["Retry-After"]) > 0
    assert door.items("Inbox") == []
    assert door.send("shopify-one", ORDER, "orders/create").status == 202


@pytest.mark.parametrize("error", [throttled, denied, silent])
def test_a_large_body_that_the_bucket_refuses_is_asked_for_again(door: Hub, error: Callable[[str], Exception]) -> None:
    body = b'{"note":"' + hashlib.shake_256(b"noise").hexdigest(500_000).encode() + b'"}'
    with failing("s3.PutObject", error):
        answer = door.send("shopify-one", body, "orders/create")
    assert answer.status == 503
    answer.problem()
    assert door.items("Inbox") == []


def test_a_signature_is_compared_in_the_form_the_vendor_documents(door: Hub) -> None:
    """The test's own arithmetic, so that `feed` and `receive` cannot be wrong in the same way."""
    secret = door.kept["easypost-one"]["webhook_secret"].encode()
    header = {"X-Hmac-Signature": "hmac-sha256-hex=" + hmac.new(secret, ORDER, hashlib.sha256).hexdigest()}
    assert door.send("easypost-one", ORDER, None, header).status == 202


@pytest.mark.moto
def test_the_same_delivery_with_another_body_is_an_event_of_its_own_and_marked(door: Hub) -> None:
    first, other = (json.dumps({"id": number}).encode() for number in (1, 2))
    known = {"X-Shopify-Webhook-Id": "same"}
    answers = [door.send("shopify-one", body, "orders/create", known) for body in (first, first, other, other)]
    assert [each.status for each in answers] == [202, 200, 202, 200]
    one, again, two, both = (each.json()["event_id"] for each in answers)
    assert (one, two) == (again, both)
    assert one != two
    assert [door.event(each)["conflict"] for each in (one, two)] == [False, True]
