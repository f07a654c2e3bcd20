"""Shopify's Admin API (GraphQL, 2026-10): stock by compare-and-swap, fulfilments, and what a webhook only names."""

import json
import math
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from connectors.client import Answer, Document, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http
from connectors.shopify import queries

VERSION = "2026-10"
FULFILLABLE = frozenset({"OPEN", "IN_PROGRESS"})
VOID = frozenset({"CANCELLED", "ERROR", "FAILURE"})
STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"})
_KEYS = uuid.UUID("5d0b1c5e-6a51-5e0e-8d6f-0a4f3c6f9b11")


class Client:
    """One shop. `connection.base_url` is `https://<shop>.myshopify.com`.

    `settings.notify_customer` ("true") lets Shopify write to the buyer about each pushed fulfilment.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._url = f"{connection.base_url}/admin/api/{VERSION}/graphql.json"
        self._token = secrets["access_token"]
        self._notify = connection.settings.get("notify_customer") == "true"
        self._http = http

    def set_stock(self, push: Push) -> Answer:
        """Set what is available at one location, by compare-and-swap. `stale`: Shopify shows another quantity.

        Shopify counts whole pieces, so a fraction is rounded down: never show more than there is.

        Raises:
            RejectedError: the item is not stocked at the location, or Shopify refuses the quantity.
        """
        item, location = push.body["inventoryItemId"], push.body["locationId"]
        wanted = math.floor(Decimal(str(push.body["quantity"])))
        believed = self._available(item, location) if push.previous is None else int(push.previous)
        if push.previous is None and believed == wanted:
            return Answer("done", shown=Decimal(wanted))
        quantity = {
            "inventoryItemId": item, "locationId": location, "quantity": wanted, "changeFromQuantity": believed
        }  # fmt: skip
        sent = {"name": "available", "reason": "correction", "quantities": [quantity]}
        # Shopify refuses an idempotency key with other values, and a failed key is spent. So the values are part of it.
        key = uuid.uuid5(_KEYS, json.dumps([push.idempotency_key, item, location, wanted, believed]))
        payload = self._ask(queries.SET_STOCK, input=sent, key=str(key))["inventorySetQuantities"]
        if any(error["code"] in STALE for error in payload["userErrors"]):
            return Answer("stale", shown=Decimal(self._available(item, location)))
        self._refuse(payload["userErrors"])
        group = payload["inventoryAdjustmentGroup"]
        return Answer("done", shown=Decimal(wanted), reference=group["id"] if group else None)

    def fulfil(self, push: Push) -> Answer:
        """Tell Shopify what left, with its tracking, once. It is done already where Shopify has a number of it.

        Raises:
            RejectedError: the order is unknown, or nothing of it is open to be fulfilled.
        """
        order = self._ask(queries.OPEN_FULFILLMENTS, order=push.body["order_id"])["order"]
        if order is None:
            raise RejectedError(f"Shopify does not know {push.body['order_id']}")
        tracking = push.body.get("tracking") or []
        known = _known(order["fulfillments"], {parcel["number"] for parcel in tracking})
        if known:
            return Answer("done", reference=known)
        shares = list(_shares(order["fulfillmentOrders"]["nodes"], push.body.get("lines") or []))
        if not shares and not tracking and order["fulfillments"]:
            return Answer("done", reference=order["fulfillments"][-1]["id"])  # all handed over already
        if not shares:
            raise RejectedError(f"nothing of {push.body['order_id']} is open to be fulfilled")
        created = [self._create(group, tracking) for group in _by_location(shares)]
        return Answer("done", reference=created[0], extra={"fulfillments": ",".join(created)})

    def forget_customer(self, push: Push) -> Answer:
        """Ask Shopify to erase a customer, which it does when the law allows.

        A customer that Shopify does not know is gone already.
        """
        payload = self._ask(queries.FORGET_CUSTOMER, customer=push.body["customer_id"])["customerRequestDataErasure"]
        self._refuse([error for error in payload["userErrors"] if error.get("code") != "DOES_NOT_EXIST"])
        return Answer("done")

    def scans(self, id: str) -> Document:  # noqa: A002
        """Fetch the parcels of a fulfilment and the last hundred events of its journey."""
        found = self._ask(queries.SCANS, fulfillment=f"gid://shopify/Fulfillment/{id}")["fulfillment"]
        if found is None:
            raise NotFoundError("Shopify does not know the fulfilment")
        return Document("scans", json.dumps(found).encode())

    def merged_customer(self, id: str) -> Document:  # noqa: A002
        """Fetch when one customer was merged into another. `id` is `<surviving customer> <merged customer>`."""
        kept, _, gone = id.partition(" ")
        customer = self._ask(queries.MERGED_CUSTOMER, customer=kept)["customer"]
        if customer is None:
            raise NotFoundError("Shopify does not know the customer who stayed")
        merge = {"into": _number(kept), "from": _number(gone), "updatedAt": customer["updatedAt"]}
        return Document("merged_customer", json.dumps(merge).encode())

    def sku_of(self, channel_stock_id: str) -> str | None:
        """Give the SKU of an inventory item."""
        item = self._ask(queries.SKU_OF, item=f"gid://shopify/InventoryItem/{channel_stock_id}")["inventoryItem"]
        return (item["sku"] or None) if item else None

    def stock_id_of(self, sku: str) -> str | None:
        """Give the inventory item of a SKU; None where no variant has it, or several items do."""
        quoted = sku.replace("\\", "\\\\").replace('"', '\\"')
        nodes = self._ask(queries.STOCK_ID_OF, query=f'sku:"{quoted}"')["productVariants"]["nodes"]
        # The search ignores case, so the answer is compared.
        found = {node["inventoryItem"]["id"] for node in nodes if node["sku"] == sku}
        return _number(found.pop()) if len(found) == 1 else None

    def _available(self, item: str, location: str) -> int:
        found = self._ask(queries.AVAILABLE, item=item, location=location)["inventoryItem"]
        level = found and found["inventoryLevel"]
        if not level:
            raise RejectedError(f"Shopify does not stock {item} at {location}")
        return int(level["quantities"][0]["quantity"])

    def _create(self, lines: list[dict[str, Any]], tracking: list[dict[str, Any]]) -> str:
        fulfillment: dict[str, Any] = {"lineItemsByFulfillmentOrder": lines, "notifyCustomer": self._notify}
        if tracking:
            urls = [parcel["url"] for parcel in tracking if parcel.get("url")]
            numbers = [parcel["number"] for parcel in tracking]
            fulfillment["trackingInfo"] = {"numbers": numbers, "company": tracking[0].get("company")}
            fulfillment["trackingInfo"] |= {"urls": urls} if len(urls) == len(numbers) else {}
        payload = self._ask(queries.FULFIL, fulfillment=fulfillment)["fulfillmentCreate"]
        self._refuse(payload["userErrors"])
        return str(payload["fulfillment"]["id"])

    def _ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run one GraphQL document and give its `data`. Errors inside a 200 are raised."""
        headers = {"X-Shopify-Access-Token": self._token}
        answer = self._http.call(
            "POST", self._url, headers=headers, json_body={"query": document, "variables": variables}
        )
        body = answer.json()
        if body.get("errors"):
            _raise(body)
        data: dict[str, Any] = body["data"]
        return data

    def _refuse(self, errors: list[dict[str, Any]]) -> None:
        """Raise `userErrors`, if any. Only codes and fields are shown: their messages may quote a person."""
        if any(error.get("code") == "IDEMPOTENCY_CONCURRENT_REQUEST" for error in errors):
            raise UnavailableError("Shopify is still at work on the same push")
        if errors:
            what = "; ".join(f"{error.get('code') or 'refused'} {'.'.join(error['field'] or [])}" for error in errors)
            raise RejectedError(f"Shopify refuses: {what}")


