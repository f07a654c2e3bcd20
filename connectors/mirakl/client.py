"""Mirakl's seller API: orders in, stock and shipments out."""

import csv
import io
import urllib.parse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
import urllib3

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import RejectedError, UnavailableError
from connectors.http import Http, Response

PAGE = 100
SHIPPED = frozenset({"SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
GONE = frozenset({"REFUSED", "CANCELED"})


class Client:
    """One shop on one Mirakl marketplace.

    `settings.shop_id` is needed where the key's user has several shops; `settings["carrier_code.<name>"]` gives the
    marketplace's code of a carrier, which makes its tracking links.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._secrets = secrets
        self._http = http

    def order(self, id: str) -> Document:  # noqa: A002
        """Fetch one order (OR12)."""
        answer = self._call("GET", f"/api/orders/{_quoted(id)}")
        self._read(answer, "order_id")
        return Document("order", answer.body)

    def poll_orders(self, since: str, cursor: str | None) -> Page:
        """List the orders changed since then (OR11), a hundred at a time; `cursor` is the offset.

        Mirakl sorts by creation. So an order that changes meanwhile can repeat on a later page, but none is skipped.
        """
        offset = int(cursor or 0)
        answer = self._call("GET", "/api/orders", start_update_date=since, max=PAGE, offset=offset, paginate="true")
        body = self._read(answer, "orders")
        documents = tuple(Document("order", _dump(order)) for order in body["orders"])
        reached = offset + len(documents)
        more = len(documents) == PAGE and reached < int(body.get("total_count") or reached + 1)
        return Page(documents, str(reached) if more else None)

    def stock_id_of(self, sku: str) -> str | None:
        """Give the SKU itself where the shop has an offer of it (OF21); None where it has none."""
        offers = self._read(self._call("GET", "/api/offers", sku=sku, max=PAGE), "offers")["offers"]
        return sku if any(offer.get("shop_sku") == sku for offer in offers) else None

    def set_stock(self, push: Push) -> Answer:
        """Set one offer's quantity by a stock import (STO01); `reference` is the import's id.

        The import runs after the answer. Its status is read once; what fails later stands in its error report (STO03).

        Raises:
            RejectedError: the import has failed already.
        """
        sku, quantity = str(push.body["offer_sku"]), int(Decimal(push.body["quantity"]))  # down: never oversell
        content, kind = urllib3.encode_multipart_formdata(
            {"file": ("stock.csv", _stock_file(sku, quantity), "text/csv")}
        )
        answer = self._call("POST", "/api/offers/stock/imports", body=content, kind=kind)
        import_id = str(self._read(answer, "import_id")["import_id"])
        report = self._read(self._call("GET", f"/api/offers/stock/imports/{_quoted(import_id)}/status"), "status")
        errors = int(report.get("lines_in_error") or 0)
        if report["status"] == "FAILED" or errors:
            raise RejectedError(
                f"{self._http.name} refused the stock of {sku}: import {import_id} {report['status']}, {errors} errors"
            )
        return Answer("done", reference=import_id, status=answer.status)

    def ship_order(self, push: Push) -> Answer:
        """Give an order its tracking number (OR23) and declare it shipped (OR24). Repeating it changes nothing.

        Raises:
            RejectedError: the order cannot be shipped as it is, or only a part of it was.
        """
        shipment, order_id = push.body, str(push.body["order_id"])
        if shipment["status"] != "success":
            raise RejectedError(f"{self._http.name}: a {shipment['status']} shipment of {order_id} cannot be declared")
        path = f"/api/orders/{_quoted(order_id)}"
        order = self._read(self._call("GET", path), "order_state")
        self._check_whole(order, shipment.get("lines") or ())
        tracking = self._tracking(shipment.get("tracking"))
        if tracking and tracking["tracking_number"] != order.get("shipping_tracking"):
            self._call("PUT", f"{path}/tracking", json_body=tracking)
        if order["order_state"] not in SHIPPED:
            self._call("PUT", f"{path}/ship")
        return Answer("done", reference=order_id)

    def _check_whole(self, order: Mapping[str, Any], lines: Any) -> None:
        """Refuse what OR24 cannot say: it ships whole orders, so a part would be declared as all of it.

        An order in a state that cannot be shipped is refused too.
        """
        order_id, state = order.get("order_id"), order["order_state"]
        if state not in SHIPPED and state != "SHIPPING":
            raise RejectedError(f"{self._http.name}: order {order_id} is {state} and cannot be shipped")
        told = {line.get("line_id") or line.get("sku"): line for line in lines}
        for line in order.get("order_lines") or () if told else ():
            sent = told.get(line["order_line_id"]) or told.get(line.get("offer_sku")) or {"quantity": 0}
            cancelled = sum(Decimal(part.get("quantity") or 0) for part in line.get("cancelations") or ())
            due = 0 if line.get("order_line_state") in GONE else line["quantity"] - cancelled
            if Decimal(sent.get("quantity", due)) < due:
                raise RejectedError(
                    f"{self._http.name}: {sent['quantity']} of {due} of line {line['order_line_id']} were shipped, "
                    "and OR24 ships whole orders"
                )

    def _tracking(self, tracking: Mapping[str, Any] | None) -> dict[str, Any]:
        """Make OR23's body. A carrier with a `carrier_code` in the settings goes by that code."""
        if not tracking:
            return {}
        code = self._connection.settings.get(f"carrier_code.{str(tracking.get('carrier_name')).lower()}")
        return {**tracking, "carrier_code": code} if code else dict(tracking)

    def _call(
        self, method: str, path: str, *, json_body: Any = None, body: bytes | None = None, kind: str = "", **query: Any
    ) -> Response:
        if shop_id := self._connection.settings.get("shop_id"):
            query["shop_id"] = shop_id
        url = f"{self._connection.base_url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        headers = {"Authorization": self._secrets["api_key"], "Accept": "application/json"}
        if kind:
            headers["Content-Type"] = kind
        return self._http.call(method, url, headers=headers, json_body=json_body, body=body)

    def _read(self, answer: Response, key: str) -> dict[str, Any]:
        """Read an answer that must hold `key`.

        Raises:
            UnavailableError: a 2xx lacks it: an error page, or a gateway's. It is tried again.
        """
        body = answer.json()
        if not isinstance(body, dict) or key not in body:
            raise UnavailableError(f"{self._http.name} answered {answer.status} without {key}")
        return body


def _quoted(id: str) -> str:  # noqa: A002
    return urllib.parse.quote(id, safe="")


def _dump(order: Any) -> bytes:
    """Write JSON again with every number as it was: no amount passes through a float."""
    return orjson.dumps(order, default=lambda number: orjson.Fragment(str(number)))


def _stock_file(sku: str, quantity: int) -> str:
    """Write STO01's file. Without a warehouse code the quantity is that of all places together."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("offer-sku", "quantity", "warehouse-code", "update-delete"))
    writer.writerow((sku, quantity, "", "update"))
    return file.getvalue()
