"""Bad requests through real HTTP, and what is swept up when an announcement was lost."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from connectors.signatures import sign
from functions import runtime
from ops.hub import queues
from tests.e2e.retailer import PLACE, Retailer, problem_of, wait

POOL = {"sells_from": (PLACE,), "default_location": PLACE}
ORDER = {"id": 1, "created_at": "2026-11-22T10:00:00Z", "currency": "EUR", "total_price": "12.50", "line_items": []}


@pytest.fixture(scope="module")
def shop(open_shop: Callable[[str], Retailer]) -> Retailer:
    made = open_shop("refused")
    made.connect("shopify", "door-web", **POOL)
    made.connect("hubspot", "door-crm")
    return made


def refused(shop: Retailer, connection_id: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Send something bad; gives status and code after checking that it is a problem and that nothing was written."""
    before = len(shop.inbox())
    url = f"{shop.hub.webhooks_url}/{connection_id}"
    answer = urllib3.request("POST", url, body=body, headers=headers, retries=False)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(shop.inbox()) == before
    return answer.status, problem_of(answer.status, json.loads(answer.data))


def test_a_forged_webhook_is_refused(shop: Retailer) -> None:
    body = json.dumps(ORDER).encode()
    genuine = shop.headers("door-web", body, "orders/create")
    assert refused(shop, "door-web", body + b" ", genuine) == (401, "signature_wrong")
    assert refused(shop, "door-web", body, {"Content-Type": "application/json"}) == (401, "signature_missing")


def test_an_old_webhook_is_refused(shop: Retailer) -> None:
    secret, url = shop.kept["door-crm"]["client_secret"], shop.connections["door-crm"].webhook_url
    old = runtime.now().timestamp() - 301
    made = sign("hubspot-v3", method="POST", url=url, body=b"[]", secret=secret, now=old)
    assert refused(shop, "door-crm", b"[]", {"Content-Type": "application/json", **made}) == (401, "signature_stale")


def test_an_unknown_connection_is_not_found(shop: Retailer) -> None:
    assert refused(shop, "nobody", b"{}", {"Content-Type": "application/json"}) == (404, "connection_unknown")


def test_a_body_that_is_too_large_is_refused(shop: Retailer) -> None:
    body = b'{"note": "' + b"x" * (6 * 1024 * 1024) + b'"}'
    made = shop.headers("door-web", body, "orders/create")
    assert refused(shop, "door-web", body, made) == (413, "body_too_large")


def test_another_content_type_is_refused(shop: Retailer) -> None:
    body = b"<order/>"
    made = shop.headers("door-web", body, "orders/create", Content_Type="application/xml")
    assert refused(shop, "door-web", body, made) == (415, "content_type_unsupported")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [(b'{"id": NaN}', ""), (b'{"a": {"b": 1, "b": 2}}', "/a/b"), (b"[" * 101 + b"]" * 101, "")],
    ids=["NaN", "a key twice", "too deep"],
)
def test_what_is_genuine_but_unreadable_is_parked_once(shop: Retailer, body: bytes, pointer: str) -> None:
    status, answer = shop.send("door-web", body, "orders/create")
    assert status == 202
    trace = ended(shop, answer["event_id"])
    assert trace["outcome"] == "quarantined"
    assert trace["pointer"] == pointer
    shop.rest()
    assert queues.dead(shop.hub) == {}


def test_a_large_incompressible_body_is_applied(shop: Retailer) -> None:
    noise = [hashlib.shake_256(bytes([number % 256])).hexdigest(20_000) for number in range(25)]
    status, answer = shop.send("door-web", {**ORDER, "id": 77, "notes": noise}, "orders/create")
    assert status == 202
    assert ended(shop, answer["event_id"])["outcome"] == "applied"


def ended(shop: Retailer, event_id: str) -> dict[str, Any]:
    """Wait until an event has an outcome, and give its trace."""
    wait(lambda: shop.api.get(f"/v1/events/{event_id}")["outcome"] != "received", f"{event_id} has an outcome")
    trace: dict[str, Any] = shop.api.get(f"/v1/events/{event_id}")
    return trace


def test_what_was_announced_to_nobody_is_swept_up(open_shop: Callable[[str], Retailer]) -> None:
    shop = open_shop("swept")
    shop.connect("shopify", "swept-web", **POOL)
    seen = listen(shop)
    events, bus = shop.hub.clients("events"), shop.hub.outputs["BusName"]
    (rule,) = (
        each["Name"]
        for each in events.list_rules(EventBusName=bus)["Rules"]
        if "PayloadReceived" in each["EventPattern"] and each["Name"] != "listener"
    )
    events.disable_rule(Name=rule, EventBusName=bus)
    try:
        answers = [shop.send("swept-web", {**ORDER, "id": number}, "orders/create") for number in (1, 2)]
        wait(lambda: seen() == 2, "both are announced")
    finally:
        events.enable_rule(Name=rule, EventBusName=bus)
    assert [status for status, _ in answers] == [202, 202]
    assert shop.outcomes() == {"received": 2}
    assert swept(shop) == 2
    for _, answer in answers:
        assert ended(shop, answer["event_id"])["outcome"] == "applied"
    shop.rest()
    assert swept(shop) == 0


def listen(shop: Retailer) -> Callable[[], int]:
    """Subscribe to what is announced of the tenant's payloads; gives the count so far."""
    sqs, events, bus = shop.hub.clients("sqs"), shop.hub.clients("events"), shop.hub.outputs["BusName"]
    url = sqs.create_queue(QueueName="listener")["QueueUrl"]
    name = "QueueArn"
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    pattern = {"detail-type": ["PayloadReceived"], "detail": {"tenant": [shop.tenant]}}
    events.put_rule(Name="listener", EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    depth = "ApproximateNumberOfMessages"
    return lambda: int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[depth])["Attributes"][depth])


def swept(shop: Retailer) -> int:
    """Sweep all that has no outcome, also what came a moment ago; gives how much was announced again."""
    asked = {"FunctionName": shop.hub.outputs["SweepFunction"], "Payload": b'{"quiet_seconds": 0}'}
    answer = shop.hub.clients("lambda").invoke(**asked)
    count: int = json.loads(answer["Payload"].read())["announced_again"]
    return count
