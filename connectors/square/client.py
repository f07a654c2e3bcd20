"""Square's API: orders fetched and polled, stock as physical counts, and who has which SKU."""

import json
import urllib.parse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnavailableError
from connectors.http import Http, Response

VERSION = "2026-10-21"
LOCATIONS_PER_SEARCH = 10


class Client:
    """One seller. `connection.base_url` is `https://connect.squareup.com`, or the sandbox's."""

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {secrets['access_token']}", "Square-Version": VERSION}
        self._http = http

    def order(self, id: str) -> Document:  # noqa: A002
        """Fetch one order."""
        return Document("order", self._call("GET", f"/v2/orders/{_quoted(id)}").body)

    def poll_orders(self, since: str, cursor: str | None) -> Page:
        """List the orders updated since then, oldest first; `cursor` is `<ten locations>|<Square's cursor>`."""
        group, _, theirs = (cursor or "0|").partition("|")
        locations = sorted(self._connection.locations)
        first = int(group) * LOCATIONS_PER_SEARCH
        if not locations[first:]:
            return Page(())
        search = {
            "location_ids": locations[first : first + LOCATIONS_PER_SEARCH],
            "query": {
                "filter": {"date_time_filter": {"updated_at": {"start_at": since}}},
                "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
            },
        }
        found = self._call("POST", "/v2/orders/search", search | ({"cursor": theirs} if theirs else {})).json()
        documents = tuple(Document("order", _dump({"order": order})) for order in found.get("orders") or [])
        if found.get("cursor"):
            return Page(documents, f"{group}|{found['cursor']}")
        more = locations[first + LOCATIONS_PER_SEARCH :]
        return Page(documents, f"{int(group) + 1}|" if more else None)

    def set_stock(self, push: Push) -> Answer:
        """Set the count of one item at one location as of the time the hub knew it.

        `shown` is what Square makes of it: sales it knows to be later than that time are already taken off.
        """
        change = {"type": "PHYSICAL_COUNT", "physical_count": push.body}
        sent = {"idempotency_key": push.idempotency_key, "changes": [change], "ignore_unchanged_counts": True}
        counts = self._call("POST", "/v2/inventory/changes/batch-create", sent).json().get("counts") or []
        same = ("catalog_object_id", "location_id", "state")
        shown = [count["quantity"] for count in counts if all(count[name] == push.body[name] for name in same)]
        return Answer("done", shown=Decimal(shown[0] if shown else push.body["quantity"]))

    def sku_of(self, channel_stock_id: str) -> str | None:
        """Give the SKU of a catalog variation."""
        try:
            found = self._call("GET", f"/v2/catalog/object/{_quoted(channel_stock_id)}").json()
        except NotFoundError:
            return None
        return found["object"].get("item_variation_data", {}).get("sku") or None

    def stock_id_of(self, sku: str) -> str | None:
        """Give the catalog variation of a SKU; None where none has it, or several do."""
        query = {"exact_query": {"attribute_name": "sku", "attribute_value": sku}}
        sent = {"object_types": ["ITEM_VARIATION"], "query": query}
        found = self._call("POST", "/v2/catalog/search", sent).json().get("objects") or []
        # The search ignores case, so the answer is compared.
        ids = {item["id"] for item in found if item["item_variation_data"].get("sku") == sku}
        return str(ids.pop()) if len(ids) == 1 else None

    def _call(self, method: str, path: str, sent: Any = None) -> Response:
        """Make one call; `errors` inside a 200 become the error they are."""
        answer = self._http.call(method, f"{self._connection.base_url}{path}", headers=self._headers, json_body=sent)
        errors = answer.json().get("errors")
        if errors:
            _raise(method, path, errors)
        return answer


def _raise(method: str, path: str, errors: list[dict[str, Any]]) -> None:
    """Name an answer by its error codes: https://developer.squareup.com/docs/build-basics/general-considerations/handling-errors."""
    codes = {str(error.get("code")) for error in errors}
    message = f"Square answered {', '.join(sorted(codes))} to {method} {path.partition('?')[0]}"
    if "RATE_LIMITED" in codes:
        raise RateLimitedError(message, 1.0)
    if any(error.get("category") == "API_ERROR" for error in errors):
        raise UnavailableError(message)
    raise RejectedError(message)


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")


def _dump(content: Any) -> bytes:
    return json.dumps(content, default=str, separators=(",", ":")).encode()
