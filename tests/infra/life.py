"""A small shop that lives through everything the hub knows, so that every function makes every call it can make."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.signatures import sign
from functions import runtime
from tests import corner
from tests.hub import Hub
from tests.process import TOKEN

PLACE = "lille"
POOL = {"sells_from": (PLACE,), "default_location": PLACE}
NOISE = hashlib.shake_256(b"noise").hexdigest(400_000)  # too large for an item, however it is packed


def live(hub: Hub) -> None:
    """Take every path through every function that makes another call."""
    web, till, market, parcels, crm = open_shops(hub)
    register_connector(hub)
    mug = (till.add_item("MUG", "Mug", 1250, {"LILLE1": 10}), "LILLE1")
    till.tell_counts([mug])
    item = web.add_product("MUG", "Mug", "12.50", {905: 10})
    web.change(item, 905, -1)
    market.add_offer("MUG", 10)
    contact = crm.create_contact(email="a@example.com", firstname="A")
    settle(hub)
    order = web.place_order({"MUG": 1}, 905)
    till.ring_up_sale({"MUG": 1}, "LILLE1", customer_id=till.add_customer(email_address="a@example.com")["id"])
    market.place_order({"MUG": 1})
    label = parcels.buy_label(f"web/{order['id']}")
    parcels.scan(label, "delivered")
    crm.change_contact(contact, phone="+33612345678")
    settle(hub)
    web.cancel(order["id"])
    settle(hub)
    web.place_order({"MUG": 1}, 905)
    for lying in (-9, 10):  # a till that sold what it did not have, and enough again
        till.recount(mug, Decimal(lying), runtime.now())
        till.tell_counts([mug])
        settle(hub)
        assert bool(hub.ask("/v1/tasks", type="shortage").json()["tasks"]) == (lying < 0)
    speak_through_queues(hub)
    be_large_and_wrong(hub, till, market)
    forget_somebody(hub, look_around(hub, order["id"], label))
    be_away(hub, till, market)
    replay(hub, till)


def open_shops(hub: Hub) -> tuple[Any, ...]:
    return (
        hub.connect("shopify", "web", locations={"905": PLACE}, **POOL),
        hub.connect("square", "till", locations={"LILLE1": PLACE}, owns=(PLACE,), **POOL),
        hub.connect("mirakl", "market", **POOL),
        hub.connect("easypost", "parcels"),
        hub.connect("hubspot", "crm"),
    )


def settle(hub: Hub) -> None:
    """Let everything the stand-ins said reach the hub, and everything the hub wants reach them."""
    for connection_id, stand_in in hub.stand_ins.items():
        sent, stand_in.deliveries.all = stand_in.deliveries.all, []
        for each in sent:
            topic = each.topic if hub.connections[connection_id].connector == "shopify" else None
            assert hub.send(connection_id, each.body, topic).status in (200, 202)
            assert hub.send(connection_id, each.body, topic).status == 200
    hub.run("poll", {})
    for _ in range(2):
        hub.normalise()
        hub.push()
    hub.run("sweep", {"quiet_seconds": 0})


def register_connector(hub: Hub) -> None:
    """Register a connector at run time, and send a webhook of its channel, which is away when it is polled or told."""
    body = json.dumps(corner.parts()).encode()
    assert hub.http("api", "POST", "/v1/connectors", body, {"Authorization": f"Bearer {TOKEN}"}).status in (200, 201)
    held = {"signing_key": "sign", "api_key": "key"}
    hub.register("corner", "corner-shop", held, base_url="http://127.0.0.1:9", locations={"1": PLACE}, **POOL)
    placed = json.dumps(corner.PLACED).encode()
    made = sign("hub-256", method="POST", url="", body=placed, secret="sign", now=runtime.now().timestamp())
    made |= {"Content-Type": "application/json", "X-Corner-Topic": "order.placed", "X-Corner-Delivery": "1"}
    sent = hub.http("receive", "POST", "/webhooks/{connection_id}", placed, made, connection_id="corner-shop")
    assert sent.status == 202


def speak_through_queues(hub: Hub) -> None:
    """Let a queue bring what is large, what cannot be read, a registered connector's message, and nobody's."""
    held = {"lwa_client_id": "a", "lwa_client_secret": "b", "refresh_token": "c"}
    hub.register("amazon", "amazon-fr", held, base_url="http://127.0.0.1:9", settings={"lwa_url": "http://127.0.0.1:9"})
    kind = "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"  # nothing has to be fetched for it
    large = {"NotificationType": kind, "NotificationMetadata": {"NotificationId": "n"}, "note": NOISE}
    for message in (json.dumps(large), "{"):
        assert hub.deliver("collect", "tributary-inbound-amazon-fr", message) == []
    assert hub.deliver("collect", "tributary-inbound-corner-shop", {}) == []
    hub.sqs.create_queue(QueueName="tributary-inbound-nobody")
    assert len(hub.deliver("collect", "tributary-inbound-nobody", {})) == 1


def be_large_and_wrong(hub: Hub, till: Any, market: Any) -> None:
    """Bodies too large for an item by every way in, one delivery id for two bodies, and what cannot be read."""
    large = json.dumps({"id": 5, "created_at": "2026-11-22T10:00:00Z", "note": NOISE}).encode()
    for body in (b"{", large, large + b" "):
        assert hub.send("web", body, "orders/create", {"X-Shopify-Webhook-Id": "same"}).status == 202
    till.ring_up_sale({"MUG": 1}, "LILLE1")["note"] = NOISE
    market.orders[market.place_order({"MUG": 1})]["note"] = NOISE
    hand_in = ("api", "POST", "/v1/connections/{connection_id}/payloads", large)
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert hub.http(*hand_in, known, {"topic": "order"}, connection_id="market").status == 202
    hub.run("poll", {"connection_id": "market"})
    settle(hub)


def be_away(hub: Hub, till: Any, market: Any) -> None:
    """Channels that do not answer just when they are asked for an order, or told of stock."""
    till.ring_up_sale({"MUG": 1}, "LILLE1")
    till.fail("500", times=100, path="/v2/orders")
    market.fail("429", times=100)
    settle(hub)
    till.fail("500", times=0)


def replay(hub: Hub, till: Any) -> None:
    """Do again what was quarantined and what nobody took up, one of them while its channel is away."""
    assert hub.tell("/v1/replays", {"outcome": "quarantined", "dry_run": True}).json()["events"]
    assert hub.tell("/v1/replays", {"outcome": "quarantined"}).status == 202
    till.ring_up_sale({"MUG": 1}, "LILLE1")
    till.fail("500", times=100, path="/v2/orders")
    for each in till.deliveries.all:
        event_id = hub.send("till", each.body).json()["event_id"]
        assert hub.tell(f"/v1/events/{event_id}/replay", {}).status == 202
    assert hub.replay() != []
    till.fail("500", times=0)


def look_around(hub: Hub, order_id: int, label: str) -> str:
    """Ask the API everything; gives a customer."""
    (customer,) = hub.ask("/v1/customers", email="camille.moreau@example.com").json()["customers"][:1]
    number = customer["customer_id"]
    (order,) = hub.ask("/v1/orders", connection_id="web", channel_order_id=str(order_id)).json()["orders"]
    asked = {f"/v1/orders/{order['order_id']}", f"/v1/shipments/{label}"}
    asked |= {f"/v1/customers/{number}", f"/v1/customers/{number}/timeline"}
    asked |= {"/v1/stock/MUG", "/v1/stock/MUG/ledger", "/v1/products/MUG", "/v1/quarantine"}
    asked |= {"/v1/health", "/v1/openapi.json", "/v1/connectors", "/v1/connectors/corner", "/v1/connections"}
    events = hub.ask("/v1/events", limit="200").json()["events"]
    asked |= {f"/v1/events/{each['event_id']}" for each in events}
    for path in sorted(asked):
        assert hub.ask(path).status == 200, path
    assert hub.ask("/v1/orders", customer=number).status == 200
    known = {item["id"]["S"] for item in hub.items("Records") if item["sk"]["S"] == "ORDER"}
    link = {"order_id": min(known - {order["order_id"]}), "type": "extra_purchase"}
    assert hub.tell(f"/v1/orders/{order['order_id']}/links", link).status == 200
    assert hub.ask("/v1/stock/MUG/availability", connection_id="web").status == 200
    switch(hub)
    put_aside(hub)
    assert hub.ask("/v1/tasks", type="shortage").status == 200
    decide_who_is_one(hub, number)
    return str(number)


def switch(hub: Hub) -> None:
    """Pause a connection and resume it, read its channel's list again, and ask for what the API may not do."""
    hub.map_pushes("market")
    assert hub.tell("/v1/connections/market/pause", {}).json()["status"] == "paused"
    assert hub.tell("/v1/connections/market/resume", {}).json()["status"] == "active"
    assert hub.tell("/v1/connections/market/reconcile", {}).status == 202
    assert hub.tell("/v1/connections/market/rotate", {}).problem() == "operator_needed"


