"""The shapes of Square's objects. Amounts are in minor units, prices contain the tax."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

VAT = Decimal("0.20")


def stamp(at: datetime) -> str:
    """Write a time as Square does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def money(amount: int, currency: str) -> dict[str, Any]:
    """Shape an amount."""
    return {"amount": amount, "currency": currency}


def _round(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _included_tax(gross: int) -> int:
    return _round(gross - gross / (1 + VAT))


def line(uid: str, item: str, variation: Mapping[str, Any], quantity: Decimal, currency: str) -> dict[str, Any]:
    """Shape an order line."""
    gross = _round(variation["price"] * quantity)
    return {
        "uid": uid,
        "catalog_object_id": item,
        "name": variation["name"],
        "quantity": format(quantity, "f"),
        "item_type": "ITEM",
        "base_price_money": money(variation["price"], currency),
        "gross_sales_money": money(gross, currency),
        "total_tax_money": money(_included_tax(gross), currency),
        "total_discount_money": money(0, currency),
        "total_money": money(gross, currency),
    }


def order(order_id: str, location_id: str, lines: list[dict[str, Any]], currency: str, at: str) -> dict[str, Any]:
    """Shape an open order of a till. Like every order that the API did not make, it has no version."""
    total = sum(item["total_money"]["amount"] for item in lines)
    return {
        "id": order_id,
        "location_id": location_id,
        "source": {"name": "Point of Sale"},
        "state": "OPEN",
        "created_at": at,
        "updated_at": at,
        "line_items": lines,
        "taxes": [{"uid": "tva", "name": "TVA", "percentage": "20", "type": "INCLUSIVE", "scope": "ORDER"}],
        "total_money": money(total, currency),
        "total_tax_money": money(_included_tax(total), currency),
        "total_discount_money": money(0, currency),
        "total_tip_money": money(0, currency),
        "total_service_charge_money": money(0, currency),
    }


def payment(payment_id: str, of: Mapping[str, Any], tender_type: str, at: str) -> dict[str, Any]:
    """Shape the payment of an order."""
    return {
        "id": payment_id,
        "order_id": of["id"],
        "location_id": of["location_id"],
        "created_at": at,
        "updated_at": at,
        "status": "APPROVED",
        "source_type": tender_type,
        "amount_money": of["total_money"],
        "total_money": of["total_money"],
    }


def tender(paid: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a payment as its order shows it."""
    details = {"card_details": {"status": "CAPTURED"}} if paid["source_type"] == "CARD" else {}
    return details | {
        "id": paid["id"],
        "payment_id": paid["id"],
        "location_id": paid["location_id"],
        "created_at": paid["created_at"],
        "type": paid["source_type"],
        "amount_money": paid["total_money"],
    }


def return_line(uid: str, sold: Mapping[str, Any], quantity: Decimal) -> dict[str, Any]:
    """Shape a line that came back."""
    currency = sold["total_money"]["currency"]
    gross = _round(sold["base_price_money"]["amount"] * quantity)
    return {
        "uid": uid,
        "source_line_item_uid": sold["uid"],
        "catalog_object_id": sold["catalog_object_id"],
        "name": sold["name"],
        "quantity": format(quantity, "f"),
        "item_type": "ITEM",
        "base_price_money": sold["base_price_money"],
        "gross_return_money": money(gross, currency),
        "total_money": money(gross, currency),
    }


def return_order(
    order_id: str, sale: Mapping[str, Any], lines: list[dict[str, Any]], currency: str, at: str
) -> dict[str, Any]:
    """Shape the order that Square makes for an itemised refund."""
    amounts = {"total_money": money(sum(item["total_money"]["amount"] for item in lines), currency)}
    returned = {"uid": f"{order_id}-return", "source_order_id": sale["id"], "return_line_items": lines}
    return {
        "id": order_id,
        "location_id": sale["location_id"],
        "state": "COMPLETED",
        "created_at": at,
        "updated_at": at,
        "closed_at": at,
        "returns": [returned | {"return_amounts": amounts}],
        "return_amounts": amounts,
        "total_money": money(0, currency),
    }


def refund(refund_id: str, sale: Mapping[str, Any], back: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Shape the refund of a payment. Its order is the return, not the sale."""
    return {
        "id": refund_id,
        "order_id": back["id"],
        "payment_id": sale["tenders"][0]["payment_id"],
        "location_id": sale["location_id"],
        "status": "PENDING",
        "amount_money": back["return_amounts"]["total_money"],
        "created_at": at,
        "updated_at": at,
    }


def count(place: tuple[str, str], quantity: Decimal, at: datetime) -> dict[str, Any]:
    """Shape an inventory count."""
    return {
        "catalog_object_id": place[0],
        "catalog_object_type": "ITEM_VARIATION",
        "location_id": place[1],
        "state": "IN_STOCK",
        "quantity": format(quantity, "f"),
        "calculated_at": stamp(at),
    }


def variation(item: str, kept: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Shape a catalogue variation."""
    price = {"pricing_type": "FIXED_PRICING", "price_money": money(kept["price"], currency)}
    details = {"item_id": f"ITEM-{item}", "name": kept["name"], "sku": kept["sku"], **price}
    about = {"type": "ITEM_VARIATION", "id": item, "is_deleted": False}
    return {**about, **changed(kept["updated_at"]), "item_variation_data": details}


def item(only: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a catalogue item with one variation. Both have the same version."""
    details = only["item_variation_data"]
    shown = {"type": "ITEM", "id": details["item_id"], "is_deleted": False, **changed(only["updated_at"])}
    return {**shown, "item_data": {"name": details["name"], "product_type": "REGULAR", "variations": [dict(only)]}}


def changed(at: str) -> dict[str, Any]:
    """Give update time and version of a catalogue object. The version is the time in milliseconds."""
    return {"updated_at": at, "version": int(datetime.fromisoformat(at).timestamp() * 1000)}