def _number(gid: str) -> str:
    """Give the number at the end of a global id: webhooks name the same thing by this number."""
    return str(gid).rpartition("/")[2]


def _raise(body: dict[str, Any]) -> NoReturn:
    """Raise an answer's `errors`. Codes: https://shopify.dev/docs/api/admin-graphql#status_and_error_codes."""
    errors: list[dict[str, Any]] = body["errors"] if isinstance(body["errors"], list) else []
    codes = {(error.get("extensions") or {}).get("code") for error in errors}
    if "THROTTLED" in codes:
        raise RateLimitedError("Shopify throttles", _refill(body))
    if "ACCESS_DENIED" in codes:
        raise UnauthorisedError("Shopify denies access: the token lacks a scope")
    if "INTERNAL_SERVER_ERROR" in codes:
        raise UnavailableError("Shopify failed inside a 200")
    raise RejectedError(f"Shopify refuses the query: {', '.join(sorted(map(str, codes))) or 'no code'}")


def _refill(body: dict[str, Any]) -> float:
    """Give the seconds until the rate limit's bucket holds what the query costs, at least 1."""
    cost = (body.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    missing = float(cost.get("requestedQueryCost") or 0) - float(status.get("currentlyAvailable") or 0)
    return max(1.0, missing / float(status.get("restoreRate") or 50))


def _known(fulfillments: list[dict[str, Any]], numbers: set[str]) -> str | None:
    """Find a fulfilment that already carries one of these tracking numbers."""
    for fulfillment in fulfillments:
        told = {parcel["number"] for parcel in fulfillment["trackingInfo"]}
        if fulfillment["status"] not in VOID and told & numbers:
            return str(fulfillment["id"])
    return None


def _shares(orders: list[dict[str, Any]], lines: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, int]]:
    """Find the open pieces that left: (location, fulfilment order, its line, quantity). No lines: all that is open."""
    left: dict[str, int] = {}
    for line in lines:
        name = line.get("line_id") or f"sku {line.get('sku')}"
        left[name] = left.get(name, 0) + int(line["quantity"])
    for order in orders:
        if order["status"] not in FULFILLABLE:
            continue
        place = str((order["assignedLocation"]["location"] or {}).get("id"))
        for node in order["lineItems"]["nodes"]:
            line_id = node["lineItem"]["id"].rpartition("/")[2]
            name = line_id if line_id in left else f"sku {node['sku']}"
            quantity = min(node["remainingQuantity"], left.get(name, 0)) if lines else node["remainingQuantity"]
            if quantity > 0:
                left[name] = left.get(name, 0) - quantity
                yield place, order["id"], node["id"], quantity


def _by_location(shares: list[tuple[str, str, str, int]]) -> Iterator[list[dict[str, Any]]]:
    """Group shares as Shopify wants them: one fulfilment per location, its fulfilment orders with their lines."""
    for place in dict.fromkeys(share[0] for share in shares):
        lines: dict[str, list[dict[str, Any]]] = {}
        for at, order, line, quantity in shares:
            if at == place:
                lines.setdefault(order, []).append({"id": line, "quantity": quantity})
        yield [{"fulfillmentOrderId": order, "fulfillmentOrderLineItems": items} for order, items in lines.items()]
