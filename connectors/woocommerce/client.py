"""WooCommerce's REST API (wc/v3): orders and refunds in; stock, shipments and who has which SKU out."""

import base64
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http, Response

PAGE = 100
DEAD = frozenset({"cancelled", "refunded", "failed", "trash"})
UNCOUNTED = frozenset({"variable", "grouped", "external"})  # have no stock of their own unless `manage_stock` says so
TRACKING = "_wc_shipment_tracking_items"  # where the Shipment Tracking plugins keep parcels, and show them to the buyer
SHIPPED = "_tributary_shipments"  # ours: fulfilment → what of which line it holds
_PARCELS = uuid.UUID("0d6e1f0c-5c62-5a1f-9f0b-0a6f9f3f7f50")


class Client:
    """One shop. `connection.base_url` is WordPress's address, https only: over http WooCommerce wants OAuth 1.0a.

    `settings.shipped_status` is the status of an order that left as a whole (default "completed"; "keep" leaves it).
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._url = f"{connection.base_url}/wp-json/wc/v3"
        pair = f"{secrets['consumer_key']}:{secrets['consumer_secret']}"
        self._headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        self._shipped_status = connection.settings.get("shipped_status", "completed")
        self._http = http

    def order(self, id: str) -> Document:  # noqa: A002
        """Fetch one order, also out of the trash."""
        return Document("order", _dump(self._get(f"/orders/{_quoted(id)}")))

    def refunds(self, id: str) -> Document:  # noqa: A002
        """Fetch an order's refunds with their lines. Order id and currency are added: refunds do not name them."""
        order = self._get(f"/orders/{_quoted(id)}")
        about = {"order_id": order["id"], "currency": order["currency"]}
        return Document("order_refund", _dump({**about, "refunds": self._refunds(id)}))

    def poll_orders(self, since: str, cursor: str | None) -> Page:
        """List the orders changed since then, the last changed first; `cursor` is the page.

        An order that changes meanwhile moves to the front. So others repeat on a later page, and none is skipped.
        """
        page = int(cursor or 1)
        # Without dates_are_gmt the shop reads the time as its local time, and an offset does not help.
        query = {"modified_after": since[:19], "dates_are_gmt": "true", "orderby": "modified", "order": "desc"}
        answer = self._call("GET", "/orders", per_page=PAGE, page=page, **query)
        orders = self._list(answer)
        # A page may be short: orders the key's user may not read are left out of it.
        pages = answer.headers.get("x-wp-totalpages")
        more = page < int(pages) if pages else len(orders) == PAGE
        documents = tuple(Document("order", _dump(order)) for order in orders)
        return Page(documents, str(page + 1) if more else None)

    def sku_of(self, channel_stock_id: str) -> str | None:
        """Give the SKU of a product or variation; None where it has none or is gone."""
        try:
            return str(self._get(_stock_path(channel_stock_id)).get("sku") or "") or None
        except NotFoundError:
            return None

    def stock_id_of(self, sku: str) -> str | None:
        """Give the product (`794`) or variation (`22/732`) of a SKU; None where none or several have it."""
        # The search takes a comma for "or", so the answer is compared.
        answer = self._list(self._call("GET", "/products", sku=sku, per_page=PAGE))
        found = [each for each in answer if str(each.get("sku")) == sku and not _is_uncounted(each)]
        return _stock_id(found[0]) if len(found) == 1 else None

    def set_stock(self, push: Push) -> Answer:
        """Set what the shop shows of a product or variation if it still shows what we believe; otherwise `stale`.

        WooCommerce has no compare-and-swap. A sale between the two calls is overwritten; the push that its order causes
        corrects it. Pieces are whole: a fraction is rounded down.

        Raises:
            RejectedError: it has no stock of its own.
        """
        stock_id, wanted = str(push.body["stock_id"]), int(Decimal(str(push.body["stock_quantity"])) // 1)
        product = self._get(_stock_path(stock_id))
        if product.get("manage_stock") == "parent":
            raise RejectedError(f"{self._http.name}: variation {stock_id} shares its parent's stock")
        if _is_uncounted(product):
            raise RejectedError(f"{self._http.name}: {stock_id} is {product['type']} and has no stock of its own")
        managed = product.get("manage_stock") is True
        shown = Decimal(str(product.get("stock_quantity") or 0)) if managed else None
        if shown == wanted:
            return Answer("done", shown=shown)
        if shown is not None and push.previous is not None and shown != push.previous:
            return Answer("stale", shown=shown)
        body = {"manage_stock": True, "stock_quantity": wanted}
        answer = self._call("PUT", _stock_path(stock_id), json_body=body)
        self._read(answer)
        return Answer("done", shown=Decimal(wanted), reference=stock_id, status=answer.status)

    def ship_order(self, push: Push) -> Answer:
        """Put a shipment's parcels into the order, and complete the order once all of it left.

        Repeating it changes nothing.

        Raises:
            RejectedError: the shipment did not leave, or the order is cancelled, refunded, failed or in the trash.
        """
        shipment, order_id = push.body, str(push.body["order_id"])
        if shipment["status"] != "success":
            raise RejectedError(f"{self._http.name}: a {shipment['status']} shipment of {order_id} cannot be declared")
        order = self._get(f"/orders/{_quoted(order_id)}")
        if order["status"] in DEAD:
            raise RejectedError(f"{self._http.name}: order {order_id} is {order['status']} and cannot be shipped")
        change = self._change(order, shipment)
        if not change:
            return Answer("done", reference=order_id)
        answer = self._call("PUT", f"/orders/{_quoted(order_id)}", json_body=change)
        self._read(answer)
        return Answer("done", reference=order_id, status=answer.status)

    def forget_customer(self, push: Push) -> Answer:
        """Delete a customer for good. A customer that the shop does not know is gone already.

        The customer's orders stay, as a guest's.

        Raises:
            RejectedError: the shop refuses it.
        """
        try:
            answer = self._call("DELETE", f"/customers/{_quoted(push.body['customer_id'])}", force="true")
            self._read(answer)
        except NotFoundError:
            return Answer("done", status=404)
        except RejectedError as error:
            if b"woocommerce_rest_invalid_id" in error.body:
                return Answer("done", status=error.status or 400)
            raise
        return Answer("done", status=answer.status)

    def _change(self, order: dict[str, Any], shipment: Mapping[str, Any]) -> dict[str, Any]:
        """Give the changes that make an order show a shipment; empty where it shows it already."""
        meta = {each["key"]: each["value"] for each in order.get("meta_data") or ()}
        change: dict[str, Any] = {}
        parcels = _entries(meta.get(TRACKING))
        known = {str(parcel.get("tracking_number")) for parcel in parcels}
        told_of = shipment.get("tracking") or ()
        new = [_entry(parcel) for parcel in told_of if parcel["tracking_number"] not in known]
        if new:
            change.setdefault("meta_data", []).append({"key": TRACKING, "value": [*parcels, *new]})
        told = meta.get(SHIPPED)
        shipments = dict(told) if isinstance(told, dict) else {}  # PHP writes an empty object as []
        fulfillment_id = str(shipment["fulfillment_id"])
        if fulfillment_id not in shipments:
            shipments[fulfillment_id] = dict(_shares(order, shipment.get("lines") or ()))
            change.setdefault("meta_data", []).append({"key": SHIPPED, "value": shipments})
        whole = not shipment.get("lines") or self._is_whole(order, shipments)
        if whole and self._shipped_status not in ("keep", order["status"]):
            change["status"] = self._shipped_status
        return change

    def _is_whole(self, order: dict[str, Any], shipments: Mapping[str, Any]) -> bool:
        """Say whether everything that was ordered and not refunded has left."""
        back: dict[str, Decimal] = {}
        for refund in self._refunds(str(order["id"])) if order.get("refunds") else ():
            for line in refund.get("line_items") or ():
                of = {each["key"]: each["value"] for each in line.get("meta_data") or ()}.get("_refunded_item_id")
                back[str(of)] = back.get(str(of), Decimal(0)) + abs(Decimal(str(line["quantity"])))
        left = dict(back)
        for shipment in shipments.values():
            for line_id, quantity in shipment.items() if isinstance(shipment, dict) else ():
                left[line_id] = left.get(line_id, Decimal(0)) + Decimal(quantity)
        return all(left.get(str(line["id"]), 0) >= Decimal(str(line["quantity"])) for line in order["line_items"])

    def _refunds(self, order_id: str) -> list[dict[str, Any]]:
        return self._list(self._call("GET", f"/orders/{_quoted(order_id)}/refunds", per_page=PAGE))

    def _get(self, path: str) -> dict[str, Any]:
        return self._read(self._call("GET", path))

    def _call(self, method: str, path: str, *, json_body: Any = None, **query: Any) -> Response:
        url = f"{self._url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        return self._http.call(method, url, headers=self._headers, json_body=json_body)

    def _read(self, answer: Response) -> dict[str, Any]:
        """Read one resource. Plugins and caches may answer 200 with an error, or with a page of their own."""
        body = answer.json()
        if isinstance(body, dict) and "id" in body:
            return body
        raise self._error(answer, body)

    def _list(self, answer: Response) -> list[dict[str, Any]]:
        body = answer.json()
        if isinstance(body, list):
            return body
        raise self._error(answer, body)

    def _error(self, answer: Response, body: Any) -> Exception:
        """Make the error of a 2xx that holds something else than the resource."""
        said = body.get("data") if isinstance(body, dict) else None
        status = said.get("status") if isinstance(said, dict) else None
        message = f"{self._http.name} answered {answer.status} with an error {status or 'of no kind'}"
        if status in (401, 403):
            return UnauthorisedError(message)
        if status == 404:
            return NotFoundError(message, status, answer.body)
        if isinstance(status, int) and 400 <= status < 500:
            return RejectedError(message, status, answer.body)
        return UnavailableError(message)


def _shares(order: Mapping[str, Any], lines: Any) -> Iterator[tuple[str, str]]:
    """Give (line id of the order, quantity) of what a shipment holds. Without lines it holds the whole order."""
    ids = {str(line["id"]) for line in order["line_items"]}
    by_sku = {str(line.get("sku")): str(line["id"]) for line in order["line_items"] if line.get("sku")}
    for line in lines or ({"line_id": str(each["id"]), "quantity": each["quantity"]} for each in order["line_items"]):
        line_id = line.get("line_id") if line.get("line_id") in ids else by_sku.get(str(line.get("sku")))
        if line_id:
            yield line_id, str(line["quantity"])


def _entry(parcel: Mapping[str, Any]) -> dict[str, Any]:
    """Give a parcel all the keys that the plugins read. They remove a parcel by its `tracking_id`."""
    number = str(parcel["tracking_number"])
    return {"tracking_provider": "", "date_shipped": "", "tracking_id": uuid.uuid5(_PARCELS, number).hex, **parcel}


def _entries(value: Any) -> list[dict[str, Any]]:
    """Read a PHP list. PHP writes it as an object where entries were taken out of it."""
    found = list(value.values()) if isinstance(value, dict) else value
    return found if isinstance(found, list) else []


def _is_uncounted(product: Mapping[str, Any]) -> bool:
    return product.get("type") in UNCOUNTED and product.get("manage_stock") is not True


def _stock_id(product: Mapping[str, Any]) -> str:
    return f"{product['parent_id']}/{product['id']}" if product.get("parent_id") else str(product["id"])


def _stock_path(stock_id: str) -> str:
    parent, _, variation = stock_id.partition("/")
    return f"/products/{_quoted(parent)}" + (f"/variations/{_quoted(variation)}" if variation else "")


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")


def _dump(resource: Any) -> bytes:
    """Write JSON again with every number as it was: no amount passes through a float."""
    return orjson.dumps(resource, default=lambda number: orjson.Fragment(str(number)))
