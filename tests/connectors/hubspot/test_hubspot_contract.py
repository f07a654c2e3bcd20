"""Our calls have the form of HubSpot's own OpenAPI file, served strictly beside the repository (shared/contracts).

`CONTRACT_PYTHON` names an interpreter with openapi-core, where this one has none.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Push
from connectors.connection import Connection
from connectors.errors import ConnectorError
from connectors.http import Http
from connectors.hubspot.client import Client
from mappings.engine import load_out
from tests.contracts import serving

ROOT = Path(__file__).parents[3]


@pytest.fixture
def contract(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve the contract; gives its URL and where it writes its verdicts."""
    with serving("hubspot.json", tmp_path) as served:
        yield served


def verdicts_of(file: Path) -> list[tuple[str, int, list[str]]]:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [(line["m"], line["code"], line["why"]) for line in lines]


def push(**customer: Any) -> Push:
    address = {"street_address": "12 rue de Béthune", "postal_code": "59000", "address_country": "FR"}
    names = {"first_name": "Camille", "last_name": "Moreau", "addresses": [address]}
    body = load_out(ROOT / "mappings" / "hubspot" / "customer.out.yaml").body({**names, **customer}, {})
    return Push("customer", "cus_1", body, "idempotency")


def test_every_call_has_the_form_of_hubspots_contract(contract: tuple[str, Path]) -> None:
    url, verdicts = contract
    connection = Connection(connection_id="crm", tenant="t", connector="hubspot", base_url=url)
    client = Client(connection, {"access_token": "token"}, Http("hubspot"))
    client.contact("501")
    client.save_contact(push(email="camille.moreau@example.com", phone="+33612345678"))
    client.save_contact(push(channel_customer_id="501"))
    assert verdicts_of(verdicts) == [("GET", 200, []), ("POST", 200, []), ("PATCH", 200, [])]


def test_the_contract_refuses_what_hubspot_does_not_know(contract: tuple[str, Path]) -> None:
    url, verdicts = contract
    with pytest.raises(ConnectorError):
        Http("hubspot").call(
            "POST",
            f"{url}/crm/v3/objects/contacts/batch/upsert",
            headers={"Authorization": "Bearer token"},
            json_body={"inputs": [{"id": "a@example.com", "properties": {}, "email": "a@example.com"}]},
        )
    [(_, code, why)] = verdicts_of(verdicts)
    assert code == 422
    assert any("email" in reason for reason in why)
