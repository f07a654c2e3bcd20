"""A stand-in for one Shopify shop: the calls of its GraphQL Admin API that the hub makes, and its webhooks.

Sources: connectors/shopify/manifest.yaml. The codes of errors are Shopify's. Their wording is ours where no page gives
it.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from ops.standins.deliveries import Delivery
from ops.standins.graphql import execute
from ops.standins.server import Reply, Request, Route, StandIn
from ops.standins.shopify import shapes
from ops.standins.shopify.admin import Admin

COST = {
    "requestedQueryCost": 10, "actualQueryCost": 10,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0},
}  # fmt: skip


class Shopify(StandIn):
    """A shop with variants, stock per location and orders."""

    def __init__(self, access_token: str, webhook_secret: str, hub_url: str = "", currency: str = "EUR") -> None:
        super().__init__(hub_url)
        self._token, self._secret, self.currency = access_token, webhook_secret, currency
        self.variants: dict[str, dict[str, Any]] = {}
        self.available: dict[tuple[int, int], int] = {}
        self.orders: dict[int, dict[str, Any]] = {}
        self.unfulfilled: dict[int, tuple[int, dict[int, int]]] = {}  # order → (location, line → pieces to ship)
        self.scans: dict[int, list[dict[str, Any]]] = {}  # fulfilment → its events, newest first
        self.customers: dict[int, str] = {}  # customers that exist → when they last changed
        self.to_forget: set[int] = set()  # customers whose erasure was asked for
        self.ids = itertools.count(9001)
        self._admin = Admin(self)

    # What happens in the shop.

    def add_product(self, sku: str, title: str, price: str, stock: Mapping[int, int], barcode: str = "") -> int:
        """Add a product with one variant and its stock per location id; gives the inventory item id."""
        with self.lock:
            number = next(self.ids)
            variant = {"id": 40_000 + number, "product_id": 80_000 + number, "inventory_item_id": 60_000 + number}
            self.variants[sku] = variant | {"sku": sku, "title": title, "price": price, "barcode": barcode}
            self.available |= {(variant["inventory_item_id"], place): pieces for place, pieces in stock.items()}
            at = shapes.stamp(self.now())
            product = {"id": variant["product_id"], "title": title, "status": "active", "updated_at": at}
            self.deliver("products/create", product | {"variants": [self.variants[sku]]})
            return variant["inventory_item_id"]

    def place_order(self, pieces: Mapping[str, int], location_id: int, **said: Any) -> dict[str, Any]:
        """Sell pieces per SKU from a location; `said` overrides fields of the order."""
        with self.lock:
            at = shapes.stamp(self.now())
            lines = [
                shapes.line(next(self.ids), self.variants[sku], quantity, self.currency)
                for sku, quantity in pieces.items()
            ]
            order = shapes.order(1001 + len(self.orders), lines, self.currency, at, **said)
            self.orders[order["id"]] = order
            self.unfulfilled[order["id"]] = (location_id, {line["id"]: line["quantity"] for line in lines})
            self.deliver("orders/create", order)
            for sku, quantity in pieces.items():
                self.change(self.variants[sku]["inventory_item_id"], location_id, -quantity)
            return order

    def refund(self, order_id: int, pieces: Mapping[str, int], restock: bool = True) -> dict[str, Any]:
        """Give money back for pieces per SKU, and restock them unless told otherwise."""
        with self.lock:
            order, at = self.orders[order_id], shapes.stamp(self.now())
            location_id, open_pieces = self.unfulfilled[order_id]
            shares, amount = [], Decimal(0)
            for line in (line for line in order["line_items"] if line["sku"] in pieces):
                quantity = pieces[line["sku"]]
                amount += Decimal(line["price"]) * quantity
                kind = ("cancel" if open_pieces[line["id"]] >= quantity else "return") if restock else "no_restock"
                open_pieces[line["id"]] = max(0, open_pieces[line["id"]] - quantity)
                shares.append({
                    "id": next(self.ids), "line_item_id": line["id"], "quantity": quantity, "restock_type": kind,
                    "location_id": location_id if restock else None, "line_item": line,
                })  # fmt: skip
                if restock:
                    self.change(self.variants[line["sku"]]["inventory_item_id"], location_id, quantity)
            refund = shapes.refund(next(self.ids), order, shares, amount, at)
            whole = Decimal(order["total_price"]) <= amount
            order |= {"refunds": [*order["refunds"], refund], "updated_at": at}
            order["financial_status"] = "refunded" if whole else "partially_refunded"
            self.deliver("refunds/create", refund)
            self.deliver("orders/updated", order)
            return refund

    def cancel(self, order_id: int, reason: str = "customer") -> dict[str, Any]:
        """Cancel an order, and restock what was not shipped."""
        with self.lock:
            order, at = self.orders[order_id], shapes.stamp(self.now())
            order |= {"cancelled_at": at, "cancel_reason": reason, "updated_at": at, "financial_status": "voided"}
            location_id, open_pieces = self.unfulfilled[order_id]
            for line in order["line_items"]:
                self.change(self.variants[line["sku"]]["inventory_item_id"], location_id, open_pieces[line["id"]])
                open_pieces[line["id"]] = 0
            self.deliver("orders/cancelled", order)
            return order

    def scan(self, fulfillment_id: int, order_id: int, status: str, **said: Any) -> dict[str, Any]:
        """Add a carrier's event to a fulfilment, and send the webhook. `said` overrides its fields, e.g. the place."""
        with self.lock:
            event = shapes.scan(next(self.ids), fulfillment_id, order_id, status, shapes.stamp(self.now())) | said
            self.scans.setdefault(fulfillment_id, []).insert(0, event)
            self.deliver("fulfillment_events/create", event)
            return event

    def merge_customers(self, kept: int, gone: int, status: str = "completed") -> None:
        """Merge two customers. With another `status` than completed the merge fails, but the webhook is sent."""
        with self.lock:
            if status == "completed":
                self.customers[kept] = shapes.stamp(self.now())
                self.customers.pop(gone, None)
            self.deliver("customers/merge", shapes.merge(kept, gone, status))

    def stock(self) -> dict[tuple[str, str], Decimal]:
        """Give what is available per (SKU, location id)."""
        with self.lock:
            skus = {variant["inventory_item_id"]: sku for sku, variant in self.variants.items()}
            return {(skus[item], str(place)): Decimal(pieces) for (item, place), pieces in self.available.items()}

    def change(self, item: int, location_id: int, delta: int) -> None:
        """Change what is available by `delta`, and send the webhook."""
        if delta:
            self.available[item, location_id] = self.available.get((item, location_id), 0) + delta
            level = {
                "inventory_item_id": item,
                "location_id": location_id,
                "available": self.available[item, location_id],
            }
            at = shapes.stamp(self.now())
            self.deliver("inventory_levels/update", level | {"updated_at": at})

    # The vendor's door.

    def routes(self) -> list[Route]:
        """List the one call: GraphQL."""
        return [("POST", r"/admin/api/2026-10/graphql\.json", self._graphql)]

    def authorised(self, request: Request) -> bool:
        """Compare the access token."""
        return hmac.compare_digest(request.headers.get("x-shopify-access-token", ""), self._token)

    def sign(self, delivery: Delivery, _url: str) -> Mapping[str, str]:
        """Sign the raw body with the app's secret."""
        digest = hmac.new(self._secret.encode(), delivery.body, hashlib.sha256).digest()
        return {
            "X-Shopify-Topic": delivery.topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Webhook-Id": delivery.delivery_id,
            "X-Shopify-Shop-Domain": "maison-lumiere.myshopify.com",
            "X-Shopify-API-Version": "2026-10",
        }

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error. Too many calls are a 200 with the code THROTTLED."""
        if status == 429:
            extensions = {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}
            empty = COST | {
                "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 0, "restoreRate": 100.0}
            }
            errors = [{"message": "Throttled", "extensions": extensions}]
            return 200, {}, {"errors": errors, "extensions": {"cost": empty}}
        return status, {}, {"errors": f"[API] {message} ({code})"}

    def soft_error(self) -> Reply:
        """Shape the error that comes with status 200."""
        error = {"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "stand-in"}}
        return 200, {}, {"errors": [error]}

    def idempotency_key(self, request: Request) -> str | None:
        """Find the idempotency key: it is in the variables."""
        sent = request.json() or {}
        return (sent.get("variables") or {}).get("key")

    def _graphql(self, request: Request) -> Reply:
        sent = request.json()
        try:
            data = execute(sent["query"], sent.get("variables") or {}, self._admin.roots())
        except GraphQLError as error:
            return 200, {}, {"errors": [{"message": error.message, "extensions": {"code": "BAD_REQUEST"}}]}
        return 200, {}, {"data": data, "extensions": {"cost": COST}}
