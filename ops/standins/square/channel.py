"""A stand-in for one Square seller: orders, payments, refunds, counts, customers and catalogue, with webhooks.

Sources: connectors/square/manifest.yaml and Square's OpenAPI file, https://github.com/square/connect-api-specification.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ops.standins.deliveries import Delivery
from ops.standins.server import Reply, Request, Route, StandIn
from ops.standins.square import shapes
from ops.standins.square.calls import Calls

ERRORS = {
    401: ("AUTHENTICATION_ERROR", "UNAUTHORIZED"),
    404: ("INVALID_REQUEST_ERROR", "NOT_FOUND"),
    429: ("RATE_LIMIT_ERROR", "RATE_LIMITED"),
    500: ("API_ERROR", "INTERNAL_SERVER_ERROR"),
}
Place = tuple[str, str]  # (catalog object id, location id)


class Square(StandIn):
    """A seller with a catalogue, counts per location, tills and customers."""

    def __init__(self, access_token: str, signature_key: str, hub_url: str = "", currency: str = "EUR") -> None:
        self._token, self._key, self.currency = access_token, signature_key, currency
        self.variations: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.customers: dict[str, dict[str, Any]] = {}
        self.loyalty: dict[str, dict[str, Any]] = {}
        self._history: dict[Place, list[tuple[datetime, str, Decimal]]] = {}
        self._received: dict[Place, datetime] = {}  # when Square received the newest change: `calculated_at`
        self._ids = itertools.count(1)
        super().__init__(hub_url)

    # What happens at the seller's.

    def add_item(self, sku: str, name: str, price: int, stock: Mapping[str, Decimal | int]) -> str:
        """Add a catalogue variation with its counts per location, and give its id. The price is in minor units."""
        with self.lock:
            variation = self._id("VARIATION")
            at = shapes.stamp(self.now())
            self.variations[variation] = {"sku": sku, "name": name, "price": price, "updated_at": at}
            for location, pieces in stock.items():
                opening = self.now() - timedelta(days=1)
                self._history[variation, location] = [(opening, "count", Decimal(pieces))]
                self._received[variation, location] = opening
            return variation

    def change_price(self, sku: str, price: int) -> None:
        """Change a variation's price (in minor units). The webhook says only that the catalogue changed."""
        with self.lock:
            at = shapes.stamp(self.now())
            self._variation(sku)[1].update(price=price, updated_at=at)
            self._announce("catalog.version.updated", "catalog_version", "", {"catalog_version": {"updated_at": at}})

    def add_customer(self, **said: Any) -> dict[str, Any]:
        """Add a customer (given_name, family_name, email_address, phone_number …)."""
        with self.lock:
            at = shapes.stamp(self.now())
            customer: dict[str, Any] = {
                "id": self._id("CUSTOMER"),
                "created_at": at,
                "updated_at": at,
                "version": 0,
            } | said
            self.customers[customer["id"]] = customer
            self._announce("customer.created", "customer", customer["id"], {"customer": customer})
            return customer

    def enrol(self, customer_id: str, points: int = 0) -> dict[str, Any]:
        """Open a loyalty account for a customer. It is found by the customer's phone."""
        with self.lock:
            at, phone = shapes.stamp(self.now()), self.customers[customer_id]["phone_number"]
            account: dict[str, Any] = {
                "id": self._id("LOYALTY"), "program_id": "PROGRAMME-1", "customer_id": customer_id, "balance": points,
                "lifetime_points": points, "mapping": {"phone_number": phone}, "created_at": at, "updated_at": at,
            }  # fmt: skip
            self.loyalty[account["id"]] = account
            self._announce("loyalty.account.created", "loyalty_account", account["id"], {"loyalty_account": account})
            return account

    def ring_up_sale(
        self,
        pieces: Mapping[str, Decimal | int],
        location_id: str,
        customer_id: str | None = None,
        tender: str = "CARD",
    ) -> dict[str, Any]:
        """Sell pieces per SKU at the till. As at Square, no order.* webhook follows, only payment.* and counts."""
        with self.lock:
            at = shapes.stamp(self.now())
            lines = [
                shapes.line(self._id("LINE"), *self._variation(sku), Decimal(many), self.currency)
                for sku, many in pieces.items()
            ]
            order = shapes.order(self._id("ORDER"), location_id, lines, self.currency, at)
            payment = shapes.payment(self._id("PAYMENT"), order, tender, at)
            if customer_id:
                order["customer_id"] = payment["customer_id"] = customer_id
            self.orders[order["id"]], self.payments[payment["id"]] = order, payment
            self._announce("payment.created", "payment", payment["id"], {"payment": payment | {"status": "APPROVED"}})
            at = shapes.stamp(self.now())
            order |= {"state": "COMPLETED", "closed_at": at, "updated_at": at, "tenders": [shapes.tender(payment)]}
            payment |= {"status": "COMPLETED", "updated_at": at}
            self._announce("payment.updated", "payment", payment["id"], {"payment": payment})
            self._adjust({(line["catalog_object_id"], location_id): -Decimal(line["quantity"]) for line in lines})
            return order

    def refund_sale(self, order_id: str, pieces: Mapping[str, Decimal | int], restock: bool = True) -> dict[str, Any]:
        """Take pieces per SKU back. It makes a return order and a refund, and with `restock` new counts."""
        with self.lock:
            sale, at = self.orders[order_id], shapes.stamp(self.now())
            wanted = {self._variation(sku)[0]: Decimal(many) for sku, many in pieces.items()}
            shares = [
                shapes.return_line(self._id("RETURN"), line, wanted[line["catalog_object_id"]])
                for line in sale["line_items"]
                if line["catalog_object_id"] in wanted
            ]
            back = shapes.return_order(self._id("ORDER"), sale, shares, self.currency, at)
            refund = shapes.refund(self._id("REFUND"), sale, back, at)
            self.orders[back["id"]], self.refunds[refund["id"]] = back, refund
            self._announce("refund.created", "refund", refund["id"], {"refund": dict(refund)})
            refund |= {"status": "COMPLETED", "updated_at": shapes.stamp(self.now())}
            self._announce("refund.updated", "refund", refund["id"], {"refund": refund})
            if restock:
                self._adjust({(item, sale["location_id"]): many for item, many in wanted.items()})
            return back

    def stock(self) -> dict[tuple[str, str], Decimal]:
        """Give what is in stock per (SKU, location id)."""
        with self.lock:
            return {(self.variations[item]["sku"], place): self._count((item, place)) for item, place in self._history}

    def places(self) -> list[Place]:
        """List every item and location that has a count."""
        return list(self._history)

    def _variation(self, sku: str) -> tuple[str, dict[str, Any]]:
        return next((item, variation) for item, variation in self.variations.items() if variation["sku"] == sku)

    def _id(self, kind: str) -> str:
        return f"{kind}{next(self._ids):06d}"

    def _announce(self, topic: str, kind: str, about: str, content: dict[str, Any]) -> None:
        event_id = self._id("EVENT")
        event: dict[str, Any] = {"merchant_id": "MAISONLUMIERE", "type": topic, "event_id": event_id}
        event |= {"created_at": shapes.stamp(self.now()), "data": {"type": kind, "id": about, "object": content}}
        self.deliver(topic, event, delivery_id=event_id)

    # Counts are computed from a history: what was counted or changed, in the order of the times when it happened.

    def _count(self, place: Place) -> Decimal:
        quantity = Decimal(0)
        for _, kind, value in sorted(self._history.get(place, []), key=lambda change: change[0]):
            quantity = value if kind == "count" else quantity + value
        return quantity

    def _adjust(self, deltas: Mapping[Place, Decimal]) -> None:
        at = self.now()
        for place, delta in deltas.items():
            self._history.setdefault(place, []).append((at, "change", delta))
            self._received[place] = at
        self.tell_counts(list(deltas))

    def recount(self, place: Place, quantity: Decimal, at: datetime) -> bool:
        """Take a physical count as of a time, and say whether that changed the present count."""
        before = self._count(place)
        self._history.setdefault(place, []).append((at, "count", quantity))
        self._received[place] = self.now()
        return self._count(place) != before

    def tell_counts(self, places: list[Place]) -> None:
        """Send the counts of places in one webhook."""
        if places:
            counts = [self.shown(place) for place in places]
            self._announce("inventory.count.updated", "inventory_counts", places[0][0], {"inventory_counts": counts})

    def shown(self, place: Place) -> dict[str, Any]:
        """Give the present count of a place in Square's shape."""
        return shapes.count(place, self._count(place), self._received[place])

    # The vendor's door.

    def routes(self) -> list[Route]:
        """List the calls the hub makes."""
        return Calls(self).routes()

    def authorised(self, request: Request) -> bool:
        """Compare the bearer token."""
        return hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}")

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign the notification URL and the raw body."""
        digest = hmac.new(self._key.encode(), url.encode() + delivery.body, hashlib.sha256).digest()
        return {"x-square-hmacsha256-signature": base64.b64encode(digest).decode(), "square-environment": "Sandbox"}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error as Square does."""
        category, code = ERRORS.get(status, ("INVALID_REQUEST_ERROR", code))
        return status, {}, {"errors": [{"category": category, "code": code, "detail": message}]}

    def soft_error(self) -> Reply:
        """Shape an error that comes with status 200."""
        return 200, {}, self.error(500, "", "internal")[2]

    def idempotency_key(self, request: Request) -> str | None:
        """Find the idempotency key: it is in the body."""
        sent = request.json() if request.body else None
        return sent.get("idempotency_key") if isinstance(sent, dict) else None
