"""The WooCommerce client against the stand-in, over real HTTP."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.client import Answer, Push
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
from connectors.woocommerce.client import Client
from events.facts import build
from mappings.engine import load_in, load_out
from ops.standins.woocommerce.channel import WooCommerce

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings" / "woocommerce"
LONG_AGO = "2020-01-01T00:00:00.000Z"


@pytest.fixture
def shop() -> Iterator[WooCommerce]:
    shop = WooCommerce("ck_1", "cs_1", "hush")
    shop.stall = 0.1
    shop.start()
    yield shop
    shop.stop()


def connection(shop: WooCommerce, **settings: str) -> Connection:
    about = {"connection_id": "shop-fr", "tenant": "t", "connector": "woocommerce", "base_url": shop.base_url}
    return Connection.model_validate({**about, "settings": settings})


def client(shop: WooCommerce, secret: str = "cs_1", **settings: str) -> Client:
    secrets = {"consumer_key": "ck_1", "consumer_secret": secret}
    return Client(connection(shop, **settings), secrets, Http("woocommerce", timeout=2.0))


def push(record: str, about: dict[str, Any], previous: Decimal | None = None) -> Push:
    body = load_out(MAPPINGS / f"{record}.out.yaml").body(about, {})
    return Push(record, "key", body, "idempotency", previous)  # type: ignore[arg-type]  # the tests name records as text


def stock(stock_id: str, quantity: str, previous: str | None = None) -> Push:
    about = {"sku": "-", "channel_stock_id": stock_id, "quantity": Decimal(quantity)}
    return push("stock", about, None if previous is None else Decimal(previous))


def parcel(order_id: int, number: str = "6A1", status: str = "success", shipment: str = "shp_1", **more: Any) -> Push:
    tracking = [{"number": number, "url": f"https://track.example.com/{number}", "carrier": "Colissimo"}]
    about = {"channel_order_id": str(order_id), "fulfillment_id": shipment, "status": status, "tracking": tracking}
    return push("fulfillment", {**about, "lines": [], **more})


def facts(body: bytes, mapping: str = "order") -> list[Any]:
    payload = json.loads(body, parse_float=Decimal)
    said = load_in(MAPPINGS / f"{mapping}.in.yaml").statements(payload, {"timezone": "UTC", "connection_id": "shop-fr"})
    return [build(statement, event_id="e", connection_id="shop-fr") for statement in said]


def writes(shop: WooCommerce) -> list[str]:
    return [f"{call.method} {call.path.removeprefix('/wp-json/wc/v3')}" for call in shop.calls if call.method != "GET"]


def test_a_poll_pages_through_every_changed_order_once(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 1000)
    placed = {shop.place_order({"MUG-BLUE": 1}) for _ in range(205)}
    polled, cursor, pages = [], None, 0
    while True:
        page = client(shop).poll_orders(LONG_AGO, cursor)
        polled += [json.loads(document.body)["id"] for document in page.documents]
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            break
    assert (set(polled), len(polled), pages) == (placed, 205, 3)


def test_an_order_that_changes_between_two_pages_hides_no_other(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 1000)
    placed = [shop.place_order({"MUG-BLUE": 1}) for _ in range(150)]
    for number, order_id in enumerate(placed):
        shop.orders[order_id]["date_modified_gmt"] = f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}"
    first = client(shop).poll_orders(LONG_AGO, None)
    shop.set_status(placed[3], "on-hold")
    second = client(shop).poll_orders(LONG_AGO, first.cursor)
    seen = {json.loads(document.body)["id"] for page in (first, second) for document in page.documents}
    assert set(placed) - seen == {placed[3]}  # it changed, so the next poll has it


def test_a_poll_speaks_utc_and_asks_for_nothing_older(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    order = shop.orders[shop.place_order({"MUG-BLUE": 1})]
    order["date_modified_gmt"] = "2026-03-01T12:00:00"
    assert len(client(shop).poll_orders("2026-03-01T11:59:59.000Z", None).documents) == 1
    assert client(shop).poll_orders("2026-03-01T12:00:00.000Z", None).documents == ()


def test_a_polled_order_keeps_its_amounts_and_is_the_same_document_until_it_changes(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10, price="12.35")
    order_id = shop.place_order({"MUG-BLUE": 3})
    manifest = load(ROOT / "connectors" / "woocommerce")

    def polled() -> tuple[bytes, str]:
        [document] = client(shop).poll_orders(LONG_AGO, None).documents
        return document.body, delivery_of(manifest, "order", {}, json.loads(document.body), document.body)

    body, delivery = polled()
    assert facts(body)[0].totals.total == 3705
    assert polled()[1] == delivery
    shop.set_status(order_id, "completed")
    assert polled()[1] != delivery


def test_refunds_are_fetched_with_their_lines_and_their_orders_currency(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    shop.refund(order_id, {"MUG-BLUE": 1}, "Anse fêlée")
    document = client(shop).refunds(str(order_id))
    [refund] = facts(document.body, "refund")
    [_, inside] = facts(client(shop).order(str(order_id)).body)
    line = shop.orders[order_id]["line_items"][0]
    assert (refund.amount, refund.currency, refund.reason) == (-1800, "EUR", "Anse fêlée")
    assert [(each.line_id, each.quantity) for each in refund.lines] == [(str(line["id"]), 1)]
    assert (inside.amount, inside.adjustment_id, inside.lines) == (-1800, refund.adjustment_id, ())
    assert inside.source_version <= refund.source_version


def test_an_order_in_the_trash_is_fetched_and_one_that_is_gone_is_not_found(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})
    shop.set_status(order_id, "trash")
    assert client(shop).poll_orders(LONG_AGO, None).documents == ()
    assert facts(client(shop).order(str(order_id)).body)[0].cancel_reason == "trash"
    shop.delete_order(order_id)
    with pytest.raises(NotFoundError):
        client(shop).order(str(order_id))


def test_stock_is_set_absolutely_and_the_same_again_sends_nothing(shop: WooCommerce) -> None:
    number = shop.add_product("MUG-BLUE", 10)
    assert client(shop).set_stock(stock(str(number), "7.9", previous="10")).outcome == "done"
    assert client(shop).set_stock(stock(str(number), "7")).shown == 7
    assert shop.stock() == {"MUG-BLUE": Decimal(7)}
    assert writes(shop) == [f"PUT /products/{number}"]


def test_a_stock_that_is_not_what_we_believed_is_left_alone(shop: WooCommerce) -> None:
    number = shop.add_product("MUG-BLUE", 10)
    shop.place_order({"MUG-BLUE": 1})
    answer = client(shop).set_stock(stock(str(number), "8", previous="10"))
    assert answer == Answer("stale", shown=Decimal(9))
    assert writes(shop) == []


def test_a_product_that_is_not_counted_is_counted_from_now_on(shop: WooCommerce) -> None:
    number = shop.add_product("MUG-BLUE", 0, manage_stock=False, stock_quantity=None)
    client(shop).set_stock(stock(str(number), "0", previous="4"))
    assert (shop.products[number]["manage_stock"], shop.products[number]["stock_quantity"]) == (True, 0)


def test_a_variation_is_addressed_by_its_parent(shop: WooCommerce) -> None:
    parent = shop.add_product("", 0, type="variable", manage_stock=False)
    variation = shop.add_product("SCARF-RED", 5, parent_id=parent)
    stock_id = client(shop).stock_id_of("SCARF-RED")
    assert stock_id == f"{parent}/{variation}"
    assert client(shop).sku_of(stock_id) == "SCARF-RED"
    client(shop).set_stock(stock(stock_id, "3"))
    assert shop.products[variation]["stock_quantity"] == 3


def test_a_variation_that_shares_its_parents_stock_is_not_split_from_it(shop: WooCommerce) -> None:
    parent = shop.add_product("SCARF", 5, type="variable")
    variation = shop.add_product("SCARF-RED", 5, parent_id=parent, manage_stock="parent")
    with pytest.raises(RejectedError, match=rf"variation {parent}/{variation} shares its parent's stock"):
        client(shop).set_stock(stock(f"{parent}/{variation}", "3"))
    assert writes(shop) == []


def test_a_product_without_stock_of_its_own_is_refused(shop: WooCommerce) -> None:
    number = shop.add_product("KIT", 0, type="grouped", manage_stock=False)
    assert client(shop).stock_id_of("KIT") is None
    with pytest.raises(RejectedError, match="is grouped and has no stock of its own"):
        client(shop).set_stock(stock(str(number), "3"))


def test_a_sku_that_is_not_unique_or_not_exact_is_nobodys(shop: WooCommerce) -> None:
    shop.add_product("MUG", 1)
    shop.add_product("BLUE", 1)
    assert client(shop).stock_id_of("MUG,BLUE") is None
    shop.add_product("MUG", 1)
    assert client(shop).stock_id_of("MUG") is None
    assert client(shop).sku_of("999") is None


def test_shipping_completes_the_order_and_shows_its_parcel(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    client(shop).ship_order(parcel(order_id))
    assert shop.orders[order_id]["status"] == "completed"
    [_, fulfillment] = facts(client(shop).order(str(order_id)).body)
    assert [(each.number, each.carrier) for each in fulfillment.tracking] == [("6A1", "Colissimo")]


def test_shipping_again_changes_nothing(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    shop.fail("lost", path=r"/orders/\d+$", times=2)
    for _ in range(2):
        with pytest.raises(UnavailableError):
            client(shop).ship_order(parcel(order_id))
    client(shop).ship_order(parcel(order_id))
    client(shop).ship_order(parcel(order_id))
    assert writes(shop) == [f"PUT /orders/{order_id}"]
    meta = {each["key"]: each["value"] for each in shop.orders[order_id]["meta_data"]}
    assert len(meta["_wc_shipment_tracking_items"]) == 1


def test_a_part_of_an_order_does_not_complete_it_but_all_parts_do(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    shop.add_product("SCARF-RED", 10)
    order_id = shop.place_order({"MUG-BLUE": 3, "SCARF-RED": 1})
    mugs = shop.orders[order_id]["line_items"][0]["id"]
    shop.refund(order_id, {"MUG-BLUE": 1})
    client(shop).ship_order(parcel(order_id, lines=[{"line_id": str(mugs), "quantity": Decimal(2)}]))
    assert shop.orders[order_id]["status"] == "processing"
    scarf = [{"sku": "SCARF-RED", "quantity": Decimal(1)}]
    client(shop).ship_order(parcel(order_id, "6A2", shipment="shp_2", lines=scarf))
    assert shop.orders[order_id]["status"] == "completed"
    meta = {each["key"]: each["value"] for each in shop.orders[order_id]["meta_data"]}
    assert [each["tracking_number"] for each in meta["_wc_shipment_tracking_items"]] == ["6A1", "6A2"]


def test_parcels_that_others_wrote_stay(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    theirs = {"2": {"tracking_number": "OLD", "tracking_provider": "ups"}}
    meta = [{"id": 1, "key": "_wc_shipment_tracking_items", "value": theirs}]
    order_id = shop.place_order({"MUG-BLUE": 1}, meta_data=meta)
    client(shop).ship_order(parcel(order_id))
    [_, fulfillment] = facts(client(shop).order(str(order_id)).body)
    assert [each.number for each in fulfillment.tracking] == ["OLD", "6A1"]


def test_the_status_of_what_left_is_the_shops_choice(shop: WooCommerce) -> None:
    shop.add_product("MUG-BLUE", 10)
    one, other = shop.place_order({"MUG-BLUE": 1}), shop.place_order({"MUG-BLUE": 1})
    client(shop, shipped_status="shipped").ship_order(parcel(one))
    client(shop, shipped_status="keep").ship_order(parcel(other))
    assert [shop.orders[each]["status"] for each in (one, other)] == ["shipped", "processing"]


@pytest.mark.parametrize("status", ["cancelled", "refunded", "failed", "trash"])
def test_an_order_that_cannot_be_shipped_says_so(shop: WooCommerce, status: str) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1}, status=status)
    with pytest.raises(RejectedError, match=rf"order {order_id} is {status} and cannot be shipped"):
        client(shop).ship_order(parcel(order_id))


def test_a_parcel_that_did_not_leave_is_not_declared(shop: WooCommerce) -> None:
    with pytest.raises(RejectedError, match="a cancelled shipment of 1 cannot be declared"):
        client(shop).ship_order(parcel(1, status="cancelled"))
    assert shop.calls == []


def test_a_wrong_secret_is_ours_to_mend(shop: WooCommerce) -> None:
    with pytest.raises(UnauthorisedError, match="woocommerce answered 401"):
        client(shop, secret="another").poll_orders(LONG_AGO, None)


def test_an_unknown_product_is_not_found(shop: WooCommerce) -> None:
    with pytest.raises(NotFoundError):
        client(shop).set_stock(stock("999", "1"))


def test_a_429_says_how_long_to_wait(shop: WooCommerce) -> None:
    shop.retry_after = "42"
    shop.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(shop).poll_orders(LONG_AGO, None)
    assert caught.value.retry_after == 42.0


@pytest.mark.parametrize("mode", ["500", "timeout", "reset", "200_error"])
def test_what_passes_can_be_tried_again(shop: WooCommerce, mode: Any) -> None:
    shop.fail(mode)
    with pytest.raises(UnavailableError):
        client(shop).poll_orders(LONG_AGO, None)
    assert client(shop).poll_orders(LONG_AGO, None).documents == ()


@pytest.mark.parametrize(
    ("status", "error"), [(401, UnauthorisedError), (404, NotFoundError), (400, RejectedError), (503, UnavailableError)]
)
def test_an_error_that_comes_with_200_is_the_error_it_says(
    shop: WooCommerce, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(shop, "soft_error", lambda: (200, {}, {"code": "x", "message": "", "data": {"status": status}}))
    shop.fail("200_error")
    with pytest.raises(error, match=f"answered 200 with an error {status}"):
        client(shop).order("1")
