"""The calls of the Square stand-in: what they check, change and answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ops.standins.server import Reply, Request, Route
from ops.standins.square import shapes

if TYPE_CHECKING:
    from ops.standins.square.channel import Square

PAGE = 500


class Calls:
    """The API of one seller."""

    def __init__(self, seller: "Square") -> None:
        self._seller = seller
        self._answered: dict[str, tuple[Any, dict[str, Any]]] = {}

    def routes(self) -> list[Route]:
        """List the calls of https://developer.squareup.com/reference/square that the hub makes."""
        seller = self._seller
        return [
            ("GET", r"/v2/orders/(?P<id>[^/]+)", self._get("order", seller.orders)),
            ("GET", r"/v2/payments/(?P<id>[^/]+)", self._get("payment", seller.payments)),
            ("GET", r"/v2/refunds/(?P<id>[^/]+)", self._get("refund", seller.refunds)),
            ("GET", r"/v2/customers/(?P<id>[^/]+)", self._get("customer", seller.customers)),
            ("DELETE", r"/v2/customers/(?P<id>[^/]+)", self._forget),
            ("POST", r"/v2/orders/search", self._search_orders),
            ("POST", r"/v2/inventory/changes/batch-create", self._change_counts),
            ("GET", r"/v2/catalog/object/(?P<id>[^/]+)", self._catalog_object),
            ("POST", r"/v2/catalog/search", self._search_catalog),
            ("POST", r"/v2/inventory/counts/batch-retrieve", self._counts),
            ("POST", r"/v2/customers/search", self._search_customers),
            ("POST", r"/v2/loyalty/accounts/search", self._loyalty_accounts),
            ("GET", r"/v2/refunds", self._refunds),
        ]

    def _get(self, name: str, kept: Mapping[str, dict[str, Any]]) -> Callable[[Request], Reply]:
        def handler(request: Request) -> Reply:
            found = kept.get(request.groups["id"])
            return (200, {}, {name: found}) if found else self._seller.error(404, "NOT_FOUND", f"no such {name}")

        return handler

    def _forget(self, request: Request) -> Reply:
        """Delete a customer's profile. The customer's orders stay."""
        if self._seller.customers.pop(request.groups["id"], None) is None:
            return self._seller.error(404, "NOT_FOUND", "no such customer")
        return 200, {}, {}

    def _search_orders(self, request: Request) -> Reply:
        """Search by location and update time, as the poll does."""
        sent = request.json()
        since = sent["query"]["filter"]["date_time_filter"]["updated_at"]["start_at"]
        if not sent.get("location_ids"):
            return self._seller.error(400, "MISSING_REQUIRED_PARAMETER", "location_ids")
        found = [
            order
            for order in self._seller.orders.values()
            if order["location_id"] in sent["location_ids"] and _time(order["updated_at"]) >= _time(since)
        ]
        found.sort(key=lambda order: _time(order["updated_at"]))
        return _page("orders", found, sent)

    def _change_counts(self, request: Request) -> Reply:
        """Take physical counts, each as of its own time. The same idempotency key again gives the first answer."""
        sent = request.json()
        key = sent.get("idempotency_key")
        if not key:
            return self._seller.error(400, "MISSING_REQUIRED_PARAMETER", "idempotency_key")
        if key in self._answered:
            before, answer = self._answered[key]
            same = before == sent
            return (200, {}, answer) if same else self._seller.error(400, "IDEMPOTENCY_KEY_REUSED", "other values")
        counts = [change["physical_count"] for change in sent["changes"] if change["type"] == "PHYSICAL_COUNT"]
        refused = next((reason for reason in map(self._refused, counts) if reason), None)
        if refused:
            return self._seller.error(400, *refused)
        changed = []
        for count in counts:
            place = (count["catalog_object_id"], count["location_id"])
            if self._seller.recount(place, Decimal(count["quantity"]), _time(count["occurred_at"])):
                changed.append(place)
        places = dict.fromkeys((count["catalog_object_id"], count["location_id"]) for count in counts)
        answer = {"counts": [self._seller.shown(place) for place in places], "changes": []}
        self._answered[key] = (sent, answer)
        self._seller.tell_counts(changed)
        return 200, {}, answer

    def _refused(self, count: dict[str, Any]) -> tuple[str, str] | None:
        """Give code and field of what Square would refuse in a count, or None."""
        if count.get("catalog_object_id") not in self._seller.variations:
            return "NOT_FOUND", "catalog_object_id"
        try:
            quantity = Decimal(count["quantity"])
        except (InvalidOperation, KeyError):
            return "INVALID_VALUE", "quantity"
        if quantity < 0 or int(quantity.as_tuple().exponent) < -5:
            return "INVALID_VALUE", "quantity"
        return None if count.get("occurred_at") else ("MISSING_REQUIRED_PARAMETER", "occurred_at")

    def _catalog_object(self, request: Request) -> Reply:
        item = request.groups["id"]
        if item not in self._seller.variations:
            return self._seller.error(404, "NOT_FOUND", "no such object")
        return 200, {}, {"object": self._object(item)}

    def _search_catalog(self, request: Request) -> Reply:
        """Search variations by their exact SKU, ignoring case. Without a query, list items changed after a time."""
        sent = request.json()
        if "query" not in sent:
            return self._search_items(sent)
        wanted = sent["query"]["exact_query"]["attribute_value"].casefold()
        found = [item for item, kept in self._seller.variations.items() if kept["sku"].casefold() == wanted]
        return 200, {}, {"objects": [self._object(item) for item in found]} if found else {}

    def _search_items(self, sent: Mapping[str, Any]) -> Reply:
        if sent.get("object_types") != ["ITEM"]:
            return self._seller.error(400, "INVALID_VALUE", "object_types")
        since = _time(sent["begin_time"]) if "begin_time" in sent else None
        found = [
            shapes.item(self._object(item))
            for item, kept in self._seller.variations.items()
            if since is None or _time(kept["updated_at"]) > since
        ]
        return _page("objects", found, sent)

    def _object(self, item: str) -> dict[str, Any]:
        kept = self._seller.variations[item]
        return shapes.variation(item, kept, self._seller.currency)

    def _counts(self, request: Request) -> Reply:
        """List what is in stock at locations."""
        sent = request.json()
        places = [place for place in self._seller.places() if place[1] in sent["location_ids"]]
        return _page("counts", [self._seller.shown(place) for place in places], sent)

    def _search_customers(self, request: Request) -> Reply:
        """Search by update time."""
        sent = request.json()
        since = _time(sent["query"]["filter"]["updated_at"]["start_at"])
        found = [each for each in self._seller.customers.values() if _time(each["updated_at"]) >= since]
        return _page("customers", found, sent)

    def _loyalty_accounts(self, request: Request) -> Reply:
        return _page("loyalty_accounts", list(self._seller.loyalty.values()), request.json())

    def _refunds(self, request: Request) -> Reply:
        """List refunds by update time."""
        since = _time(request.query["updated_at_begin_time"])
        found = [each for each in self._seller.refunds.values() if _time(each["updated_at"]) >= since]
        return _page("refunds", found, request.query)


def _page(name: str, found: list[dict[str, Any]], sent: Mapping[str, Any]) -> Reply:
    """Give a page of what was found. An empty list is left out, as at Square."""
    first, size = int(sent.get("cursor") or 0), int(sent.get("limit") or PAGE)
    more = {"cursor": str(first + size)} if found[first + size :] else {}
    return 200, {}, ({name: found[first : first + size]} if found[first:] else {}) | more


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
