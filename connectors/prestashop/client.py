"""One PrestaShop: orders, parcels, slips, customers, products, prices and stock in; stock and tracking numbers out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.client import Answer, Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RejectedError
from connectors.http import Http
from connectors.prestashop.answers import moment, rows
from connectors.prestashop.webservice import Row, Webservice
from mappings.payloads import write_json

NO_COMBINATIONS = frozenset({"", "0", "None"})
PRICED = ("id", "id_product", "reference", "cache_default_attribute", "price_now", "price_regular")
# The shop itself computes these prices for an ordinary customer: taxes, discounts and a combination's impact.
PRICES = {
    "price[price_now][use_tax]": "1",
    "price[price_regular][use_tax]": "1",
    "price[price_regular][use_reduction]": "0",
}


class Client:
    """One shop. `connection.base_url` is the shop's address, `connection.timezone` the shop's own time zone.

    `settings.id_shop` is needed where several shops share one installation.
    """

    def __init__(self, connection: Connection, secrets: Mapping[str, str], http: Http) -> None:
        self._connection = connection
        self._shop = Webservice(connection, secrets["webservice_key"], http)
        self._name = http.name

    def poll_orders(self, since: str, cursor: str | None) -> Page:
        """List the orders changed since then, each with the resources that it only names by id."""
        orders, following = self._shop.changed("orders", since, cursor)
        invoice = self._shop.named("addresses", orders, "id_address_invoice")
        delivery = self._shop.named("addresses", orders, "id_address_delivery")
        countries = self._shop.named("countries", [*invoice.values(), *delivery.values()], "id_country", "id,iso_code")
        states = self._shop.named("order_states", orders, "current_state", "id,paid,shipped,delivery,logable,invoice")
        currencies = self._shop.named("currencies", orders, "id_currency", "id,iso_code")
        buyers = self._shop.named("customers", orders, "id_customer", "id,email,firstname,lastname,company,is_guest")
        carriers = self._shop.named("carriers", orders, "id_carrier", "id,name")
        parcels = self._shop.of("order_carriers", "id_order", orders)
        lines = self._shop.of("order_details", "id_order", orders)
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
        slips, following = self._shop.changed("order_slips", since, cursor)
        orders = self._shop.named("orders", slips, "id_order", "id,id_currency")
        currencies = self._shop.named("currencies", orders.values(), "id_currency", "id,iso_code")
        documents = []
        for slip in slips:
            order = orders.get(str(slip["id_order"])) or {}
            currency = currencies.get(str(order.get("id_currency")))
            documents.append(_document("order_slip", {"order_slip": slip, "currency": currency}))
        return Page(tuple(documents), following)

    def poll_order_carriers(self, since: str, cursor: str | None) -> Page:
        """List the parcels made since then that have a number, each with its order and state.

        They are not found through their orders: a number that is written by the webservice does not change its order.
        A parcel has no date but that of its making.
        """
        answer, found, following = self._shop.page("order_carriers", since, cursor, by="date_add")
        parcels = [each for each in found if each.get("tracking_number")]
        orders = self._shop.named("orders", parcels, "id_order", "id,current_state,date_upd,delivery_date")
        states = self._shop.named("order_states", orders.values(), "current_state", "id,shipped")
        carriers = self._shop.named("carriers", parcels, "id_carrier", "id,name")
        documents = []
        for parcel in parcels:
            order = orders.get(str(parcel["id_order"])) or {}
            about = {
                "read_at": moment(answer),
                "order_carrier": parcel,
                "order": order or None,
                "order_state": states.get(str(order.get("current_state"))),
                "carrier": carriers.get(str(parcel["id_carrier"])),
            }
            documents.append(_document("order_carrier", about))
        return Page(tuple(documents), following)

    def poll_customers(self, since: str, cursor: str | None) -> Page:
        """List the customers changed since then, each with all addresses."""
        customers, following = self._shop.changed("customers", since, cursor)
        return Page(self._with_addresses(customers), following)

    def poll_addresses(self, since: str, cursor: str | None) -> Page:
        """List the customers of the addresses changed since then: such a change does not change the customer's date."""
        changed, following = self._shop.changed("addresses", since, cursor)
        customers = self._shop.named("customers", changed, "id_customer")
        return Page(self._with_addresses(list(customers.values())), following)

    def _with_addresses(self, customers: list[Row]) -> tuple[Document, ...]:
        addresses = self._shop.of("addresses", "id_customer", customers)
        every = [address for some in addresses.values() for address in some]
        countries = self._shop.named("countries", every, "id_country", "id,iso_code")
        documents = []
        for customer in customers:
            lived = [
                {"address": address, "country": countries.get(str(address["id_country"]))}
                for address in addresses.get(str(customer["id"]), ())
            ]
            documents.append(_document("customer", {"customer": customer, "addresses": lived}))
        return tuple(documents)

    def poll_products(self, since: str, cursor: str | None) -> Page:
        """List the products changed since then, each with its combinations and their stock rows."""
        products, following = self._shop.changed("products", since, cursor)
        combinations = self._shop.of("combinations", "id_product", products, "id,id_product,reference,ean13")
        stock = self._shop.of("stock_availables", "id_product", products, "id,id_product,id_product_attribute")
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

    def poll_prices(self, since: str, cursor: str | None) -> Page:
        """Read what every product and combination costs now. Discounts and combinations do not move a product's date.

        The prices of a page are one document, with the time of the shop's answer. A connection without `currency` reads
        nothing.
        """
        if self._connection.currency is None:
            return Page(())
        answer, products, following = self._shop.all("products", cursor, **PRICES)
        combinations = self._shop.of("combinations", "id_product", products, **PRICES)
        found = [
            {"product": _priced(each), "combinations": [_priced(own) for own in combinations.get(str(each["id"]), ())]}
            for each in products
        ]
        documents = (_document("price", {"read_at": moment(answer), "products": found}),) if found else ()
        return Page(documents, following)

    def poll_stock(self, since: str, cursor: str | None) -> Page:
        """Read every stock row, because rows have no date.

        The rows of a page are one document, with the time of the shop's answer. A connection without `default_location`
        reads nothing: rows do not say their place.
        """
        if self._connection.default_location is None:
            return Page(())
        answer, stock, following = self._shop.all("stock_availables", cursor)
        products = self._shop.named("products", stock, "id_product", "id,reference,cache_default_attribute")
        combinations = self._shop.named("combinations", stock, "id_product_attribute", "id,reference")
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
        return Page(documents, following)

    def sku_of(self, channel_stock_id: str) -> str | None:
        """Give the reference (SKU) of a stock row; None where it has none, or where the row is the sum of others."""
        try:
            stock = self._shop.one("stock_availables", channel_stock_id)
            if str(stock["id_product_attribute"]) != "0":
                return self._shop.one("combinations", str(stock["id_product_attribute"])).get("reference") or None
            product = self._shop.one("products", str(stock["id_product"]))
        except NotFoundError:
            return None
        return (product.get("reference") or None) if _is_single(product) else None

    def stock_id_of(self, sku: str) -> str | None:
        """Give the stock row of a reference (SKU); None where no product or combination has it, or several do."""
        said = {"filter[reference]": f"[{sku}]"}
        combinations = rows(self._shop.get("combinations", display="[id,id_product,reference]", **said), "combinations")
        fields = "[id,reference,cache_default_attribute]"
        products = rows(self._shop.get("products", display=fields, **said), "products")
        # The filter ignores case and takes | and , for operators, so the answer is compared.
        wanted = [(str(each["id_product"]), str(each["id"])) for each in combinations if each.get("reference") == sku]
        wanted += [(str(each["id"]), "0") for each in products if each.get("reference") == sku and _is_single(each)]
        if len(wanted) != 1:
            return None
        product, attribute = wanted[0]
        query = {"filter[id_product]": f"[{product}]", "filter[id_product_attribute]": f"[{attribute}]"}
        stock = rows(self._shop.get("stock_availables", display="[id]", **query), "stock_availables")
        return str(stock[0]["id"]) if len(stock) == 1 else None

    def set_stock(self, push: Push) -> Answer:
        """Set the quantity of a stock row if it still shows what we believe; otherwise the answer is `stale`.

        PrestaShop has no compare-and-swap. A sale between the two calls is overwritten; the push that its order causes
        corrects it. Pieces are whole: a fraction is rounded down.

        Raises:
            RejectedError: the row follows the shop's warehouses and may not be written.
        """
        stock_id, wanted = str(push.body["id"]), int(Decimal(str(push.body["quantity"])) // 1)
        stock = self._shop.one("stock_availables", stock_id)
        if str(stock.get("depends_on_stock")) == "1":
            raise RejectedError(f"{self._name}: stock row {stock_id} follows the shop's warehouses")
        shown = Decimal(str(stock["quantity"]))
        if shown == wanted:
            return Answer("done", shown=shown)
        if push.previous is not None and shown != push.previous:
            return Answer("stale", shown=shown)
        answer = self._shop.put("stock_availables", stock_id, {**stock, "quantity": wanted})
        return Answer("done", shown=Decimal(wanted), reference=stock_id, status=answer.status)

    def set_tracking(self, push: Push) -> Answer:
        """Put tracking numbers on those parcels of an order that have none yet. The order's state stays as it is.

        Raises:
            RejectedError: the shipment did not leave, has no number, or no parcel of the order is without one.
        """
        order_id, numbers = (
            str(push.body["id_order"]),
            [str(number) for number in push.body.get("tracking_numbers") or ()],
        )
        if push.body["status"] != "success":
            raise RejectedError(f"{self._name}: a {push.body['status']} shipment of {order_id} cannot be declared")
        query = {"filter[id_order]": f"[{order_id}]"}
        parcels = rows(self._shop.get("order_carriers", display="full", **query), "order_carriers")
        known = {str(parcel.get("tracking_number") or "") for parcel in parcels}
        new = [number for number in numbers if number not in known]
        if numbers and not new:
            return Answer("done", reference=order_id)
        free = [parcel for parcel in parcels if not parcel.get("tracking_number")]
        if not new or not free:
            raise RejectedError(f"{self._name}: order {order_id} has {len(free)} parcels free for {len(new)} numbers")
        for parcel, number in zip(free, new, strict=False):
            self._shop.put("order_carriers", str(parcel["id"]), {**parcel, "tracking_number": number})
        return Answer("done", reference=str(free[0]["id"]))


def _document(topic: str, about: Mapping[str, Any]) -> Document:
    """Write a document; what the shop did not give is left out."""
    return Document(topic, write_json({name: value for name, value in about.items() if value is not None}))


def _priced(row: Row) -> Row:
    """Keep only what a price needs of a product or combination: descriptions and pictures are long."""
    return {name: row[name] for name in PRICED if name in row}


def _is_single(product: Mapping[str, Any]) -> bool:
    """Say whether a product has no combinations, so that its own stock row is a stock and not a sum."""
    return str(product.get("cache_default_attribute")) in NO_COMBINATIONS
