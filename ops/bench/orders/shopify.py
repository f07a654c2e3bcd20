"""An order in the shape of Shopify's REST admin API, 11 KB, written for `make bench`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

Order = dict[str, Any]


def _money(amount: str) -> dict[str, Any]:
    shop = {"amount": amount, "currency_code": "EUR"}
    return {"shop_money": shop, "presentment_money": dict(shop)}


def _address(number: int) -> dict[str, Any]:
    return {
        "first_name": "Ada",
        "last_name": "Example",
        "address1": f"{number} rue de la Monnaie",
        "address2": "3e étage",
        "phone": "+33 1 70 36 39 50",
        "city": "Lille",
        "zip": "59800",
        "province": None,
        "country": "France",
        "company": None,
        "latitude": 50.6392,
        "longitude": 3.0631,
        "name": "Ada Example",
        "country_code": "FR",
        "province_code": None,
    }


LINE = {
    "attributed_staffs": [],
    "fulfillment_service": "manual",
    "origin_location": {
        "id": 4_103_000_000_000,
        "country_code": "FR",
        "province_code": "",
        "name": "Lille",
        "zip": "59800",
    },
    "pre_tax_price": "20.75",
    "pre_tax_price_set": _money("20.75"),
    "sales_line_item_group_id": None,
    "fulfillment_status": None,
    "gift_card": False,
    "grams": 350,
    "price": "24.90",
    "price_set": _money("24.90"),
    "product_exists": True,
    "properties": [{"name": "engraving", "value": "none"}],
    "requires_shipping": True,
    "taxable": True,
    "total_discount": "0.00",
    "total_discount_set": _money("0.00"),
    "variant_inventory_management": "shopify",
    "variant_title": "Blue",
    "vendor": "Example Glass",
    "tax_lines": [
        {"channel_liable": False, "price": "4.15", "price_set": _money("4.15"), "rate": 0.2, "title": "FR TVA"}
    ],
    "duties": [],
    "discount_allocations": [
        {"amount": "2.49", "amount_set": _money("2.49"), "discount_application_index": 0},
    ],
}


def _line(number: int) -> dict[str, Any]:
    return LINE | {
        "id": 11_476_100_000_000 + number,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{11_476_100_000_000 + number}",
        "current_quantity": number,
        "fulfillable_quantity": number,
        "name": f"Carafe {number} - Blue",
        "product_id": 7_513_594_000 + number,
        "quantity": number,
        "sku": f"CAR-{number:03}-BL",
        "title": f"Carafe {number}",
        "variant_id": 43_729_076_000 + number,
    }


ORDER: Order = {
    "id": 5_872_113_000_000,
    "admin_graphql_api_id": "gid://shopify/Order/5872113000000",
    "app_id": 580_111,
    "browser_ip": "192.0.2.7",
    "buyer_accepts_marketing": True,
    "cancel_reason": None,
    "cancelled_at": None,
    "cart_token": "c1-b2e9d0f7aa",
    "checkout_id": 37_124_000_000_000,
    "checkout_token": "b2e9d0f7aa4c4a2fa0c4",
    "client_details": {
        "accept_language": "fr-FR",
        "browser_height": None,
        "user_agent": "Mozilla/5.0 (X11; Linux)",
    },
    "closed_at": None,
    "company": None,
    "confirmation_number": "XPAV284CT",
    "confirmed": True,
    "contact_email": "ada@example.com",
    "created_at": "2026-01-31T09:00:00+01:00",
    "currency": "EUR",
    "current_subtotal_price": "149.40",
    "current_subtotal_price_set": _money("149.40"),
    "current_total_discounts": "7.47",
    "current_total_discounts_set": _money("7.47"),
    "current_total_price": "149.40",
    "current_total_price_set": _money("149.40"),
    "current_total_tax": "24.90",
    "current_total_tax_set": _money("24.90"),
    "current_shipping_price_set": _money("6.90"),
    "current_total_additional_fees_set": None,
    "current_total_duties_set": None,
    "customer_locale": "fr",
    "device_id": None,
    "discount_codes": [{"code": "WELCOME", "amount": "7.47", "type": "percentage"}],
    "email": "ada@example.com",
    "estimated_taxes": False,
    "financial_status": "paid",
    "fulfillment_status": None,
    "landing_site": "/products/carafe?utm_source=newsletter",
    "location_id": None,
    "merchant_of_record_app_id": None,
    "name": "#1001",
    "note": None,
    "note_attributes": [],
    "number": 1,
    "order_number": 1001,
    "order_status_url": "https://shop.example/orders/5872113000000/authenticate?key=1f6c",
    "payment_gateway_names": ["shopify_payments"],
    "phone": "+33 6 12 34 56 78",
    "presentment_currency": "EUR",
    "processed_at": "2026-01-31T08:59:58+01:00",
    "referring_site": "https://news.example/",
    "source_name": "web",
    "subtotal_price": "149.40",
    "subtotal_price_set": _money("149.40"),
    "tags": "newsletter, glass",
    "tax_exempt": False,
    "tax_lines": [{"price": "24.90", "rate": 0.2, "title": "FR TVA", "price_set": _money("24.90")}],
    "taxes_included": True,
    "test": False,
    "token": "b2e9d0f7aa4c4a2fa0c4",
    "total_discounts": "7.47",
    "total_discounts_set": _money("7.47"),
    "total_line_items_price": "156.87",
    "total_line_items_price_set": _money("156.87"),
    "total_outstanding": "0.00",
    "original_total_additional_fees_set": None,
    "original_total_duties_set": None,
    "total_cash_rounding_payment_adjustment_set": _money("0.00"),
    "total_cash_rounding_refund_adjustment_set": _money("0.00"),
    "total_price": "149.40",
    "total_price_set": _money("149.40"),
    "total_tax_set": _money("24.90"),
    "total_shipping_price_set": _money("6.90"),
    "total_tax": "24.90",
    "total_tip_received": "0.00",
    "total_weight": 2100,
    "updated_at": "2026-01-31T09:00:04+01:00",
    "user_id": None,
    "billing_address": _address(12),
    "customer": {
        "id": 7_209_887_000_000,
        "email": "ada@example.com",
        "created_at": "2024-05-02T10:11:12+02:00",
        "updated_at": "2026-01-31T09:00:03+01:00",
        "first_name": "Ada",
        "last_name": "Example",
        "state": "enabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "phone": "+33612345678",
        "email_marketing_consent": {
            "state": "subscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": None,
        },
        "tags": "vip",
        "currency": "EUR",
        "default_address": {"id": 9_000_000_001, "customer_id": 7_209_887_000_000, **_address(12)},
    },
    "discount_applications": [
        {
            "target_type": "line_item",
            "type": "discount_code",
            "value": "5.0",
            "value_type": "percentage",
            "code": "WELCOME",
        }
    ],
    "fulfillments": [],
    "line_items": [_line(number) for number in (1, 2, 3)],
    "payment_terms": None,
    "refunds": [],
    "shipping_address": _address(14),
    "shipping_lines": [
        {
            "id": 4_710_000_000_001,
            "carrier_identifier": None,
            "code": "Standard",
            "discounted_price": "6.90",
            "discounted_price_set": _money("6.90"),
            "price": "6.90",
            "price_set": _money("6.90"),
            "source": "shopify",
            "title": "Standard",
            "tax_lines": [{"price": "1.15", "price_set": _money("1.15"), "rate": 0.2, "title": "FR TVA"}],
            "discount_allocations": [],
        }
    ],
}


def body() -> bytes:
    """Give the order as the bytes of a webhook."""
    return orjson.dumps(ORDER)


def placed(number: int, at: datetime, customer: int = 7_209_887_000_000, lines: Iterable[int] = (1, 2, 3)) -> Order:
    """Give another order like it, with its own number, time and buyer. `lines` are numbers of SKUs, one piece each."""
    time = at.isoformat(timespec="milliseconds")
    email, phone = f"ada.{customer}@example.com", f"+3361234{customer % 10_000:04}"
    return ORDER | {
        "id": ORDER["id"] + number,
        "name": f"#{1001 + number}",
        "order_number": 1001 + number,
        "created_at": time,
        "processed_at": time,
        "updated_at": time,
        "email": email,
        "contact_email": email,
        "phone": phone,
        "customer": ORDER["customer"] | {"id": customer, "email": email, "phone": phone},
        "line_items": [_line(line) | {"quantity": 1} for line in lines],
    }


def sku(number: int) -> str:
    """Give the SKU of a number, as `placed` takes it."""
    return str(_line(number)["sku"])
