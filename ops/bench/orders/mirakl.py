"""An order of five lines in the shape of Mirakl's OR11, 11 KB, written for `make bench`.

https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/orders/or11
"""

from typing import Any

import orjson

LINES = range(1, 6)
NUMBER = "CMD-150117-A"
CREATED, DEBITED, CHANGED = "2026-01-31T08:00:02Z", "2026-01-31T08:05:12Z", "2026-01-31T08:05:13Z"


def _address(**more: Any) -> dict[str, Any]:
    return {
        "city": "Lille",
        "civility": "Mme",
        "company": None,
        "country": "France",
        "country_iso_code": "FRA",
        "firstname": "Camille",
        "lastname": "Moreau",
        "phone": "06 12 34 56 78",
        "phone_secondary": None,
        "state": None,
        "street_1": "12 rue de Béthune",
        "street_2": "3e étage",
        "zip_code": "59000",
        **more,
    }


def _taxes(amount: float) -> list[dict[str, Any]]:
    return [{"amount": amount, "code": "TVA20", "rate": 20, "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT"}]


def _state(name: str, code: str) -> dict[str, Any]:
    return {f"{name}_state": code, f"{name}_state_reason_code": None, f"{name}_state_reason_label": None}


def _line(number: int) -> dict[str, Any]:
    return {
        "can_refund": True,
        "cancelations": [],
        "category_code": "ARTS-TABLE",
        "category_label": "Arts de la table",
        "commission_fee": 3.75,
        "commission_rate_vat": 20.00,
        "commission_taxes": [{"amount": 0.75, "code": "TAXDEFAULT", "rate": 20.00}],
        "commission_vat": 0.75,
        "created_date": CREATED,
        "debited_date": DEBITED,
        "description": "Grès émaillé à la main, passe au lave-vaisselle et au micro-ondes.",
        "eco_contributions": [],
        "fees": [],
        "last_updated_date": CHANGED,
        "offer_id": 2_200 + number,
        "offer_sku": f"MUG-BLUE-{number:02}",
        "offer_state_code": "11",
        "order_line_additional_fields": [],
        "order_line_id": f"{NUMBER}-{number}",
        "order_line_index": number,
        **_state("order_line", "SHIPPING"),
        "origin_unit_price": 12.50,
        "price": 25.00,
        "price_additional_info": None,
        "price_amount_breakdown": {"parts": [{"amount": 25.00, "commissionable": True, "payable_to_shop": True}]},
        "price_unit": 12.50,
        "product_medias": [
            {"media_url": f"/mmp/shop/media/{number}/{size}", "mime_type": "JPG", "type": size.upper()}
            for size in ("small", "medium", "large")
        ],
        "product_shop_sku": f"90{number:03}",
        "product_sku": f"MKP0001234{number:02}",
        "product_title": f"Mug en grès bleu {number}",
        "promotions": [],
        "purchase_information": None,
        "quantity": 2,
        "received_date": None,
        "refunds": [],
        "shipped_date": None,
        "shipping_from": {"address": None, "warehouse": {"code": "LILLE-1"}},
        "shipping_price": 0.80,
        "shipping_price_additional_unit": None,
        "shipping_price_unit": None,
        "shipping_taxes": _taxes(0.13),
        "tax_legal_notice": None,
        "taxes": _taxes(4.17),
        "total_commission": 4.50,
        "total_price": 25.80,
    }


ORDER: dict[str, Any] = {
    "acceptance_decision_date": "2026-01-31T08:02:00Z",
    "can_cancel": True,
    "can_evaluate": False,
    "can_shop_ship": True,
    "channel": {"code": "FR", "label": "Site France"},
    "commercial_id": "CMD-150117",
    "created_date": CREATED,
    "currency_iso_code": "EUR",
    "customer": {
        "accepts_marketing": None,
        "billing_address": _address(),
        "civility": "Mme",
        "customer_id": "cust-7781",
        "firstname": "Camille",
        "lastname": "Moreau",
        "locale": "fr_FR",
        "organization": None,
        "shipping_address": _address(additional_info="Sonner deux fois", internal_additional_info=None),
    },
    "customer_debited_date": DEBITED,
    "customer_directly_pays_seller": False,
    "customer_notification_email": "notification+k3v9q0p2@notification.mirakl.net",
    "delivery_date": {"earliest": "2026-02-03T07:00:00Z", "latest": "2026-02-05T19:00:00Z"},
    "fulfillment": {"center": {"code": "DEFAULT"}},
    "fully_refunded": False,
    "has_customer_message": False,
    "has_incident": False,
    "has_invoice": False,
    "invoice_details": None,
    "last_updated_date": CHANGED,
    "leadtime_to_ship": 2,
    "order_additional_fields": [],
    "order_id": NUMBER,
    "order_lines": [_line(number) for number in LINES],
    "order_refunds": None,
    **_state("order", "SHIPPING"),
    "order_tax_mode": "TAX_INCLUDED",
    "payment_type": "CARD",
    "payment_workflow": "PAY_ON_ACCEPTANCE",
    "price": 125.00,
    "promotions": {"applied_promotions": [], "total_deduced_amount": 0},
    "quote_id": None,
    "references": {"order_reference_for_customer": None, "order_reference_for_seller": None},
    "shipping_carrier_code": None,
    "shipping_carrier_standard_code": None,
    "shipping_company": None,
    "shipping_deadline": "2026-02-02T22:59:59.999Z",
    "shipping_price": 4.00,
    "shipping_pudo_id": None,
    "shipping_tracking": None,
    "shipping_tracking_url": None,
    "shipping_type_code": "STD",
    "shipping_type_label": "Standard",
    "shipping_type_standard_code": "CDS_STANDARD",
    "shipping_zone_code": "FR1",
    "shipping_zone_label": "France métropolitaine",
    "total_commission": 22.50,
    "total_price": 129.00,
    "transaction_date": DEBITED,
    "transaction_number": "TX-550123",
}


def body() -> bytes:
    """Give the order as bytes: what OR11 would give for it inside a page."""
    return orjson.dumps(ORDER)
