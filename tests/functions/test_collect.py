"""What comes through a connection's queue: bare or in an envelope, known or not, readable or not, and whose it is."""

import json
from typing import Any

import pytest

from functions import runtime
from tests.hub import Hub
from tests.process import ACCOUNT, REGION, failing, throttled

SELLER = {"lwa_client_id": "app", "lwa_client_secret": "hush", "refresh_token": "Atzr|seller"}
QUANTITY = "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def door(local_hub: Hub) -> Hub:
    """A seller and a CRM of one tenant, and a seller of another."""
    if "amazon-fr" not in local_hub.connections:
        local_hub.register("amazon", "amazon-fr", SELLER, base_url=NOWHERE, settings={"lwa_url": NOWHERE})
        local_hub.register("amazon", "amazon-de", SELLER, "other", base_url=NOWHERE, settings={"lwa_url": NOWHERE})
        local_hub.register("salesforce", "crm", {"access_token": "t"}, base_url=NOWHERE)
    return local_hub


def notification(number: str = "n-1", kind: str = "ORDER_CHANGE", **more: Any) -> dict[str, Any]:
    about = {"OrderChangeNotification": {"SellerId": "S", "AmazonOrderId": "405-0000001-0000001"}}
    metadata = {"NotificationId": number, "PublishTime": "2026-03-14T09:31:12.800Z"}
    return {"NotificationType": kind, "NotificationMetadata": metadata, "Payload": about, **more}


def quantity(number: str) -> dict[str, Any]:
    """Say what Amazon offers: nothing has to be fetched for it."""
    about = {"SellerId": "S", "FulfillmentChannelCode": "DEFAULT", "Sku": "MUG-BLUE", "Quantity": 7}
    return notification(number, QUANTITY, Payload=about, EventTime="2026-03-14T09:31:12.402Z")


def changed(number: int = 1, entity: str = "Contact") -> dict[str, Any]:
    header = {"entityName": entity, "recordIds": ["003"], "changeType": "UPDATE", "transactionKey": "t"}
    return {"ChangeEventHeader": {**header, "sequenceNumber": number, "commitNumber": 9_007_199_254_740_993}}


def relayed(detail: dict[str, Any], kind: str = "ContactChangeEvent") -> dict[str, Any]:
    about = {"version": "0", "id": "e-1", "detail-type": kind, "source": "aws.partner/salesforce.com/00D/0YL"}
    return {**about, "account": ACCOUNT, "time": "2026-03-03T08:00:02Z", "region": REGION, "detail": detail}


def collect(hub: Hub, queue: str, *messages: Any) -> list[int]:
    """Let one batch come from a queue; gives the positions of the messages that were given back."""
    return hub.deliver_all("collect", queue, messages)


def kept(hub: Hub, tenant: str = "acme") -> list[dict[str, Any]]:
    """Give the events of a tenant with their bodies."""
    names = [item["event_id"]["S"] for item in hub.items("Inbox") if item["tenant"]["S"] == tenant]
    return list(runtime.inbox().read(tenant, names).values()) if names else []


def test_a_bare_message_is_kept_byte_for_byte(door: Hub) -> None:
    body = json.dumps(notification(), indent=1)
    assert collect(door, "tributary-inbound-amazon-fr", body) == []
    (event,) = kept(door)
    assert (event["topic"], event["connection_id"]) == ("ORDER_CHANGE", "amazon-fr")
    assert event["body"] == body.encode()


def test_an_envelope_is_taken_off_and_no_number_changes(door: Hub) -> None:
    amount = '{"amount": 12.50}'
    body = json.dumps(relayed({"payload": changed() | {"Price": "AMOUNT"}, "schemaId": "s", "id": "u"}))
    assert collect(door, "tributary-inbound-crm", body.replace('"AMOUNT"', amount)) == []
    (event,) = kept(door)
    assert event["topic"] == "ContactChangeEvent"
    assert b"schemaId" not in event["body"]
    assert json.loads(event["body"])["ChangeEventHeader"]["commitNumber"] == 9_007_199_254_740_993
    assert b"12.50" in event["body"]


def test_the_same_change_event_is_one_with_and_without_its_envelope(door: Hub) -> None:
    body = json.dumps(changed(), separators=(",", ":"))
    wrapped = body.join(['{"detail-type":"ContactChangeEvent","detail":{"payload":', "}}"])
    assert collect(door, "tributary-inbound-crm", wrapped, body, changed(2)) == []
    assert len(kept(door)) == 2


