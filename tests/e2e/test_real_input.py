"""Real payloads through the running hub end applied, or parked with a reason that a person understands."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops.commands.feed import feed
from ops.hub import queues
from tests.e2e.retailer import PLACE, WEB_PLACE, Retailer

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
POOL = {"sells_from": (PLACE,), "default_location": PLACE}
CHANNELS: dict[str, dict[str, Any]] = {
    "shopify": {"locations": {str(WEB_PLACE): PLACE}, **POOL},
    "square": {"locations": {"LILLE1": PLACE}, "owns": (PLACE,), **POOL},
    "mirakl": POOL,
    "easypost": {},
    "hubspot": {"settings": {"loyalty_card_property": "loyalty_card"}},
}
# Which files are events or resources of a topic the hub receives; None is a webhook whose body says its topic. The
# other files in these folders are requests, errors and lists of things the hub does not keep.
TOPICS: dict[str, str | None] = {
    "shopify/order__*": "orders/create",
    "shopify/customer__*": "customers/create",
    "shopify/fulfillment__*": "fulfillments/create",
    "shopify/inventory_level__*": "inventory_levels/update",
    "shopify/product__*": "products/create",
    "shopify/refund__*": "refunds/create",
    "square/order__*": "order",
    "square/order_created__*": "order",
    "square/webhook_*": None,
    "mirakl/or11_orders__*": "order",
    "mirakl/or12_order__*": "order",
    "easypost/tracker__*": "tracker",
    "easypost/tracker_created__*": "tracker",
    "easypost/tracker_list__*": "tracker",
    "easypost/tracker_batch__*": "tracker",
    "easypost/shipment_*": "shipment",
    "hubspot/webhook_*": None,
    "hubspot/contacts_batch_success__*": "contact",
    "hubspot/contacts_list__*": "contact",
}
SAYS_NOTHING = {
    "easypost/shipment_bought__1.json",  # the shipments refer to no order
    "easypost/shipment_created__1.json",
    "easypost/shipment_refund_submitted__1.json",
    "easypost/shipment_refund_submitted__2.json",
    "hubspot/webhook_contact_creation__2.json",  # the CRM no longer has the contact
    "hubspot/webhook_contact_deletion__1.json",  # a deletion is no erasure
    "square/webhook_catalog_version_updated__1.json",  # thin: what changed is fetched, and nothing did
    "square/webhook_customer_deleted__1.json",  # a profile tidied up is no erasure either
}
FILES = [(file, topic) for pattern, topic in TOPICS.items() for file in sorted(PAYLOADS.glob(f"{pattern}.json"))]

needs_payloads = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the real payloads are not on this machine")


@pytest.fixture(scope="module")
def fed(open_shop: Callable[[str], Retailer]) -> dict[str, dict[str, Any]]:
    """Feed every file, and give the trace of each."""
    shop = open_shop("real")
    for kind, fields in CHANNELS.items():
        shop.connect(kind, f"real-{kind}", **fields)
    hub = replace(shop.hub, token=f"token-of-{shop.tenant}")
    answers = {
        file.relative_to(PAYLOADS).as_posix(): feed(hub, f"real-{file.parent.name}", file, topic)
        for file, topic in FILES
    }
    shop.rest()
    assert {answer["status"] for answer in answers.values()} <= {200, 202}, answers
    assert queues.dead(hub) == {}
    return {name: shop.api.get(f"/v1/events/{answer['event_id']}") for name, answer in answers.items()}


@needs_payloads
def test_every_pattern_finds_a_file() -> None:
    assert [pattern for pattern in TOPICS if not list(PAYLOADS.glob(f"{pattern}.json"))] == []
    assert len(FILES) > 30


@needs_payloads
@pytest.mark.parametrize("name", [file.relative_to(PAYLOADS).as_posix() for file, _ in FILES])
def test_a_real_payload_ends_applied_or_parked_with_a_reason(fed: dict[str, dict[str, Any]], name: str) -> None:
    trace = fed[name]
    assert trace["outcome"] in ("applied", "unchanged", "quarantined")
    if trace["outcome"] == "unchanged":
        assert bool(trace["facts"]) != (name in SAYS_NOTHING)
    if trace["outcome"] == "quarantined":
        assert trace["code"]
        assert len(trace["reason"].split()) >= 4, trace["reason"]
        assert "Traceback" not in trace["reason"]
        assert "Error(" not in trace["reason"]
