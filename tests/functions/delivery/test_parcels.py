"""A channel learns which of its orders another system sent, whatever the message calls the connection."""

from typing import Any

import pytest

from events.facts import build
from functions import runtime
from records.apply import apply
from records.cause import Cause
from tests.hub import Hub

AT = "2026-11-22T09:00:00.000Z"
PLACE = "lille"


@pytest.fixture
def sent(local_hub: Hub) -> dict[str, Any]:
    """An order of a web shop that a carrier's desk has sent; gives the event of it."""
    web = local_hub.connect("shopify", "web", locations={"905": PLACE}, sells_from=(PLACE,), default_location=PLACE)
    if not web.variants:
        web.add_product("MUG", "Mug", "12.50", {905: 9})
    web.deliveries.all.clear()
    order = web.place_order({"MUG": 1}, 905)
    body = next(each.body for each in web.deliveries.all if each.topic == "orders/create")
    assert local_hub.send("web", body, "orders/create").status == 202
    assert local_hub.normalise() == []
    parcel = {
        "kind": "fulfillment",
        "order_reference": f"web/{order['id']}",
        "fulfillment_id": "f",
        "status": "success",
    }
    parcel |= {"tracking": [{"number": "T1"}], "occurred_at": AT, "source_version": AT}
    event_id = f"evt_{'0' * 32}"
    apply(
        runtime.records(), Cause("acme", event_id, "desk", AT), [build(parcel, event_id="e", connection_id="desk")], {}
    )
    (message,) = [each for each in local_hub.messages() if each["detail"]["record"] == "order"]
    assert message["detail"]["connection_id"] == "web"
    return dict(message)


def parcels(hub: Hub) -> list[str]:
    """Give the numbers of the parcels that the shop was told of its newest order."""
    newest = max(hub.stand_ins["web"].orders.items())[1]
    return [each["tracking_number"] for each in newest["fulfillments"]]


def renamed(message: dict[str, Any], **names: str) -> dict[str, Any]:
    """Give a message whose connection is said by other fields."""
    detail = {name: value for name, value in message["detail"].items() if name != "connection_id"}
    return {**message, "detail": {**detail, **names}}


def test_a_shop_is_told_of_a_parcel_that_another_system_sent(local_hub: Hub, sent: dict[str, Any]) -> None:
    assert local_hub.deliver("push", "tributary-connection-web", sent) == []
    assert parcels(local_hub) == ["T1"]


def test_a_message_that_waited_while_the_hub_was_updated_is_understood(local_hub: Hub, sent: dict[str, Any]) -> None:
    former = renamed(sent, connection="web")
    assert local_hub.deliver("push", "tributary-connection-web", former) == []
    assert parcels(local_hub) == ["T1"]


@pytest.mark.parametrize("names", [{"connection_id": "shop"}, {"connection": "shop"}, {}])
def test_a_shop_is_not_told_of_another_shops_order(local_hub: Hub, sent: dict[str, Any], names: dict[str, str]) -> None:
    assert local_hub.deliver("push", "tributary-connection-web", renamed(sent, **names)) == []
    assert parcels(local_hub) == []