def put_aside(hub: Hub) -> None:
    """Keep goods back, expect some, make a kit, reserve three times: one is confirmed, one released, one runs out."""
    assert hub.tell("/v1/stock/MUG/policy", {"location_id": PLACE, "tiers": {"vip": 1}}, "PUT").status == 200
    coming = {"location_id": PLACE, "reference": "PO-1", "quantity": 90, "expected_at": "2026-12-01T08:00:00Z"}
    assert hub.tell("/v1/stock/MUG/incoming", coming, "PUT").status == 200
    assert hub.tell("/v1/products/SET/kit", {"components": {"MUG": 1}}, "PUT").status == 200
    wish, names = {"connection_id": "market", "lines": [{"sku": "SET", "quantity": 1}]}, []
    for key in ("confirmed", "released", "over"):
        made = hub.tell("/v1/reservations", wish, Idempotency_Key=key)
        assert made.status == 201, made.body
        names.append(made.json()["reservation_id"])
    assert hub.tell(f"/v1/reservations/{names[0]}/confirm", {"order": "market/none"}).status == 200
    assert hub.tell(f"/v1/reservations/{names[1]}/release", {}).status == 200
    with pytest.MonkeyPatch.context() as patch:
        tomorrow = runtime.now() + timedelta(days=1)
        patch.setattr(runtime, "now", lambda: tomorrow)
        assert hub.run("sweep", {"only": "reservations"}) == {"reservations_ended": 1}
    assert hub.ask(f"/v1/reservations/{names[2]}").json()["status"] == "expired"
    hub.push()


