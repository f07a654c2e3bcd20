"""What the PrestaShop client writes: stock and tracking numbers."""

from decimal import Decimal

import pytest

from connectors.client import Answer
from connectors.errors import (
    RejectedError,
    UnavailableError,
)
from ops.standins.prestashop.channel import PrestaShop
from tests.connectors.prestashop.calls import LONG_AGO, client, parcel, stated, stock, writes


def test_stock_is_set_and_the_row_keeps_all_else(shop: PrestaShop) -> None:
    shop.add_product("MUG & BLUE", 10)
    stock_id = client(shop).stock_id_of("MUG & BLUE")
    assert stock_id is not None
    before = dict(shop.tables["stock_availables"][int(stock_id)])
    assert client(shop).set_stock(stock(stock_id, "7.9", previous="10")).outcome == "done"
    assert client(shop).set_stock(stock(stock_id, "7")).shown == 7
    assert shop.tables["stock_availables"][int(stock_id)] == {**before, "quantity": "7"}
    assert writes(shop) == [f"PUT /api/stock_availables/{stock_id}"]


def test_a_stock_that_is_not_what_we_believed_is_left_alone(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    stock_id = client(shop).stock_id_of("MUG-BLUE") or ""
    shop.place_order({"MUG-BLUE": 1})
    answer = client(shop).set_stock(stock(stock_id, "8", previous="10"))
    assert answer == Answer("stale", shown=Decimal(9))
    assert writes(shop) == []


def test_a_row_that_follows_warehouses_is_refused(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    stock_id = client(shop).stock_id_of("MUG-BLUE") or ""
    shop.tables["stock_availables"][int(stock_id)]["depends_on_stock"] = "1"
    with pytest.raises(RejectedError, match=rf"stock row {stock_id} follows the shop's warehouses"):
        client(shop).set_stock(stock(stock_id, "7"))


def test_a_tracking_number_goes_on_the_orders_parcel_once(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})
    client(shop).set_tracking(parcel(order_id, "6A1"))
    client(shop).set_tracking(parcel(order_id, "6A1"))
    [row] = shop.tables["order_carriers"].values()
    assert (row["tracking_number"], row["id_order"], row["id_carrier"]) == ("6A1", str(order_id), "3")
    assert len(writes(shop)) == 1
    _, fulfillment = stated(shop, client(shop).poll_orders(LONG_AGO, None))
    assert [each.number for each in fulfillment.tracking] == ["6A1"]


def test_a_number_that_moves_no_date_is_found_on_its_parcel(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})
    shop.place_order({"MUG-BLUE": 1})
    shop.set_state(order_id, "4")
    _, polled, *_ = stated(shop, client(shop).poll_orders(LONG_AGO, None))
    assert stated(shop, client(shop).poll_order_carriers(LONG_AGO, None)) == []
    client(shop).set_tracking(parcel(order_id, "6A1"))
    [found] = stated(shop, client(shop).poll_order_carriers(LONG_AGO, None))
    assert (found.channel_order_id, found.fulfillment_id, found.status) == (
        str(order_id),
        polled.fulfillment_id,
        "success",
    )
    assert [(each.number, each.carrier) for each in found.tracking] == [("6A1", "Colissimo")]
    assert found.source_version >= polled.source_version


def test_a_number_somebody_else_wrote_is_not_overwritten(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})
    client(shop).set_tracking(parcel(order_id, "THEIRS"))
    with pytest.raises(RejectedError, match=rf"order {order_id} has 0 parcels free for 1 numbers"):
        client(shop).set_tracking(parcel(order_id, "6A1"))


@pytest.mark.parametrize(("numbers", "status"), [((), "success"), (("6A1",), "cancelled")])
def test_what_cannot_be_told_is_refused(shop: PrestaShop, numbers: tuple[str, ...], status: str) -> None:
    shop.add_product("MUG-BLUE", 10)
    with pytest.raises(RejectedError):
        client(shop).set_tracking(parcel(shop.place_order({"MUG-BLUE": 1}), *numbers, status=status))
    assert writes(shop) == []


def test_an_answer_that_was_lost_is_not_written_twice(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})
    parcel_id = next(iter(shop.tables["order_carriers"]))
    shop.fail("lost", path=f"/api/order_carriers/{parcel_id}")
    with pytest.raises(UnavailableError):
        client(shop).set_tracking(parcel(order_id, "6A1"))
    assert client(shop).set_tracking(parcel(order_id, "6A1")).outcome == "done"
    assert len(writes(shop)) == 1
