"""The polls have the form of Square's OpenAPI file, served strictly beside this repository.

The file was cut to orders and inventory; what else is polled has no contract there.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.connection import Connection
from connectors.http import Http
from connectors.square.client import Client
from tests.contracts import serving


@pytest.fixture
def contract(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve the contract; gives its URL and where it writes its verdicts."""
    with serving("square.json", tmp_path) as served:
        yield served


def test_the_polls_have_the_form_of_squares_contract(contract: tuple[str, Path]) -> None:
    url, verdicts = contract
    about = {"connection_id": "till", "tenant": "t", "connector": "square", "base_url": url}
    connection = Connection.model_validate({**about, "locations": {"LMLILLE000001": "lille"}})
    client = Client(connection, {"access_token": "token-1"}, Http("Square"))
    client.poll_orders("2026-01-01T00:00:00.000Z", None)
    [counts] = client.poll_counts("2026-01-01T00:00:00.000Z", None).documents
    assert "counts" in json.loads(counts.body)
    client.poll_counts("2026-01-01T00:00:00.000Z", "next")
    lines = [json.loads(line) for line in verdicts.read_text().splitlines()]
    assert [(line["m"], line["code"], line["why"]) for line in lines] == [("POST", 200, [])] * 3
