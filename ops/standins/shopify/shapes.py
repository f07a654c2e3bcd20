"""The REST shapes of the Shopify stand-in's webhooks."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")
VAT = Decimal("0.20")
LILLE = {
    "first_name": "Camille", "last_name": "Moreau", "address1": "14 rue de la Monnaie", "address2": None,
    "city": "Lille", "province": None, "zip": "59800", "country": "France", "country_code": "FR",
    "phone": "+33612345678", "company": None,
}  # fmt: skip
CAMILLE = {
    "id": 7001, "email": "camille.moreau@example.com", "phone": "+33612345678", "first_name": "Camille",
    "last_name": "Moreau", "verified_email": True, "tags": "", "state": "enabled",
}  # fmt: skip


def stamp(at: datetime) -> str:
    """Write a time as Shopify does. Here it has milliseconds, so that two changes in one second keep their order."""
    return at.isoformat(timespec="milliseconds")


def money(amount: Decimal) -> str:
    """Write an amount in major units."""
    return str(amount.quantize(CENT))


def _set(amount: Decimal, currency: str) -> dict[str, Any]:
    both = {"amount": money(amount), "currency_code": currency}
    return {"shop_money": both, "presentment_money": dict(both)}


def _included_tax(gross: Decimal) -> list[dict[str, Any]]:
    return [{"title": "FR TVA", "rate": 0.2, "price": money(gross - gross / (1 + VAT))}]


def line(line_id: int, variant: Mapping[str, Any], quantity: int, currency: str) -> dict[str, Any]:
    """Shape an order line."""
    price = Decimal(variant["price"])
    return {
        "id": line_id,
        "variant_id": variant["id"],
        "product_id": variant["product_id"],
        "title": variant["title"],
        "name": variant["title"],
        "sku": variant["sku"],
        "quantity": quantity,
        "current_quantity": quantity,
        "fulfillable_quantity": quantity,
        "fulfillment_status": None,
        "requires_shipping": True,
        "gift_card": False,
        "price": money(price),
        "price_set": _set(price, currency),
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": _included_tax(price * quantity),
    }


def order(number: int, lines: list[dict[str, Any]], currency: str, at: str, **said: Any) -> dict[str, Any]:
    """Shape a paid order. `said` overrides its fields."""
    total = sum((Decimal(item["price"]) * item["quantity"] for item in lines), Decimal(0))
    return {
        "id": 5_500_000_000_000 + number,
        "admin_graphql_api_id": f"gid://shopify/Order/{5_500_000_000_000 + number}",
        "name": f"#{number}",
        "order_number": number,
        "created_at": at,
        "processed_at": at,
        "updated_at": at,
        "cancelled_at": None,
        "cancel_reason": None,
        "test": False,
        "currency": currency,
        "presentment_currency": currency,
        "taxes_included": True,
        "financial_status": "paid",
        "fulfillment_status": None,
        "source_name": "web",
        "location_id": None,
        "email": CAMILLE["email"],
        "contact_email": CAMILLE["email"],
        "phone": None,
        "customer": dict(CAMILLE),
        "billing_address": dict(LILLE),
        "shipping_address": dict(LILLE),
        "shipping_lines": [{"title": "Colissimo", "code": "colissimo", "price": "0.00"}],
        "payment_gateway_names": ["shopify_payments"],
        "subtotal_price": money(total),
        "total_discounts": "0.00",
        "total_shipping_price_set": _set(Decimal(0), currency),
        "total_tax": money(total - total / (1 + VAT)),
        "total_price": money(total),
        "total_price_set": _set(total, currency),
        "line_items": lines,
        "fulfillments": [],
        "refunds": [],
    } | said


def refund(
    refund_id: int, of: Mapping[str, Any], lines: list[dict[str, Any]], amount: Decimal, at: str
) -> dict[str, Any]:
    """Shape a refund of an order."""
    transaction = {
        "id": refund_id + 1, "order_id": of["id"], "kind": "refund", "status": "success", "gateway": "shopify_payments",
        "amount": money(amount), "currency": of["currency"], "created_at": at, "processed_at": at,
    }  # fmt: skip
    return {
        "id": refund_id,
        "order_id": of["id"],
        "created_at": at,
        "processed_at": at,
        "note": None,
        "restock": any(share["restock_type"] != "no_restock" for share in lines),
        "refund_line_items": lines,
        "transactions": [transaction],
        "order_adjustments": [],
    }


def fulfillment(
    fulfillment_id: int, of: Mapping[str, Any], location_id: int, at: str, told: Mapping[str, Any]
) -> dict[str, Any]:
    """Shape a fulfilment. `told` has the lines and the tracking of the call that made it."""
    numbers, urls = list(told["numbers"]), list(told["urls"])
    return {
        "id": fulfillment_id,
        "order_id": of["id"],
        "status": "success",
        "created_at": at,
        "updated_at": at,
        "location_id": location_id,
        "tracking_company": told["company"],
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "line_items": told["lines"],
    }


def scan(event_id: int, fulfillment_id: int, order_id: int, status: str, at: str) -> dict[str, Any]:
    """Shape a carrier's event of a fulfilment. It names no parcel."""
    where = dict.fromkeys(("address1", "city", "province", "zip", "country", "latitude", "longitude"))
    return {
        "id": event_id, "fulfillment_id": fulfillment_id, "order_id": order_id, "status": status, "message": None,
        "happened_at": at, "created_at": at, "updated_at": at, "estimated_delivery_at": None, **where,
    }  # fmt: skip


def merge(kept: int, gone: int, status: str) -> dict[str, Any]:
    """Shape the webhook of a merge of two customers. It does not say when they were merged."""
    errors = [{"customer_ids": [gone], "field": "merge_in_progress", "message": "Already being merged."}]
    return {
        "admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{kept}",
        "admin_graphql_api_customer_deleted_id": f"gid://shopify/Customer/{gone}",
        "admin_graphql_api_job_id": None,
        "status": status,
        "errors": [] if status == "completed" else errors,
    }
