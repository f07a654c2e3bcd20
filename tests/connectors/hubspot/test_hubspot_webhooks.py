"""What the manifest makes of HubSpot's batches: one delivery, the contacts to fetch, and a signature."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from connectors.manifest import delivery_of, load, topic_of
from connectors.signatures import Secret, Signed, verify
from mappings.expressions.compilation import compile_expression
from ops.standins.deliveries import Delivery
from ops.standins.hubspot import HubSpot

ROOT = Path(__file__).parents[3]
MANIFEST = load(ROOT / "connectors" / "hubspot")
SAMPLES = ROOT / "events" / "samples" / "hubspot"


def event(kind: str, object_id: int, **more: Any) -> dict[str, Any]:
    about = {"eventId": 7, "subscriptionId": 1, "portalId": 2, "occurredAt": 1772524800000, "attemptNumber": 0}
    return {**about, "subscriptionType": kind, "objectId": object_id, **more}


def delivery(batch: Any) -> str:
    return delivery_of(MANIFEST, "events", {}, batch, json.dumps(batch).encode())


def fetched(batch: Any) -> list[Any]:
    rule = MANIFEST.topic("events").fetch
    assert rule is not None
    return list(compile_expression(rule.each).search(batch))


def test_every_batch_is_one_topic() -> None:
    assert topic_of(MANIFEST, {}, [event("contact.creation", 1)]) == "events"


def test_another_attempt_is_the_same_delivery() -> None:
    first, again = event("contact.creation", 1), event("contact.creation", 1, attemptNumber=3)
    assert delivery([first]) == delivery([again])
    assert delivery([first]).startswith("hash:")


@pytest.mark.parametrize(
    "change",
    [{"eventId": 8}, {"objectId": 2}, {"occurredAt": 1772524800001}, {"propertyValue": "x"}, {"propertyName": "email"}],
)
def test_anything_else_that_differs_is_another_delivery(change: dict[str, Any]) -> None:
    kept = event("contact.propertyChange", 1, propertyName="phone", propertyValue="")
    assert delivery([kept]) != delivery([{**kept, **change}])


def test_contacts_that_came_changed_or_survived_are_fetched() -> None:
    batch = json.loads((SAMPLES / "events__batch.json").read_bytes())
    assert fetched(batch) == [171596044869, 171596044869, 171596055000]


def test_the_survivor_is_the_primary_where_it_kept_its_id() -> None:
    batch = json.loads((SAMPLES / "events__merge_into_primary.json").read_bytes())
    assert fetched(batch) == [701]


def test_generic_events_count_for_contacts_alone() -> None:
    batch = [event("object.creation", 1, objectTypeId="0-1"), event("object.creation", 2, objectTypeId="0-3")]
    assert fetched(batch) == [1]


@pytest.mark.parametrize("kind", ["contact.deletion", "contact.privacyDeletion", "contact.associationChange"])
def test_what_is_gone_is_not_fetched(kind: str) -> None:
    assert fetched([event(kind, 1)]) == []


def test_the_stand_in_signs_as_the_hub_checks() -> None:
    url = "https://hub.example.com/webhooks/crm"
    body = json.dumps([event("contact.creation", 1)]).encode()
    headers = HubSpot("the-token", "the-secret").sign(Delivery("events", body), url)
    verify("hubspot-v3", Signed("POST", url, headers, body), [Secret("the-secret")], time.time())
