"""The Square client over real HTTP against the stand-in: orders, physical counts as of a time, identity, errors."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Document, Page, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http
from connectors.manifest import delivery_of, load
from connectors.square.client import PAGE, ROWS, Client
from mappings.engine import load_out
from mappings.expressions.compilation import compile_expression
from ops.standins.square.channel import Square
from tests.connectors.client import connection_to, listening

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings" / "square"
LILLE, LYON = "LMLILLE000001", "LMLYON0000001"
LATER = "2030-01-01T00:00:00.000Z"


@pytest.fixture
def seller() -> Iterator[Square]:
    with listening(Square(access_token="token-1", signature_key="hush")) as seller:
        seller.add_item("MUG-BLUE", "Tasse bleue", 1800, {LILLE: 9, LYON: 4})
        seller.add_item("LINEN", "Lin au mètre", 2000, {LILLE: Decimal("12.5")})
        yield seller


def connection(seller: Square, *locations: str) -> Connection:
    named = {location: location.lower() for location in locations or (LILLE, LYON)}
    return connection_to("square", "till-lille", seller, locations=named)


def client(seller: Square, token: str = "token-1", locations: tuple[str, ...] = ()) -> Client:
    return Client(connection(seller, *locations), {"access_token": token}, Http("Square", 5.0))


def stock(seller: Square, quantity: str, as_of: str = LATER, key: str = "push-1", sku: str = "MUG-BLUE") -> Push:
    ids = {kept["sku"]: item for item, kept in seller.variations.items()}
    record: dict[str, Any] = {
        "sku": sku,
        "channel_location_id": LILLE,
        "channel_stock_id": ids.get(sku, "GONE"),
        "quantity": Decimal(quantity),
        "as_of": as_of,
    }
    body = load_out(MAPPINGS / "stock.out.yaml").body(record, {})
    return Push("stock", key, body, key, None, as_of)


def before(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def counted(seller: Square) -> int:
    return sum(delivery.topic == "inventory.count.updated" for delivery in seller.deliveries.all)


def test_an_order_is_fetched_as_it_is(seller: Square) -> None:
    order = seller.ring_up_sale({"MUG-BLUE": 2}, LILLE)
    document = client(seller).order(order["id"])
    assert document.topic == "order"
    assert json.loads(document.body)["order"]["state"] == "COMPLETED"


def test_an_unknown_order_is_not_found(seller: Square) -> None:
    with pytest.raises(NotFoundError):
        client(seller).order("../customers")


def test_a_count_is_set_at_one_location_only(seller: Square) -> None:
    answer = client(seller).set_stock(stock(seller, "7"))
    assert (answer.outcome, answer.shown) == ("done", 7)
    assert seller.stock()["MUG-BLUE", LILLE] == 7
    assert seller.stock()["MUG-BLUE", LYON] == 4


def test_a_quantity_keeps_its_fraction(seller: Square) -> None:
    assert client(seller).set_stock(stock(seller, "11.25", sku="LINEN")).shown == Decimal("11.25")


def test_a_sale_since_the_hub_knew_is_taken_off_the_pushed_count(seller: Square) -> None:
    known = before(60)
    seller.ring_up_sale({"MUG-BLUE": 2}, LILLE)
    assert client(seller).set_stock(stock(seller, "8", as_of=known)).shown == 6


def test_the_same_push_twice_counts_once_and_echoes_once(seller: Square) -> None:
    seller.fail("lost")
    with pytest.raises(UnavailableError):
        client(seller).set_stock(stock(seller, "7"))
    assert client(seller).set_stock(stock(seller, "7")).shown == 7
    assert counted(seller) == 1
    assert {call.idempotency_key for call in seller.calls} == {"push-1"}


def test_a_count_that_changes_nothing_echoes_nothing(seller: Square) -> None:
    client(seller).set_stock(stock(seller, "9"))
    assert counted(seller) == 0


def test_a_count_square_refuses_is_rejected(seller: Square) -> None:
    with pytest.raises(RejectedError, match="Square answered 400 to POST"):
        client(seller).set_stock(stock(seller, "1", sku="UNKNOWN"))


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("429", RateLimitedError),
        ("500", UnavailableError),
        ("reset", UnavailableError),
        ("200_error", UnavailableError),
        ("401", UnauthorisedError),
    ],
)
def test_a_failure_is_named_by_what_to_do_next(seller: Square, mode: Any, error: type[Exception]) -> None:
    seller.fail(mode)
    with pytest.raises(error):
        client(seller).set_stock(stock(seller, "7"))


def test_a_refused_call_says_how_long_to_wait(seller: Square) -> None:
    seller.retry_after = "17"
    seller.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(seller).sku_of("X")
    assert caught.value.retry_after == 17


def test_a_wrong_token_is_unauthorised(seller: Square) -> None:
    with pytest.raises(UnauthorisedError):
        client(seller, token="stolen").sku_of("X")


def test_sku_and_variation_find_each_other(seller: Square) -> None:
    item = next(iter(seller.variations))
    assert client(seller).sku_of(item) == "MUG-BLUE"
    assert client(seller).stock_id_of("MUG-BLUE") == item
    assert client(seller).sku_of("GONE") is None
    assert client(seller).stock_id_of("GONE") is None


def test_a_sku_that_several_variations_have_is_not_resolved(seller: Square) -> None:
    seller.add_item("MUG-BLUE", "Tasse bleue, ancienne", 1500, {})
    assert client(seller).stock_id_of("MUG-BLUE") is None


def test_the_poll_finds_what_was_updated_since_oldest_first(seller: Square) -> None:
    first, second = (seller.ring_up_sale({"MUG-BLUE": 1}, place) for place in (LILLE, LYON))
    page = client(seller).poll_orders(before(60), None)
    assert [json.loads(document.body)["order"]["id"] for document in page.documents] == [first["id"], second["id"]]
    assert page.cursor is None
    assert client(seller).poll_orders(LATER, None).documents == ()


def test_the_poll_asks_for_ten_locations_at_a_time(seller: Square) -> None:
    last = "Z-LAST"
    seller.add_item("BOWL", "Bol", 900, {last: 1})
    order = seller.ring_up_sale({"BOWL": 1}, last)
    many = (*(f"A{number:02}" for number in range(12)), last)
    page = client(seller, locations=many).poll_orders(before(60), None)
    assert (page.documents, page.cursor) == ((), "1|")
    page = client(seller, locations=many).poll_orders(before(60), page.cursor)
    assert [json.loads(document.body)["order"]["id"] for document in page.documents] == [order["id"]]
    assert page.cursor is None


SINCE = "2020-01-01T00:00:00.000Z"


def said(document: Document) -> Any:
    return json.loads(document.body)


def walked(ask: Callable[[str, str | None], Page]) -> list[Document]:
    found: list[Document] = []
    cursor = None
    while True:
        page = ask(SINCE, cursor)
        found += page.documents
        cursor = page.cursor
        if cursor is None:
            return found


def test_a_changed_price_is_fetched_by_the_time_its_webhook_names(seller: Square) -> None:
    seller.change_price("MUG-BLUE", 1900)
    [told] = [each for each in seller.deliveries.all if each.topic == "catalog.version.updated"]
    rule = load(ROOT / "connectors" / "square").topic("catalog.version.updated").fetch
    assert rule is not None
    document = client(seller).catalog(compile_expression(rule.each).search(json.loads(told.body)))
    prices = {
        each["item_variation_data"]["sku"]: each["item_variation_data"]["price_money"]["amount"]
        for item in said(document)["objects"]
        for each in item["item_data"]["variations"]
    }
    assert document.topic == "catalog"
    assert prices["MUG-BLUE"] == 1900


def test_every_item_is_listed_page_after_page(seller: Square) -> None:
    for number in range(PAGE):
        seller.add_item(f"SKU-{number}", "Bougie", 1200, {LILLE: 1})
    found = walked(client(seller).poll_catalog)
    assert len({said(document)["object"]["id"] for document in found}) == PAGE + 2


def test_counts_of_the_mapped_locations_are_listed_together(seller: Square) -> None:
    for number in range(ROWS):
        seller.add_item(f"SKU-{number}", "Bougie", 1200, {LILLE: 1})
    found = walked(client(seller, locations=(LILLE,)).poll_counts)
    assert [len(said(document)["counts"]) for document in found] == [ROWS, 2]
    assert {count["location_id"] for document in found for count in said(document)["counts"]} == {LILLE}


def test_customers_accounts_and_refunds_are_found_without_their_webhooks(seller: Square) -> None:
    camille = seller.add_customer(given_name="Camille", family_name="Moreau", phone_number="+33612345678")
    account = seller.enrol(camille["id"], 42)
    sale = seller.ring_up_sale({"MUG-BLUE": 2}, LILLE)
    back = seller.refund_sale(sale["id"], {"MUG-BLUE": 1})
    hub = client(seller)
    [found] = walked(hub.poll_customers)
    assert said(found)["customer"]["id"] == camille["id"]
    [accounts] = walked(hub.poll_loyalty_accounts)
    assert [each["id"] for each in said(accounts)["loyalty_accounts"]] == [account["id"]]
    [refund] = walked(hub.poll_refunds)
    assert (said(refund)["refund"]["order_id"], said(refund)["refund"]["status"]) == (back["id"], "COMPLETED")


def test_what_did_not_change_is_a_known_delivery(seller: Square) -> None:
    manifest, hub = load(ROOT / "connectors" / "square"), client(seller)

    def deliveries() -> list[str]:
        found = [*walked(hub.poll_catalog), *walked(hub.poll_counts)]
        return [delivery_of(manifest, each.topic, {}, said(each), each.body) for each in found]

    first = deliveries()
    assert deliveries() == first
    seller.ring_up_sale({"MUG-BLUE": 1}, LILLE)
    assert [known in first for known in deliveries()] == [True, True, False]
