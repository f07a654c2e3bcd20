"""What the WooCommerce client writes: stock and parcels."""

from decimal import Decimal

import pytest

from connectors.client import Answer
from connectors.errors import (
    RejectedError,
    UnavailableError,
)
from ops.standins.woocommerce.channel import WooCommerce
from tests.connectors.woocommerce.calls import client, facts, parcel, stock, writes


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
