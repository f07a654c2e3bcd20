"""The Mirakl client against the stand-in, over real HTTP."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Push
from connectors.connection import Connection
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.http import Http
from connectors.manifest import delivery_of, load
from connectors.mirakl.client import Client
from ops.standins.mirakl.channel import Mirakl
from tests.connectors.client import PATIENCE, connection_to, facts_of, listening, push_of

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings" / "mirakl"
LONG_AGO = "2020-01-01T00:00:00.000Z"


@pytest.fixture
def shop() -> Iterator[Mirakl]:
    with listening(Mirakl("the-key")) as shop:
        yield shop


def connection(shop: Mirakl, **settings: str) -> Connection:
    return connection_to("mirakl", "market", shop, settings=settings)


def client(shop: Mirakl, key: str = "the-key", **settings: str) -> Client:
    return Client(connection(shop, **settings), {"api_key": key}, Http("mirakl", PATIENCE))


def stock(sku: str, quantity: str) -> Push:
    return push_of("mirakl", "stock", {"sku": sku, "channel_stock_id": sku, "quantity": Decimal(quantity)})


def parcel(order_id: str, number: str = "6A1", status: str = "success", **more: Any) -> Push:
    tracking = [{"number": number, "url": f"https://track.example.com/{number}", "carrier": "Colissimo"}]
    about = {"channel_order_id": order_id, "fulfillment_id": "shp_1", "status": status, "tracking": tracking}
    return push_of("mirakl", "fulfillment", {**about, "lines": [], **more})


def facts(body: bytes) -> list[Any]:
    return facts_of("mirakl", "order", body, "market", {"timezone": "UTC", "connection_id": "market"})


def writes(shop: Mirakl) -> list[str]:
    return [f"{call.method} {call.path}" for call in shop.calls if call.method != "GET"]


def test_a_poll_pages_through_every_changed_order(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 1000)
    placed = [shop.place_order({"MUG-BLUE": 1}) for _ in range(205)]
    polled, cursor, pages = [], None, 0
    while True:
        page = client(shop).poll_orders(LONG_AGO, cursor)
        polled += [json.loads(document.body)["order_id"] for document in page.documents]
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            break
    assert polled == placed
    assert pages == 3


def test_a_poll_that_ends_on_a_full_page_ends(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 1000)
    for _ in range(100):
        shop.place_order({"MUG-BLUE": 1})
    assert client(shop).poll_orders(LONG_AGO, None).cursor is None


def test_a_polled_order_keeps_its_amounts_and_is_the_same_document_until_it_changes(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10, price="12.35")
    order_id = shop.place_order({"MUG-BLUE": 3})
    manifest = load(ROOT / "connectors" / "mirakl")

    def polled() -> tuple[bytes, str]:
        [document] = client(shop).poll_orders(LONG_AGO, None).documents
        return document.body, delivery_of(manifest, "order", {}, json.loads(document.body), document.body)

    body, delivery = polled()
    assert b'"price":37.05' in body
    assert facts(body)[0].totals.total == 4195
    assert polled()[1] == delivery
    shop.set_state(order_id, "RECEIVED")
    assert polled()[1] != delivery


def test_an_order_that_has_not_changed_since_is_not_polled_but_mirakls_own_margin_is(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order = shop.orders[shop.place_order({"MUG-BLUE": 1})]
    order["last_updated_date"] = "2026-03-01T12:00:00.000Z"
    assert len(client(shop).poll_orders("2026-03-01T12:00:30.000Z", None).documents) == 1
    assert client(shop).poll_orders("2026-03-01T12:02:00.000Z", None).documents == ()


def test_a_refund_and_a_cancelation_go_to_the_buyer(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 3})
    shop.cancel_line(order_id, 0, quantity=1, amount="12.50")
    shop.refund_line(order_id, 0, quantity=0, amount="3.00")
    found = {fact.type: fact for fact in facts(client(shop).order(order_id).body) if fact.kind == "adjustment"}
    assert (found["cancellation"].amount, found["cancellation"].lines[0].quantity) == (-1250, 1)
    assert (found["refund"].amount, found["refund"].status) == (-300, "success")


def test_stock_changes_the_quantity_and_nothing_else_of_the_offer(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10, price="12.50", description="Grès", discount={"price": 11}, min_quantity_alert=2)
    before = dict(shop.offers["MUG-BLUE"])
    answer = client(shop).set_stock(stock("MUG-BLUE", "7"))
    assert answer.outcome == "done"
    assert answer.reference == "2044"
    assert shop.stock() == {"MUG-BLUE": Decimal(7)}
    assert shop.offers["MUG-BLUE"] == {**before, "quantity": 7}


def test_of24_would_have_reset_the_offer(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10, price="12.50", description="Grès")
    offers = {"offers": [{"shop_sku": "MUG-BLUE", "quantity": "7", "update_delete": "update"}]}
    Http("mirakl").call("POST", f"{shop.base_url}/api/offers", headers={"Authorization": "the-key"}, json_body=offers)
    assert shop.stock() == {"MUG-BLUE": Decimal(7)}
    assert (shop.offers["MUG-BLUE"]["price"], shop.offers["MUG-BLUE"]["description"]) == (0, None)


def test_a_part_of_a_piece_is_not_offered(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    client(shop).set_stock(stock("MUG-BLUE", "3.9"))
    assert shop.stock() == {"MUG-BLUE": Decimal(3)}


def test_an_import_that_waits_is_done_as_far_as_we_know(shop: Mirakl) -> None:
    shop.import_delay = 60.0
    shop.add_offer("MUG-BLUE", 10)
    assert client(shop).set_stock(stock("MUG-BLUE", "7")).outcome == "done"
    assert shop.stock() == {"MUG-BLUE": Decimal(10)}


def test_an_import_that_failed_at_once_is_refused(shop: Mirakl) -> None:
    with pytest.raises(RejectedError, match=r"refused the stock of GONE: import 2044 COMPLETE, 1 errors"):
        client(shop).set_stock(stock("GONE", "7"))


def test_a_sku_without_an_offer_has_no_stock_id(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    assert client(shop).stock_id_of("MUG-BLUE") == "MUG-BLUE"
    assert client(shop).stock_id_of("SCARF-RED") is None


def test_a_sku_with_special_characters_survives_query_and_file(shop: Mirakl) -> None:
    sku = 'MUG;"BLUE" & 5/6'
    shop.add_offer(sku, 10)
    assert client(shop).stock_id_of(sku) == sku
    client(shop).set_stock(stock(sku, "4"))
    assert shop.stock() == {sku: Decimal(4)}


def test_shipping_tells_the_tracking_number_and_then_ships(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    client(shop).ship_order(parcel(order_id))
    assert writes(shop) == [f"PUT /api/orders/{order_id}/tracking", f"PUT /api/orders/{order_id}/ship"]
    order = shop.orders[order_id]
    assert (order["order_state"], order["shipping_tracking"], order["shipping_company"]) == (
        "SHIPPED",
        "6A1",
        "Colissimo",
    )
    [_, fulfillment] = facts(client(shop).order(order_id).body)
    assert (fulfillment.status, fulfillment.tracking[0].number) == ("success", "6A1")


def test_shipping_again_changes_nothing(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    client(shop).ship_order(parcel(order_id))
    done = len(writes(shop))
    assert client(shop).ship_order(parcel(order_id)).outcome == "done"
    assert len(writes(shop)) == done


def test_shipping_is_finished_after_an_answer_was_lost_in_between(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    shop.fail("lost", path="/tracking")
    with pytest.raises(UnavailableError):
        client(shop).ship_order(parcel(order_id))
    client(shop).ship_order(parcel(order_id))
    assert shop.orders[order_id]["order_state"] == "SHIPPED"
    assert [call.path.rpartition("/")[2] for call in shop.calls if call.method == "PUT"] == ["tracking", "ship"]


def test_a_registered_carrier_goes_by_its_code(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    client(shop, **{"carrier_code.colissimo": "COL"}).ship_order(parcel(order_id))
    assert shop.orders[order_id]["shipping_carrier_code"] == "COL"


def test_a_part_of_an_order_is_not_declared_as_all_of_it(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    one = [{"line_id": f"{order_id}-1", "sku": "MUG-BLUE", "quantity": Decimal(1)}]
    with pytest.raises(RejectedError, match=r"1 of 2 of line CMD-00001-A-1 were shipped"):
        client(shop).ship_order(parcel(order_id, lines=one))
    assert writes(shop) == []


@pytest.mark.parametrize(
    "lines",
    [
        [{"line_id": "CMD-00001-A-1", "quantity": Decimal(1)}],  # the other piece was cancelled
        [{"sku": "MUG-BLUE", "quantity": Decimal(2)}],
        [{"line_id": "CMD-00001-A-1", "sku": "MUG-BLUE"}],  # no quantity: the whole line
    ],
)
def test_all_that_is_left_of_an_order_ships(shop: Mirakl, lines: list[dict[str, Any]]) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    shop.cancel_line(order_id, 0, quantity=1, amount="12.50")
    client(shop).ship_order(parcel(order_id, lines=lines))
    assert shop.orders[order_id]["order_state"] == "SHIPPED"


@pytest.mark.parametrize("state", ["WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", "CANCELED", "REFUSED"])
def test_an_order_that_cannot_be_shipped_says_so(shop: Mirakl, state: str) -> None:
    shop.add_offer("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2}, state=state)
    with pytest.raises(RejectedError, match=rf"order {order_id} is {state} and cannot be shipped"):
        client(shop).ship_order(parcel(order_id))
    assert writes(shop) == []


def test_a_parcel_that_did_not_leave_is_not_declared(shop: Mirakl) -> None:
    with pytest.raises(RejectedError, match=r"a cancelled shipment of X-1 cannot be declared"):
        client(shop).ship_order(parcel("X-1", status="cancelled"))
    assert shop.calls == []


def test_an_unknown_order_is_not_found(shop: Mirakl) -> None:
    with pytest.raises(NotFoundError):
        client(shop).order("NO/SUCH ORDER")


def test_the_shop_is_named_where_the_setting_names_one(shop: Mirakl) -> None:
    shop.add_offer("MUG-BLUE", 10)
    assert client(shop, shop_id="2000").stock_id_of("MUG-BLUE") == "MUG-BLUE"
    with pytest.raises(UnauthorisedError):
        client(shop, shop_id="2001").stock_id_of("MUG-BLUE")


def test_a_wrong_key_is_ours_to_mend(shop: Mirakl) -> None:
    with pytest.raises(UnauthorisedError, match="mirakl answered 401"):
        client(shop, key="another").poll_orders(LONG_AGO, None)


def test_a_429_says_how_long_to_wait(shop: Mirakl) -> None:
    shop.retry_after = "42"
    shop.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(shop).poll_orders(LONG_AGO, None)
    assert caught.value.retry_after == 42.0


@pytest.mark.parametrize("mode", ["reset", "200_error"])
def test_what_passes_can_be_tried_again(shop: Mirakl, mode: Any) -> None:
    shop.fail(mode)
    with pytest.raises(UnavailableError):
        client(shop).poll_orders(LONG_AGO, None)
    assert client(shop).poll_orders(LONG_AGO, None).documents == ()
