"""mappings/mirakl/order.in.yaml, written by hand."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from mappings.values.converters import phone
from mappings.values.countries import country
from ops.bench.hand_written.values import identifier, known, minor, text, time

STATES = {
    "STAGING": "pending",
    "WAITING_ACCEPTANCE": "pending",
    "WAITING_DEBIT": "pending",
    "WAITING_DEBIT_PAYMENT": "pending",
    "SHIPPING": "open",
    "SHIPPED": "shipped",
    "TO_COLLECT": "shipped",
    "RECEIVED": "completed",
    "CLOSED": "completed",
    "REFUSED": "cancelled",
    "CANCELED": "cancelled",
    "WAITING_REFUND": "open",
    "WAITING_REFUND_PAYMENT": "open",
}
TAX_MODES = {"TAX_INCLUDED": True, "TAX_EXCLUDED": False}


def _address(address: dict[str, Any], region: str) -> dict[str, Any]:
    return known(
        street_address=text(address.get("street_1")),
        extended_address=text(address.get("street_2") or address.get("additional_info")),
        address_locality=text(address.get("city")),
        address_region=text(address.get("state")),
        postal_code=text(address.get("zip_code")),
        address_country=country(address.get("country_iso_code") or address.get("country") or ""),
        first_name=text(address.get("firstname")),
        last_name=text(address.get("lastname")),
        company=text(address.get("company")),
        phone=phone(address["phone"], region) if address.get("phone") else None,
    )


def _sum(taxes: Iterable[dict[str, Any]]) -> Decimal:
    return sum((Decimal(tax["amount"]) for tax in taxes), Decimal())


def _line(line: dict[str, Any], currency: str, on_top: bool, connection: dict[str, Any]) -> dict[str, Any]:
    taxes = _sum(line["taxes"])
    place = ((line.get("shipping_from") or {}).get("warehouse") or {}).get("code")
    return known(
        line_id=identifier(line["order_line_id"]),
        sku=text(line.get("offer_sku")),
        channel_product_id=identifier(line.get("product_sku")),
        title=text(line.get("product_title")),
        quantity=Decimal(line["quantity"]),
        unit_price=minor(line.get("price_unit"), currency),
        tax=minor(taxes, currency) if line["taxes"] else None,
        total=minor(line["price"] + (taxes if on_top else 0), currency),
        location_id=connection["locations"].get(place) or f"{connection['connection_id']}:{place}" if place else None,
    )


def _buyer(customer: dict[str, Any]) -> dict[str, Any]:
    return known(
        channel_customer_id=identifier(customer.get("customer_id")),
        first_name=text(customer.get("firstname")),
        last_name=text(customer.get("lastname")),
        company=text(
            (customer.get("organization") or {}).get("name") or (customer.get("billing_address") or {}).get("company")
        ),
        guest=True,
    )


def _totals(order: dict[str, Any], currency: str, taxes: Decimal, total: int | None) -> dict[str, Any]:
    return known(
        subtotal=minor(order.get("price"), currency),
        shipping=minor(order.get("shipping_price"), currency),
        tax=minor(taxes, currency),
        total=total,
    )


def _payments(order: dict[str, Any], total: int | None) -> list[dict[str, Any]]:
    debited = [line["debited_date"] for line in order["order_lines"] if line.get("debited_date")]
    paid = order.get("customer_debited_date") or (debited[0] if debited else None)
    if paid is None:
        return []
    return [
        known(
            payment_id=identifier(order.get("transaction_number") or order["order_id"]),
            method=text(order.get("payment_type")),
            amount=total,
            status="paid",
            paid_at=time(paid),
        )
    ]


def statements(order: dict[str, Any], connection: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the order fact of an order that was accepted and neither shipped, cancelled nor refunded."""
    currency, region = order.get("currency_iso_code") or connection["currency"], connection["default_region"]
    updated, customer = time(order.get("last_updated_date") or order["created_date"]), order["customer"]
    included = TAX_MODES[order["order_tax_mode"]]
    taxes = sum((_sum(line["taxes"]) + _sum(line["shipping_taxes"]) for line in order["order_lines"]), Decimal())
    total = minor(order["total_price"] + (0 if included else taxes), currency)
    fact = known(
        kind="order",
        occurred_at=updated,
        source_version=updated,
        channel_order_id=identifier(order["order_id"]),
        label=text(order.get("commercial_id")),
        placed_at=time(order["created_date"]),
        updated_at=updated if order.get("last_updated_date") else None,
        currency=currency,
        taxes_included=included,
        buyer=_buyer(customer),
        billing_address=_address(customer["billing_address"], region) if customer.get("billing_address") else None,
        line_items=[_line(line, currency, not included, connection) for line in order["order_lines"]],
        expectations=[
            {
                "method": "pickup" if order.get("shipping_pudo_id") else "shipping",
                "promised_at": time(order["delivery_date"]["latest"]),
                "address": _address(customer["shipping_address"], region),
            }
        ],
        totals=_totals(order, currency, taxes, total),
        payments=_payments(order, total),
        source_status=STATES.get(order["order_state"], "unknown"),
        attribution=known(source=text((order.get("channel") or {}).get("code"))),
    )
    return [fact]
