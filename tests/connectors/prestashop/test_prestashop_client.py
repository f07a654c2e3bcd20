"""The PrestaShop client against the stand-in, over real HTTP, in JSON and in XML."""

import json
from typing import Any

import pytest

from connectors.client import Page
from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.manifest import delivery_of
from ops.standins.prestashop.channel import PrestaShop
from tests.connectors.prestashop.calls import (
    LONG_AGO,
    MANIFEST,
    client,
    stated,
    stock,
)


def test_an_order_comes_with_all_it_only_names(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    shop.add_product("SCARF", 0, price="34.00", combinations={"SCARF-RED": 5})
    order_id = shop.place_order({"MUG-BLUE": 2, "SCARF-RED": 1})
    order, fulfillment = stated(shop, client(shop).poll_orders(LONG_AGO, None))
    assert (order.channel_order_id, order.currency, order.totals.total) == (str(order_id), "EUR", 7000)
    assert (order.totals.tax, order.source_status, order.payments[0].status) == (1167, "open", "paid")
    assert [(line.sku, line.quantity, line.total, line.tax) for line in order.line_items] == [
        ("MUG-BLUE", 2, 3600, 600),
        ("SCARF-RED", 1, 3400, 567),
    ]
    assert (order.buyer.email, order.buyer.phone) == ("camille.moreau@example.com", "+33612345678")
    assert (order.billing_address.address_country, order.billing_address.address_locality) == ("FR", "Lille")
    assert (fulfillment.status, fulfillment.tracking) == ("pending", ())


def test_states_are_read_by_their_flags_and_the_shops_own_list(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})
    seen = []
    for state in ("10", "4", "5", "6", "7", "8"):
        shop.set_state(order_id, state)
        order, fulfillment = stated(shop, client(shop).poll_orders(LONG_AGO, None))
        seen.append((order.source_status, order.cancel_reason, fulfillment.status))
    assert seen == [
        ("pending", None, "pending"),
        ("shipped", None, "success"),
        ("completed", None, "success"),
        ("cancelled", "canceled", "pending"),
        ("cancelled", "refunded", "pending"),
        ("cancelled", "error", "pending"),
    ]


def test_no_answer_hands_a_password_on(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    shop.place_order({"MUG-BLUE": 1})
    pages = [client(shop).poll_orders(LONG_AGO, None), client(shop).poll_customers(LONG_AGO, None)]
    for document in (document for page in pages for document in page.documents):
        assert b"passwd" not in document.body
        assert b"secure_key" not in document.body
        assert b"aaaa" not in document.body
        assert b"bbbb" not in document.body
        assert b"$2y$" not in document.body


def test_a_polled_order_is_the_same_document_until_it_changes(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 1})

    def delivery() -> str:
        [document] = client(shop).poll_orders(LONG_AGO, None).documents
        return delivery_of(MANIFEST, "order", {}, json.loads(document.body), document.body)

    first = delivery()
    assert delivery() == first
    shop.set_state(order_id, "4")
    assert delivery() != first


def test_a_poll_pages_through_every_changed_order_once(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 1000)
    placed = [shop.place_order({"MUG-BLUE": 1}) for _ in range(105)]
    polled, cursor, pages = [], None, 0
    while True:
        page = client(shop).poll_orders(LONG_AGO, cursor)
        polled += [json.loads(document.body)["order"]["id"] for document in page.documents]
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            break
    assert ([int(each) for each in polled], pages) == (placed, 3)


