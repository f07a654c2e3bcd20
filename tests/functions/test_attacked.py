"""What an attack on the API's checks, its cursors, the poll and the bus got through."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connectors.connection import Connection
from functions import cursors, runtime
from functions.bus import entry_of
from functions.cache import cache
from functions.poll import PollError
from functions.registry import session
from records.store.wire import from_wire
from tests.functions.routes.test_identity import say
from tests.hub import Hub
from tests.published import breaches

SIZES = {"pk": 2048, "sk": 1024, "at": 1024}
"""How many bytes each part of a key may have: DynamoDB refuses more."""
NEVER = "9999-12-31T23:59:59-12:00"
"""A time that UTC does not have."""


@pytest.fixture
def strict(local_hub: Hub) -> Iterator[Hub]:
    """A hub whose tables refuse long keys as DynamoDB does."""
    events = runtime.client("dynamodb").meta.events

    def refuse(params: dict[str, Any], **_: Any) -> None:
        values = {":sk": "sk", ":pk": "pk"}
        said = params.get("ExpressionAttributeValues", {})
        parts = {part: said[name] for name, part in values.items() if name in said}
        for key in (params.get("Key", {}), params.get("ExclusiveStartKey", {}), parts):
            for name, value in key.items():
                if name in SIZES and len(value["S"].encode()) > SIZES[name]:
                    error = {"Code": "ValidationException", "Message": f"the size of {name} exceeds {SIZES[name]}"}
                    raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, "any")

    for operation in ("GetItem", "Query"):
        events.register(f"provide-client-params.dynamodb.{operation}", refuse)
    yield local_hub
    for operation in ("GetItem", "Query"):
        events.unregister(f"provide-client-params.dynamodb.{operation}", refuse)


def customer(hub: Hub) -> str:
    say("web", "1", first_name="Ada", last_name="Lovelace", email="ada@example.com")
    found: str = hub.ask("/v1/customers", email="ada@example.com").json()["customers"][0]["customer_id"]
    return found


def test_a_cursor_to_a_time_that_utc_does_not_have_is_refused(local_hub: Hub) -> None:
    who = customer(local_hub)
    asked = {"/v1/events": "events", f"/v1/customers/{who}/export": f"export {who}"}
    answers = [local_hub.ask(path, cursor=cursors.write("acme", name, f"{NEVER} x")) for path, name in asked.items()]
    assert [answer.status for answer in answers] == [400, 400]


@pytest.mark.parametrize("place", [("p", "s" * 1025, "2026"), ("p", "s", "2" * 1025), ("p" * 2044, "s", "2026")])
@pytest.mark.parametrize(
    ("path", "name"), [("/v1/reviews", "reviews"), ("/v1/tasks", "tasks"), ("/v1/privacy", "privacy open")]
)
def test_a_cursor_that_is_no_key_of_a_table_is_refused(
    strict: Hub, path: str, name: str, place: tuple[str, str, str]
) -> None:
    cursor = cursors.write("acme", name, cursors.joined(f"acme#{place[0]}", *place[1:]))
    assert strict.ask(path, cursor=cursor).status == 400


def test_a_cursor_of_a_timeline_that_is_no_key_of_a_table_is_refused(strict: Hub) -> None:
    who = customer(strict)
    assert (
        strict.ask(f"/v1/customers/{who}/timeline", cursor=cursors.write("acme", f"timeline {who}", "x" * 1100)).status
        == 400
    )


def test_an_order_of_a_connection_with_an_endless_name_is_refused(strict: Hub) -> None:
    answer = strict.tell("/v1/reservations/res_1/confirm", {"order": f"{'x' * 3000}/1"})
    assert answer.status in (400, 404)


def test_a_webhook_for_a_connection_with_an_endless_name_is_refused(strict: Hub) -> None:
    answer = strict.http("receive", "POST", "/webhooks/{connection_id}", b"{}", connection_id="x" * 3000)
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/v1/events", "/v1/quarantine", "/v1/orders", "timeline"])
def test_an_empty_cursor_is_the_first_page(local_hub: Hub, path: str) -> None:
    who = customer(local_hub)
    asked = {"customer": who} if path == "/v1/orders" else {}
    path = f"/v1/customers/{who}/timeline" if path == "timeline" else path
    assert local_hub.ask(path, cursor="", **asked).status == 200


def test_a_secret_that_cannot_be_read_stops_no_other_poll(local_hub: Hub) -> None:
    for connection_id in ("a-till", "b-till"):
        local_hub.connect("square", connection_id)
    cache.clear()
    arn = local_hub.connections["a-till"].secret_arn
    hooks = runtime.client("secretsmanager").meta.events

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if params["SecretId"] == arn:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")

    hooks.register("provide-client-params.secretsmanager.GetSecretValue", refuse)
    try:
        with pytest.raises(PollError, match="a-till/"):
            local_hub.run("poll", {})
    finally:
        hooks.unregister("provide-client-params.secretsmanager.GetSecretValue", refuse)
    polled = {item["pk"]["S"].split("#")[2] for item in local_hub.items("Records") if item["sk"]["S"] == "CURSOR"}
    assert polled == {"b-till"}


def test_a_client_is_of_the_connection_as_it_is_now(local_hub: Hub) -> None:
    about = {"connection_id": "shop", "connector": "woocommerce"}
    arns = {
        tenant: local_hub.keep_secret(f"{tenant} shop", {"consumer_key": tenant, "consumer_secret": tenant})
        for tenant in ("acme", "main")
    }
    one, other = (
        Connection.model_validate({**about, "tenant": tenant, "base_url": f"http://{tenant}.test", "secret_arn": arn})
        for tenant, arn in arns.items()
    )
    assert vars(session.of(one).client) != vars(session.of(other).client)


def test_whatever_name_a_place_has_its_event_keeps_the_contract(local_hub: Hub) -> None:
    assert local_hub.tell("/v1/stock/MUG/policy", {"location_id": "p\n1", "safety": 1}, "PUT").status == 200
    entries = [entry_of(from_wire(item)) for item in local_hub.items("Records")]
    assert [breaches(each["DetailType"], json.loads(each["Detail"])) for each in entries if each] == [[]]
