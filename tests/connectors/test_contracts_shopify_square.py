"""Every call the two clients make is one that the vendors' own published contracts accept.

The calls are recorded at the stand-ins and repeated against strict servers made of the contracts; those lie beside the
repository and are not part of it, so without them these tests are skipped.
"""

import gzip
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Push
from connectors.connection import Connection
from connectors.http import Http
from connectors.shopify.client import Client as ShopifyClient
from connectors.square.client import Client as SquareClient
from mappings.engine import load_out
from ops.standins.server import Call, StandIn
from ops.standins.shopify.channel import Shopify
from ops.standins.square.channel import Square

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT.parent / "shared" / "contracts"
INTROSPECTION = CONTRACTS / "shopify_admin_2026-10.introspection.json.gz"
SQUARE_PATHS = ("/v2/orders", "/v2/inventory")  # what square.json was cut to


def needs(*packages: str) -> None:
    if not CONTRACTS.is_dir():
        pytest.skip("the vendors' contracts are not beside this repository (shared/contracts)")
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        pytest.skip(f"the contract server needs {', '.join(missing)}")


def serve(script: str, contract: Path) -> Iterator[str]:
    """Run a contract server until the test is over."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(CONTRACTS / script), str(contract), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, f"{script} ended"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="module")
def shopify_contract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    needs("graphql")
    unpacked = tmp_path_factory.mktemp("contract") / "introspection.json"
    with gzip.open(INTROSPECTION) as packed, unpacked.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    yield from serve("shopify_gql.py", unpacked)


@pytest.fixture(scope="module")
def square_contract() -> Iterator[str]:
    needs("openapi_core", "werkzeug")
    yield from serve("pycontract.py", CONTRACTS / "square.json")


def connection(stand_in: StandIn, connector: str, *locations: str) -> Connection:
    return Connection.model_validate({
        "connection_id": connector, "tenant": "t", "connector": connector, "base_url": stand_in.base_url,
        "locations": dict.fromkeys(locations, "lille"),
    })  # fmt: skip


def body(channel: str, record: str, **said: Any) -> dict[str, Any]:
    made: dict[str, Any] = load_out(ROOT / "mappings" / channel / f"{record}.out.yaml").body(said, {})
    return made


def repeat(base_url: str, call: Call, headers: dict[str, str]) -> tuple[int, Any]:
    """Make a recorded call again, against the contract."""
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(base_url + call.path, call.body or None, headers, method=call.method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def shopify_calls() -> list[Call]:
    shop = Shopify(access_token="token-1", webhook_secret="hush")
    shop.start()
    try:
        item = shop.add_product("MUG-BLUE", "Tasse bleue", "18.00", {71001: 9})
        client = ShopifyClient(connection(shop, "shopify"), {"access_token": "token-1"}, Http("Shopify"))
        stock = body("shopify", "stock", channel_stock_id=str(item), channel_location_id="71001", quantity=Decimal(7))
        for previous in (None, Decimal(3)):
            client.set_stock(Push("stock", "k", stock, "k", previous))
        order = shop.place_order({"MUG-BLUE": 2}, 71001)
        parcel = {"number": "6A1", "url": "https://track.example.com/6A1", "carrier": "Colissimo"}
        lines = [{"line_id": str(order["line_items"][0]["id"]), "sku": "MUG-BLUE", "quantity": Decimal(1)}]
        for tracking in ([parcel], []):
            told = body("shopify", "fulfillment", channel_order_id=str(order["id"]), tracking=tracking, lines=lines)
            client.fulfil(Push("fulfillment", "f", told, "f"))
        client.sku_of(str(item))
        client.stock_id_of("MUG-BLUE")
    finally:
        shop.stop()
    return shop.calls


def square_calls() -> list[Call]:
    seller = Square(access_token="token-1", signature_key="hush")
    seller.start()
    try:
        item = seller.add_item("MUG-BLUE", "Tasse bleue", 1800, {"LILLE": 9})
        order = seller.ring_up_sale({"MUG-BLUE": 1}, "LILLE")
        client = SquareClient(connection(seller, "square", "LILLE"), {"access_token": "token-1"}, Http("Square"))
        client.order(order["id"])
        client.poll_orders("2026-01-01T00:00:00.000Z", None)
        as_of = "2026-03-14T10:00:00.000Z"
        count = body(
            "square", "stock", channel_stock_id=item, channel_location_id="LILLE", quantity=Decimal("7.5"), as_of=as_of
        )
        client.set_stock(Push("stock", "k", count, "k", None, as_of))
    finally:
        seller.stop()
    return [call for call in seller.calls if call.path.startswith(SQUARE_PATHS)]


def test_shopifys_own_schema_accepts_every_call(shopify_contract: str) -> None:
    calls = shopify_calls()
    assert len({json.loads(call.body)["query"] for call in calls}) == 6, "all six documents are tried"
    for call in calls:
        status, answer = repeat(shopify_contract, call, {"X-Shopify-Access-Token": "token-1"})
        assert (status, answer.get("errors")) == (200, None)


def test_squares_own_description_accepts_every_call(square_contract: str) -> None:
    calls = square_calls()
    assert len(calls) == 3
    for call in calls:
        status, answer = repeat(square_contract, call, {"Authorization": "Bearer token-1"})
        assert status == 200, answer
