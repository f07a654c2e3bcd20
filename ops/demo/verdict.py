"""The evening: wait until nothing moves any more, count everything, and compare every channel with the hub."""

import time
from collections import Counter
from decimal import Decimal
from typing import Any

from ops.demo.day import CAMILLE, Day
from ops.demo.shops import MARKET, PLACE, STOCK, TILL, TILL_LOCATION, WEB, WEB_LOCATION, Shops
from ops.hub import queues
from records.store.wire import from_wire

PATIENCE = 60.0
CALM = 3  # looks in a row that must see nothing move: no queue counts what a stream or the bus holds
LOOK = 0.4
Sight = tuple[int, int, int, int]


class NotQuietError(Exception):
    """Something still moves after PATIENCE seconds."""


def wait(shops: Shops) -> None:
    """Wait until all webhooks are delivered, every event has an outcome, every queue is empty, and no item is added.

    Raises:
        NotQuietError: something still moves after PATIENCE seconds.
    """
    end, calm, last = time.monotonic() + PATIENCE, 0, None
    while time.monotonic() < end:
        seen = look(shops)
        calm = calm + 1 if seen == last and seen[:3] == (0, 0, 0) else 0
        if calm >= CALM:
            return
        last = seen
        time.sleep(LOOK)
    raise NotQuietError(f"after {PATIENCE:.0f} s: undelivered, queued, without outcome, items = {last}")


def look(shops: Shops) -> Sight:
    """Count undelivered webhooks, queued messages, events without an outcome, and items of the Records table."""
    undelivered = sum(stand_in.pending() for stand_in in shops.stand_ins.values())
    queued = queues.live(shops.hub)
    open_events = [each for each in events(shops) if each["outcome"] == "received"]
    return undelivered, queued, len(open_events), len(items(shops))


def events(shops: Shops) -> list[dict[str, Any]]:
    """List every event of the day."""
    listed: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = shops.api.get("/v1/events", limit="200", cursor=cursor)
        listed += page["events"]
        cursor = page["cursor"]
        if cursor is None:
            return listed


def items(shops: Shops) -> list[dict[str, Any]]:
    """Read the whole Records table."""
    pages = shops.hub.clients("dynamodb").get_paginator("scan").paginate(TableName=shops.hub.outputs["RecordsTable"])
    return [from_wire(item) for page in pages for item in page["Items"]]


def summary(shops: Shops, day: Day, seconds: float) -> dict[str, Any]:
    """Give what `tributary demo --json` prints."""
    happened = events(shops)
    outcomes = Counter(each["outcome"] for each in happened)
    kept = items(shops)
    pushes: dict[str, Counter[str]] = {}
    for item in kept:
        if item.get("record") == "push":
            pushes.setdefault(item["connection_id"], Counter())[item["outcome"]] += 1
    sent = _sent(shops) + day.sent
    wrong = disagreements(shops, day)
    wrong += [f"{count} messages lie in {name}" for name, count in queues.dead(shops.hub).items()]
    lost = outcomes["received"] + max(0, sent["accepted"] - len(happened))
    names = ("sent", "accepted", "duplicates", "rejected")
    return {
        "ok": not wrong and lost == 0 and sent["rejected"] == 1 and outcomes["quarantined"] == 1,
        "seconds": round(seconds, 1),
        "events": {
            **{name: sent[name] for name in names},
            "quarantined": outcomes["quarantined"],
            "applied": outcomes["applied"] + outcomes["unchanged"],
        },
        "records": _records(kept),
        "pushes": {
            name: {ended: counts[ended] for ended in ("succeeded", "skipped", "failed")}
            for name, counts in sorted(pushes.items())
        },
        "disagreements": wrong,
        "lost": lost,
    }


def _sent(shops: Shops) -> Counter[str]:
    """Count the webhooks that the stand-ins sent, and how the hub answered."""
    counts: Counter[str] = Counter()
    for stand_in in shops.stand_ins.values():
        for delivery in stand_in.deliveries.all:
            for status in delivery.statuses:
                name = {202: "accepted", 200: "duplicates"}.get(status, "rejected" if 400 <= status < 500 else "failed")
                counts.update({"sent": 1, name: 1})
    return counts