def test_a_poll_asks_in_the_shops_time(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order = shop.tables["orders"][shop.place_order({"MUG-BLUE": 1})]
    order["date_upd"] = "2026-07-01 12:00:00"  # 10:00 UTC in summer
    assert len(client(shop).poll_orders("2026-07-01T09:59:59.000Z", None).documents) == 1
    assert client(shop).poll_orders("2026-07-01T10:00:01.000Z", None).documents == ()
    order["date_upd"] = "2026-01-15 12:00:00"  # 11:00 UTC in winter
    assert len(client(shop).poll_orders("2026-01-15T10:59:59.000Z", None).documents) == 1
    assert client(shop).poll_orders("2026-01-15T11:00:01.000Z", None).documents == ()


def test_nothing_new_costs_one_call(shop: PrestaShop) -> None:
    assert client(shop).poll_orders(LONG_AGO, None).documents == ()
    assert len(shop.calls) == 1


def test_a_credit_slip_goes_to_the_buyer(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    order_id = shop.place_order({"MUG-BLUE": 2})
    slip_id = shop.give_credit(order_id, {"MUG-BLUE": 1})
    [adjustment] = stated(shop, client(shop).poll_order_slips(LONG_AGO, None))
    [order, _] = stated(shop, client(shop).poll_orders(LONG_AGO, None))
    assert (adjustment.channel_order_id, adjustment.adjustment_id) == (str(order_id), str(slip_id))
    assert (adjustment.amount, adjustment.currency) == (-1800, "EUR")
    assert [(each.line_id, each.quantity) for each in adjustment.lines] == [(order.line_items[0].line_id, 1)]


def test_a_customer_comes_with_address_and_consent(shop: PrestaShop) -> None:
    customer, *consents = stated(shop, client(shop).poll_customers(LONG_AGO, None))
    assert (customer.channel_customer_id, customer.email, customer.guest) == ("42", "camille.moreau@example.com", False)
    assert customer.addresses[0].phone == "+33612345678"
    assert [(consent.purpose, consent.medium, consent.granted) for consent in consents] == [
        ("marketing", "email", True),
        ("partner_offers", "email", False),
    ]


def test_an_address_that_changes_brings_its_customer_as_of_then(shop: PrestaShop) -> None:
    before, *_ = stated(shop, client(shop).poll_customers(LONG_AGO, None))
    shop.tables["customers"][42]["date_upd"] = "2026-01-15 12:00:00"
    shop.tables["addresses"][1].update(city="Roubaix", date_upd="2026-06-01 12:00:00")
    customer, *_ = stated(shop, client(shop).poll_addresses("2026-05-31T00:00:00.000Z", None))
    assert (before.addresses[0].address_locality, customer.addresses[0].address_locality) == ("Lille", "Roubaix")
    assert customer.source_version == "2026-06-01T10:00:00.000Z"


def test_a_product_teaches_its_combinations_stock_rows(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    shop.add_product("SCARF", 0, combinations={"SCARF-RED": 5, "SCARF-BLUE": 2})
    mug, scarf = stated(shop, client(shop).poll_products(LONG_AGO, None))
    assert (mug.title, [each.sku for each in mug.variants]) == ("Mug-Blue", ["MUG-BLUE"])
    assert {each.sku: each.channel_stock_id for each in (*mug.variants, *scarf.variants)} == {
        sku: client(shop).stock_id_of(sku) for sku in ("MUG-BLUE", "SCARF-RED", "SCARF-BLUE")
    }


def test_prices_are_the_shops_own_with_discounts_and_combinations(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    scarf = shop.add_product("SCARF", 0, price="34.00", combinations={"SCARF-RED": 5, "SCARF-BLUE": 2})
    shop.discount(scarf, "4.00")
    prices = stated(shop, client(shop).poll_prices(LONG_AGO, None))
    assert [(each.sku, each.amount, each.compare_at) for each in prices] == [
        ("MUG-BLUE", 1800, None),
        ("SCARF-RED", 3000, 3400),
        ("SCARF-BLUE", 3000, 3400),
    ]
    assert {(each.currency, each.taxes_included) for each in prices} == {("EUR", True)}
    assert client(shop, currency=None).poll_prices(LONG_AGO, None) == Page(())


def test_stock_is_read_whole_without_sums_and_as_of_the_answer(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    shop.add_product("SCARF", 0, combinations={"SCARF-RED": 5, "SCARF-BLUE": 2})
    shop.place_order({"SCARF-RED": 1})
    counts = stated(shop, client(shop).poll_stock(LONG_AGO, None))
    assert {count.sku: count.quantity for count in counts} == {"MUG-BLUE": 10, "SCARF-RED": 4, "SCARF-BLUE": 2}
    assert {(count.location_id, count.measure) for count in counts} == {("lille", "available")}
    assert counts[0].counted_at > "2026"


def test_stock_comes_in_pages_and_not_at_all_without_a_place(shop: PrestaShop) -> None:
    for number in range(60):
        shop.add_product(f"SKU-{number}", number)
    first = client(shop).poll_stock(LONG_AGO, None)
    second = client(shop).poll_stock(LONG_AGO, first.cursor)
    assert (len(stated(shop, first)), len(stated(shop, second)), second.cursor) == (50, 10, None)
    assert client(shop, default_location=None).poll_stock(LONG_AGO, None) == Page(())


def test_skus_and_stock_rows_find_each_other(shop: PrestaShop) -> None:
    shop.add_product("MUG-BLUE", 10)
    number = shop.add_product("SCARF", 0, combinations={"SCARF-RED": 5})
    for sku in ("MUG-BLUE", "SCARF-RED"):
        assert client(shop).sku_of(client(shop).stock_id_of(sku) or "") == sku
    sums = [row["id"] for row in shop.tables["stock_availables"].values() if row["id_product"] == str(number)]
    assert client(shop).sku_of(str(sums[0])) is None
    assert client(shop).stock_id_of("SCARF") is None
    assert client(shop).stock_id_of("mug-blue") is None
    assert client(shop).sku_of("99999") is None
    shop.add_product("MUG-BLUE", 1)
    assert client(shop).stock_id_of("MUG-BLUE") is None


def test_a_wrong_key_is_ours_to_mend(shop: PrestaShop) -> None:
    with pytest.raises(UnauthorisedError, match="prestashop answered 401"):
        client(shop, key="another").poll_orders(LONG_AGO, None)


def test_an_unknown_row_is_not_found(shop: PrestaShop) -> None:
    with pytest.raises(NotFoundError):
        client(shop).set_stock(stock("99999", "1"))


def test_a_429_says_how_long_to_wait(shop: PrestaShop) -> None:
    shop.retry_after = "42"
    shop.fail("429")
    with pytest.raises(RateLimitedError) as caught:
        client(shop).poll_orders(LONG_AGO, None)
    assert caught.value.retry_after == 42.0


@pytest.mark.parametrize("mode", ["reset", "200_error"])
def test_what_passes_can_be_tried_again(shop: PrestaShop, mode: Any) -> None:
    shop.fail(mode)
    with pytest.raises(UnavailableError):
        client(shop).poll_orders(LONG_AGO, None)
    assert client(shop).poll_orders(LONG_AGO, None).documents == ()


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html></html>", b"<html></html>", b"", b'{"orders": 1}', b"[1]"])
def test_a_page_that_is_no_answer_is_tried_again(
    shop: PrestaShop, monkeypatch: pytest.MonkeyPatch, page: bytes
) -> None:
    monkeypatch.setattr(shop, "soft_error", lambda: (200, {}, page))
    shop.fail("200_error")
    with pytest.raises(UnavailableError):
        client(shop).poll_orders(LONG_AGO, None)
