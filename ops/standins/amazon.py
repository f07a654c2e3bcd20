"""A stand-in for one Amazon seller: Login with Amazon, orders, listings and shipments, and the seller's SQS queue.

Sources: connectors/amazon/manifest.yaml. It is strict about three things: when a token expires, `packageReferenceId`,
and how many pieces of an order item are still open.
"""

import hmac
import itertools
import re
import urllib.parse
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from ops.standins.deliveries import Delivery
from ops.standins.server import Mode, Reply, Request, Route, StandIn

ERRORS = {401: "Unauthorized", 403: "Unauthorized", 404: "NotFound", 429: "QuotaExceeded", 500: "InternalFailure"}
REFERENCE = re.compile(r"[1-9][0-9]*")
PACKAGE = ("packageReferenceId", "carrierCode", "trackingNumber", "shipDate", "orderItems")


class Amazon(StandIn):
    """A seller at Amazon.fr. `queue` is the seller's SQS queue: one body for each notification."""

    seller_id = "A2MAISONLUMIER"
    marketplace_id = "A13V1IB3VIYZZH"
    page_size = 100

    def __init__(self, client_id: str, client_secret: str, refresh_token: str) -> None:
        self._credentials = {"client_id": client_id, "client_secret": client_secret, "refresh_token": refresh_token}
        self.token_lives = 3600
        self.tokens: dict[str, datetime] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.listings: dict[str, dict[str, Any]] = {}
        self.queue: list[bytes] = []
        self._numbers = itertools.count(1)
        super().__init__()

    def routes(self) -> list[Route]:
        """List the calls."""
        item = r"/listings/2021-08-01/items/(?P<seller>[^/]+)/(?P<sku>[^/]+)"
        return [
            ("POST", "/auth/o2/token", self._login),
            ("GET", "/orders/2026-01-01/orders", self._search),
            ("GET", "/orders/2026-01-01/orders/(?P<id>[^/]+)", self._order),
            ("POST", "/orders/v0/orders/(?P<id>[^/]+)/shipmentConfirmation", self._confirm),
            ("GET", item, self._listing),
            ("PATCH", item, self._patch),
        ]

    def authorised(self, request: Request) -> bool:
        """Check that the token has not expired. The login needs none: its credentials are in the form."""
        until = self.tokens.get(request.headers.get("x-amz-access-token", ""))
        return request.path == "/auth/o2/token" or (until is not None and datetime.now(UTC) < until)

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign nothing: Amazon sends no webhooks."""
        return {}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape a list of errors. Amazon answers 403, not 401, to an expired token."""
        shown = 403 if code == "UNAUTHORIZED" else status
        return shown, {}, {"errors": [{"code": ERRORS.get(shown, code), "message": message, "details": ""}]}

    def _failed(self, mode: Mode) -> Reply:
        """Shape a scripted fault. A 429 has no Retry-After, only the header with the rate that Amazon may send."""
        status, headers, body = super()._failed(mode)
        if mode == "429":
            headers = {"x-amzn-RateLimit-Limit": "0.0056"}
        return status, headers, body

    def soft_error(self) -> Reply:
        """Answer 200 with a refused submission."""
        issue = {"code": "90000900", "message": "The attributes are invalid.", "severity": "ERROR"}
        return 200, {}, {"sku": "-", "status": "INVALID", "submissionId": str(uuid.uuid4()), "issues": [issue]}

    # What happens at the seller's.

    def add_listing(self, sku: str, pieces: int, price: str = "18.00", channel: str = "DEFAULT") -> None:
        """Offer a SKU. A channel that begins with AMAZON means that the stock lies at Amazon."""
        with self.lock:
            self.listings[sku] = {"channel": channel, "quantity": pieces, "price": price, "at": self._stamp()}

    def place_order(self, pieces: Mapping[str, int], status: str = "UNSHIPPED", by: str = "MERCHANT") -> str:
        """Let somebody buy, and give the order's id. Amazon puts a notification of the order into the queue.

        Where the seller ships, it also takes the pieces off its number, and puts a notification of each SKU there.
        """
        with self.lock:
            number, at = next(self._numbers), self._stamp()
            order_id = f"405-{number:07}-{number:07}"
            order = self._new(order_id, pieces, at, {"fulfillmentStatus": status, "fulfilledBy": by})
            if status not in ("PENDING", "PENDING_AVAILABILITY"):
                self._price(order, pieces)
            self.orders[order_id] = order
            self._notify_order(order)
            for sku, many in pieces.items():
                if by == "MERCHANT":
                    self._set(sku, self.listings[sku]["quantity"] - many)
            return order_id

    def set_status(self, order_id: str, status: str) -> None:
        """Let Amazon or the seller change an order's status."""
        with self.lock:
            order = self.orders[order_id]
            order["fulfillment"]["fulfillmentStatus"] = status
            order["lastUpdatedTime"] = self._stamp()
            self._notify_order(order)

    def stock(self) -> dict[str, Decimal]:
        """Give the quantity offered of each SKU, for comparisons."""
        with self.lock:
            return {sku: Decimal(listing["quantity"]) for sku, listing in self.listings.items()}

    # The API.

    def _login(self, request: Request) -> Reply:
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if form.pop("grant_type", None) != "refresh_token" or not all(
            hmac.compare_digest(form.get(name, ""), value) for name, value in self._credentials.items()
        ):
            return (
                400,
                {},
                {"error": "invalid_grant", "error_description": "The request has an invalid grant parameter"},
            )
        token = f"Atza|{uuid.uuid4()}"
        self.tokens[token] = datetime.now(UTC) + timedelta(seconds=self.token_lives)
        return 200, {}, {"access_token": token, "token_type": "bearer", "expires_in": self.token_lives}

    def _search(self, request: Request) -> Reply:
        since, first = request.query["lastUpdatedAfter"], int(request.query.get("paginationToken", "0"))
        found = sorted(
            (order for order in self.orders.values() if _time(order["lastUpdatedTime"]) >= _time(since)),
            key=lambda order: str(order["lastUpdatedTime"]),
        )
        body: dict[str, Any] = {"orders": found[first : first + self.page_size]}
        if found[first + self.page_size :]:
            body["pagination"] = {"nextToken": str(first + self.page_size)}
        return 200, {}, orjson.dumps(body)

    def _order(self, request: Request) -> Reply:
        order = self.orders.get(request.groups["id"])
        return (200, {}, orjson.dumps({"order": order})) if order else self.error(404, "", "order not found")

    def _confirm(self, request: Request) -> Reply:
        order, sent = self.orders.get(request.groups["id"]), request.json()
        package = sent.get("packageDetail", {})
        if order is None:
            return self.error(404, "", "order not found")
        missing = [name for name in PACKAGE if not package.get(name)] + (
            [] if sent.get("marketplaceId") else ["marketplaceId"]
        )
        reference = package.get("packageReferenceId")
        if missing or not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
            return self.error(400, "InvalidInput", f"Please check {missing or ['packageDetail.packageReferenceId']}")
        if package["carrierCode"] == "Other" and not package.get("carrierName"):
            return self.error(400, "InvalidInput", "carrierName is required when carrierCode is Other")
        if reason := self._ship(order, package):
            return self.error(400, "InvalidInput", reason)
        return 204, {}, None

    def _ship(self, order: dict[str, Any], package: Mapping[str, Any]) -> str | None:
        """Take a parcel in, or give the reason why not. The same reference again edits the parcel."""
        items = {item["orderItemId"]: item["fulfillment"] for item in order["orderItems"]}
        known = [each["packageReferenceId"] for each in order.get("packages", [])]
        if package["packageReferenceId"] not in known:
            for part in package["orderItems"]:
                if (
                    part["orderItemId"] not in items
                    or part["quantity"] > items[part["orderItemId"]]["quantityUnfulfilled"]
                ):
                    return f"order item {part['orderItemId']} has not so many open"
            for part in package["orderItems"]:
                items[part["orderItemId"]]["quantityFulfilled"] += part["quantity"]
                items[part["orderItemId"]]["quantityUnfulfilled"] -= part["quantity"]
            order.setdefault("packages", []).append(_package(package))
        open_items = any(item["quantityUnfulfilled"] for item in items.values())
        order["fulfillment"]["fulfillmentStatus"] = "PARTIALLY_SHIPPED" if open_items else "SHIPPED"
        order["lastUpdatedTime"] = self._stamp()
        self._notify_order(order)
        return None

    def _listing(self, request: Request) -> Reply:
        sku = request.groups["sku"]
        if request.groups["seller"] != self.seller_id or sku not in self.listings:
            return self.error(404, "", f"SKU '{sku}' not found")
        listing = self.listings[sku]
        offered = [{"fulfillmentChannelCode": listing["channel"], "quantity": listing["quantity"]}]
        here = {"marketplaceId": self.marketplace_id}
        summary = {**here, "asin": f"B0{sku}", "itemName": sku.title(), "status": ["BUYABLE"]}
        parts = {
            "summaries": [{**summary, "createdDate": listing["at"], "lastUpdatedDate": listing["at"]}],
            "offers": [{**here, "offerType": "B2C", "price": _money(Decimal(listing["price"]))}],
            "fulfillmentAvailability": offered,
        }
        wanted = request.query.get("includedData", "summaries").split(",")
        return 200, {}, {"sku": sku, **{name: parts[name] for name in wanted}}

    def _patch(self, request: Request) -> Reply:
        sku, sent = request.groups["sku"], request.json()
        if not request.query.get("marketplaceIds") or not sent.get("productType"):
            return self.error(400, "InvalidInput", "marketplaceIds and productType are required")
        issues = []
        for patch in sent["patches"]:
            value = (patch.get("value") or [{}])[0]
            if sku not in self.listings or patch["path"] != "/attributes/fulfillment_availability":
                issues.append({"code": "4000001", "message": "not a listing's attribute", "severity": "ERROR"})
            elif not isinstance(value.get("quantity"), int) or value["quantity"] < 0:
                issues.append({"code": "90225", "message": "not a quantity", "severity": "ERROR"})
            else:
                self._set(sku, value["quantity"])
        status = "INVALID" if issues else "ACCEPTED"
        return 200, {}, {"sku": sku, "status": status, "submissionId": str(uuid.uuid4()), "issues": issues}

    # The memory.

    def _new(self, order_id: str, pieces: Mapping[str, int], at: str, fulfillment: dict[str, Any]) -> dict[str, Any]:
        items = [
            {
                "orderItemId": f"{order_id[-7:]}{number:07}",
                "quantityOrdered": many,
                "product": {"asin": f"B0{number:08}", "title": sku, "sellerSku": sku},
                "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": many},
            }
            for number, (sku, many) in enumerate(pieces.items(), 1)
        ]
        channel = {"channelName": "AMAZON", "marketplaceId": self.marketplace_id, "marketplaceName": "Amazon.fr"}
        stamps = {"createdTime": at, "lastUpdatedTime": at}
        return {"orderId": order_id, **stamps, "salesChannel": channel, "fulfillment": fulfillment, "orderItems": items}

    def _price(self, order: dict[str, Any], pieces: Mapping[str, int]) -> None:
        """Add what Amazon states only when the payment is authorised: prices, proceeds and buyer."""
        total = Decimal(0)
        for item, (sku, many) in zip(order["orderItems"], pieces.items(), strict=True):
            price = Decimal(self.listings[sku]["price"])
            total += price * many
            item["product"]["price"] = {"unitPrice": _money(price)}
            item["proceeds"] = {
                "proceedsTotal": _money(price * many),
                "breakdowns": [{"type": "ITEM", "subtotal": _money(price * many)}],
            }
        order["proceeds"] = {"grandTotal": _money(total), "breakdowns": [{"type": "ITEM", "subtotal": _money(total)}]}
        order["buyer"] = {"buyerName": "Camille Moreau", "buyerEmail": f"{uuid.uuid4().hex[:12]}@marketplace.amazon.fr"}

    def _set(self, sku: str, quantity: int) -> None:
        self.listings[sku] |= {"quantity": quantity, "at": self._stamp()}
        about = {"SellerId": self.seller_id, "FulfillmentChannelCode": self.listings[sku]["channel"]}
        self._notify("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", {**about, "Sku": sku, "Quantity": quantity})

    def _notify_order(self, order: Mapping[str, Any]) -> None:
        about = {"NotificationLevel": "OrderLevel", "SellerId": self.seller_id, "AmazonOrderId": order["orderId"]}
        about["OrderChangeType"] = "OrderStatusChange"
        self._notify("ORDER_CHANGE", {"OrderChangeNotification": about})

    def _notify(self, kind: str, payload: Mapping[str, Any]) -> None:
        metadata = {"NotificationId": str(uuid.uuid4()), "PublishTime": self._stamp()}
        body: dict[str, Any] = {"NotificationVersion": "1.0", "NotificationType": kind, "PayloadVersion": "1.0"}
        body |= {"EventTime": self._stamp(), "Payload": payload, "NotificationMetadata": metadata}
        self.queue.append(orjson.dumps(body))

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _package(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "packageReferenceId": sent["packageReferenceId"],
        "createdTime": sent["shipDate"],
        "shipTime": sent["shipDate"],
        "packageStatus": {"status": "SHIPPED"},
        "carrier": sent.get("carrierName") or sent["carrierCode"],
        "trackingNumber": sent["trackingNumber"],
        "packageItems": sent["orderItems"],
    }


def _money(amount: Decimal) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currencyCode": "EUR"}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
