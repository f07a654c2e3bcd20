"""A trading day: what people do at five channels, and what must come of it.

What must come of it is counted here, without asking the hub.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ops.demo.shops import MARKET, PRICES, STOCK, TILL_LOCATION, WEB, WEB_LOCATION, Shops

CAMILLE = {"first": "Camille", "last": "Moreau", "email": "camille.moreau@example.com", "phone": "+33612345678"}
ADDRESS = {
    "first_name": CAMILLE["first"],
    "last_name": CAMILLE["last"],
    "address1": "12 rue de la Clef",
    "city": "Lille",
    "zip": "59800",
    "country_code": "FR",
}

BROKEN = {
    "id": 666,
    "created_at": "2026-11-22T10:00:00+01:00",
    "currency": "EUR",
    "line_items": [],
    "total_price": "a lot",
}


@dataclass
class Day:
    """What was done, and what must be true in the evening because of it."""

    left: Counter[str] = field(default_factory=lambda: Counter(STOCK))
    orders: list[str] = field(default_factory=list)
    parcels: dict[str, str] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)

    def sold(self, order: str, pieces: dict[str, int]) -> None:
        """Note a sale."""
        self.orders.append(order)
        self.left.subtract(pieces)


def play(shops: Shops, day: Day, tell: Callable[[str], None], quiet: Callable[[], None]) -> None:
    """Play the day. A channel sends every webhook twice. `quiet` waits until nothing moves any more."""
    for stand_in in shops.stand_ins.values():
        stand_in.copies = 2
    tell("morning: the channels open with ten mugs and five scarves")
    _open(shops)
    quiet()
    tell("a web order, a till sale and a marketplace order at once; the marketplace then answers 429 and fails a while")
    orders = _sell(shops, day)
    quiet()
    tell("both web and marketplace order are shipped; the carrier's scans arrive twice and out of order")
    _ship(shops, day, orders)
    quiet()
    tell("one mug comes back; the CRM learns her phone number; a forged webhook and a broken one arrive")
    _take_back(shops, day, orders["web"])
    _recognise(shops)
    _disturb(shops, day)
    quiet()


def _open(shops: Shops) -> None:
    for sku, pieces in STOCK.items():
        shops.till.add_item(sku, sku.title(), int(PRICES[sku].replace(".", "")), {TILL_LOCATION: pieces})
        shops.web.add_product(sku, sku.title(), PRICES[sku], {WEB_LOCATION: pieces})
        shops.market.add_offer(sku, pieces, PRICES[sku])
    shops.crm.create_contact(email=CAMILLE["email"], firstname=CAMILLE["first"], lastname=CAMILLE["last"])
    items = [(item, TILL_LOCATION) for item in shops.till.variations]
    shops.till.tell_counts(items)


def _sell(shops: Shops, day: Day) -> dict[str, Any]:
    """Sell from one pool in three channels. One person buys in two of them, and the CRM knows her too."""
    shops.market.fail("429", times=2, path="offers")
    shops.market.fail("500", seconds=4.0, path="offers")
    web = shops.web.place_order(
        {"MUG-BLUE": 2, "SCARF-RED": 1},
        WEB_LOCATION,
        email=CAMILLE["email"],
        customer={"id": 7001, "email": CAMILLE["email"], "first_name": CAMILLE["first"], "last_name": CAMILLE["last"]},
        shipping_address=ADDRESS,
        billing_address=ADDRESS,
    )
    day.sold(f"{WEB}/{web['id']}", {"MUG-BLUE": 2, "SCARF-RED": 1})
    buyer = shops.till.add_customer(
        given_name=CAMILLE["first"], family_name=CAMILLE["last"], phone_number=CAMILLE["phone"]
    )
    shops.till.enrol(buyer["id"], points=120)
    till = shops.till.ring_up_sale({"MUG-BLUE": 1}, TILL_LOCATION, customer_id=buyer["id"])
    day.sold(f"till-lille/{till['id']}", {"MUG-BLUE": 1})
    market = shops.market.place_order({"MUG-BLUE": 1, "SCARF-RED": 1})
    day.sold(f"{MARKET}/{market}", {"MUG-BLUE": 1, "SCARF-RED": 1})
    _poll_twice(shops, day)
    return {"web": web, "market": market}


def _poll_twice(shops: Shops, day: Day) -> None:
    for _ in range(2):
        taken = shops.poll_market()
        day.sent.update({"sent": taken["new"] + taken["known"], "accepted": taken["new"], "duplicates": taken["known"]})


def _ship(shops: Shops, day: Day, orders: dict[str, Any]) -> None:
    """Buy two labels, and let the carrier's webhooks arrive out of order."""
    shops.parcels.deliveries.hold()
    for reference in (f"{WEB}/{orders['web']['id']}", f"{MARKET}/{orders['market']}"):
        code = shops.parcels.buy_label(reference)
        for status, city in (("in_transit", "Lille"), ("out_for_delivery", "Lille"), ("delivered", "Lille")):
            shops.parcels.scan(code, status, city=city)
        day.parcels[code] = reference
    shops.parcels.deliveries.release(random.Random(7).shuffle)  # noqa: S311 - the same disorder every day


def _take_back(shops: Shops, day: Day, web: dict[str, Any]) -> None:
    shops.web.refund(web["id"], {"MUG-BLUE": 1}, restock=True)
    day.left.update({"MUG-BLUE": 1})


def _recognise(shops: Shops) -> None:
    """Add the phone number to the CRM's contact. It shows that the web's customer and the till's are one person."""
    contact = next(name for name, each in shops.crm.contacts().items() if each.get("email") == CAMILLE["email"])
    shops.crm.change_contact(contact, phone=CAMILLE["phone"])


def _disturb(shops: Shops, day: Day) -> None:
    """Send a forged webhook, and a genuine one whose price is no number."""
    forged = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Hmac-SHA256": "Zm9yZ2Vk",
    }
    status, _ = shops.api.webhook(WEB, b'{"id": 1}', forged)
    day.sent.update({"sent": 1, "rejected": int(status == 401)})
    shops.web.deliver("orders/create", BROKEN)
