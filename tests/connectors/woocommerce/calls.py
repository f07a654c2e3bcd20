"""Calls of the WooCommerce client, and what became of them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.client import Push
from connectors.connection import Connection
from connectors.http import Http
from connectors.woocommerce.client import Client
from ops.standins.woocommerce.channel import WooCommerce
from tests.connectors.client import PATIENCE, connection_to, facts_of, push_of

ROOT = Path(__file__).parents[3]

MAPPINGS = ROOT / "mappings" / "woocommerce"

LONG_AGO = "2020-01-01T00:00:00.000Z"


def connection(shop: WooCommerce, **settings: str) -> Connection:
    return connection_to("woocommerce", "shop-fr", shop, settings=settings)


def client(shop: WooCommerce, secret: str = "cs_1", **settings: str) -> Client:
    secrets = {"consumer_key": "ck_1", "consumer_secret": secret}
    return Client(connection(shop, **settings), secrets, Http("woocommerce", PATIENCE))


def stock(stock_id: str, quantity: str, previous: str | None = None) -> Push:
    about = {"sku": "-", "channel_stock_id": stock_id, "quantity": Decimal(quantity)}
    return push_of("woocommerce", "stock", about, previous)


def parcel(order_id: int, number: str = "6A1", status: str = "success", shipment: str = "shp_1", **more: Any) -> Push:
    tracking = [{"number": number, "url": f"https://track.example.com/{number}", "carrier": "Colissimo"}]
    about = {"channel_order_id": str(order_id), "fulfillment_id": shipment, "status": status, "tracking": tracking}
    return push_of("woocommerce", "fulfillment", {**about, "lines": [], **more})


def facts(body: bytes, mapping: str = "order") -> list[Any]:
    return facts_of("woocommerce", mapping, body, "shop-fr", {"timezone": "UTC", "connection_id": "shop-fr"})


def writes(shop: WooCommerce) -> list[str]:
    return [f"{call.method} {call.path.removeprefix('/wp-json/wc/v3')}" for call in shop.calls if call.method != "GET"]