def _records(kept: list[dict[str, Any]]) -> dict[str, int]:
    found = Counter(item["record"] for item in kept if "record" in item and "redirect" not in item)
    names = {"customers": "customer", "orders": "order", "stock": "stock", "shipments": "shipment"}
    return {plural: found[record] for plural, record in names.items()}


def disagreements(shops: Shops, day: Day) -> list[str]:
    """Say where the hub, a channel and the day's own count differ: one sentence for each. None: they agree."""
    return [*_stock(shops, day), *_orders(shops, day), *_customer(shops)]


def _stock(shops: Shops, day: Day) -> list[str]:
    wrong = []
    shown = {
        WEB: {sku: shops.web.stock()[sku, str(WEB_LOCATION)] for sku in STOCK},
        TILL: {sku: shops.till.stock()[sku, TILL_LOCATION] for sku in STOCK},
        MARKET: shops.market.stock(),
    }
    for sku in STOCK:
        here = shops.api.get(f"/v1/stock/{sku}")["locations"]
        on_hand = next(each["on_hand"] for each in here if each["location_id"] == PLACE)
        if Decimal(on_hand) != day.left[sku]:
            wrong.append(f"{sku}: the hub has {on_hand}, the day's sales leave {day.left[sku]}")
        for connection_id, pieces in shown.items():
            says = shops.api.get(f"/v1/stock/{sku}/availability", connection_id=connection_id)["shows"]
            wants = next(iter(says.values()), None)
            if wants is None or Decimal(wants) != pieces[sku]:
                wrong.append(f"{sku}: {connection_id} shows {pieces[sku]}, the hub wants {wants}")
    return wrong


def _orders(shops: Shops, day: Day) -> list[str]:
    wrong = []
    for name in day.orders:
        connection_id, _, channel_order_id = name.partition("/")
        found = shops.api.get("/v1/orders", connection_id=connection_id, channel_order_id=channel_order_id)["orders"][0]
        if found["status"] != "completed":
            wrong.append(f"order {name} is {found['status']}, not completed")
    for code, reference in day.parcels.items():
        parcel = shops.api.get(f"/v1/shipments/{code}")
        if parcel["status"] != "delivered" or not parcel["order_id"]:
            wrong.append(f"parcel {code} of {reference} is {parcel['status']}")
    numbers = set(day.parcels)
    if not numbers & _tracking(shops.web.orders):
        wrong.append("the web shop does not know its parcel")
    if not numbers & {str(order.get("shipping_tracking")) for order in shops.market.orders.values()}:
        wrong.append("the marketplace does not know its parcel")
    return wrong


def _tracking(orders: dict[int, dict[str, Any]]) -> set[str]:
    """Collect the tracking numbers that the web shop shows."""
    found: set[str] = set()
    for order in orders.values():
        for fulfillment in order.get("fulfillments", []):
            found.update([str(fulfillment.get("tracking_number")), *fulfillment.get("tracking_numbers", [])])
    return found


def _customer(shops: Shops) -> list[str]:
    """Check that Camille is one customer by e-mail and by phone, and that the CRM shows her phone and her card."""
    by_mail = shops.api.get("/v1/customers", email=CAMILLE["email"])["customers"]
    by_phone = shops.api.get("/v1/customers", phone=CAMILLE["phone"])["customers"]
    names = {each["customer_id"] for each in by_mail + by_phone}
    if len(names) != 1:
        return [f"Camille is {len(names)} customers"]
    known = {channel.partition("/")[0] for channel in by_mail[0]["channels"]}
    wrong = [f"Camille's customer record lacks {name}" for name in sorted({WEB, TILL, "crm"} - known)]
    contacts = [each for each in shops.crm.contacts().values() if each.get("email") == CAMILLE["email"]]
    card = by_mail[0].get("loyalty", {}).get("card")
    if len(contacts) != 1 or contacts[0].get("phone") != CAMILLE["phone"] or contacts[0].get("loyalty_card") != card:
        wrong.append("the CRM does not show Camille once, with her phone and the card the till gave her")
    return wrong
