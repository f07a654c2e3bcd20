"""Calls of the PrestaShop client, and what became of them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.client import Document, Page, Push
from connectors.connection import Connection
from connectors.http import Http
from connectors.manifest import load
from connectors.prestashop.client import Client
from events.facts import build
from mappings.engine import load_in, load_out
from ops.standins.prestashop.channel import PrestaShop

ROOT = Path(__file__).parents[3]

MAPPINGS = ROOT / "mappings" / "prestashop"

MANIFEST = load(ROOT / "connectors" / "prestashop")

LONG_AGO = "2020-01-01T00:00:00.000Z"


def connection(shop: PrestaShop, **more: Any) -> Connection:
    about = {"connection_id": "shop-ps", "tenant": "t", "connector": "prestashop", "base_url": shop.base_url}
    about |= {"timezone": "Europe/Paris", "currency": "EUR", "default_region": "FR", "default_location": "lille"}
    return Connection.model_validate({**about, **more})


def client(shop: PrestaShop, key: str = "the-key", **more: Any) -> Client:
    return Client(connection(shop, **more), {"webservice_key": key}, Http("prestashop", timeout=2.0))


def push(record: str, about: dict[str, Any], previous: str | None = None) -> Push:
    body = load_out(MAPPINGS / f"{record}.out.yaml").body(about, {})
    believed = None if previous is None else Decimal(previous)
    return Push(record, "key", body, "idempotency", believed)  # type: ignore[arg-type]  # the tests name records as text


def stock(stock_id: str, quantity: str, previous: str | None = None) -> Push:
    return push("stock", {"channel_stock_id": stock_id, "quantity": Decimal(quantity)}, previous)


def parcel(order_id: int, *numbers: str, status: str = "success") -> Push:
    tracking = [{"number": number, "url": None, "carrier": "Colissimo"} for number in numbers]
    about = {"channel_order_id": str(order_id), "fulfillment_id": "shp_1", "status": status, "tracking": tracking}
    return push("fulfillment", {**about, "lines": []})


def facts(shop: PrestaShop, document: Document) -> list[Any]:
    mapping = load_in(MAPPINGS / f"{MANIFEST.topic(document.topic).mapping}.in.yaml")
    payload = json.loads(document.body, parse_float=Decimal)
    said = mapping.statements(payload, connection(shop).model_dump())
    return [build(statement, event_id="e", connection_id="shop-ps") for statement in said]


def stated(shop: PrestaShop, page: Page) -> list[Any]:
    return [fact for document in page.documents for fact in facts(shop, document)]


def writes(shop: PrestaShop) -> list[str]:
    return [f"{call.method} {call.path}" for call in shop.calls if call.method != "GET"]
