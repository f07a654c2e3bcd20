"""mappings/shopify/order.in.yaml written by hand: the plain Python that `make bench` compares the engine with."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mappings.converters import phone
from mappings.money import EXPONENTS

PAYMENT_STATUSES = {"pending": "pending", "authorized": "authorized", "paid": "paid", "refunded": "refunded"}


def _time(text: str | None) -> str | None:
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _minor(amount: str | Decimal | None, currency: str) -> int | None:
    if amount is None:
        return None
    return int((Decimal(amount) * 10 ** EXPONENTS.get(currency, 2)).quantize(Decimal(1), ROUND_HALF_UP))


def _text(text: str | None) -> str | None:
    return text.strip() or None if text is not None else None


def _id(number: int | None) -> str | None:
    return str(number) if number is not None else None


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _address(address: dict[str, Any], region: str) -> dict[str, Any]:
    return _known(
        street_address=_text(address.get("address1")),
        extended_address=_text(address.get("address2")),
        address_locality=_text(address.get("city")),
        address_region=_text(address.get("province_code") or address.get("province")),
        postal_code=_text(address.get("zip")),
        address_country=address.get("country_code"),
        first_name=_text(address.get("first_name")),
        last_name=_text(address.get("last_name")),
        company=_text(address.get("company")),
        phone=phone(address["phone"], address.get("country_code") or region) if address.get("phone") else None,
    )


def _line(line: dict[str, Any], currency: str) -> dict[str, Any]:
    return _known(
        line_id=_id(line["id"]),
        sku=_text(line.get("sku")),
        channel_product_id=_id(line.get("variant_id")),
        title=_text(line.get("name") or line.get("title")),
        quantity=Decimal(line["quantity"]),
        unit_price=_minor(line.get("price"), currency),
        discount=_minor(sum((Decimal(part["amount"]) for part in line["discount_allocations"]), Decimal()), currency),
        tax=_minor(sum((Decimal(tax["price"]) for tax in line["tax_lines"]), Decimal()), currency),
        gift_card=line.get("gift_card", False),
    )


def _buyer(order: dict[str, Any], region: str) -> dict[str, Any]:
    customer, billing = order.get("customer") or {}, order.get("billing_address") or {}
    email = order.get("email") or order.get("contact_email") or customer.get("email")
    number = order.get("phone") or customer.get("phone")
    return _known(
        channel_customer_id=_id(customer.get("id")),
        email=email.strip() if email and "@" in email else None,
        phone=phone(number, billing.get("country_code") or region) if number else None,
        first_name=_text(customer.get("first_name") or billing.get("first_name")),
        last_name=_text(customer.get("last_name") or billing.get("last_name")),
        company=_text(billing.get("company")),
        guest=None if customer else True,
    )


def _totals(order: dict[str, Any], currency: str) -> dict[str, Any]:
    return _known(
        subtotal=_minor(order.get("subtotal_price"), currency),
        discount=_minor(order.get("total_discounts"), currency),
        shipping=_minor(order["total_shipping_price_set"]["shop_money"]["amount"], currency),
        tax=_minor(order.get("total_tax"), currency),
        tip=_minor(order.get("total_tip_received"), currency),
        total=_minor(order["total_price"], currency),
    )


def _attribution(order: dict[str, Any], connection: dict[str, Any]) -> dict[str, Any]:
    place = _id(order.get("location_id"))
    return _known(
        source=_text(order.get("source_name")),
        location_id=connection["locations"].get(place) or f"{connection['connection_id']}:{place}" if place else None,
        register_id=_id(order.get("device_id")),
        staff_id=_id(order.get("user_id")),
        online_visit_id=order.get("checkout_token") or order.get("cart_token"),
    )


def statements(order: dict[str, Any], connection: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the order fact of an order that ships, has a customer and was neither fulfilled nor refunded."""
    currency, region = order["currency"], connection["default_region"]
    updated = _time(order.get("updated_at") or order["created_at"])
    shown = order["total_price_set"]["presentment_money"]
    fact = _known(
        kind="order",
        occurred_at=updated,
        source_version=updated,
        channel_order_id=_id(order["id"]),
        label=_text(order.get("name")),
        placed_at=_time(order.get("processed_at") or order["created_at"]),
        updated_at=updated if order.get("updated_at") else None,
        cancelled_at=_time(order.get("cancelled_at")),
        cancel_reason=_text(order.get("cancel_reason")),
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
            "total": _minor(shown["amount"], shown["currency_code"]),
        },
        payments=[
            {
                "payment_id": _id(order["id"]),
                "method": order["payment_gateway_names"][0],
                "amount": _minor(order["total_price"], currency),
                "status": PAYMENT_STATUSES[order["financial_status"]],
            }
        ],
        source_status=order["financial_status"],
        attribution=_attribution(order, connection),
    )
    return [fact]
