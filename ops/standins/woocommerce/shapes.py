"""What orders, refunds and products of WooCommerce look like in wc/v3."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

PARIS = timedelta(hours=2)  # the shop's local dates are ahead of UTC; nobody should read them
CENT = Decimal("0.01")
BILLING = {
    "first_name": "Camille", "last_name": "Moreau", "company": "", "address_1": "12 rue de Béthune", "address_2": "",
    "city": "Lille", "state": "", "postcode": "59000", "country": "FR", "email": "camille.moreau@example.com",
    "phone": "+33612345678",
}  # fmt: skip


def stamps(name: str, at: datetime | None) -> dict[str, str | None]:
    """Write a time twice, as WooCommerce does: local and in UTC. Both have whole seconds and no offset."""
    if at is None:
        return {name: None, f"{name}_gmt": None}
    utc = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return {name: (utc + PARIS).isoformat(), f"{name}_gmt": utc.isoformat()}


def line(number: int, product: Mapping[str, Any], quantity: int) -> dict[str, Any]:
    """Make an order line of a product or variation. The price contains 20 % tax, the line's sums do not."""
    total = Decimal(product["price"]) * quantity
    net = (total / Decimal("1.2")).quantize(CENT)
    parent = product["parent_id"]
    return {
        "id": number, "name": product["name"], "product_id": parent or product["id"],
        "variation_id": product["id"] if parent else 0, "quantity": quantity, "tax_class": "", "subtotal": str(net),
        "subtotal_tax": str(total - net), "total": str(net), "total_tax": str(total - net), "taxes": [],
        "meta_data": [], "sku": product["sku"], "price": float(net / quantity), "parent_name": None,
    }  # fmt: skip


def order(number: int, lines: list[dict[str, Any]], currency: str, at: datetime, **said: Any) -> dict[str, Any]:
    """Make a paid order. `said` overrides its fields."""
    tax = sum((Decimal(each["total_tax"]) for each in lines), Decimal(0))
    total = sum((Decimal(each["total"]) for each in lines), tax)
    return {
        "id": number, "parent_id": 0, "status": "processing", "currency": currency, "version": "10.3.4",
        "prices_include_tax": True, **stamps("date_created", at), **stamps("date_modified", at),
        **stamps("date_paid", at), **stamps("date_completed", None), "discount_total": "0.00", "discount_tax": "0.00",
        "shipping_total": "0.00", "shipping_tax": "0.00", "cart_tax": str(tax), "total": str(total),
        "total_tax": str(tax), "customer_id": 42, "order_key": f"wc_order_{number}", "billing": BILLING,
        "shipping": {name: value for name, value in BILLING.items() if name != "email"}, "payment_method": "stripe",
        "payment_method_title": "Carte bancaire", "transaction_id": f"pi_{number}", "created_via": "checkout",
        "number": str(number), "meta_data": [], "line_items": lines, "tax_lines": [], "shipping_lines": [],
        "fee_lines": [], "coupon_lines": [], "refunds": [], "needs_processing": True, **said,
    }  # fmt: skip


def product(number: int, sku: str, name: str, price: str, at: datetime, **said: Any) -> dict[str, Any]:
    """Make a simple product, or a variation where `said` gives its parent."""
    return {
        "id": number, "name": name, "type": "variation" if said.get("parent_id") else "simple", "status": "publish",
        "sku": sku, "price": price, "regular_price": price, "manage_stock": True, "stock_quantity": 0, "parent_id": 0,
        "variations": [], "images": [], "attributes": [], "categories": [], "meta_data": [],
        **stamps("date_created", at), **stamps("date_modified", at), **said,
    }  # fmt: skip


def refund(number: int, pieces: list[tuple[Mapping[str, Any], int]], reason: str, at: datetime) -> dict[str, Any]:
    """Make a refund for pieces of lines. Its amount is positive, its lines are negative."""
    lines, amount = [], Decimal(0)
    for index, (sold, quantity) in enumerate(pieces):
        share = Decimal(quantity) / sold["quantity"]
        net, tax = ((Decimal(sold[name]) * share).quantize(CENT) for name in ("total", "total_tax"))
        amount += net + tax
        meta = [{"id": number, "key": "_refunded_item_id", "value": str(sold["id"])}]
        lines.append({
            **sold, "id": number * 10 + index, "quantity": -quantity, "subtotal": str(-net), "total": str(-net),
            "subtotal_tax": str(-tax), "total_tax": str(-tax), "meta_data": meta,
        })  # fmt: skip
    return {
        "id": number, **stamps("date_created", at), "amount": str(amount), "reason": reason, "refunded_by": 1,
        "refunded_payment": True, "meta_data": [], "line_items": lines,
    }  # fmt: skip
