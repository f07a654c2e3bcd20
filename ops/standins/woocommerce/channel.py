"""A stand-in for a WooCommerce shop: products, orders, refunds, and webhooks that are sent once.

Sources: connectors/woocommerce/manifest.yaml. The codes of errors are WooCommerce's. Their wording is ours where no
page gives it.
"""

import base64
import hashlib
import hmac
import html
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ops.standins.deliveries import Deliveries, Delivery
from ops.standins.server import Reply, Request, Route, StandIn
from ops.standins.woocommerce import shapes

API = "/wp-json/wc/v3"
HIDDEN = ("trash", "auto-draft")  # a list of orders leaves these out


class Once(Deliveries):
    """Sends each webhook once, whatever the hub answers, as WooCommerce does."""

    def _send(self, delivery: Delivery) -> None:
        status = self._attempt(delivery)
        delivery.statuses.append(status)
        delivery.state = "delivered" if 200 <= status < 303 else "given_up"


class WooCommerce(StandIn):
    """One shop. A sale takes pieces off at once. Every change sends a webhook and moves `date_modified`."""

    def __init__(self, key: str, secret: str, webhook_secret: str, hub_url: str = "", currency: str = "EUR") -> None:
        self._credentials = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._webhook_secret, self._currency = webhook_secret, currency
        self.products: dict[int, dict[str, Any]] = {}
        self.orders: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self.ids = itertools.count(701)
        super().__init__(hub_url)
        self.customers: dict[str, dict[str, Any]] = {}
        self.deliveries = Once(self.sign)
        self.hub_url = hub_url

    def routes(self) -> list[Route]:
        """List the calls."""
        one, variation = rf"{API}/products/(?P<id>\d+)", rf"{API}/products/(?P<parent>\d+)/variations/(?P<id>\d+)"
        return [
            ("GET", rf"{API}/orders", self._list_orders),
            ("GET", rf"{API}/orders/(?P<id>\d+)", self._get_order),
            ("PUT", rf"{API}/orders/(?P<id>\d+)", self._put_order),
            ("GET", rf"{API}/orders/(?P<id>\d+)/refunds", self._list_refunds),
            ("DELETE", rf"{API}/customers/(?P<id>[^/]+)", self._forget),
            ("GET", rf"{API}/products", self._list_products),
            ("GET", one, self._get_product),
            ("PUT", one, self._put_product),
            ("GET", variation, self._get_product),
            ("PUT", variation, self._put_product),
        ]

    def authorised(self, request: Request) -> bool:
        """Check key and secret."""
        return hmac.compare_digest(request.headers.get("authorization", ""), self._credentials)

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign the raw body. Webhooks of the same second have the same delivery id."""
        secret = html.unescape(self._webhook_secret).encode()
        digest = base64.b64encode(hmac.new(secret, delivery.body, hashlib.sha256).digest()).decode()
        resource, _, event = delivery.topic.partition(".")
        second = int(self.now().timestamp())
        return {
            "X-WC-Webhook-Source": f"{self.base_url}/", "X-WC-Webhook-Topic": delivery.topic,
            "X-WC-Webhook-Resource": resource, "X-WC-Webhook-Event": event, "X-WC-Webhook-Signature": digest,
            "X-WC-Webhook-ID": "7", "X-WC-Webhook-Delivery-ID": hashlib.md5(f"7{second}".encode()).hexdigest(),  # noqa: S324
        }  # fmt: skip

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error as WordPress does."""
        name = {401: "woocommerce_rest_cannot_view", 404: "rest_no_route"}.get(status, code.lower())
        return status, {}, {"code": name, "message": message, "data": {"status": status}}

    def soft_error(self) -> Reply:
        """Answer 200 with an error, like a plugin that catches everything."""
        return 200, {}, {"code": "internal_server_error", "message": "internal", "data": {"status": 500}}

    # What happens in the shop.

    def add_product(self, sku: str, stock: int, price: str = "18.00", **said: Any) -> int:
        """Add a product and give its id. With `parent_id` it is a variation."""
        with self.lock:
            number = next(self.ids)
            about = {"stock_quantity": stock, **said}
            self.products[number] = shapes.product(number, sku, sku.title(), price, self.now(), **about)
            self.deliver("product.created", self.products[number])
            return number

    def place_order(self, pieces: Mapping[str, int], **said: Any) -> int:
        """Sell pieces per SKU; `said` overrides fields of the order. Gives its id."""
        with self.lock:
            at = self.now()
            found = {each["sku"]: each for each in self.products.values()}
            lines = [shapes.line(next(self.ids), found[sku], quantity) for sku, quantity in pieces.items()]
            number = next(self.ids)
            self.orders[number] = shapes.order(number, lines, self._currency, at, **said)
            self.deliver("order.created", self.orders[number])
            for sku, quantity in pieces.items():
                self.set_stock(found[sku]["id"], found[sku]["stock_quantity"] - quantity)
            return number

    def set_stock(self, product_id: int, quantity: int) -> None:
        """Set the stock of a product, and send the webhook."""
        product = self.products[product_id]
        product.update(stock_quantity=quantity, **shapes.stamps("date_modified", self.now()))
        self.deliver("product.updated", product)

    def set_status(self, order_id: int, status: str) -> None:
        """Set the status of an order. `cancelled` restocks it. For `trash` the webhook contains only the order's id."""
        with self.lock:
            at = self.now()
            order = self.orders[order_id]
            was = order["status"]
            order.update(status=status, **shapes.stamps("date_modified", at))
            if status == "completed":
                order.update(shapes.stamps("date_completed", at))
            self.deliver(*(("order.deleted", {"id": order_id}) if status == "trash" else ("order.updated", order)))
            if status == "cancelled" and was != status:
                self._restock({line["sku"]: line["quantity"] for line in order["line_items"]})

    def delete_order(self, order_id: int) -> None:
        """Delete an order for good."""
        with self.lock:
            del self.orders[order_id]
            self.deliver("order.deleted", {"id": order_id})

    def refund(self, order_id: int, pieces: Mapping[str, int], reason: str = "", restock: bool = True) -> None:
        """Refund pieces per SKU, and restock them unless told otherwise. The order's total and status stay."""
        with self.lock:
            order, number, at = self.orders[order_id], next(self.ids), self.now()
            sold = [(line, pieces[line["sku"]]) for line in order["line_items"] if line["sku"] in pieces]
            made = shapes.refund(number, sold, reason, at)
            self.refunds.setdefault(order_id, []).insert(0, made)
            order["refunds"].append({"id": number, "reason": reason, "total": f"-{made['amount']}"})
            order.update(shapes.stamps("date_modified", at))
            self.deliver("order.updated", order)
            self._restock(pieces if restock else {})

    def _restock(self, pieces: Mapping[str, int]) -> None:
        for product in [each for each in self.products.values() if each["sku"] in pieces]:
            self.set_stock(product["id"], product["stock_quantity"] + pieces[product["sku"]])

    def stock(self) -> dict[str, Decimal]:
        """Give the pieces of each SKU, for comparisons."""
        with self.lock:
            return {each["sku"]: Decimal(each["stock_quantity"]) for each in self.products.values() if each["sku"]}

    # The API.

    def _list_orders(self, request: Request) -> Reply:
        query = request.query
        after, gmt = query.get("modified_after", "1970-01-01T00:00:00"), query.get("dates_are_gmt") == "true"
        since = datetime.fromisoformat(after).replace(tzinfo=UTC) - (shapes.PARIS if not gmt else shapes.PARIS * 0)
        found = [order for order in self.orders.values() if order["status"] not in HIDDEN and _modified(order) > since]
        key = _modified if query.get("orderby") == "modified" else lambda order: order["date_created_gmt"]
        found.sort(key=key, reverse=query.get("order", "desc") == "desc")
        return _page(found, query)

    def _get_order(self, request: Request) -> Reply:
        order = self.orders.get(int(request.groups["id"]))
        return (200, {}, order) if order else self._unknown("shop_order")

    def _put_order(self, request: Request) -> Reply:
        order = self.orders.get(int(request.groups["id"]))
        if order is None:
            return self._unknown("shop_order")
        sent = request.json()
        for each in sent.get("meta_data", []):
            kept = [meta for meta in order["meta_data"] if meta["key"] != each["key"]]
            order["meta_data"] = [*kept, {"id": next(self.ids), **each}]
        self.set_status(order["id"], sent.get("status", order["status"]))
        return 200, {}, order

    def _forget(self, request: Request) -> Reply:
        """Delete an account. Without `force` the shop refuses: there is no trash for accounts."""
        number = request.groups["id"]
        if request.query.get("force") != "true":
            return self.error(501, "woocommerce_rest_trash_not_supported", "Customers do not support trashing.")
        if number not in self.customers:
            return self.error(400, "woocommerce_rest_invalid_id", "Invalid resource ID.")
        return 200, {}, self.customers.pop(number)

    def _list_refunds(self, request: Request) -> Reply:
        order_id = int(request.groups["id"])
        known = order_id in self.orders
        return _page(self.refunds.get(order_id, []), request.query) if known else self._unknown("shop_order")

    def _list_products(self, request: Request) -> Reply:
        wanted = request.query.get("sku", "").split(",")
        return _page([each for each in self.products.values() if str(each["sku"]) in wanted], request.query)

    def _get_product(self, request: Request) -> Reply:
        product = self._product(request)
        return (200, {}, product) if product else self._unknown("product")

    def _put_product(self, request: Request) -> Reply:
        product, sent = self._product(request), request.json()
        if product is None:
            return self._unknown("product")
        if product["parent_id"] and not request.groups.get("parent"):
            message = "To manipulate product variations you should use the /variations/ endpoint"
            return self.error(404, "woocommerce_rest_invalid_product_id", message)
        if not isinstance(sent.get("stock_quantity"), int):
            return self.error(400, "rest_invalid_param", "stock_quantity is not of type integer.")
        product["manage_stock"] = sent.get("manage_stock", product["manage_stock"])
        self.set_stock(product["id"], sent["stock_quantity"])
        return 200, {}, product

    def _product(self, request: Request) -> dict[str, Any] | None:
        """Find a product. Where the path names a parent, find only a variation of it."""
        product, parent = self.products.get(int(request.groups["id"])), request.groups.get("parent")
        return product if product and (not parent or product["parent_id"] == int(parent)) else None

    def _unknown(self, what: str) -> Reply:
        body = {"code": f"woocommerce_rest_{what}_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
        return 404, {}, body


def _modified(order: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(order["date_modified_gmt"]).replace(tzinfo=UTC)


def _page(found: list[dict[str, Any]], query: Mapping[str, str]) -> Reply:
    """Give a page of a list, with the totals in headers."""
    size, page = min(int(query.get("per_page", "10")), 100), int(query.get("page", "1"))
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
    return 200, headers, found[(page - 1) * size : page * size]
