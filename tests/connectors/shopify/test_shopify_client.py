"""The Shopify client over real HTTP against the stand-in: compare-and-swap, fulfilments once, errors inside a 200."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Document, Push
from connectors.connection import Connection
from connectors.errors import NotFoundError, RateLimitedError, RejectedError, UnauthorisedError, UnavailableError
from connectors.http import Http
from connectors.shopify.client import Client
from mappings.engine import load_out
from ops.standins.shopify.channel import Shopify
from tests.connectors.client import connection_to, facts_of, listening

MAPPINGS = Path(__file__).parents[3] / "mappings" / "shopify"
LILLE, WAREHOUSE = 71001, 71002


@pytest.fixture
def shop() -> Iterator[Shopify]:
    with listening(Shopify(access_token="token-1", webhook_secret="hush")) as shop:
        shop.add_product("MUG-BLUE", "Tasse bleue", "18.00", {LILLE: 9, WAREHOUSE: 20})
        shop.add_product("SCARF-RED", "Écharpe rouge", "45.00", {LILLE: 3})
        yield shop


def connection(shop: Shopify) -> Connection:
    return connection_to("shopify", "shop-fr", shop)


def client(shop: Shopify, token: str = "token-1", timeout: float = 5.0) -> Client:
    secrets = {"access_token": token, "webhook_secret": "hush"}
    return Client(connection(shop), secrets, Http("Shopify", timeout))


def stock(shop: Shopify, quantity: str, previous: int | None, key: str = "push-1", sku: str = "MUG-BLUE") -> Push:
    record: dict[str, Any] = {
        "sku": sku,
        "location_id": "lille",
        "channel_location_id": str(LILLE),
        "channel_stock_id": str(shop.variants[sku]["inventory_item_id"]) if sku in shop.variants else "1",
        "quantity": Decimal(quantity),
        "previous": previous,
    }
    body = load_out(MAPPINGS / "stock.out.yaml").body(record, connection(shop).model_dump())
    return Push("stock", key, body, key, None if previous is None else Decimal(previous), "2026-03-14T10:00:00.000Z")


def fulfillment(order: dict[str, Any], *, number: str | None, lines: list[dict[str, Any]] | None = None) -> Push:
    record: dict[str, Any] = {
        "channel_order_id": str(order["id"]),
        "tracking": [{"number": number, "url": f"https://track.example.com/{number}", "carrier": "Colissimo"}],
        "lines": lines or [],
    }
    if number is None:
        record["tracking"] = []
    body = load_out(MAPPINGS / "fulfillment.out.yaml").body(record, {})
    return Push("fulfillment", "f-1", body, "f-1")


def facts(shop: Shopify, document: Document, mapping: str) -> Any:
    return facts_of("shopify", mapping, document.body, "shop-fr", connection(shop).model_dump())


def mutations(shop: Shopify, name: str) -> int:
    return sum(name.encode() in call.body for call in shop.calls)


def test_stock_is_set_where_the_channel_shows_what_we_believe(shop: Shopify) -> None:
    answer = client(shop).set_stock(stock(shop, "7", previous=9))
    assert (answer.outcome, answer.shown) == ("done", 7)
    assert shop.stock()["MUG-BLUE", str(LILLE)] == 7
    assert shop.stock()["MUG-BLUE", str(WAREHOUSE)] == 20


def test_stock_that_moved_meanwhile_is_not_overwritten(shop: Shopify) -> None:
    shop.place_order({"MUG-BLUE": 2}, LILLE)
    answer = client(shop).set_stock(stock(shop, "8", previous=9))
    assert (answer.outcome, answer.shown) == ("stale", 7)
    assert shop.stock()["MUG-BLUE", str(LILLE)] == 7


def test_without_a_belief_the_quantity_is_read_first(shop: Shopify) -> None:
    answer = client(shop).set_stock(stock(shop, "4", previous=None))
    assert (answer.outcome, shop.stock()["MUG-BLUE", str(LILLE)]) == ("done", 4)
    assert mutations(shop, "query Available") == 1


def test_what_is_already_shown_is_not_set_again(shop: Shopify) -> None:
    assert client(shop).set_stock(stock(shop, "9", previous=None)).outcome == "done"
    assert mutations(shop, "mutation") == 0


def test_the_same_push_after_a_lost_answer_changes_nothing(shop: Shopify) -> None:
    shop.fail("lost")
    with pytest.raises(UnavailableError):
        client(shop).set_stock(stock(shop, "7", previous=9))
    assert client(shop).set_stock(stock(shop, "7", previous=9)).outcome == "done"
    levels = [delivery for delivery in shop.deliveries.all if delivery.topic == "inventory_levels/update"]
    assert (len(levels), shop.stock()["MUG-BLUE", str(LILLE)]) == (1, 7)
    assert len({call.idempotency_key for call in shop.calls}) == 1


def test_a_key_whose_attempt_was_stale_is_spent_and_stays_stale(shop: Shopify) -> None:
    push = stock(shop, "7", previous=5)
    assert client(shop).set_stock(push).outcome == "stale"
    assert client(shop).set_stock(push).outcome == "stale"
    assert client(shop).set_stock(stock(shop, "7", previous=9)).outcome == "done"


def test_a_fraction_is_rounded_down_because_the_shop_counts_pieces(shop: Shopify) -> None:
    client(shop).set_stock(stock(shop, "2.75", previous=9))
    assert shop.stock()["MUG-BLUE", str(LILLE)] == 2


def test_an_item_that_is_not_stocked_there_is_rejected(shop: Shopify) -> None:
    with pytest.raises(RejectedError, match="Shopify does not stock"):
        client(shop).set_stock(stock(shop, "1", previous=None, sku="UNKNOWN"))
    with pytest.raises(RejectedError, match="refuses: INVALID_INVENTORY_ITEM"):
        client(shop).set_stock(stock(shop, "1", previous=2, sku="UNKNOWN"))


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
def test_a_failure_is_named_by_what_to_do_next(shop: Shopify, mode: Any, error: type[Exception]) -> None:
    shop.fail(mode)
    with pytest.raises(error):
        client(shop).set_stock(stock(shop, "7", previous=9))


def test_a_shop_that_does_not_answer_is_unavailable(shop: Shopify) -> None:
    shop.fail("timeout")
    with pytest.raises(UnavailableError, match="Shopify did not answer POST"):
        client(shop, timeout=0.2).sku_of("1")


def test_a_throttled_call_says_when_the_bucket_is_full_enough(shop: Shopify) -> None:
    shop.fail("429")
    with pytest.raises(RateLimitedError, match="Shopify throttles") as caught:
        client(shop).sku_of("1")
    assert caught.value.retry_after == 1.0


def test_a_wrong_token_is_unauthorised(shop: Shopify) -> None:
    with pytest.raises(UnauthorisedError):
        client(shop, token="stolen").sku_of("1")


def test_a_fulfilment_carries_its_tracking(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2, "SCARF-RED": 1}, LILLE)
    answer = client(shop).fulfil(fulfillment(order, number="6A1"))
    [done] = shop.orders[order["id"]]["fulfillments"]
    assert answer.reference == f"gid://shopify/Fulfillment/{done['id']}"
    assert (done["tracking_numbers"], done["tracking_company"]) == (["6A1"], "Colissimo")
    assert [(line["sku"], line["quantity"]) for line in done["line_items"]] == [("MUG-BLUE", 2), ("SCARF-RED", 1)]


def test_a_tracking_number_the_shop_already_has_is_not_sent_again(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2}, LILLE)
    line = {"line_id": str(order["line_items"][0]["id"]), "sku": "MUG-BLUE", "quantity": Decimal(1)}
    first = client(shop).fulfil(fulfillment(order, number="6A1", lines=[line]))
    again = client(shop).fulfil(fulfillment(order, number="6A1", lines=[line]))
    assert (again.outcome, again.reference) == ("done", first.reference)
    assert mutations(shop, "fulfillmentCreate") == 1


def test_a_second_parcel_takes_only_its_own_lines(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2, "SCARF-RED": 1}, LILLE)
    for number, sku in (("6A1", "SCARF-RED"), ("6A2", "MUG-BLUE")):
        client(shop).fulfil(fulfillment(order, number=number, lines=[{"sku": sku, "quantity": Decimal(1)}]))
    told = [[(line["sku"], line["quantity"]) for line in done["line_items"]] for done in order["fulfillments"]]
    assert told == [[("SCARF-RED", 1)], [("MUG-BLUE", 1)]]
    assert order["fulfillment_status"] == "partial"


def test_an_order_that_is_handed_over_without_tracking_is_done(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 1}, LILLE)
    first = client(shop).fulfil(fulfillment(order, number=None))
    assert client(shop).fulfil(fulfillment(order, number=None)).reference == first.reference
    assert mutations(shop, "fulfillmentCreate") == 1


def test_a_parcel_of_a_cancelled_order_is_rejected(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 1}, LILLE)
    shop.cancel(order["id"])
    with pytest.raises(RejectedError, match="is open to be fulfilled"):
        client(shop).fulfil(fulfillment(order, number="6A1"))
    with pytest.raises(RejectedError, match="does not know"):
        client(shop).fulfil(fulfillment({"id": 1}, number="6A1"))


def test_sku_and_inventory_item_find_each_other(shop: Shopify) -> None:
    item = str(shop.variants["MUG-BLUE"]["inventory_item_id"])
    assert client(shop).sku_of(item) == "MUG-BLUE"
    assert client(shop).stock_id_of("MUG-BLUE") == item
    assert client(shop).sku_of("1") is None
    assert client(shop).stock_id_of('NO "SUCH" SKU') is None


def test_a_sku_that_differs_in_case_is_another_sku(shop: Shopify) -> None:
    assert client(shop).stock_id_of("mug-blue") is None


def test_the_scans_of_a_fulfilment_are_of_its_one_parcel(shop: Shopify) -> None:
    order = shop.place_order({"MUG-BLUE": 2}, LILLE)
    client(shop).fulfil(fulfillment(order, number="6A1"))
    done = shop.orders[order["id"]]["fulfillments"][0]["id"]
    shop.scan(done, order["id"], "in_transit", city="Lesquin", country="FR", message="En route")
    shop.scan(done, order["id"], "delivered", city="Lille", country="FR")
    last, first = facts(shop, client(shop).scans(str(done)), "scans")
    assert (last.tracking_number, last.status, last.final) == ("6A1", "delivered", True)
    assert (first.status, first.location.address_locality) == ("in_transit", "Lesquin")


def test_a_merge_is_dated_by_the_customer_who_stayed(shop: Shopify) -> None:
    shop.merge_customers(7001, 7002)
    document = client(shop).merged_customer("gid://shopify/Customer/7001 gid://shopify/Customer/7002")
    [merge] = facts(shop, document, "merge")
    assert (merge.into_channel_customer_id, merge.from_channel_customer_ids) == ("7001", ("7002",))
    assert merge.occurred_at[:19] == shop.customers[7001][:19]


def test_what_the_shop_no_longer_has_is_not_found(shop: Shopify) -> None:
    with pytest.raises(NotFoundError, match="does not know the fulfilment"):
        client(shop).scans("1")
    with pytest.raises(NotFoundError, match="does not know the customer who stayed"):
        client(shop).merged_customer("gid://shopify/Customer/1 gid://shopify/Customer/2")
