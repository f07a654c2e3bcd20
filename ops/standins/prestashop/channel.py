"""A stand-in for a PrestaShop: its webservice over tables in memory, in JSON or XML. It has no webhooks.

Sources: connectors/prestashop/manifest.yaml. Dates are local. The numbers of errors are PrestaShop's. Their wording is
ours where no page gives it.
"""

import base64
import hmac
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ops.standins.deliveries import Delivery
from ops.standins.prestashop import shapes
from ops.standins.prestashop.shapes import ONE_OF, Row
from ops.standins.server import Reply, Request, Route, StandIn

FILTER = re.compile(r"filter\[(\w+)\]")
PRICE = re.compile(r"price\[(\w+)\]\[use_tax\]")
WRITABLE = ("stock_availables", "order_carriers")


class PrestaShop(StandIn):
    """One shop. `speaks` is "JSON", or "XML" for a shop that answers nothing else."""

    speaks = "JSON"
    zone = ZoneInfo("Europe/Paris")

    def __init__(self, key: str, hub_url: str = "", currency: str = "EUR") -> None:
        super().__init__(hub_url)
        self._credentials = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        self._ids = itertools.count(101)
        at = self._local()
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in ONE_OF}
        self._discounts: dict[str, Decimal] = {}
        self.tables["customers"][42] = shapes.customer(at)
        self.tables["addresses"][1] = shapes.address(at)
        self.tables["countries"][8] = {"id": 8, "iso_code": "FR"}
        self.tables["currencies"][1] = {"id": 1, "iso_code": currency}
        self.tables["carriers"][3] = {"id": 3, "name": "Colissimo"}
        for number, flags in shapes.STATES.items():
            self.tables["order_states"][int(number)] = {"id": int(number), "paid": flags[0], "shipped": flags[1]}

    def routes(self) -> list[Route]:
        """List the calls."""
        one = r"/api/(?P<resource>\w+)/(?P<id>[^/]+)"
        return [("GET", r"/api/(?P<resource>\w+)", self._list), ("GET", one, self._get), ("PUT", one, self._put)]

    def authorised(self, request: Request) -> bool:
        """Check basic authentication: the key as user, no password."""
        return hmac.compare_digest(request.headers.get("authorization", ""), self._credentials)

    def sign(self, delivery: Delivery, url: str) -> Mapping[str, str]:
        """Sign nothing: PrestaShop sends no webhooks."""
        return {}

    def error(self, status: int, code: str, message: str) -> Reply:
        """Shape an error."""
        number = {401: 18, 404: 36, 405: 25}.get(status, 1)
        if self.speaks == "XML":
            error = f"<error><code>{number}</code><message>{message}</message></error>"
            body = f"<prestashop><errors>{error}</errors></prestashop>".encode()
            return status, {"Content-Type": "text/xml"}, body
        return status, {}, {"errors": [{"code": number, "message": message}]}

    def soft_error(self) -> Reply:
        """Answer 200 with errors, like a shop whose modules print warnings."""
        return self.error(200, "", "[PHP Warning #2] Undefined array key")

    # What happens in the shop.

    def add_product(
        self, sku: str, stock: int, price: str = "18.00", combinations: Mapping[str, int] | None = None
    ) -> int:
        """Add a product and give its id. With combinations (SKU → pieces) its own stock row shows the sum."""
        with self.lock:
            at, number = self._local(), next(self._ids)
            rows = [{"id": str(self._stock_row(number, 0, stock + sum((combinations or {}).values())))}]
            rows[0]["id_product_attribute"] = "0"
            for reference, pieces in (combinations or {}).items():
                own = next(self._ids)
                of = {"id": own, "id_product": str(number), "reference": reference, "ean13": "0"}
                self.tables["combinations"][own] = of
                rows.append({"id": str(self._stock_row(number, own, pieces)), "id_product_attribute": str(own)})
            first = next(iter(self._of("combinations", id_product=str(number))), {"id": 0})
            self.tables["products"][number] = {
                "id": number, "cache_default_attribute": str(first["id"]), "reference": sku, "ean13": "0",
                "active": "1", "price_tax_incl": price, "date_add": at, "date_upd": at,
                "name": [{"id": "1", "value": sku.title()}, {"id": "2", "value": f"{sku.title()} (fr)"}],
                "associations": {"stock_availables": rows},
            }  # fmt: skip
            return number

    def discount(self, product_id: int, amount: str) -> None:
        """Take an amount off a product's price. The product's date stays."""
        with self.lock:
            self._discounts[str(product_id)] = Decimal(amount)

    def place_order(self, pieces: Mapping[str, int]) -> int:
        """Sell pieces per SKU, and give the order's id. The stock goes down at once, the products' dates stay."""
        with self.lock:
            number, at, lines = next(self._ids), self._local(), []
            for sku, quantity in pieces.items():
                product, attribute = self._sold(sku)
                lines.append(shapes.line(next(self._ids), number, sku, product, attribute, quantity))
                [stock] = self._of("stock_availables", id_product=str(product["id"]), id_product_attribute=attribute)
                stock["quantity"] = str(int(stock["quantity"]) - quantity)
            parcel = next(self._ids)
            self.tables["orders"][number] = shapes.order(number, lines, at, "1")
            self.tables["order_details"] |= {each["id"]: each for each in lines}
            about = {"id": parcel, "id_order": str(number), "id_carrier": "3", "weight": "0.000000"}
            self.tables["order_carriers"][parcel] = about | {"tracking_number": "", "date_add": at}
            return number

    def set_state(self, order_id: int, state: str) -> None:
        """Set the state of an order: 4 shipped, 6 cancelled, 7 refunded …"""
        with self.lock:
            self.tables["orders"][order_id].update(current_state=state, date_upd=self._local())

    def give_credit(self, order_id: int, pieces: Mapping[str, int]) -> int:
        """Make a credit slip for pieces per SKU; gives its id."""
        with self.lock:
            details = self._of("order_details", id_order=str(order_id))
            meant = [
                (each, pieces[each["product_reference"]]) for each in details if each["product_reference"] in pieces
            ]
            number = next(self._ids)
            self.tables["order_slips"][number] = shapes.slip(number, order_id, meant, self._local())
            return number

    def stock(self) -> dict[str, Decimal]:
        """Give the pieces of each SKU that is sold by itself, for comparisons."""
        with self.lock:
            found = {}
            for row in self.tables["stock_availables"].values():
                own = self.tables["combinations"].get(int(row["id_product_attribute"]))
                product = self.tables["products"][int(row["id_product"])]
                if own or product["cache_default_attribute"] == "0":
                    found[(own or product)["reference"]] = Decimal(row["quantity"])
            return found

    def _sold(self, sku: str) -> tuple[Row, str]:
        for own in self.tables["combinations"].values():
            if own["reference"] == sku:
                return self.tables["products"][int(own["id_product"])], str(own["id"])
        return self._of("products", reference=sku)[0], "0"

    def _stock_row(self, product: int, attribute: int, pieces: int) -> int:
        number = next(self._ids)
        self.tables["stock_availables"][number] = {
            "id": number, "id_product": str(product), "id_product_attribute": str(attribute), "id_shop": "1",
            "id_shop_group": "0", "quantity": str(pieces), "depends_on_stock": "0", "out_of_stock": "2", "location": "",
        }  # fmt: skip
        return number

    def _of(self, resource: str, **fields: str) -> list[Row]:
        return [
            row
            for row in self.tables[resource].values()
            if all(str(row[name]) == value for name, value in fields.items())
        ]

    def _local(self) -> str:
        return self.now().astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    # The webservice.

    def _list(self, request: Request) -> Reply:
        resource, query = request.groups["resource"], request.query
        if resource not in self.tables:
            return self.error(400, "", f"Resource of type {resource} does not exists.")
        found = list(self.tables[resource].values())
        for name, said in query.items():
            if field := FILTER.fullmatch(name):
                dated = field[1].startswith("date_") and query.get("date") != "1"
                found = [] if dated else [row for row in found if _fits(str(row[field[1]]), said)]
        if query.get("sort") == "[id_ASC]":
            found.sort(key=lambda row: int(row["id"]))
        offset, _, count = query.get("limit", f"0,{len(found)}").rpartition(",")
        page = found[int(offset or 0) :][: int(count)]
        shown = [shapes.cut(row, query.get("display", "[id]")) | self._prices(row, query) for row in page]
        return self._answer(resource, shown)

    def _prices(self, row: Row, query: Mapping[str, str]) -> Row:
        """Calculate the prices that were asked for, of a product or a combination."""
        product = self.tables["products"].get(int(row["id_product"] if "id_product" in row else row["id"]), {})
        asked = {
            field[1]: query.get(f"price[{field[1]}][use_reduction]", "1")
            for name in query
            if (field := PRICE.fullmatch(name))
        }
        off = self._discounts.get(str(product.get("id")), Decimal(0))
        return {
            name: shapes.money(Decimal(product["price_tax_incl"]) - (off if reduced == "1" else 0))
            for name, reduced in asked.items()
        }

    def _get(self, request: Request) -> Reply:
        row = self._row(request)
        return self._answer(request.groups["resource"], row) if row else self.error(404, "", "not found")

    def _put(self, request: Request) -> Reply:
        """Replace a resource by what was sent. A field that is missing becomes empty, an id becomes 0."""
        resource, row = request.groups["resource"], self._row(request)
        if row is None or resource not in WRITABLE:
            return self.error(404 if row is None else 405, "", "not possible")
        try:
            root = ET.fromstring(request.body)  # noqa: S314 - what our own client wrote
        except ET.ParseError:
            return self.error(500, "", "String could not be parsed as XML")
        sent = {field.tag: field.text or "" for field in root[0]}
        if sent.get("depends_on_stock") == "1":
            return self.error(500, "", "depends_on_stock")
        row.update({name: sent.get(name, "0" if name.startswith("id_") else "") for name in row if name != "id"})
        return self._answer(resource, row)

    def _row(self, request: Request) -> Row | None:
        number = request.groups["id"]
        return self.tables.get(request.groups["resource"], {}).get(int(number)) if number.isdecimal() else None

    def _answer(self, resource: str, found: list[Row] | Row) -> Reply:
        if self.speaks == "XML":
            return 200, {"Content-Type": "text/xml;charset=utf-8"}, shapes.xml(resource, found)
        name: Any = ONE_OF[resource] if isinstance(found, dict) else resource
        return 200, {}, {name: found} if found else []


def _fits(value: str, said: str) -> bool:
    """Compare as the webservice does: [a|b] is one of, [a,b] is between, [a] is equal, ignoring case."""
    inner = said.strip("[]")
    if "|" in inner:
        return value in inner.split("|")
    low, comma, high = inner.partition(",")
    return low <= value <= high if comma else value.lower() == inner.lower()
