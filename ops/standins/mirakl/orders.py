"""What orders look like in Mirakl's OR11 and OR12."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

SHIPPING = Decimal("4.90")
ADDRESS = {
    "civility": "Mme",
    "firstname": "Camille",
    "lastname": "Moreau",
    "company": None,
    "street_1": "12 rue de Béthune",
    "street_2": None,
    "zip_code": "59000",
    "city": "Lille",
    "state": None,
    "country": "France",
    "country_iso_code": "FRA",
}


def new_order(
    number: int, pieces: Mapping[str, tuple[int, Decimal]], state: str, customer_id: str, moment: str
) -> dict[str, Any]:
    """Make an order. `pieces` are SKU → (quantity, price). As at Mirakl, addresses are hidden until it is accepted."""
    commercial = f"CMD-{number:05d}"
    order_id = f"{commercial}-A"
    lines = [
        _line(order_id, index, sku, quantity, price, state, moment)
        for index, (sku, (quantity, price)) in enumerate(pieces.items(), start=1)
    ]
    price = sum((line["price"] for line in lines), Decimal(0))
    shipping = sum((line["shipping_price"] for line in lines), Decimal(0))
    accepted = state not in ("STAGING", "WAITING_ACCEPTANCE")
    address = ADDRESS if accepted else None
    return {
        "order_id": order_id,
        "commercial_id": commercial,
        "order_state": state,
        "created_date": moment,
        "last_updated_date": moment,
        "acceptance_decision_date": moment if accepted else None,
        "customer_debited_date": moment if accepted else None,
        "currency_iso_code": "EUR",
        "order_tax_mode": "TAX_INCLUDED",
        "price": price,
        "shipping_price": shipping,
        "total_price": price + shipping,
        "payment_type": "CARD",
        "payment_workflow": "PAY_ON_ACCEPTANCE",
        "transaction_number": f"TX-{number}" if accepted else None,
        "customer": {
            "customer_id": customer_id,
            "firstname": "Camille",
            "lastname": "Moreau",
            "locale": "fr_FR",
            "billing_address": address,
            "shipping_address": address,
        },
        "customer_notification_email": f"notification+{number}@notification.mirakl.net",
        "channel": {"code": "FR", "label": "France"},
        "shipping_company": None,
        "shipping_carrier_code": None,
        "shipping_tracking": None,
        "shipping_tracking_url": None,
        "shipping_pudo_id": None,
        "order_lines": lines,
    }


def _line(
    order_id: str, index: int, sku: str, quantity: int, price: Decimal, state: str, moment: str
) -> dict[str, Any]:
    shipping = SHIPPING if index == 1 else Decimal(0)
    return {
        "order_line_id": f"{order_id}-{index}",
        "order_line_index": index,
        "order_line_state": state,
        "offer_sku": sku,
        "product_sku": f"MKP{sku}",
        "product_title": sku.title(),
        "quantity": quantity,
        "price_unit": price,
        "price": price * quantity,
        "shipping_price": shipping,
        "total_price": price * quantity + shipping,
        "taxes": [],
        "shipping_taxes": [],
        "created_date": moment,
        "last_updated_date": moment,
        "shipped_date": None,
        "refunds": [],
        "cancelations": [],
    }


def refund(quantity: int, amount: Decimal, moment: str) -> dict[str, Any]:
    """Make a refund that is paid."""
    return {**cancelation(quantity, amount, moment), "state": "REFUNDED"}


def cancelation(quantity: int, amount: Decimal, moment: str) -> dict[str, Any]:
    """Make a cancelation of a line, or of a part of it."""
    about = {"id": moment, "created_date": moment, "reason_code": "34"}
    return {**about, "quantity": quantity, "amount": amount, "shipping_amount": Decimal(0)}
