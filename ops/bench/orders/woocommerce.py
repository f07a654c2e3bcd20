"""An order of eight lines in the shape of WooCommerce's REST API v3, 8 KB, written for `make bench`.

https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/
"""

from typing import Any

import orjson

LINES = range(1, 9)
SHOP = "https://shop.maison-lumiere.example"


def _address(phone: str) -> dict[str, Any]:
    return {
        "first_name": "Camille",
        "last_name": "Moreau",
        "company": "",
        "address_1": "12 rue de Béthune",
        "address_2": "3e étage",
        "city": "Lille",
        "state": "",
        "postcode": "59000",
        "country": "FR",
        "phone": phone,
    }


def _line(number: int) -> dict[str, Any]:
    return {
        "id": 71_000 + number,
        "name": f"Mug en grès {number} - Bleu",
        "product_id": 794,
        "variation_id": 7_940 + number,
        "quantity": 2,
        "tax_class": "",
        "subtotal": "20.00",
        "subtotal_tax": "4.00",
        "total": "18.00",
        "total_tax": "3.60",
        "taxes": [{"id": 1, "total": "3.6", "subtotal": "4"}],
        "meta_data": [
            {
                "id": 612_000 + 2 * number + place,
                "key": key,
                "value": value,
                "display_key": key.removeprefix("pa_").title(),
                "display_value": value.title(),
            }
            for place, (key, value) in enumerate((("pa_couleur", "bleu"), ("pa_contenance", f"{number}5 cl")))
        ],
        "sku": f"MUG-BLUE-{number:02}",
        "global_unique_id": "",
        "price": 9,
        "image": {"id": str(310 + number), "src": f"{SHOP}/wp-content/uploads/2026/01/mug-{number}.jpg"},
        "parent_name": f"Mug en grès {number}",
    }


def _dates(name: str, at: str | None) -> dict[str, Any]:
    """Give a date twice, as WooCommerce does: in the shop's time, here an hour ahead, and in UTC."""
    return {f"date_{name}": at and at.replace("T08", "T09"), f"date_{name}_gmt": at}


ORDER: dict[str, Any] = {
    "id": 150_117,
    "parent_id": 0,
    "number": "ML-150117",
    "order_key": "wc_order_u1Lx8Qd04vKmA",
    "created_via": "checkout",
    "version": "10.3.4",
    "status": "processing",
    "currency": "EUR",
    "currency_symbol": "€",
    **_dates("created", "2026-01-31T08:00:02"),
    **_dates("modified", "2026-01-31T08:00:31"),
    **_dates("paid", "2026-01-31T08:00:30"),
    **_dates("completed", None),
    "discount_total": "16.00",
    "discount_tax": "3.20",
    "shipping_total": "4.08",
    "shipping_tax": "0.82",
    "cart_tax": "28.80",
    "total": "177.70",
    "total_tax": "29.62",
    "prices_include_tax": True,
    "customer_id": 42,
    "customer_ip_address": "203.0.113.9",
    "customer_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "customer_note": "",
    "billing": {**_address("06 12 34 56 78"), "email": "camille.moreau@example.com"},
    "shipping": _address(""),
    "payment_method": "stripe",
    "payment_method_title": "Carte bancaire",
    "transaction_id": "pi_3QLumiere150117",
    "cart_hash": "4f5c1f4c6be7d0c9b1a5a3c1f4f5b111",
    "meta_data": [
        {"id": 90_001 + place, "key": key, "value": value}
        for place, (key, value) in enumerate(
            {
                "_wc_order_attribution_source_type": "utm",
                "_wc_order_attribution_utm_source": "newsletter",
                "_wc_order_attribution_utm_campaign": "rentree",
                "_wc_order_attribution_session_pages": "7",
                "_wc_order_attribution_device_type": "Desktop",
                "_stripe_intent_id": "pi_3QLumiere150117",
                "_stripe_charge_captured": "yes",
                "_stripe_currency": "EUR",
                "is_vat_exempt": "no",
            }.items()
        )
    ],
    "line_items": [_line(number) for number in LINES],
    "tax_lines": [
        {
            "id": 73_001,
            "rate_code": "FR-TVA-1",
            "rate_id": 1,
            "label": "TVA",
            "compound": False,
            "tax_total": "28.80",
            "shipping_tax_total": "0.82",
            "rate_percent": 20,
            "meta_data": [],
        }
    ],
    "shipping_lines": [
        {
            "id": 74_001,
            "method_title": "Colissimo",
            "method_id": "flat_rate",
            "instance_id": "3",
            "total": "4.08",
            "total_tax": "0.82",
            "tax_status": "taxable",
            "taxes": [{"id": 1, "total": "0.82", "subtotal": ""}],
            "meta_data": [{"id": 613_000, "key": "Articles", "value": ", ".join(f"Mug {line} : 2" for line in LINES)}],
        }
    ],
    "fee_lines": [],
    "coupon_lines": [
        {"id": 75_001, "code": "rentree10", "discount": "16", "discount_tax": "3.2", "discount_type": "percent"}
    ],
    "refunds": [],
    "payment_url": f"{SHOP}/commander/order-pay/150117/?pay_for_order=true&key=wc_order_u1Lx8Qd04vKmA",
    "is_editable": False,
    "needs_payment": False,
    "needs_processing": True,
    "_links": {
        name: [{"href": f"{SHOP}/wp-json/wc/v3/{path}"}]
        for name, path in {"self": "orders/150117", "collection": "orders", "customer": "customers/42"}.items()
    },
}


def body() -> bytes:
    """Give the order as the bytes of a webhook."""
    return orjson.dumps(ORDER)
