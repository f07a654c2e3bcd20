"""The call to MyDHL has the form of DHL Express' OpenAPI file, served strictly beside this repository.

`CONTRACT_PYTHON` names an interpreter with openapi-core, where this one has none. The unified API has no file there.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.connection import Connection
from connectors.dhl.client import Client
from connectors.http import Http
from tests.contracts import serving


@pytest.fixture
def contract(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve the contract; gives its URL and where it writes its verdicts."""
    with serving("dhl.json", tmp_path) as served:
        yield served


def test_the_call_has_the_form_of_dhls_contract(contract: tuple[str, Path]) -> None:
    url, verdicts = contract
    settings = {"express_url": url}
    connection = Connection(connection_id="dhl", tenant="t", connector="dhl", base_url=url, settings=settings)
    document = Client(connection, {"express_login": "shop:secret"}, Http("dhl")).express("9356579890")
    assert "shipments" in json.loads(document.body)
    lines = [json.loads(line) for line in verdicts.read_text().splitlines()]
    assert [(line["m"], line["code"], line["why"]) for line in lines] == [("GET", 200, [])]
