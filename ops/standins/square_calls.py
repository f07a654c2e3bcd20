"""The calls of the Square stand-in: what they check, change and answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ops.standins.server import Reply, Request, Route

if TYPE_CHECKING:
    from ops.standins.square import Square

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
            ("POST", r"/v2/orders/search", self._search_orders),
            ("POST", r"/v2/inventory/changes/batch-create", self._change_counts),
            ("GET", r"/v2/catalog/object/(?P<id>[^/]+)", self._catalog_object),
            ("POST", r"/v2/catalog/search", self._search_catalog),
        ]

    def _get(self, name: str, kept: Mapping[str, dict[str, Any]]) -> Callable[[Request], Reply]:
        def handler(request: Request) -> Reply:
            found = kept.get(request.groups["id"])
            return (200, {}, {name: found}) if found else self._seller.error(404, "NOT_FOUND", f"no such {name}")

        return handler

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
        first = int(sent.get("cursor") or 0)
        page, rest = found[first : first + PAGE], found[first + PAGE :]
        return 200, {}, {"orders": page} | ({"cursor": str(first + PAGE)} if rest else {})

    def _change_counts(self, request: Request) -> Reply:
        """Take physical counts, each as of its own time; a repeated key gives the first answer."""
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
        """Say what Square would not take."""
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
        """Search variations by their exact SKU, ignoring case."""
        wanted = request.json()["query"]["exact_query"]["attribute_value"].casefold()
        found = [item for item, kept in self._seller.variations.items() if kept["sku"].casefold() == wanted]
        return 200, {}, {"objects": [self._object(item) for item in found]} if found else {}

    def _object(self, item: str) -> dict[str, Any]:
        kept = self._seller.variations[item]
        price = {"amount": kept["price"], "currency": self._seller.currency}
        details = {"item_id": f"ITEM-{item}", "name": kept["name"], "sku": kept["sku"], "price_money": price}
        return {"type": "ITEM_VARIATION", "id": item, "is_deleted": False, "item_variation_data": details}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
