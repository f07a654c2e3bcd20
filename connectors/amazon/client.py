"""Amazon's Selling Partner API: orders in, offered quantities and shipments out."""

import hashlib
import urllib.parse
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from connectors.amazon import login
from connectors.amazon.login import Login
from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http, Response

ORDERS = "/orders/2026-01-01/orders"
LISTINGS = "/listings/2021-08-01/items"
INCLUDED = "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,PAYMENT"
PAGE = 100
# Seconds until an operation's rate limit allows one more call, from its "Usage Plan": a 429 does not say.
SEARCH_REFILL, ORDER_REFILL, LISTING_REFILL, SHIPMENT_REFILL = 180.0, 2.0, 1.0, 1.0


class Client:
    """One seller in one region. `connection.base_url` is `https://sellingpartnerapi-eu.amazon.com` or its sisters.

    `settings`: `seller_id`, `marketplace_ids` (with commas), `included_data` where the application lacks a role,
    `carrier_code.<name>` (Amazon's code of a carrier), `lwa_url` for tests.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection, self._http = connection, http
        settings = connection.settings
        self._login = Login(
            settings.get("lwa_url", login.URL),
            secrets["lwa_client_id"],
            secrets["lwa_client_secret"],
            secrets["refresh_token"],
            http,
        )
        self._marketplaces = settings.get("marketplace_ids", "")
        self._included = settings.get("included_data", INCLUDED)

    def order(self, id: str) -> Document:  # noqa: A002
        """Fetch one order with all that the application may see of it."""
        path = f"{ORDERS}/{_quoted(id)}"
        body = self._read(self._call("GET", path, ORDER_REFILL, includedData=self._included), "order")
        return Document("order", _dump({"order": body["order"]}))

    def listing(self, id: str) -> Document:  # noqa: A002
        """Fetch what the seller lists under a SKU: names, prices and offered quantities."""
        wanted = self._one(includedData="summaries,offers,fulfillmentAvailability")
        if self._marketplaces:
            wanted["marketplaceIds"] = self._marketplaces
        answer = self._call("GET", self._listing(id), LISTING_REFILL, **wanted)
        self._read(answer, "sku")
        return Document("listings_item", answer.body)

    def poll_orders(self, since: str, cursor: str | None) -> Page:
        """List the orders updated since then.

        `cursor` is Amazon's pagination token. With it the other parameters must stay the same.
        """
        query = {"lastUpdatedAfter": since, "maxResultsPerPage": str(PAGE), "includedData": self._included}
        if self._marketplaces:
            query["marketplaceIds"] = self._marketplaces
        if cursor:
            query["paginationToken"] = cursor
        body = self._read(self._call("GET", ORDERS, SEARCH_REFILL, **query), "orders")
        documents = tuple(Document("order", _dump({"order": order})) for order in body["orders"])
        return Page(documents, (body.get("pagination") or {}).get("nextToken"))

    def stock_id_of(self, sku: str) -> str | None:
        """Give the SKU itself where the seller lists and ships it; otherwise None. Stock at Amazon cannot be set."""
        try:
            answer = self._call(
                "GET", self._listing(sku), LISTING_REFILL, **self._one(includedData="fulfillmentAvailability")
            )
        except NotFoundError:
            return None
        offered = self._read(answer, "sku").get("fulfillmentAvailability") or []
        channels = {each["fulfillmentChannelCode"] for each in offered}
        return sku if not channels or any(not channel.startswith("AMAZON") for channel in channels) else None

    def set_stock(self, push: Push) -> Answer:
        """Replace one listing's fulfilment availability. `reference` is the submission; Amazon applies it later.

        Raises:
            RejectedError: the submission is not accepted, or has an error already.
        """
        patch = {name: value for name, value in push.body.items() if name != "sku"}
        sku = str(push.body["sku"])
        answer = self._call("PATCH", self._listing(sku), LISTING_REFILL, json_body=patch, **self._one())
        body = self._read(answer, "status")
        errors = [issue["code"] for issue in body.get("issues") or [] if issue.get("severity") == "ERROR"]
        if body["status"] != "ACCEPTED" or errors:
            what = ", ".join(sorted(map(str, errors))) or "no code"
            raise RejectedError(f"Amazon answered {body['status']} to the stock of {sku}: {what}", answer.status)
        return Answer("done", reference=str(body["submissionId"]), status=answer.status)

    def confirm_shipment(self, push: Push) -> Answer:
        """Confirm one parcel, once. It is done already where the order has its tracking number or reference.

        Raises:
            RejectedError: the parcel did not leave, has no number, or nothing of it is open; or Amazon ships the order.
        """
        parcel, order_id = push.body, str(push.body["order_id"])
        if parcel["status"] != "success" or not parcel.get("tracking_number"):
            raise RejectedError(
                f"Amazon: a {parcel['status']} shipment of {order_id} without a number cannot be confirmed"
            )
        path = f"{ORDERS}/{_quoted(order_id)}"
        wanted = "FULFILLMENT,PACKAGES"
        order = self._read(self._call("GET", path, ORDER_REFILL, includedData=wanted), "order")["order"]
        reference = _reference(str(parcel["fulfillment_id"]), str(parcel["tracking_number"]))
        if _is_known(order, reference, str(parcel["tracking_number"])):
            return Answer("done", reference=reference)
        if (order.get("fulfillment") or {}).get("fulfilledBy") == "AMAZON":
            raise RejectedError(f"Amazon ships {order_id} itself")
        items = _items(order, parcel.get("lines") or [])
        if not items:
            raise RejectedError(f"Amazon: nothing of this parcel is open on {order_id}")
        sent = {
            "marketplaceId": order["salesChannel"].get("marketplaceId") or self._marketplace(),
            "packageDetail": self._package(parcel, reference, items),
        }
        confirmed = f"/orders/v0/orders/{_quoted(order_id)}/shipmentConfirmation"
        answer = self._call("POST", confirmed, SHIPMENT_REFILL, json_body=sent)
        return Answer("done", reference=reference, status=answer.status)

    def _package(self, parcel: Mapping[str, Any], reference: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Make packageDetail. A carrier without a `carrier_code` in the settings goes by its name."""
        name = str(parcel.get("carrier") or "unknown")
        code = self._connection.settings.get(f"carrier_code.{name.lower()}")
        return {
            "packageReferenceId": reference,
            **({"carrierCode": code} if code else {"carrierCode": "Other", "carrierName": name}),
            "trackingNumber": parcel["tracking_number"],
            # The pushed record does not say when the parcel left. The push follows within seconds.
            "shipDate": datetime.fromtimestamp(int(login.now()), UTC).isoformat().replace("+00:00", "Z"),
            "orderItems": items,
        }

    def _listing(self, sku: str) -> str:
        return f"{LISTINGS}/{_quoted(self._setting('seller_id'))}/{_quoted(sku)}"

    def _marketplace(self) -> str:
        return self._setting("marketplace_ids").partition(",")[0]

    def _setting(self, name: str) -> str:
        value = self._connection.settings.get(name)
        if not value:
            raise RejectedError(f"the connection {self._connection.connection_id} lacks the setting {name}")
        return value

    def _one(self, **query: str) -> dict[str, str]:
        """Add one marketplace to a query. One is enough: a SKU has one quantity for all marketplaces of a region."""
        return {"marketplaceIds": self._marketplace(), **query}

    def _call(self, method: str, path: str, refill: float, *, json_body: Any = None, **query: str) -> Response:
        """Make one call. After a 429 the wait is at least `refill` seconds.

        A cached token that Amazon refuses is renewed, and the call is made once more.
        """
        url = f"{self._connection.base_url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        try:
            token, is_kept = self._login.token()
            try:
                return self._http.call(method, url, headers=_headers(token), json_body=json_body)
            except UnauthorisedError:
                self._login.forget()
                if not is_kept:
                    raise
            return self._http.call(method, url, headers=_headers(self._login.token()[0]), json_body=json_body)
        except RateLimitedError as limited:
            raise RateLimitedError(str(limited), max(limited.retry_after, refill)) from limited

    def _read(self, answer: Response, key: str) -> dict[str, Any]:
        """Read an answer that must hold `key`.

        Raises:
            UnavailableError: a 2xx lacks it, as where Amazon's error list is in its place. It is tried again.
        """
        body = answer.json()
        if not isinstance(body, dict) or key not in body:
            raise UnavailableError(f"Amazon answered {answer.status} without {key}")
        return body


