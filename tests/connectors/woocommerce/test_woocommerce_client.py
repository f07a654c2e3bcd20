"""The WooCommerce client against the stand-in, over real HTTP."""

import json
from typing import Any

import pytest

from connectors.errors import (
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnavailableError,
)
from connectors.manifest import delivery_of, load
from ops.standins.woocommerce.channel import WooCommerce
from tests.connectors.woocommerce.calls import (
    LONG_AGO,
    ROOT,
    client,
    facts,
    stock,
)


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


def test_a_sku_that_is_not_unique_or_not_exact_is_nobodys(shop: WooCommerce) -> None:
    shop.add_product("MUG", 1)
    shop.add_product("BLUE", 1)
    assert client(shop).stock_id_of("MUG,BLUE") is None
    shop.add_product("MUG", 1)
    assert client(shop).stock_id_of("MUG") is None
    assert client(shop).sku_of("999") is None


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


@pytest.mark.parametrize("mode", ["reset", "200_error"])
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
