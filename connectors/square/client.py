"""Square's API: orders, refunds, customers, catalogue and counts read, stock written, and who has which SKU."""

import urllib.parse
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnavailableError
from connectors.http import Http, Response
from mappings.payloads import write_json

VERSION = "2026-10-21"
LOCATIONS_PER_SEARCH = 10
PAGE = 100
ROWS = 50  # counts or accounts in one document


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
        """List the orders updated since then, oldest first, for ten locations at a time.

        `cursor` is `<number of the group of locations>|<Square's cursor>`.
        """
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
        documents = _one_by_one("order", found.get("orders"))
        if found.get("cursor"):
            return Page(documents, f"{group}|{found['cursor']}")
        more = locations[first + LOCATIONS_PER_SEARCH :]
        return Page(documents, f"{int(group) + 1}|" if more else None)

    def catalog(self, id: str) -> Document:  # noqa: A002
        """Fetch a page of the items changed since a catalogue version, which is a time. The poll finds the others."""
        # Square leaves out what changed at begin_time itself.
        before = datetime.fromisoformat(id) - timedelta(seconds=1)
        found = self._items(None, begin_time=before.isoformat(timespec="milliseconds"))
        return Document("catalog", write_json({"objects": found.get("objects") or []}))

    def poll_catalog(self, since: str, cursor: str | None) -> Page:
        """List every item, also deleted ones. A version that is known already counts as a repeated delivery."""
        found = self._items(cursor)
        return Page(_one_by_one("catalog", found.get("objects"), "object"), found.get("cursor") or None)

    def poll_counts(self, since: str, cursor: str | None) -> Page:
        """List every count at the mapped locations, one document for each page."""
        if not self._connection.locations:
            return Page(())
        sent = {"location_ids": sorted(self._connection.locations), "states": ["IN_STOCK"], "limit": ROWS}
        found = self._paged("POST", "/v2/inventory/counts/batch-retrieve", sent, cursor)
        return Page(_together("inventory_counts", "counts", found), found.get("cursor") or None)

    def poll_customers(self, since: str, cursor: str | None) -> Page:
        """List the customers updated since then."""
        query = {"filter": {"updated_at": {"start_at": since}}, "sort": {"field": "CREATED_AT", "order": "ASC"}}
        found = self._paged("POST", "/v2/customers/search", {"query": query, "limit": PAGE}, cursor)
        return Page(_one_by_one("customer", found.get("customers")), found.get("cursor") or None)

    def poll_loyalty_accounts(self, since: str, cursor: str | None) -> Page:
        """List every loyalty account, oldest first, one document for each page."""
        try:
            found = self._paged("POST", "/v2/loyalty/accounts/search", {"limit": ROWS}, cursor)
        except NotFoundError:  # a seller without a programme
            return Page(())
        return Page(_together("loyalty_account", "loyalty_accounts", found), found.get("cursor") or None)

    def poll_refunds(self, since: str, cursor: str | None) -> Page:
        """List the refunds updated since then, oldest first."""
        query = {"updated_at_begin_time": since, "sort_field": "UPDATED_AT", "sort_order": "ASC", "limit": PAGE}
        sent = urllib.parse.urlencode(query | ({"cursor": cursor} if cursor else {}))
        found = self._call("GET", f"/v2/refunds?{sent}").json()
        return Page(_one_by_one("refund", found.get("refunds")), found.get("cursor") or None)

    def set_stock(self, push: Push) -> Answer:
        """Set the count of one item at one location as of the time the hub knew it.

        `shown` is the count that Square makes of it: sales later than that time are already taken off.
        """
        change = {"type": "PHYSICAL_COUNT", "physical_count": push.body}
        sent = {"idempotency_key": push.idempotency_key, "changes": [change], "ignore_unchanged_counts": True}
        counts = self._call("POST", "/v2/inventory/changes/batch-create", sent).json().get("counts") or []
        same = ("catalog_object_id", "location_id", "state")
        shown = [count["quantity"] for count in counts if all(count[name] == push.body[name] for name in same)]
        return Answer("done", shown=Decimal(shown[0] if shown else push.body["quantity"]))

    def forget_customer(self, push: Push) -> Answer:
        """Delete a customer's profile. A customer that Square does not know is gone already.

        The customer's sales stay, without the profile.
        """
        try:
            answer = self._call("DELETE", f"/v2/customers/{_quoted(push.body['customer_id'])}")
        except NotFoundError:
            return Answer("done", status=404)
        return Answer("done", status=answer.status)

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

    def _items(self, cursor: str | None, **more: Any) -> Any:
        """Search items with their variations: a variation that changes gives its item a new version."""
        sent = {"object_types": ["ITEM"], "include_deleted_objects": True, "limit": PAGE, **more}
        return self._paged("POST", "/v2/catalog/search", sent, cursor)

    def _paged(self, method: str, path: str, sent: dict[str, Any], cursor: str | None) -> Any:
        return self._call(method, path, sent | ({"cursor": cursor} if cursor else {})).json()

    def _call(self, method: str, path: str, sent: Any = None) -> Response:
        """Make one call. `errors` inside a 200 are raised."""
        answer = self._http.call(method, f"{self._connection.base_url}{path}", headers=self._headers, json_body=sent)
        errors = answer.json().get("errors")
        if errors:
            _raise(method, path, errors)
        return answer


def _raise(method: str, path: str, errors: list[dict[str, Any]]) -> None:
    """Raise an answer's `errors`: https://developer.squareup.com/docs/build-basics/general-considerations/handling-errors."""
    codes = {str(error.get("code")) for error in errors}
    message = f"Square answered {', '.join(sorted(codes))} to {method} {path.partition('?')[0]}"
    if "RATE_LIMITED" in codes:
        raise RateLimitedError(message, 1.0)
    if any(error.get("category") == "API_ERROR" for error in errors):
        raise UnavailableError(message)
    raise RejectedError(message)


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")


def _one_by_one(topic: str, found: Iterable[Any] | None, name: str = "") -> tuple[Document, ...]:
    """Make a document of each thing, in the envelope that Square puts around a single one."""
    return tuple(Document(topic, write_json({name or topic: each})) for each in found or ())


def _together(topic: str, name: str, found: Mapping[str, Any]) -> tuple[Document, ...]:
    """Make one document of a page, without its cursor. An empty page gives none."""
    return (Document(topic, write_json({name: found[name]})),) if found.get(name) else ()
