"""PrestaShop's webservice: orders, slips, customers, products and stock in; stock and tracking numbers out."""

import base64
import datetime
import urllib.parse
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RejectedError
from connectors.http import Http, Response
from connectors.prestashop.reading import row, rows, xml_of

PAGE = 50
FOR_EVER = "2100-01-01 00:00:00"
NO_COMBINATIONS = frozenset({"", "0", "None"})

Row = dict[str, Any]


class Client:
    """One shop. `connection.base_url` is the shop's address, `connection.timezone` the shop's own time zone.

    `settings.id_shop` is needed where several shops share one installation.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(f"{secrets['webservice_key']}:".encode()).decode()
        }
        self._http = http

    def poll_orders(self, since: str, cursor: str | None) -> Page:
        """List the orders changed since then, each with what it only names by id."""
        orders, following = self._changed("orders", since, cursor)
        invoice = self._named("addresses", orders, "id_address_invoice")
        delivery = self._named("addresses", orders, "id_address_delivery")
        countries = self._named("countries", [*invoice.values(), *delivery.values()], "id_country", "id,iso_code")
        states = self._named("order_states", orders, "current_state", "id,paid,shipped,delivery,logable,invoice")
        currencies = self._named("currencies", orders, "id_currency", "id,iso_code")
        buyers = self._named("customers", orders, "id_customer", "id,email,firstname,lastname,company,is_guest")
        carriers = self._named("carriers", orders, "id_carrier", "id,name")
        parcels = self._of("order_carriers", "id_order", orders)
        lines = self._of("order_details", "id_order", orders)
        documents = []
        for order in orders:
            billed, shipped = (
                invoice.get(str(order["id_address_invoice"])),
                delivery.get(str(order["id_address_delivery"])),
            )
            about = {
                "order": order,
                "order_state": states.get(str(order["current_state"])),
                "currency": currencies.get(str(order["id_currency"])),
                "customer": buyers.get(str(order["id_customer"])),
                "carrier": carriers.get(str(order["id_carrier"])),
                "address_invoice": billed,
                "country_invoice": countries.get(str(billed["id_country"])) if billed else None,
                "address_delivery": shipped,
                "country_delivery": countries.get(str(shipped["id_country"])) if shipped else None,
                "order_carriers": parcels.get(str(order["id"])),
                "order_details": lines.get(str(order["id"])),
            }
            documents.append(_document("order", about))
        return Page(tuple(documents), following)

    def poll_order_slips(self, since: str, cursor: str | None) -> Page:
        """List the credit slips changed since then, each with its order's currency."""
        slips, following = self._changed("order_slips", since, cursor)
        orders = self._named("orders", slips, "id_order", "id,id_currency")
        currencies = self._named("currencies", orders.values(), "id_currency", "id,iso_code")
        documents = []
        for slip in slips:
            order = orders.get(str(slip["id_order"])) or {}
            currency = currencies.get(str(order.get("id_currency")))
            documents.append(_document("order_slip", {"order_slip": slip, "currency": currency}))
        return Page(tuple(documents), following)

    def poll_customers(self, since: str, cursor: str | None) -> Page:
        """List the customers changed since then, each with its addresses. Addresses alone do not change a customer."""
        customers, following = self._changed("customers", since, cursor)
        addresses = self._of("addresses", "id_customer", customers)
        every = [address for some in addresses.values() for address in some]
        countries = self._named("countries", every, "id_country", "id,iso_code")
        documents = []
        for customer in customers:
            lived = [
                {"address": address, "country": countries.get(str(address["id_country"]))}
                for address in addresses.get(str(customer["id"]), ())
            ]
            documents.append(_document("customer", {"customer": customer, "addresses": lived}))
        return Page(tuple(documents), following)

    def poll_products(self, since: str, cursor: str | None) -> Page:
        """List the products changed since then, each with its combinations and their stock rows."""
        products, following = self._changed("products", since, cursor)
        combinations = self._of("combinations", "id_product", products, "id,id_product,reference,ean13")
        stock = self._of("stock_availables", "id_product", products, "id,id_product,id_product_attribute")
        documents = []
        for product in products:
            own = {str(each["id"]): each for each in combinations.get(str(product["id"]), ())}
            variants = [
                {"stock_available": each, "combination": own[str(each["id_product_attribute"])]}
                for each in stock.get(str(product["id"]), ())
                if str(each["id_product_attribute"]) in own
            ]
            documents.append(_document("product", {"product": product, "variants": variants}))
        return Page(tuple(documents), following)

    def poll_stock(self, since: str, cursor: str | None) -> Page:
        """Read every stock row: rows have no date. Nothing where no default location says what place they are of.

        The rows of a page are one document, with the time of the shop's answer.
        """
        if self._connection.default_location is None:
            return Page(())
        offset = int(cursor or 0)
        answer = self._get("stock_availables", display="full", sort="[id_ASC]", limit=f"{offset},{PAGE}")
        stock = rows(answer, "stock_availables")
        products = self._named("products", stock, "id_product", "id,reference,cache_default_attribute")
        combinations = self._named("combinations", stock, "id_product_attribute", "id,reference")
        found = [
            {
                "stock_available": each,
                "product": products.get(str(each["id_product"])),
                "combination": combinations.get(str(each["id_product_attribute"])),
            }
            for each in stock
        ]
        documents = (
            (_document("stock_available", {"read_at": answer.headers.get("date"), "rows": found}),) if found else ()
        )
        return Page(documents, str(offset + PAGE) if len(stock) == PAGE else None)

    def sku_of(self, channel_stock_id: str) -> str | None:
        """Give the reference a stock row belongs to; None where it has none, or is the sum of others."""
        try:
            stock = self._one("stock_availables", channel_stock_id)
            if str(stock["id_product_attribute"]) != "0":
                return self._one("combinations", str(stock["id_product_attribute"])).get("reference") or None
            product = self._one("products", str(stock["id_product"]))
        except NotFoundError:
            return None
        return (product.get("reference") or None) if _is_single(product) else None

    def stock_id_of(self, sku: str) -> str | None:
        """Give the stock row of a reference; None where no product or combination has it, or several have."""
        said = {"filter[reference]": f"[{sku}]"}
        combinations = rows(self._get("combinations", display="[id,id_product,reference]", **said), "combinations")
        fields = "[id,reference,cache_default_attribute]"
        products = rows(self._get("products", display=fields, **said), "products")
        # The filter ignores case and takes | and , for operators, so the answer is compared.
        wanted = [(str(each["id_product"]), str(each["id"])) for each in combinations if each.get("reference") == sku]
        wanted += [(str(each["id"]), "0") for each in products if each.get("reference") == sku and _is_single(each)]
        if len(wanted) != 1:
            return None
        product, attribute = wanted[0]
        query = {"filter[id_product]": f"[{product}]", "filter[id_product_attribute]": f"[{attribute}]"}
        stock = rows(self._get("stock_availables", display="[id]", **query), "stock_availables")
        return str(stock[0]["id"]) if len(stock) == 1 else None

    def set_stock(self, push: Push) -> Answer:
        """Set the quantity of a stock row, if it still shows what we believe.

        PrestaShop cannot compare and set in one step: what is sold between the two calls is overwritten, and corrected
        by the push that the order causes. Pieces are whole: a fraction is rounded down.

        Raises:
            RejectedError: the row follows the shop's warehouses and may not be written.
        """
        stock_id, wanted = str(push.body["id"]), int(Decimal(str(push.body["quantity"])) // 1)
        stock = self._one("stock_availables", stock_id)
        if str(stock.get("depends_on_stock")) == "1":
            raise RejectedError(f"{self._http.name}: stock row {stock_id} follows the shop's warehouses")
        shown = Decimal(str(stock["quantity"]))
        if shown == wanted:
            return Answer("done", shown=shown)
        if push.previous is not None and shown != push.previous:
            return Answer("stale", shown=shown)
        answer = self._put("stock_availables", stock_id, {**stock, "quantity": wanted})
        return Answer("done", shown=Decimal(wanted), reference=stock_id, status=answer.status)

    def set_tracking(self, push: Push) -> Answer:
        """Put tracking numbers on an order's parcels that have none yet. The order's state stays as it is.

        Raises:
            RejectedError: the shipment did not leave, has no number, or no parcel of the order is without one.
        """
        order_id, numbers = (
            str(push.body["id_order"]),
            [str(number) for number in push.body.get("tracking_numbers") or ()],
        )
        if push.body["status"] != "success":
            raise RejectedError(f"{self._http.name}: a {push.body['status']} shipment of {order_id} cannot be declared")
        query = {"filter[id_order]": f"[{order_id}]"}
        parcels = rows(self._get("order_carriers", display="full", **query), "order_carriers")
        known = {str(parcel.get("tracking_number") or "") for parcel in parcels}
        new = [number for number in numbers if number not in known]
        if numbers and not new:
            return Answer("done", reference=order_id)
        free = [parcel for parcel in parcels if not parcel.get("tracking_number")]
        if not new or not free:
            raise RejectedError(
                f"{self._http.name}: order {order_id} has {len(free)} parcels free for {len(new)} numbers"
            )
        for parcel, number in zip(free, new, strict=False):
            self._put("order_carriers", str(parcel["id"]), {**parcel, "tracking_number": number})
        return Answer("done", reference=str(free[0]["id"]))

    def _changed(self, resource: str, since: str, cursor: str | None) -> tuple[list[Row], str | None]:
        """List what changed since then by id, and say where the next page starts.

        What changes meanwhile comes into the list and never leaves it, so a page can repeat rows but not skip any.
        """
        zone, offset = ZoneInfo(self._connection.timezone), int(cursor or 0)
        local = datetime.datetime.fromisoformat(since).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        query = {"filter[date_upd]": f"[{local},{FOR_EVER}]", "date": "1"}
        page = {"display": "full", "sort": "[id_ASC]", "limit": f"{offset},{PAGE}"}
        found = rows(self._get(resource, **query, **page), resource)
        return found, str(offset + PAGE) if len(found) == PAGE else None

    def _named(self, resource: str, by: Iterable[Row], field: str, display: str = "") -> dict[str, Row]:
        """Fetch what rows name by id, in one call: id → resource."""
        ids = sorted({str(each.get(field) or "0") for each in by} - {"0"})
        return {str(each["id"]): each for each in self._where(resource, "id", ids, display)}

    def _of(self, resource: str, field: str, owners: Iterable[Row], display: str = "") -> dict[str, list[Row]]:
        """Fetch what belongs to rows, in one call: owner's id → resources."""
        found: dict[str, list[Row]] = {}
        for each in self._where(resource, field, [str(owner["id"]) for owner in owners], display):
            found.setdefault(str(each[field]), []).append(each)
        return found

    def _where(self, resource: str, field: str, values: list[str], display: str) -> list[Row]:
        if not values:
            return []
        query = {f"filter[{field}]": f"[{'|'.join(values)}]", "display": f"[{display}]" if display else "full"}
        return rows(self._get(resource, **query), resource)

    def _one(self, resource: str, id: str) -> Row:  # noqa: A002
        return row(self._get(f"{resource}/{urllib.parse.quote(id, safe='')}"), resource)

    def _get(self, path: str, **query: str) -> Response:
        return self._http.call("GET", self._url(path, **query), headers=self._headers)

    def _put(self, resource: str, id: str, fields: Row) -> Response:  # noqa: A002
        headers = {**self._headers, "Content-Type": "text/xml"}
        url = self._url(f"{resource}/{urllib.parse.quote(id, safe='')}")
        answer = self._http.call("PUT", url, headers=headers, body=xml_of(resource, fields))
        row(answer, resource)
        return answer

    def _url(self, path: str, **query: str) -> str:
        query["output_format"] = "JSON"  # where a shop does not know it, XML comes and is read too
        if id_shop := self._connection.settings.get("id_shop"):
            query["id_shop"] = id_shop
        return f"{self._connection.base_url}/api/{path}?{urllib.parse.urlencode(query)}"


def _document(topic: str, about: Mapping[str, Any]) -> Document:
    """Write a document without what the shop did not give."""
    given = {name: value for name, value in about.items() if value is not None}
    return Document(topic, orjson.dumps(given, default=lambda number: orjson.Fragment(str(number))))


def _is_single(product: Mapping[str, Any]) -> bool:
    """Say whether a product has no combinations, so that its own stock row is a stock and not a sum."""
    return str(product.get("cache_default_attribute")) in NO_COMBINATIONS
