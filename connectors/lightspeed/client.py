"""Lightspeed Retail's X-Series API (2026-07): products and levels read, stock written, and who has which SKU."""

import urllib.parse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RejectedError, UnavailableError
from connectors.http import Http, Response

VERSION = "2026-07"
PRODUCTS_PER_PAGE = 200
LEVELS_PER_PAGE = 50


class Client:
    """One retailer. `connection.base_url` is `https://<domain_prefix>.retail.lightspeed.app`."""

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._url = f"{connection.base_url}/api/{VERSION}"
        self._headers = {"Authorization": f"Bearer {secrets['access_token']}", "User-Agent": "tributary"}
        self._http = http

    def product(self, id: str) -> Document:  # noqa: A002
        """Fetch one product."""
        return Document("product", _dump({"data": self._product(id)}))

    def inventory(self, id: str) -> Document:  # noqa: A002
        """Fetch a product's levels at every outlet, as of the answer's Date, because the webhook says no time.

        Raises:
            UnavailableError: the answer has no Date.
        """
        answer = self._call("GET", f"/inventory/{_quoted(id)}")
        return _levels(answer, _list(answer))

    def poll_products(self, since: str, cursor: str | None) -> Page:
        """List every product, because changes can be asked for by version only, not by time.

        A version that is known already counts as a repeated delivery.
        """
        query = urllib.parse.urlencode({"after": cursor or 0, "page_size": PRODUCTS_PER_PAGE})
        found = _list(self._call("GET", f"/products?{query}"))
        documents = tuple(Document("product", _dump({"data": product})) for product in found)
        return Page(documents, _following(found, cursor))

    def poll_inventory(self, since: str, cursor: str | None) -> Page:
        """List every level at every outlet, one document for each page."""
        wanted = {"after": int(cursor or 0), "size": LEVELS_PER_PAGE, "sort_direction": "asc"}
        answer = self._call("POST", "/inventory", json_body=wanted)
        found = _list(answer)
        return Page((_levels(answer, found),) if found else (), _following(found, cursor))

    def set_stock(self, push: Push) -> Answer:
        """Set the total at one outlet if the till still shows what we believe; otherwise the answer is `stale`.

        The amount is absolute and would overwrite a sale in between, so the level is read just before.

        Raises:
            RejectedError: the outlet keeps no stock of the product.
        """
        product, details = str(push.body["product_id"]), push.body["details"]
        [wanted] = details["inventory"]
        shown = self._level(product, wanted["outlet_id"])
        if push.previous is not None and shown != push.previous:
            return Answer("stale", shown=shown)
        amount = Decimal(str(wanted["current_amount"]))
        if shown != amount:
            self._call("PUT", f"/products/{_quoted(product)}", json_body={"details": details})
        return Answer("done", shown=amount)

    def sku_of(self, channel_stock_id: str) -> str | None:
        """Give the SKU of a product."""
        try:
            return self._product(channel_stock_id).get("sku") or None
        except NotFoundError:
            return None

    def stock_id_of(self, sku: str) -> str | None:
        """Give the product of a SKU; None where none has it, or several do."""
        found = _list(self._call("GET", f"/products?{urllib.parse.urlencode({'sku': sku})}"))
        # A product may have several SKUs and the search takes any, so the answer is compared.
        ids = {product["id"] for product in found if product.get("sku") == sku and not product.get("deleted_at")}
        return str(ids.pop()) if len(ids) == 1 else None

    def _level(self, product: str, outlet: str) -> Decimal:
        levels = _list(self._call("GET", f"/inventory/{_quoted(product)}"))
        found = [level["current_inventory_level"] for level in levels if level["outlet_id"] == outlet]
        if not found or found[0] is None:
            # Most often the id is a register's and not its outlet's: `locations` has both, outlets first.
            raise RejectedError(f"Lightspeed keeps no stock of {product} at outlet {outlet}")
        return Decimal(str(found[0]))

    def _product(self, id: str) -> dict[str, Any]:  # noqa: A002
        body = self._call("GET", f"/products/{_quoted(id)}").json()
        if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
            raise UnavailableError("Lightspeed answered 200 without a product")
        data: dict[str, Any] = body["data"]
        return data

    def _call(self, method: str, path: str, json_body: Any = None) -> Response:
        return self._http.call(method, f"{self._url}{path}", headers=self._headers, json_body=json_body)


def _list(answer: Response) -> list[dict[str, Any]]:
    """Read a list, bare or under `data`: the specification shows some lists either way."""
    body = answer.json()
    found = body.get("data") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise UnavailableError(f"Lightspeed answered {answer.status} without a list")
    return found


def _levels(answer: Response, found: list[dict[str, Any]]) -> Document:
    """Make a document of levels, with the answer's Date as `as_of`.

    Raises:
        UnavailableError: the answer has no Date.
    """
    as_of = answer.headers.get("date")
    if not as_of:
        raise UnavailableError("Lightspeed answered without a Date")
    return Document("inventory", _dump({"as_of": as_of, "inventory": found}))


def _following(found: list[dict[str, Any]], cursor: str | None) -> str | None:
    """Give the cursor of the next page: the newest version of this one. The list ends with an empty page.

    Raises:
        UnavailableError: the page has nothing newer than its own cursor, so following it would never end.
    """
    if not found:
        return None
    newest = max(int(each["version"]) for each in found)
    if newest <= int(cursor or 0):
        raise UnavailableError("Lightspeed gave a page again")
    return str(newest)


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")


def _dump(content: Any) -> bytes:
    """Write JSON again with every number as it was."""
    return orjson.dumps(content, default=lambda number: orjson.Fragment(str(number)))