def _headers(token: str) -> dict[str, str]:
    return {"x-amz-access-token": token, "User-Agent": "tributary (Language=Python)", "Accept": "application/json"}


def _reference(fulfillment_id: str, tracking_number: str) -> str:
    """Make the packageReferenceId of a parcel: a positive number, always the same for the same parcel."""
    digest = hashlib.sha256(f"{fulfillment_id} {tracking_number}".encode()).digest()
    return str(int.from_bytes(digest[:8]) % 999_999_999 + 1)


def _is_known(order: Mapping[str, Any], reference: str, number: str) -> bool:
    alive = [
        each for each in order.get("packages") or [] if (each.get("packageStatus") or {}).get("status") != "CANCELLED"
    ]
    return any(each.get("trackingNumber") == number or each["packageReferenceId"] == reference for each in alive)


def _items(order: Mapping[str, Any], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say how many of which items are in the parcel, never more than is open. Without lines it is all that is open."""
    told = {str(line.get("line_id") or line.get("sku")): Decimal(str(line["quantity"])) for line in lines}
    items = []
    for item in order["orderItems"]:
        done = (item.get("fulfillment") or {}).get("quantityFulfilled") or 0
        due = (item.get("fulfillment") or {}).get("quantityUnfulfilled", item["quantityOrdered"] - done)
        named = told.get(item["orderItemId"], told.get(str(item["product"].get("sellerSku")), Decimal(0)))
        quantity = min(due, int(named)) if told else due
        if quantity > 0:
            items.append({"orderItemId": item["orderItemId"], "quantity": quantity})
    return items


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")


def _dump(content: Any) -> bytes:
    """Write JSON again with every number as it was."""
    return orjson.dumps(content, default=lambda number: orjson.Fragment(str(number)))
