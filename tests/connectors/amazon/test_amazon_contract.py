"""Our listing calls have the form of Amazon's own OpenAPI file, served strictly beside the repository.

`CONTRACT_PYTHON` names an interpreter with openapi-core, where this one has none. The file has no orders.
"""

import contextlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.amazon.client import Client
from connectors.client import Push
from connectors.connection import Connection
from connectors.errors import ConnectorError
from connectors.http import Http
from mappings.engine import load_out
from ops.standins.amazon import Amazon
from tests.contracts import serving

ROOT = Path(__file__).parents[3]


@pytest.fixture
def contract(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve the contract; gives its URL and where it writes its verdicts."""
    with serving("spapi.oas3.json", tmp_path) as served:
        yield served


@pytest.fixture
def login() -> Iterator[str]:
    """Serve Login with Amazon, which the contract has not."""
    amazon = Amazon("app", "hush", "Atzr|seller")
    yield amazon.start()
    amazon.stop()


def test_every_listing_call_has_the_form_of_amazons_contract(contract: tuple[str, Path], login: str) -> None:
    url, verdicts = contract
    settings = {"lwa_url": login, "seller_id": "A2MAISONLUMIER", "marketplace_ids": "A13V1IB3VIYZZH"}
    connection = Connection(connection_id="a", tenant="t", connector="amazon", base_url=url, settings=settings)
    secrets = {"lwa_client_id": "app", "lwa_client_secret": "hush", "refresh_token": "Atzr|seller"}
    client = Client(connection, secrets, Http("amazon"))
    stock = {"sku": "MUG BLUE 1", "channel_stock_id": "MUG BLUE 1", "quantity": Decimal("7.5")}
    body = load_out(ROOT / "mappings" / "amazon" / "stock.out.yaml").body(stock, {"settings": settings})
    with contextlib.suppress(ConnectorError):  # the answers are the contract's own samples
        client.stock_id_of("MUG BLUE 1")
    with contextlib.suppress(ConnectorError):
        client.listing("MUG BLUE 1")
    with contextlib.suppress(ConnectorError):
        client.set_stock(Push("stock", "k", body, "k"))
    told = [json.loads(line) for line in verdicts.read_text().splitlines()]
    assert [(line["m"], line["code"], line["why"]) for line in told] == [
        ("GET", 200, []),
        ("GET", 200, []),
        ("PATCH", 200, []),
    ]
