"""A stand-in for a Mirakl marketplace, as one of its sellers sees it: orders, offers, and imports that run later."""

import csv
import email.parser
import hmac
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from ops.standins.deliveries import Delivery
from ops.standins.mirakl.orders import cancelation, new_order, refund
from ops.standins.server import Reply, Request, Route, StandIn

SAFETY = timedelta(seconds=60)  # Mirakl itself takes this off start_update_date, so that pages overlap
SHIPPED = ("SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")
# What OF24 sets for fields that are not sent.
DEFAULTS: dict[str, Any] = {
    "all_prices": [],
    "allow_quote_requests": False,
    "available_end_date": None,
    "available_start_date": None,
    "description": None,
    "discount": None,
    "internal_description": None,
    "leadtime_to_ship": None,
    "logistic_class": None,
    "max_order_quantity": None,
    "min_order_quantity": None,
    "min_quantity_alert": None,
    "offer_additional_fields": [],
    "package_quantity": None,
    "price": Decimal(0),
    "price_additional_info": None,
    "product_tax_code": None,
    "quantity": 0,
}


class Mirakl(StandIn):
    """One shop. An import runs `import_delay` seconds after it was sent."""

    import_delay = 0.0

    def __init__(self, api_key: str, hub_url: str = "", currency: str = "EUR", shop_id: str = "2000") -> None:
        self._key, self._currency, self._shop_id = api_key, currency, shop_id
        self.orders: dict[str, dict[str, Any]] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        self._imports: dict[str, dict[str, Any]] = {}
        super().__init__(hub_url)

    def routes(self) -> list[Route]:
        """List the calls. Their methods have Mirakl's names."""
        return [
            ("GET", r"/api/orders", self._or11),
            ("GET", r"/api/orders/(?P<id>[^/]+)", self._or12),
            ("PUT", r"/api/orders/(?P<id>[^/]+)/tracking", self._or23),
            ("PUT", r"/api/orders/(?P<id>[^/]+)/ship", self._or24),
            ("GET", r"/api/offers", self._of21),
            ("POST", r"/api/offers", self._of24),
            ("GET", r"/api/offers/imports/(?P<id>[^/]+)", self._import_status),
            ("POST", r"/api/offers/stock/imports", self._sto01),
            ("GET", r"/api/offers/stock/imports/(?P<id>[^/]+)/status", self._import_status),
        ]

    def authorised(self, request: Request) -> bool:
        """Check the key, which is the whole header, and the shop's id if one is named."""
        shop_id = request.query.get("shop_id", self._shop_id)
        return hmac.compare_digest(request.headers.get("authorization", ""), self._key) and shop_id == self._shop_id

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign nothing: a seller gets no webhooks."""
        return {}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error."""
        return status, {}, {"status": status, "message": message}

    def soft_error(self) -> Reply:
        """Answer 200 with an error, as a gateway in front of Mirakl may."""
        return 200, {}, {"status": 500, "message": "Internal Server Error"}

    # What happens at the marketplace.

    def add_offer(self, sku: str, quantity: int, price: str = "12.50", **fields: Any) -> None:
        """Let the seller offer a SKU."""
        with self.lock:
            about = {"offer_id": 2000 + len(self.offers), "product_sku": f"MKP{sku}", "state_code": "11"}
            more = {"price": Decimal(price), "quantity": quantity, **fields}
            self.offers[sku] = {**DEFAULTS, **about, "shop_sku": sku, "currency_iso_code": self._currency, **more}

    def place_order(self, pieces: Mapping[str, int], state: str = "SHIPPING", customer_id: str = "Customer_001") -> str:
        """Let a buyer order, and give the order's id. The offers go down at once.

        Raises:
            ValueError: less is offered than is ordered.
        """
        with self.lock:
            self._run_imports()
            for sku, quantity in pieces.items():
                if self.offers[sku]["quantity"] < quantity:
                    raise ValueError(f"only {self.offers[sku]['quantity']} of {sku} are offered")
            for sku, quantity in pieces.items():
                self.offers[sku]["quantity"] -= quantity
            prices = {sku: (quantity, self.offers[sku]["price"]) for sku, quantity in pieces.items()}
            order = new_order(len(self.orders) + 1, prices, state, customer_id, self._stamp())
            order["currency_iso_code"] = self._currency
            self.orders[order["order_id"]] = order
            return str(order["order_id"])

    def set_state(self, order_id: str, state: str) -> None:
        """Set the state of an order: RECEIVED, CLOSED, CANCELED …"""
        with self.lock:
            for line in self.orders[order_id]["order_lines"]:
                line["order_line_state"] = state
            self.orders[order_id].update(order_state=state, last_updated_date=self._stamp())

    def refund_line(self, order_id: str, line: int, quantity: int, amount: str) -> None:
        """Let the marketplace refund pieces of a line."""
        with self.lock:
            order = self.orders[order_id]
            order["order_lines"][line]["refunds"].append(refund(quantity, Decimal(amount), self._stamp()))
            order["last_updated_date"] = self._stamp()

    def cancel_line(self, order_id: str, line: int, quantity: int, amount: str) -> None:
        """Cancel pieces of a line. The offer does not get them back: that is left to the seller."""
        with self.lock:
            order = self.orders[order_id]
            order["order_lines"][line]["cancelations"].append(cancelation(quantity, Decimal(amount), self._stamp()))
            order["last_updated_date"] = self._stamp()

    def stock(self) -> dict[str, Decimal]:
        """Give the quantity offered of each SKU, for comparisons."""
        with self.lock:
            self._run_imports()
            return {sku: Decimal(offer["quantity"]) for sku, offer in self.offers.items()}

    # The API.

    def _or11(self, request: Request) -> Reply:
        since = datetime.fromisoformat(request.query.get("start_update_date", "1970-01-01T00:00:00Z")) - SAFETY
        offset, limit = int(request.query.get("offset", "0")), min(int(request.query.get("max", "10")), 100)
        changed = [order for order in self.orders.values() if _time(order["last_updated_date"]) >= since]
        changed.sort(key=lambda order: str(order["created_date"]))
        return _found({"orders": changed[offset : offset + limit], "total_count": len(changed)})

    def _or12(self, request: Request) -> Reply:
        order = self.orders.get(request.groups["id"])
        return _found(order) if order else self._no_order(request)

    def _or23(self, request: Request) -> Reply:
        order = self.orders.get(request.groups["id"])
        if order is None:
            return self._no_order(request)
        if order["order_state"] not in ("SHIPPING", *SHIPPED):
            return self._wrong_state(order)
        tracking = request.json()
        if not tracking.get("carrier_code") and not tracking.get("carrier_name"):
            return self.error(400, "", "carrier_code or carrier_name is required")
        order["shipping_company"] = tracking.get("carrier_name") or tracking["carrier_code"]
        order["shipping_carrier_code"] = tracking.get("carrier_code")
        order["shipping_tracking"] = tracking.get("tracking_number")
        order["shipping_tracking_url"] = tracking.get("carrier_url")
        order["last_updated_date"] = self._stamp()
        return 204, {}, None

    def _or24(self, request: Request) -> Reply:
        order = self.orders.get(request.groups["id"])
        if order is None:
            return self._no_order(request)
        if order["order_state"] != "SHIPPING":
            return self._wrong_state(order)
        moment = self._stamp()
        for line in order["order_lines"]:
            line.update(order_line_state="SHIPPED", shipped_date=moment)
        order.update(order_state="SHIPPED", last_updated_date=moment)
        return 204, {}, None

    def _of21(self, request: Request) -> Reply:
        self._run_imports()
        sku = request.query.get("sku")
        found = [offer for offer in self.offers.values() if sku in (None, offer["shop_sku"])]
        return _found({"offers": found, "total_count": len(found)})

    def _of24(self, request: Request) -> Reply:
        return self._import([{**offer, "sku": offer.get("shop_sku")} for offer in request.json()["offers"]], whole=True)

    def _sto01(self, request: Request) -> Reply:
        kind = request.headers.get("content-type", "")
        head = b"Content-Type: " + kind.encode() + b"\r\n\r\n"
        message = email.parser.BytesParser().parsebytes(head + request.body)
        files = [part for part in message.walk() if part.get_filename()]
        if not files:
            return self.error(400, "", "the file is missing")
        content = files[0].get_payload(decode=True)
        text = content.decode() if isinstance(content, bytes) else ""
        rows = csv.DictReader(io.StringIO(text), delimiter=";")
        return self._import([{"sku": row["offer-sku"], "quantity": row["quantity"]} for row in rows], whole=False)

    def _import(self, rows: list[dict[str, Any]], *, whole: bool) -> Reply:
        import_id = str(2044 + len(self._imports))
        due = datetime.now(UTC) + timedelta(seconds=self.import_delay)
        report = {"import_id": import_id, "date_created": self._stamp(), "status": "WAITING", "has_error_report": False}
        self._imports[import_id] = {"rows": rows, "whole": whole, "due": due, "report": report}
        return 201, {"Location": f"{self.base_url}/api/offers/imports/{import_id}"}, {"import_id": import_id}

    def _import_status(self, request: Request) -> Reply:
        self._run_imports()
        found = self._imports.get(request.groups["id"])
        return (200, {}, found["report"]) if found else self.error(404, "", "Import not found")

    def _run_imports(self) -> None:
        """Run the imports that are due, in the order in which they came."""
        for job in self._imports.values():
            if job["report"]["status"] == "WAITING" and job["due"] <= datetime.now(UTC):
                wrong = sum(not self._apply(row, whole=job["whole"]) for row in job["rows"])
                counts = {"lines_in_error": wrong, "lines_in_success": len(job["rows"]) - wrong}
                job["report"] |= {**counts, "status": "COMPLETE", "has_error_report": wrong > 0}

    def _apply(self, row: Mapping[str, Any], *, whole: bool) -> bool:
        """Apply one line to its offer, and say whether it could. With `whole`, fields that it lacks become defaults."""
        offer = self.offers.get(str(row["sku"]))
        if offer is None or not str(row["quantity"]).isdecimal():
            return False
        said = {name: value for name, value in row.items() if name in DEFAULTS}
        offer.update({**(DEFAULTS if whole else {}), **said, "quantity": int(row["quantity"])})
        return True

    def _no_order(self, request: Request) -> Reply:
        return self.error(404, "", f"Order with id '{request.groups['id']}' not found")

    def _wrong_state(self, order: Mapping[str, Any]) -> Reply:
        return self.error(400, "", f"The order status must be 'SHIPPING' but it is '{order['order_state']}'.")

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _found(content: Any) -> Reply:
    """Answer 200. Amounts are JSON numbers, as at Mirakl."""
    return 200, {}, orjson.dumps(content, default=lambda number: orjson.Fragment(str(number)))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
