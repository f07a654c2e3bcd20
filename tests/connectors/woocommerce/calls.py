"""Calls of the WooCommerce client, and what became of them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.client import Push
from connectors.connection import Connection
from connectors.http import Http
from connectors.woocommerce.client import Client
from events.facts import build
from mappings.engine import load_in, load_out
from ops.standins.woocommerce.channel import WooCommerce

ROOT = Path(__file__).parents[3]

MAPPINGS = ROOT / "mappings" / "woocommerce"

LONG_AGO = "2020-01-01T00:00:00.000Z"


def connection(shop: WooCommerce, **settings: str) -> Connection:
    about = {"connection_id": "shop-fr", "tenant": "t", "connector": "woocommerce", "base_url": shop.base_url}
    return Connection.model_validate({**about, "settings": settings})


def client(shop: WooCommerce, secret: str = "cs_1", **settings: str) -> Client:
    secrets = {"consumer_key": "ck_1", "consumer_secret": secret}
    return Client(connection(shop, **settings), secrets, Http("woocommerce", timeout=2.0))


def push(record: str, about: dict[str, Any], previous: Decimal | None = None) -> Push:
    body = load_out(MAPPINGS / f"{record}.out.yaml").body(about, {})
    return Push(record, "key", body, "idempotency", previous)  # type: ignore[arg-type]  # the tests name records as text


def stock(stock_id: str, quantity: str, previous: str | None = None) -> Push:
    about = {"sku": "-", "channel_stock_id": stock_id, "quantity": Decimal(quantity)}
    return push("stock", about, None if previous is None else Decimal(previous))


def parcel(order_id: int, number: str = "6A1", status: str = "success", shipment: str = "shp_1", **more: Any) -> Push:
    tracking = [{"number": number, "url": f"https://track.example.com/{number}", "carrier": "Colissimo"}]
    about = {"channel_order_id": str(order_id), "fulfillment_id": shipment, "status": status, "tracking": tracking}
    return push("fulfillment", {**about, "lines": [], **more})


def facts(body: bytes, mapping: str = "order") -> list[Any]:
    payload = json.loads(body, parse_float=Decimal)
    said = load_in(MAPPINGS / f"{mapping}.in.yaml").statements(payload, {"timezone": "UTC", "connection_id": "shop-fr"})
    return [build(statement, event_id="e", connection_id="shop-fr") for statement in said]


def writes(shop: WooCommerce) -> list[str]:
    return [f"{call.method} {call.path.removeprefix('/wp-json/wc/v3')}" for call in shop.calls if call.method != "GET"]
