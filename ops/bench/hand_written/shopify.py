"""mappings/shopify/order.in.yaml, written by hand."""

from decimal import Decimal
from typing import Any

from mappings.values.converters import phone
from ops.bench.hand_written.values import identifier, known, minor, text, time

PAYMENT_STATUSES = {"pending": "pending", "authorized": "authorized", "paid": "paid", "refunded": "refunded"}


def _address(address: dict[str, Any], region: str) -> dict[str, Any]:
    return known(
        street_address=text(address.get("address1")),
        extended_address=text(address.get("address2")),
        address_locality=text(address.get("city")),
        address_region=text(address.get("province_code") or address.get("province")),
        postal_code=text(address.get("zip")),
        address_country=address.get("country_code"),
        first_name=text(address.get("first_name")),
        last_name=text(address.get("last_name")),
        company=text(address.get("company")),
        phone=phone(address["phone"], address.get("country_code") or region) if address.get("phone") else None,
    )


def _line(line: dict[str, Any], currency: str) -> dict[str, Any]:
    return known(
        line_id=identifier(line["id"]),
        sku=text(line.get("sku")),
        channel_product_id=identifier(line.get("variant_id")),
        title=text(line.get("name") or line.get("title")),
        quantity=Decimal(line["quantity"]),
        unit_price=minor(line.get("price"), currency),
        discount=minor(sum((Decimal(part["amount"]) for part in line["discount_allocations"]), Decimal()), currency),
        tax=minor(sum((Decimal(tax["price"]) for tax in line["tax_lines"]), Decimal()), currency),
        gift_card=line.get("gift_card", False),
    )


def _buyer(order: dict[str, Any], region: str) -> dict[str, Any]:
    customer, billing = order.get("customer") or {}, order.get("billing_address") or {}
    email = order.get("email") or order.get("contact_email") or customer.get("email")
    number = order.get("phone") or customer.get("phone")
    return known(
        channel_customer_id=identifier(customer.get("id")),
        email=email.strip() if email and "@" in email else None,
        phone=phone(number, billing.get("country_code") or region) if number else None,
        first_name=text(customer.get("first_name") or billing.get("first_name")),
        last_name=text(customer.get("last_name") or billing.get("last_name")),
        company=text(billing.get("company")),
        guest=None if customer else True,
    )


def _totals(order: dict[str, Any], currency: str) -> dict[str, Any]:
    return known(
        subtotal=minor(order.get("subtotal_price"), currency),
        discount=minor(order.get("total_discounts"), currency),
        shipping=minor(order["total_shipping_price_set"]["shop_money"]["amount"], currency),
        tax=minor(order.get("total_tax"), currency),
        tip=minor(order.get("total_tip_received"), currency),
        total=minor(order["total_price"], currency),
    )


def _attribution(order: dict[str, Any], connection: dict[str, Any]) -> dict[str, Any]:
    place = identifier(order.get("location_id"))
    return known(
        source=text(order.get("source_name")),
        location_id=connection["locations"].get(place) or f"{connection['connection_id']}:{place}" if place else None,
        register_id=identifier(order.get("device_id")),
        staff_id=identifier(order.get("user_id")),
        online_visit_id=order.get("checkout_token") or order.get("cart_token"),
    )


def statements(order: dict[str, Any], connection: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the order fact of an order that ships, has a customer and was neither fulfilled nor refunded."""
    currency, region = order["currency"], connection["default_region"]
    updated = time(order.get("updated_at") or order["created_at"])
    shown = order["total_price_set"]["presentment_money"]
    fact = known(
        kind="order",
        occurred_at=updated,
        source_version=updated,
        channel_order_id=identifier(order["id"]),
        label=text(order.get("name")),
        placed_at=time(order.get("processed_at") or order["created_at"]),
        updated_at=updated if order.get("updated_at") else None,
        cancelled_at=time(order.get("cancelled_at")),
        cancel_reason=text(order.get("cancel_reason")),
        test=order.get("test", False),
        currency=currency,
        taxes_included=order.get("taxes_included"),
        buyer=_buyer(order, region),
        billing_address=_address(order["billing_address"], region) if order.get("billing_address") else None,
        line_items=[_line(line, currency) for line in order["line_items"]],
        expectations=[{"method": "shipping", "address": _address(order["shipping_address"], region)}],
        totals=_totals(order, currency),
        presentment={
            "currency": shown["currency_code"],
            "total": minor(shown["amount"], shown["currency_code"]),
        },
        payments=[
            {
                "payment_id": identifier(order["id"]),
                "method": order["payment_gateway_names"][0],
                "amount": minor(order["total_price"], currency),
                "status": PAYMENT_STATUSES[order["financial_status"]],
            }
        ],
        source_status=order["financial_status"],
        attribution=_attribution(order, connection),
    )
    return [fact]
