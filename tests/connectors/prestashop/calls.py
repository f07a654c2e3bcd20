"""Calls of the PrestaShop client, and what became of them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.client import Document, Page, Push
from connectors.connection import Connection
from connectors.http import Http
from connectors.manifest import load
from connectors.prestashop.client import Client
from ops.standins.prestashop.channel import PrestaShop
from tests.connectors.client import PATIENCE, connection_to, facts_of, push_of

ROOT = Path(__file__).parents[3]

MAPPINGS = ROOT / "mappings" / "prestashop"

MANIFEST = load(ROOT / "connectors" / "prestashop")

LONG_AGO = "2020-01-01T00:00:00.000Z"


def connection(shop: PrestaShop, **more: Any) -> Connection:
    about = {"timezone": "Europe/Paris", "currency": "EUR", "default_region": "FR", "default_location": "lille"}
    return connection_to("prestashop", "shop-ps", shop, **{**about, **more})


def client(shop: PrestaShop, key: str = "the-key", **more: Any) -> Client:
    return Client(connection(shop, **more), {"webservice_key": key}, Http("prestashop", PATIENCE))


def stock(stock_id: str, quantity: str, previous: str | None = None) -> Push:
    return push_of("prestashop", "stock", {"channel_stock_id": stock_id, "quantity": Decimal(quantity)}, previous)


def parcel(order_id: int, *numbers: str, status: str = "success") -> Push:
    tracking = [{"number": number, "url": None, "carrier": "Colissimo"} for number in numbers]
    about = {"channel_order_id": str(order_id), "fulfillment_id": "shp_1", "status": status, "tracking": tracking}
    return push_of("prestashop", "fulfillment", {**about, "lines": []})


def facts(shop: PrestaShop, document: Document) -> list[Any]:
    mapping = str(MANIFEST.topic(document.topic).mapping)
    return facts_of("prestashop", mapping, document.body, "shop-ps", connection(shop).model_dump())


def stated(shop: PrestaShop, page: Page) -> list[Any]:
    return [fact for document in page.documents for fact in facts(shop, document)]


def writes(shop: PrestaShop) -> list[str]:
    return [f"{call.method} {call.path}" for call in shop.calls if call.method != "GET"]
