"""mappings/woocommerce/order.in.yaml, written by hand."""

from decimal import Decimal
from typing import Any

from mappings.values.converters import phone
from ops.bench.hand_written.values import identifier, known, minor, text, time

STATES = {
    "pending": "pending",
    "processing": "open",
    "on-hold": "open",
    "completed": "completed",
    "cancelled": "cancelled",
    "refunded": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
}
PICKUP = {"local_pickup", "pickup_location"}
CAMPAIGN = "_wc_order_attribution_utm_campaign"


def _phone(address: dict[str, Any], region: str) -> str | None:
    dialled = address.get("phone")
    number: str | None = phone(dialled, address.get("country") or region) if dialled else None
    return number


def _address(address: dict[str, Any], region: str) -> dict[str, Any]:
    return known(
        street_address=text(address.get("address_1")),
        extended_address=text(address.get("address_2")),
        address_locality=text(address.get("city")),
        address_region=text(address.get("state")),
        postal_code=text(address.get("postcode")),
        address_country=address.get("country"),
        first_name=text(address.get("first_name")),
        last_name=text(address.get("last_name")),
        company=text(address.get("company")),
        phone=_phone(address, region),
    )


def _line(line: dict[str, Any], currency: str) -> dict[str, Any]:
    quantity, before, after = Decimal(line["quantity"]), Decimal(line["subtotal"]), Decimal(line["total"])
    variation = line.get("variation_id")
    return known(
        line_id=identifier(line["id"]),
        sku=text(line.get("sku")),
        channel_product_id=f"{line['product_id']}/{variation}" if variation else identifier(line.get("product_id")),
        title=text(line.get("name")),
        quantity=quantity,
        unit_price=minor(before / quantity, currency) if quantity else None,
        discount=minor(before - after, currency),
        tax=minor(line.get("total_tax"), currency),
        total=minor(after + Decimal(line.get("total_tax") or 0), currency),
    )


def _buyer(order: dict[str, Any], region: str) -> dict[str, Any]:
    billing, email = order["billing"], order["billing"].get("email")
    return known(
        channel_customer_id=identifier(order["customer_id"] or None),
        email=email.strip() if email and "@" in email else None,
        phone=_phone(billing, region),
        first_name=text(billing.get("first_name")),
        last_name=text(billing.get("last_name")),
        company=text(billing.get("company")),
        guest=None if order["customer_id"] else True,
    )


def _expectation(order: dict[str, Any], region: str) -> dict[str, Any]:
    if any(line["method_id"] in PICKUP for line in order["shipping_lines"]):
        return {"method": "pickup"}
    if order.get("needs_processing") is False:
        return {"method": "digital"}
    shipping = order["shipping"]
    return {"method": "shipping", "address": _address(shipping if shipping["address_1"] else order["billing"], region)}


def _totals(order: dict[str, Any], currency: str) -> dict[str, Any]:
    return known(
        subtotal=minor(sum(Decimal(line["subtotal"]) for line in order["line_items"]), currency),
        discount=minor(order.get("discount_total"), currency),
        shipping=minor(order.get("shipping_total"), currency),
        tax=minor(order.get("total_tax"), currency),
        total=minor(order["total"], currency),
    )


def _payment(order: dict[str, Any], currency: str) -> dict[str, Any]:
    return known(
        payment_id=identifier(order.get("transaction_id") or order["id"]),
        method=text(order.get("payment_method")),
        amount=minor(order["total"], currency),
        status="paid" if order.get("date_paid_gmt") else "pending",
        paid_at=time(order.get("date_paid_gmt")),
    )


def statements(order: dict[str, Any], connection: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the order fact of an order that was neither completed, cancelled nor refunded."""
    currency, region = order["currency"], connection["default_region"]
    updated = time(order.get("date_modified_gmt") or order["date_created_gmt"])
    campaigns = [entry["value"] for entry in order["meta_data"] if entry["key"] == CAMPAIGN]
    fact = known(
        kind="order",
        occurred_at=updated,
        source_version=updated,
        channel_order_id=identifier(order["id"]),
        label=text(order.get("number")),
        placed_at=time(order["date_created_gmt"]),
        updated_at=updated if order.get("date_modified_gmt") else None,
        currency=currency,
        taxes_included=False,
        buyer=_buyer(order, region),
        billing_address=_address(order["billing"], region),
        line_items=[_line(line, currency) for line in order["line_items"]],
        expectations=[_expectation(order, region)],
        totals=_totals(order, currency),
        payments=[_payment(order, currency)],
        source_status=STATES.get(order["status"], "unknown"),
        attribution=known(source=text(order.get("created_via")), campaign=text(campaigns[0]) if campaigns else None),
    )
    return [fact]
