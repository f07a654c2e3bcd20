"""Channels that speak through a queue: from a real message, or a real bus, to a record."""

import json
from collections import Counter
from collections.abc import Callable

import pytest

from ops.hub import connections, queues
from ops.standins.amazon import Amazon
from ops.standins.salesforce import Salesforce
from tests.e2e.retailer import LOCAL, PLACE, Retailer

POOL = {"sells_from": (PLACE,), "default_location": PLACE}
BUS = "aws.partner/salesforce.com/00DRM000000Fxts2AC/0YLRM0000004Dfg4AE"


@pytest.fixture(scope="module")
def shop(open_shop: Callable[[str], Retailer]) -> Retailer:
    return open_shop("queued")


@pytest.fixture(scope="module")
def seller(shop: Retailer) -> Amazon:
    """A seller at Amazon whose connection has a queue."""
    made = Amazon("app", "hush", "Atzr|seller")
    settings = {"lwa_url": made.start(), "seller_id": made.seller_id, "marketplace_ids": made.marketplace_id}
    about = {"connection_id": "queue-amazon", "tenant": shop.tenant, "connector": "amazon", "base_url": made.base_url}
    held = {"lwa_client_id": "app", "lwa_client_secret": "hush", "refresh_token": "Atzr|seller"}
    shop.stand_ins["queue-amazon"] = made
    connections.add(shop.hub, {**about, **LOCAL, **POOL, "settings": settings}, held)
    made.add_listing("MUG-BLUE", 10)
    return made


@pytest.fixture(scope="module")
def org(shop: Retailer) -> Salesforce:
    """An org whose change events are relayed to a partner event bus."""
    made = Salesforce("session")
    about = {"connection_id": "queue-crm", "tenant": shop.tenant, "connector": "salesforce", "base_url": made.start()}
    shop.stand_ins["queue-crm"] = made
    shop.hub.clients("events").create_event_bus(Name=BUS)
    connections.add(shop.hub, {**about, **LOCAL}, {"access_token": "session"}, event_bus=BUS)
    return made


def test_a_notification_in_the_queue_becomes_an_order_whatever_lies_beside_it(shop: Retailer, seller: Amazon) -> None:
    sqs, url = shop.hub.clients("sqs"), connections.inbound_queue(shop.hub, "queue-amazon")["queue_url"]
    number = seller.place_order({"MUG-BLUE": 2})
    (change,) = (body.decode() for body in seller.queue if b"ORDER_CHANGE" in body)
    for body in (change, "{", change):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    shop.rest()
    (order,) = shop.api.get("/v1/orders", connection_id="queue-amazon", channel_order_id=number)["orders"]
    assert order["version"] == 1
    assert Counter(event["topic"] for event in shop.events()) == {"ORDER_CHANGE": 1, "order": 1, "unreadable": 1}
    assert len([call for call in seller.calls if call.path.endswith(number)]) == 1
    (parked,) = shop.api.get("/v1/quarantine")["events"]
    assert (parked["connection_id"], parked["code"]) == ("queue-amazon", "payload_malformed")
    assert queues.dead(shop.hub) == {}


def test_a_relayed_change_event_becomes_a_customer(shop: Retailer, org: Salesforce) -> None:
    """Nobody but the partner may put events on a partner's bus: the rule is asked, then its queue gets the event."""
    events, queue = shop.hub.clients("events"), connections.inbound_queue(shop.hub, "queue-crm")
    (rule,) = events.list_rules(EventBusName=BUS)["Rules"]
    (target,) = events.list_targets_by_rule(EventBusName=BUS, Rule=rule["Name"])["Targets"]
    assert target["Arn"] == queue["queue_arn"]
    org.create_contact(FirstName="Camille", LastName="Moreau", Email="camille.moreau@example.com")
    for change in org.changes:
        event = {"version": "0", "id": "1", "account": "000000000000", "region": "us-east-1", "resources": []}
        event |= {"detail-type": "ContactChangeEvent", "source": BUS, "time": "2026-11-22T10:00:00Z"}
        body = json.dumps({**event, "detail": {"payload": change, "schemaId": "s", "id": "u"}})
        assert events.test_event_pattern(EventPattern=rule["EventPattern"], Event=body)["Result"] is True
        shop.hub.clients("sqs").send_message(QueueUrl=queue["queue_url"], MessageBody=body)
    shop.rest()
    (customer,) = shop.api.get("/v1/customers", email="camille.moreau@example.com")["customers"]
    assert customer["last_name"] == "Moreau"
    topics = {event["topic"] for event in shop.events() if event["connection_id"] == "queue-crm"}
    assert topics == {"ContactChangeEvent", "contact"}
    assert queues.dead(shop.hub) == {}
