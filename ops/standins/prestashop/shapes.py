"""What PrestaShop's resources look like, and how its webservice writes them as XML: with links and languages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

Row = dict[str, Any]

ONE_OF = {
    "addresses": "address", "carriers": "carrier", "combinations": "combination", "countries": "country",
    "currencies": "currency", "customers": "customer", "order_carriers": "order_carrier",
    "order_details": "order_detail", "order_slips": "order_slip", "order_states": "order_state", "orders": "order",
    "products": "product", "stock_availables": "stock_available",
}  # fmt: skip
LINKS = {"id_currency": "currencies", "id_customer": "customers", "id_order": "orders", "id_product": "products"}
ROW = (
    "product_id", "product_attribute_id", "product_quantity", "product_name", "product_reference", "product_ean13",
    "unit_price_tax_incl", "unit_price_tax_excl",
)  # fmt: skip
# The states of a fresh installation: id → (paid, shipped)
STATES = {"1": "00", "2": "10", "3": "10", "4": "11", "5": "11", "6": "00", "7": "00", "8": "00", "10": "00"}


def money(amount: Decimal) -> str:
    """Write an amount with six decimals."""
    return f"{amount:.6f}"


def order(number: int, lines: list[Row], at: str, currency_id: str) -> Row:
    """Make a paid order. Its rows contain a part of the fields of its details."""
    gross = sum((Decimal(each["total_price_tax_incl"]) for each in lines), Decimal(0))
    net = sum((Decimal(each["total_price_tax_excl"]) for each in lines), Decimal(0))
    rows = [{"id": str(each["id"]), **{name: each[name] for name in ROW}} for each in lines]
    return {
        "id": number, "id_address_delivery": "1", "id_address_invoice": "1", "id_currency": currency_id,
        "id_customer": "42", "id_carrier": "3", "current_state": "2", "module": "ps_wirepayment", "valid": "1",
        "delivery_date": "0000-00-00 00:00:00", "date_add": at, "date_upd": at, "secure_key": "b" * 32,
        "payment": "Virement", "total_discounts_tax_incl": "0.000000", "total_paid": money(gross),
        "total_paid_tax_incl": money(gross), "total_paid_tax_excl": money(net), "total_paid_real": money(gross),
        "total_products": money(net), "total_products_wt": money(gross), "total_shipping_tax_incl": "0.000000",
        "reference": f"ORDER{number:04d}", "associations": {"order_rows": rows},
    }  # fmt: skip


def line(number: int, order_id: int, sku: str, product: Row, attribute: str, quantity: int) -> Row:
    """Make a detail (line) of an order: pieces of a product or combination. The price contains 20 % tax."""
    gross = Decimal(product["price_tax_incl"])
    net = (gross / Decimal("1.2")).quantize(Decimal("0.000001"))
    return {
        "id": number, "id_order": str(order_id), "product_id": str(product["id"]), "product_attribute_id": attribute,
        "product_quantity": str(quantity), "product_name": sku.title(), "product_reference": sku, "product_ean13": "0",
        "unit_price_tax_incl": money(gross), "unit_price_tax_excl": money(net),
        "total_price_tax_incl": money(gross * quantity), "total_price_tax_excl": money(net * quantity),
    }  # fmt: skip


def slip(number: int, order_id: int, details: list[tuple[Row, int]], at: str) -> Row:
    """Make a credit slip for pieces of an order's details (lines)."""
    gross = sum((Decimal(each["unit_price_tax_incl"]) * pieces for each, pieces in details), Decimal(0))
    net = sum((Decimal(each["unit_price_tax_excl"]) * pieces for each, pieces in details), Decimal(0))
    rows = [
        {"id": str(number), "id_order_detail": str(each["id"]), "product_quantity": str(pieces)}
        for each, pieces in details
    ]
    return {
        "id": number, "id_customer": "42", "id_order": str(order_id), "total_products_tax_excl": money(net),
        "total_products_tax_incl": money(gross), "total_shipping_tax_excl": "0.000000",
        "total_shipping_tax_incl": "0.000000", "amount": money(net), "shipping_cost_amount": "0.000000",
        "date_add": at, "date_upd": at, "order_slip_type": "0", "associations": {"order_slip_details": rows},
    }  # fmt: skip


def customer(at: str) -> Row:
    """Make the one customer. It has fields that the webservice shows but should not, such as the password's hash."""
    return {
        "id": 42, "secure_key": "a" * 32, "passwd": "$2y$10$" + "c" * 53, "deleted": "0", "lastname": "Moreau",
        "firstname": "Camille", "email": "camille.moreau@example.com", "birthday": "0000-00-00", "newsletter": "1",
        "newsletter_date_add": at, "optin": "0", "company": "", "is_guest": "0", "date_add": at, "date_upd": at,
    }  # fmt: skip


def address(at: str) -> Row:
    """Make the customer's address."""
    return {
        "id": 1, "id_customer": "42", "id_country": "8", "company": "", "lastname": "Moreau", "firstname": "Camille",
        "address1": "12 rue de Béthune", "address2": "", "postcode": "59000", "city": "Lille", "phone": "",
        "phone_mobile": "0612345678", "deleted": "0", "date_add": at, "date_upd": at,
    }  # fmt: skip


def cut(row: Mapping[str, Any], display: str) -> Row:
    """Give the fields of a row that `display` asks for: `full`, or `[name,name]`."""
    names = display.strip("[]").split(",")
    return dict(row) if display == "full" else {name: row[name] for name in names if name in row}


def xml(resource: str, found: list[Row] | Row) -> bytes:
    """Write a list of resources, or one, as XML."""
    if isinstance(found, dict):
        inner = _element(resource, found)
    else:
        inner = f"<{resource}>{''.join(_element(resource, each) for each in found)}</{resource}>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">'
    return f"{head}\n{inner}\n</prestashop>".encode()


def _element(resource: str, row: Mapping[str, Any]) -> str:
    inner = "".join(_field(name, value) for name, value in row.items())
    return f"<{ONE_OF[resource]}>{inner}</{ONE_OF[resource]}>"


def _field(name: str, value: Any) -> str:
    if name == "associations":
        lists = "".join(
            f'<{of} nodeType="{of[:-1]}">{"".join(_nested(of[:-1], each) for each in rows)}</{of}>'
            for of, rows in value.items()
        )
        return f"<associations>{lists}</associations>"
    if isinstance(value, list):
        texts = "".join(f'<language id="{each["id"]}"><![CDATA[{each["value"]}]]></language>' for each in value)
        return f"<{name}>{texts}</{name}>"
    link = f' xlink:href="http://-/api/{LINKS[name]}/{value}"' if name in LINKS and value != "0" else ""
    return f"<{name}{link}><![CDATA[{value}]]></{name}>"


def _nested(name: str, row: Mapping[str, Any]) -> str:
    return f"<{name}>{''.join(f'<{field}>{escape(str(value))}</{field}>' for field, value in row.items())}</{name}>"