def test_a_listing_of_amazon_comes_by_the_event_bus_too(door: Hub) -> None:
    message = relayed(quantity("n"), QUANTITY)
    assert collect(door, "tributary-inbound-amazon-fr", message) == []
    (event,) = kept(door)
    assert (event["topic"], json.loads(event["body"])) == (QUANTITY, message["detail"])


@pytest.mark.moto
def test_the_same_message_twice_is_one_event(door: Hub) -> None:
    assert collect(door, "tributary-inbound-amazon-fr", notification(), notification(), notification("n-2")) == []
    assert len(kept(door)) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ('{"a": NaN}', "NaN"),
        ('{"a": 1, "a": 2}', "a key stands twice"),
        ("[" * 101 + "]" * 101, "nested deeper than 100"),
        ("null", "has no topic 'unreadable'"),
        ('{"NotificationType": 7}', "has no topic 'unreadable'"),
        (json.dumps(notification(kind="BRANDED_ITEM_CONTENT_CHANGE")), "has no topic 'BRANDED_ITEM_CONTENT_CHANGE'"),
        (json.dumps({"NotificationType": "order", "order": {}}), "has no topic 'order by queue'"),
    ],
)
def test_what_cannot_be_read_is_parked_with_a_reason_and_stops_nothing(door: Hub, body: str, said: str) -> None:
    queue = "tributary-inbound-amazon-fr"
    assert collect(door, queue, quantity("before"), body or " ", quantity("after")) == []
    assert [event["topic"] for event in kept(door)].count(QUANTITY) == 2
    assert door.normalise() == []
    (parked,) = door.ask("/v1/quarantine").json()["events"]
    assert said in parked["reason"]
    assert runtime.inbox().read("acme", [parked["cause"]])[parked["cause"]]["body"] == (body or " ").encode()


def test_what_comes_by_queue_is_refused_at_the_webhook_door(door: Hub) -> None:
    body, headers = json.dumps(notification()).encode(), {"Content-Type": "application/json"}
    answer = door.http("receive", "POST", "/webhooks/{connection_id}", body, headers, connection_id="amazon-fr")
    assert (answer.status, answer.problem()) == (404, "no_webhooks")
    assert door.items("Inbox") == []


def test_a_connector_without_a_queue_takes_nothing_from_one(door: Hub) -> None:
    door.connect("mirakl", "market")
    assert collect(door, "tributary-inbound-market", {"NotificationType": "order"}) == []
    assert [event["topic"] for event in kept(door)] == ["unreadable"]


def test_the_queue_says_whose_a_message_is_whatever_the_message_says(door: Hub) -> None:
    claims = {"tenant": "acme", "connection_id": "amazon-fr", "eventSourceARN": "tributary-inbound-amazon-fr"}
    assert collect(door, "tributary-inbound-amazon-de", notification(**claims)) == []
    assert kept(door, "acme") == []
    (event,) = kept(door, "other")
    assert event["connection_id"] == "amazon-de"


@pytest.mark.parametrize(
    "queue", ["tributary-inbound-nobody", "amazon-fr", "other-tributary-inbound-amazon-fr", "tributary-inbound-"]
)
def test_a_message_in_a_queue_of_no_connection_stays_there(door: Hub, queue: str) -> None:
    door.sqs.create_queue(QueueName=queue)
    assert collect(door, queue, notification(), "{") == [0, 1]
    assert door.items("Inbox") == []


def test_a_message_that_was_early_is_taken_when_the_connection_is_there(door: Hub) -> None:
    door.leave("amazon-fr")
    assert collect(door, "tributary-inbound-amazon-fr", notification()) == [0]
    door.note("amazon-fr")
    assert collect(door, "tributary-inbound-amazon-fr", notification()) == []
    assert len(kept(door)) == 1


def test_a_paused_channel_is_still_listened_to(door: Hub) -> None:
    door.note("amazon-fr", status="paused")
    assert collect(door, "tributary-inbound-amazon-fr", notification()) == []
    door.note("amazon-fr", status="active")
    assert len(kept(door)) == 1


@pytest.mark.moto
@pytest.mark.parametrize("operation", ["dynamodb.GetItem", "dynamodb.PutItem"])
def test_what_cannot_be_made_durable_stays_in_the_queue(
    door: Hub, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with failing(operation, throttled):
        assert collect(door, "tributary-inbound-amazon-fr", notification(), "{") == [0, 1]
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert door.items("Inbox") == []
    assert collect(door, "tributary-inbound-amazon-fr", notification(), "{") == []
    assert len(kept(door)) == 2