def decide_who_is_one(hub: Hub, customer_id: str) -> None:
    """Merge two customers and part them, answer a review, and call a value shared that joins nobody."""
    (other,) = hub.ask("/v1/customers", email="a@example.com").json()["customers"]
    merged = hub.tell(f"/v1/customers/{customer_id}/merge", {"customer_id": other["customer_id"]})
    assert merged.status == 200
    parted = {"accounts": sorted(other["links"])}
    assert hub.tell(f"/v1/customers/{customer_id}/unmerge", parted).status == 200
    assert hub.ask("/v1/reviews").status == 200
    assert hub.tell("/v1/reviews/rev_1", {"decision": "accept"}).status == 404
    for _ in range(2):  # the second time nobody is parted any more, only held
        assert hub.tell("/v1/shared-values", {"email": "a@example.com"}).status == 200
    assert hub.ask("/v1/shared-values").json()["shared_values"][0]["value"] == "email:a@example.com"


def forget_somebody(hub: Hub, number: str) -> None:
    """Show somebody what is kept of them, forget them, hear of them late and at length, and forget a whole shop."""
    large = {"id": 1, "created_at": "2026-11-22T10:00:00Z", "email": "camille.moreau@example.com", "note": NOISE}
    assert hub.send("web", json.dumps(large).encode(), "orders/create").status == 202
    settle(hub)
    assert hub.ask(f"/v1/customers/{number}/export").status == 200
    made = hub.tell(f"/v1/customers/{number}/erase", {}).json()
    assert hub.run("erase", {"indexed_seconds": 0, "days": 1}) == {"worked_on": 1, "failed": 0}
    assert hub.ask(f"/v1/erasures/{made['erasure_id']}").json()["erased_at"]
    early = dict.fromkeys(("created_at", "processed_at"), "2026-11-22T10:00:00Z")
    hub.stand_ins["web"].place_order({"MUG": 1}, 905, note=NOISE, **early)
    settle(hub)
    gone = json.dumps({"shop_id": 1, "shop_domain": "-"}).encode()
    assert hub.send("web", gone, "shop/redact").status == 202
    settle(hub)
    assert hub.run("erase", {"indexed_seconds": 0, "days": 1})["failed"] == 0
    assert {each["type"] for each in hub.ask("/v1/privacy", status="done").json()["requests"]} >= {"shop_erasure"}
