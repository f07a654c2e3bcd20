"""A stand-in for one Lightspeed X-Series retailer: tills, products, levels per outlet, and webhooks that are forms.

Sources: connectors/lightspeed/manifest.yaml. Payloads mix numbers and text as API 1.0 does.
"""

import email.utils
import hashlib
import hmac
import itertools
import json
import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from ops.standins.deliveries import Delivery
from ops.standins.server import Mode, Reply, Request, Route, StandIn

TAX = Decimal("1.2")
FIVE = Decimal("0.00001")
WALKIN = {"id": "customer-walkin", "customer_code": "WALKIN", "first_name": None, "last_name": None, "email": None}
ZERO = Decimal(0)
# Statuses in which the goods have left the inventory.
TAKEN = ("CLOSED", "ONACCOUNT", "ONACCOUNT_CLOSED", "LAYBY", "LAYBY_CLOSED")


class Lightspeed(StandIn):
    """A retailer with one register in each outlet. Prices contain the tax; Lightspeed shows it apart."""

    wait = 30  # seconds until the time in the Retry-After of a 429

    def __init__(self, access_token: str, client_secret: str, hub_url: str = "") -> None:
        self._token, self._secret = access_token, client_secret
        self.products: dict[str, dict[str, Any]] = {}
        self.levels: dict[tuple[str, str], Decimal] = {}
        self.sales: dict[str, dict[str, Any]] = {}
        self.customers: dict[str, dict[str, Any]] = {WALKIN["id"]: dict(WALKIN)}  # type: ignore[dict-item]  # it has an id
        self._versions: dict[tuple[str, str], int] = {}
        self._prices: dict[str, Decimal] = {}
        self._numbers = itertools.count(1)
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls."""
        api = "/api/2026-07"
        return [
            ("GET", f"{api}/products", self._find),
            ("GET", rf"{api}/products/(?P<id>[^/]+)", self._get),
            ("PUT", rf"{api}/products/(?P<id>[^/]+)", self._put),
            ("GET", rf"{api}/inventory/(?P<id>[^/]+)", self._inventory),
            ("POST", f"{api}/inventory", self._levels),
        ]

    def authorised(self, request: Request) -> bool:
        """Check the bearer token."""
        return hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}")

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign the raw form."""
        digest = hmac.new(self._secret.encode(), delivery.body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Signature": f"signature={digest},algorithm=HMAC-SHA256",
        }

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error."""
        return status, {}, {"error": "Too Many Requests" if status == 429 else code, "message": message}

    def _failed(self, mode: Mode) -> Reply:
        """Shape a scripted fault. The Retry-After of a 429 is a date."""
        status, headers, body = super()._failed(mode)
        if mode == "429":
            until = datetime.now(UTC) + timedelta(seconds=self.wait)
            headers = {"Retry-After": email.utils.format_datetime(until, usegmt=True)}
        return status, headers, body

    # What happens at the retailer's.

    def add_product(self, sku: str, price: str, stock: Mapping[str, Decimal | int]) -> str:
        """Add a product with its levels per outlet; gives its id."""
        with self.lock:
            product_id = f"product-{next(self._numbers):04}"
            at = self._stamp()
            about = {"handle": sku.lower(), "name": sku, "variant_name": sku, "sku": sku, "active": True}
            self.products[product_id] = {"id": product_id, **about, "product_codes": [], "images": []}
            self.products[product_id] |= {"created_at": at, "updated_at": at, "version": self._version()}
            self._prices[product_id] = Decimal(price)
            net = _five(Decimal(price) / TAX)
            self.products[product_id] |= {"price_including_tax": float(price), "price_excluding_tax": float(net)}
            for outlet, pieces in stock.items():
                self.levels[product_id, outlet] = Decimal(pieces)
                self._versions[product_id, outlet] = self._version()
            self._tell("product.update", {**self.products[product_id], "updated_at": None})
            return product_id

    def add_customer(self, code: str, **said: Any) -> dict[str, Any]:
        """Add a customer (first_name, email, mobile …). `code` is what is on the customer's card."""
        with self.lock:
            at = self._naive()
            customer: dict[str, Any] = {"id": f"customer-{next(self._numbers):04}", "customer_code": code}
            customer |= {
                "created_at": at,
                "updated_at": at,
                "enable_loyalty": True,
                "loyalty_balance": "0.00000",
                **said,
            }
            self.customers[customer["id"]] = customer
            self._tell("customer.update", customer)
            return customer

    def ring_up_sale(
        self, pieces: Mapping[str, int], outlet: str, customer_id: str = "", status: str = "CLOSED", **more: Any
    ) -> dict[str, Any]:
        """Sell pieces per SKU. A CLOSED sale is paid in full. Negative pieces with `return_for` are a return."""
        with self.lock:
            lines = [self._line(sku, many) for sku, many in pieces.items()]
            price = sum((Decimal(line["price_total"]) for line in lines), ZERO)
            tax = sum((Decimal(line["tax_total"]) for line in lines), ZERO)
            number = next(self._numbers)
            paid = {"id": f"payment-{number:04}", "amount": _five(price + tax), "payment_date": self._naive()}
            sale = {
                "id": f"sale-{number:04}",
                "invoice_number": str(number),
                "register_id": f"register-{outlet}",
                "user_id": "user-1",
                "customer_id": customer_id or "null",
                "customer": self.customers[customer_id or "customer-walkin"],
                "status": status,
                "source": "USER",
                "sale_date": self._stamp(),
                "created_at": self._naive(),
                "register_sale_products": lines,
                "register_sale_payments": [{**paid, "retailer_payment_type": {"name": "Cash"}}]
                if status == "CLOSED"
                else [],
                "totals": {"total_price": _five(price), "total_tax": _five(tax)},
                **more,
            }
            self.sales[sale["id"]] = sale
            self.set_status(sale["id"], status, first=True)
            return sale

    def set_status(self, sale_id: str, status: str, *, first: bool = False) -> None:
        """Set the status of a sale. Its goods leave the inventory when it is made, and come back when it is voided."""
        with self.lock:
            sale = self.sales[sale_id]
            taken = not first and sale["status"] in TAKEN
            sale |= {"status": status, "updated_at": self._naive(), "version": self._version()}
            self._tell("sale.update", sale)
            change = (status in TAKEN) - taken
            outlet = sale["register_id"].removeprefix("register-")
            for line in sale["register_sale_products"] if change else ():
                self._set(
                    line["product_id"], outlet, self.levels[line["product_id"], outlet] - change * line["quantity"]
                )

    def stock(self) -> dict[tuple[str, str], Decimal]:
        """Give the level of each (SKU, outlet), for comparisons."""
        with self.lock:
            return {(self.products[product]["sku"], outlet): level for (product, outlet), level in self.levels.items()}

    # The API.

    def _get(self, request: Request) -> Reply:
        product = self.products.get(request.groups["id"])
        return (200, {}, {"data": product}) if product else self.error(404, "Not Found", "no such product")

    def _find(self, request: Request) -> Reply:
        """Search by SKU, ignoring case, or list the products of a later version."""
        if "sku" in request.query:
            sku = request.query["sku"].lower()
            found = [product for product in self.products.values() if product["sku"].lower() == sku]
        else:
            size = int(request.query.get("page_size", 100))
            found = _after(list(self.products.values()), int(request.query.get("after", 0)), size)
        versions = [product["version"] for product in found]
        return (
            200,
            {},
            {"data": found, "version": {"min": min(versions, default=None), "max": max(versions, default=None)}},
        )

    def _inventory(self, request: Request) -> Reply:
        return self._rows([row for row in self._all_levels() if row["product_id"] == request.groups["id"]])

    def _levels(self, request: Request) -> Reply:
        """List the levels of a later version. The newest come first unless asked otherwise."""
        sent = request.json() or {}
        found = _after(self._all_levels(), sent.get("after", 0), sent.get("size", 1000))
        return self._rows(found if sent.get("sort_direction") == "asc" else found[::-1])

    def _all_levels(self) -> list[dict[str, Any]]:
        return [
            {"id": f"{product}-{outlet}", "product_id": product, "outlet_id": outlet, "current_inventory_level": level}
            | {"version": self._versions[product, outlet]}
            for (product, outlet), level in self.levels.items()
        ]

    def _rows(self, rows: list[dict[str, Any]]) -> Reply:
        return 200, {}, orjson.dumps(rows, default=lambda level: orjson.Fragment(str(level)))

    def _put(self, request: Request) -> Reply:
        product_id, sent = request.groups["id"], request.json()
        if product_id not in self.products:
            return self.error(404, "Not Found", "no such product")
        rows = sent.get("details", {}).get("inventory", [])
        if not rows or any((product_id, row.get("outlet_id")) not in self.levels for row in rows):
            return self.error(422, "Unprocessable Entity", "inventory: no such outlet")
        for row in rows:
            self._set(product_id, row["outlet_id"], Decimal(row["current_amount"]))
        return 200, {}, {"data": {"product": self.products[product_id]}}

    # The memory.

    def _line(self, sku: str, many: int) -> dict[str, Any]:
        [product] = [product for product in self.products.values() if product["sku"] == sku]
        net = (self._prices[product["id"]] / TAX).quantize(FIVE, ROUND_HALF_UP)
        tax = self._prices[product["id"]] - net
        totals = {"price_total": _five(net * many), "tax_total": _five(tax * many)}
        unit = {"price": _five(net), "tax": _five(tax), "discount": "0.00000"}
        return {"id": f"line-{next(self._numbers):04}", "product_id": product["id"], "quantity": many, **unit, **totals}

    def _set(self, product_id: str, outlet: str, level: Decimal) -> None:
        self.levels[product_id, outlet] = level
        self._versions[product_id, outlet] = self._version()
        about = {"id": f"{product_id}-{outlet}", "product_id": product_id, "outlet_id": outlet, "count": str(level)}
        product = {"id": product_id, "sku": self.products[product_id]["sku"]}
        self._tell("inventory.update", {**about, "product": product, "version": self._versions[product_id, outlet]})

    def _tell(self, topic: str, payload: Mapping[str, Any]) -> None:
        """Send a webhook: a form whose field `payload` is JSON. Nothing in it says the topic."""
        form = {"payload": json.dumps(payload, ensure_ascii=False), "environment": "prod"}
        body = urllib.parse.urlencode({**form, "domain_prefix": "maisonlumiere"}).encode()
        for _ in range(self.copies):
            self.deliveries.add(Delivery(topic, body))

    def _version(self) -> int:
        return 5307658000 + next(self._numbers)

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="seconds")

    def _naive(self) -> str:
        return f"{self.now():%Y-%m-%d %H:%M:%S}"


def _after(rows: list[dict[str, Any]], version: int, size: int) -> list[dict[str, Any]]:
    """Give the first page of the rows with a later version, oldest first."""
    newer = [row for row in rows if row["version"] > version]
    return sorted(newer, key=lambda row: row["version"])[:size]


def _five(amount: Decimal) -> str:
    return str(amount.quantize(FIVE))
