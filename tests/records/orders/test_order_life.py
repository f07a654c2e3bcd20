"""What happens to an order after it was placed: collected in store, exchanged, linked, paid back."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records import ids
from records.orders import fold
from records.orders import order as orders
from records.orders.payments import money
from records.store import keys
from records.store.memory import MemoryStore
from records.store.packing import unpack
from records.store.unit import Unit
from tests.records.retail import (
    CRM,
    MUG,
    PLACE,
    SCARF,
    TENANT,
    TILL,
    WEB,
    adjusted,
    at,
    cause,
    count,
    customer,
    every_arrival,
    golden,
    line,
    order,
    order_view,
    position,
    sent,
    share,
    told,
)

ONE = [line("1", MUG, 2)]
PICKUP: dict[str, Any] = {"expectations": [{"method": "pickup", "location_id": PLACE}]}
COLLECTED = sent(30, number=None)
READY = sent(20, status="ready", number=None)
EXPIRED = sent(40, status="expired", number=None)


@pytest.mark.parametrize(
    ("steps", "pickup", "status", "on_hand", "held", "tasks"),
    [
        ([], "placed", "open", 10, 2, []),
        ([sent(10, status="pending", number=None)], "placed", "open", 10, 2, []),
        ([READY], "ready", "open", 10, 2, []),
        ([READY, COLLECTED], "collected", "completed", 8, 0, []),
        ([READY, EXPIRED], "expired", "open", 10, 2, ["pickup_expired"]),
        ([READY, EXPIRED, sent(50, number=None)], "collected", "completed", 8, 0, []),
        ([READY, order(45, ONE, cancelled_at=at(45), **PICKUP)], "cancelled", "cancelled", 10, 0, []),
        ([READY, EXPIRED, order(45, ONE, cancelled_at=at(45), **PICKUP)], "cancelled", "cancelled", 10, 0, []),
    ],
)
def test_goods_to_be_collected_are_held_until_the_buyer_has_them(
    steps: list[Any], pickup: str, status: str, on_hand: int, held: int, tasks: list[str]
) -> None:
    """Whatever order the steps are heard in; goods that nobody collected never leave stock by themselves."""
    for store in every_arrival([count(0, 10), order(0, ONE, **PICKUP), *steps]):
        seen, stock = order_view(store), position(store)
        assert (seen.pickup, seen.status, stock.on_hand, stock.reserved) == (pickup, status, on_hand, held)
        assert [task["type"] for task in seen.tasks] == tasks


def test_an_order_that_is_shipped_has_nothing_to_collect() -> None:
    assert order_view(told([order(0, ONE), READY])).pickup == "none"


def test_what_comes_back_elsewhere_lies_there() -> None:
    """Bought from Lille, brought back in Paris."""
    back = adjusted(20, "return", share("1", 1, restock=True, location_id="paris"))
    store = told([count(0, 10), order(0, ONE), sent(9), back])
    paris = store.items[keys.stock(TENANT, MUG, "paris")]
    moves = [move for name, entry in paris.items() if name.startswith("o#") for move in entry["m"]]
    assert position(store).on_hand == 8
    assert [(delta, when) for _, delta, when in moves] == [("1", at(20))]


def test_an_exchange_brings_one_piece_back_and_sends_another() -> None:
    """The channel adds the new piece to the order and charges the difference."""
    swapped = order(20, [*ONE, line("2", SCARF, 1)])
    exchange = adjusted(20, "exchange", share("1", 1, restock=True), amount=500)
    for store in every_arrival([count(0, 10), count(0, 5, sku=SCARF), order(0, ONE), sent(9, share("1", 2)), exchange]):
        assert (position(store).on_hand, order_view(store).returning) == (9, "partial")
    store = told([count(0, 10), count(0, 5, sku=SCARF), swapped, sent(9, share("1", 2)), exchange])
    assert (position(store).on_hand, position(store, SCARF).reserved) == (9, 1)
    assert order_view(store).status == "open"


def _links(store: MemoryStore, connection_id: str, channel_order_id: str) -> list[Any]:
    item = store.items[keys.order(TENANT, ids.order_id(TENANT, connection_id, channel_order_id))]
    return sorted(unpack(item["state"]).get("links", {}).values(), key=str)


def test_orders_of_one_purchase_name_each_other_whichever_is_heard_first() -> None:
    """Collected in the shop, and bought a scarf on the way out."""
    web = order(0, ONE, **PICKUP)
    related = [{"type": "extra_purchase", "order_reference": f"{WEB}/1001"}]
    till = order(30, [line("1", SCARF, 1)], TILL, channel_order_id="7", placed_at=at(30), related=related)
    one, other = ids.order_id(TENANT, WEB, "1001"), ids.order_id(TENANT, TILL, "7")
    for store in every_arrival([web, till], repeats=True):
        assert _links(store, WEB, "1001") == [{"type": "extra_purchase", "order_id": other}]
        assert _links(store, TILL, "7") == [{"type": "extra_purchase", "order_id": one}]


def test_a_link_stated_by_a_person_is_kept_once() -> None:
    other = order(1, ONE, TILL, channel_order_id="7")
    store = told([order(0, ONE), other])
    names = [ids.order_id(TENANT, WEB, "1001"), ids.order_id(TENANT, TILL, "7")]
    for _ in range(2):
        unit = Unit(store)
        fold.link(unit, cause("by hand"), *names, "exchange")
        unit.commit(None)
    assert _links(store, WEB, "1001") == [{"type": "exchange", "order_id": names[1]}]
    assert store.items[keys.order(TENANT, names[0])]["ver"] == 2


def test_a_test_order_touches_no_stock_and_makes_no_customer() -> None:
    buyer = {"email": "camille@example.com", "channel_customer_id": "7"}
    store = told([count(0, 10), order(0, ONE, test=True, buyer=buyer), sent(9)])
    assert (golden(store), position(store).on_hand, order_view(store).status) == ([], 10, "completed")


def test_a_test_order_of_a_known_customer_is_not_theirs() -> None:
    buyer = {"email": "camille@example.com"}
    store = told([customer(CRM, "1", email="camille@example.com"), order(0, ONE, test=True, buyer=buyer)])
    item = store.items[keys.order(TENANT, ids.order_id(TENANT, WEB, "1001"))]
    assert "customer_id" not in item


MINOR = st.integers(0, 5000)


@settings(max_examples=200)
@given(
    st.integers(0, 20000),
    st.lists(st.tuples(MINOR, st.sampled_from(["paid", "refunded", "authorized", "pending", "failed", "voided"]))),
    st.lists(st.tuples(MINOR, st.sampled_from(["success", "pending", "failed", "cancelled"]))),
)
def test_payments_and_refunds_reconcile_to_the_minor_unit(
    total: int, payments: list[tuple[int, str]], refunds: list[tuple[int, str]]
) -> None:
    said = {
        "currency": "EUR",
        "totals": {"total": total},
        "payments": [{"amount": amount, "status": status} for amount, status in payments],
    }
    seen = money(said, [{"amount": -amount, "status": status} for amount, status in refunds])
    assert seen.kept - seen.refund_excess == seen.paid - seen.refunded
    assert seen.paid == sum(amount for amount, status in payments if status in ("paid", "refunded"))
    assert seen.refunded >= sum(amount for amount, status in refunds if status == "success")
    assert seen.outstanding == max(0, total - seen.paid)
    assert min(seen.kept, seen.refund_excess, seen.refunded, seen.refunds_pending, seen.outstanding) >= 0


def test_more_given_back_than_was_paid_is_a_task_with_the_amount() -> None:
    paid = [{"payment_id": "p", "amount": 3000, "status": "paid"}]
    store = told([order(0, ONE, payments=paid), adjusted(9, "refund", amount=-3001)])
    assert order_view(store).tasks == [{"type": "refund_exceeds_payment", "amount": "1", "currency": "EUR"}]
    assert order_view(store).payment == "refunded"


def test_an_order_of_a_hundred_and_fifty_lines_is_written_whole() -> None:
    lines = [line(str(number), f"SKU{number}", 1) for number in range(150)]
    store = told([order(0, lines)])
    held = [item for item in store.items.values() if any(name.startswith("o#") for name in item)]
    state = orders.OrderState(**unpack(next(i for i in store.items.values() if i["sk"] == "ORDER")["state"]))
    assert len(held) == 150
    assert len(state.placed["line_items"] if state.placed else []) == 150
