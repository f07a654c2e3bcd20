"""The Lightspeed client against the stand-in, over real HTTP."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Document, Page, Push
from connectors.connection import Connection
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import Http
from connectors.lightspeed.client import LEVELS_PER_PAGE, PRODUCTS_PER_PAGE, VERSION, Client
from connectors.manifest import delivery_of, load
from mappings.payloads import parse_json
from ops.standins.lightspeed import Lightspeed
from tests.connectors.client import PATIENCE, connection_to, facts_of, listening, push_of

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings" / "lightspeed"


@pytest.fixture
def retailer() -> Iterator[Lightspeed]:
    with listening(Lightspeed("token-1", "hush")) as retailer:
        yield retailer


def connection(retailer: Lightspeed) -> Connection:
    return connection_to("lightspeed", "till", retailer, currency="EUR", locations={"LILLE": "lille"})


def client(retailer: Lightspeed, token: str = "token-1") -> Client:
    return Client(connection(retailer), {"access_token": token}, Http("lightspeed", PATIENCE))


def stock(product: str, quantity: str, previous: int | None = None, outlet: str = "LILLE") -> Push:
    about = {"channel_stock_id": product, "channel_location_id": outlet, "quantity": Decimal(quantity)}
    return push_of("lightspeed", "stock", about, previous)


def facts(mapping: str, body: bytes, retailer: Lightspeed) -> list[Any]:
    return facts_of("lightspeed", mapping, body, "till", connection(retailer).model_dump())


def written(retailer: Lightspeed) -> int:
    return sum(call.method == "PUT" for call in retailer.calls)


def test_client_and_manifest_speak_one_version() -> None:
    assert load(ROOT / "connectors" / "lightspeed").api_version == VERSION


def test_levels_are_counts_as_of_the_answers_date(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9, "PARIS": Decimal("2.5")})
    document = client(retailer).inventory(mug)
    lille, paris = facts("inventory", document.body, retailer)
    assert (lille.channel_stock_id, lille.location_id, lille.quantity, lille.measure) == (mug, "lille", 9, "available")
    assert (paris.location_id, paris.quantity) == ("till:PARIS", Decimal("2.5"))
    assert abs(retailer.now().timestamp() - _seconds(lille.counted_at)) < 5
    assert paris.source_version > lille.source_version


def _seconds(moment: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(moment).timestamp()


def test_a_product_teaches_which_stock_id_is_which_sku(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    product, price = facts("product", client(retailer).product(mug).body, retailer)
    assert [(variant.channel_stock_id, variant.sku) for variant in product.variants] == [(mug, "MUG-BLUE")]
    assert (price.sku, price.amount, price.currency, price.taxes_included) == ("MUG-BLUE", 1800, "EUR", True)


def walked(ask: Callable[[str, str | None], Page]) -> list[Document]:
    found: list[Document] = []
    cursor = None
    while True:
        page = ask("2026-01-01T00:00:00.000Z", cursor)
        found += page.documents
        cursor = page.cursor
        if cursor is None:
            return found


def test_every_product_is_listed_page_after_page(retailer: Lightspeed) -> None:
    for number in range(PRODUCTS_PER_PAGE + 1):
        retailer.add_product(f"SKU-{number}", "18.00", {"LILLE": 1})
    found = walked(client(retailer).poll_products)
    assert len({parse_json(document.body)["data"]["id"] for document in found}) == PRODUCTS_PER_PAGE + 1


def test_levels_that_did_not_change_are_a_known_delivery(retailer: Lightspeed) -> None:
    for number in range(LEVELS_PER_PAGE + 1):
        retailer.add_product(f"SKU-{number}", "18.00", {"LILLE": 9})
    manifest = load(ROOT / "connectors" / "lightspeed")

    def deliveries() -> list[str]:
        found = walked(client(retailer).poll_inventory)
        bodies = [(parse_json(document.body), document.body) for document in found]
        return [delivery_of(manifest, "inventory", {}, body, raw) for body, raw in bodies]

    first = deliveries()
    assert len(first) == 2
    assert deliveries() == first
    retailer.ring_up_sale({f"SKU-{LEVELS_PER_PAGE}": 1}, "LILLE")
    assert [known in first for known in deliveries()] == [True, False]


def test_skus_and_products_find_each_other(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    assert client(retailer).sku_of(mug) == "MUG-BLUE"
    assert client(retailer).sku_of("gone") is None
    assert client(retailer).stock_id_of("MUG-BLUE") == mug
    assert client(retailer).stock_id_of("mug-blue") is None
    assert client(retailer).stock_id_of("SCARF & RED") is None
    retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 1})
    assert client(retailer).stock_id_of("MUG-BLUE") is None


def test_stock_is_written_at_one_outlet(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9, "PARIS": 4})
    answer = client(retailer).set_stock(stock(mug, "7.5", previous=9))
    assert (answer.outcome, answer.shown) == ("done", Decimal("7.5"))
    assert retailer.stock() == {("MUG-BLUE", "LILLE"): Decimal("7.5"), ("MUG-BLUE", "PARIS"): Decimal(4)}


def test_a_sale_we_have_not_heard_of_is_not_overwritten(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    retailer.ring_up_sale({"MUG-BLUE": 2}, "LILLE")
    answer = client(retailer).set_stock(stock(mug, "8", previous=9))
    assert (answer.outcome, answer.shown, written(retailer)) == ("stale", Decimal(7), 0)


def test_without_a_belief_stock_is_written_and_what_is_there_already_is_not(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    for _ in range(2):
        assert client(retailer).set_stock(stock(mug, "8")).outcome == "done"
    assert written(retailer) == 1


def test_an_outlet_that_keeps_no_stock_of_it_is_named(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    with pytest.raises(RejectedError, match=f"keeps no stock of {mug} at outlet register-LILLE"):
        client(retailer).set_stock(stock(mug, "8", outlet="register-LILLE"))


def test_an_unknown_product_is_not_found(retailer: Lightspeed) -> None:
    with pytest.raises(NotFoundError):
        client(retailer).product("A/B")


def test_a_wrong_token_is_ours_to_mend(retailer: Lightspeed) -> None:
    with pytest.raises(UnauthorisedError, match="lightspeed answered 401"):
        client(retailer, token="another").stock_id_of("MUG-BLUE")


def test_a_429_says_until_when_to_wait_as_a_date(retailer: Lightspeed) -> None:
    retailer.wait = 120
    retailer.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(retailer).stock_id_of("MUG-BLUE")
    assert 110 < caught.value.retry_after <= 120


@pytest.mark.parametrize("mode", ["reset", "200_error"])
def test_what_passes_can_be_tried_again(retailer: Lightspeed, mode: Any) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    for ask in (client(retailer).product, client(retailer).inventory):
        retailer.fail(mode)
        with pytest.raises(UnavailableError):
            ask(mug)
        assert ask(mug).body


def test_a_write_whose_answer_was_lost_is_not_written_twice(retailer: Lightspeed) -> None:
    mug = retailer.add_product("MUG-BLUE", "18.00", {"LILLE": 9})
    retailer.fail("lost", path="/products")
    with pytest.raises(UnavailableError):
        client(retailer).set_stock(stock(mug, "8", previous=9))
    assert client(retailer).set_stock(stock(mug, "8", previous=8)).outcome == "done"
    assert written(retailer) == 1
