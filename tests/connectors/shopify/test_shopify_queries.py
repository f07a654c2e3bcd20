"""Every document the client sends is one that Shopify's own schema knows; skipped where the schema is not at hand."""

import gzip
import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate

from connectors.shopify import queries

SCHEMA = Path(__file__).parents[4] / "shared" / "contracts" / "shopify_admin_2026-10.introspection.json.gz"
DOCUMENTS = {name: text for name, text in vars(queries).items() if name.isupper()}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    if not SCHEMA.is_file():
        pytest.skip("Shopify's schema is not beside this repository (shared/contracts)")
    with gzip.open(SCHEMA) as packed:
        said = json.load(packed)
    return build_client_schema(said.get("data", said))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_shopifys_schema_knows_all_that_a_document_asks_for(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, parse(DOCUMENTS[name])) == []
