"""What an order's facts come to: quantities, statuses, tasks and goods that move."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Fact
from records.facts import stored
from records.orders import order as orders
from records.orders import shipment as shipments
from records.store.packing import unpack
from tests.records.retail import (
    DESK,
    MUG,
    PLACE,
    SCARF,
    TILL,
    WEB,
    adjusted,
    at,
    count,
    digest,
    fact,
    line,
    order,
    order_view,
    position,
    scan,
    sent,
    share,
    told,
)

ONE = [line("1", MUG, 2)]
IN_STORE: dict[str, Any] = {"expectations": [{"method": "in_store"}]}
CANCELLED = {"cancelled_at": at(20)}
RETURN = [("return_after_cancel", "1", "2")]
PIECES = st.integers(0, 40).map(lambda pieces: Decimal(pieces) / 4)

# What is known besides the order → fulfilled, cancelled, returned, status, pieces on hand of 10, held, tasks.
TABLE: dict[str, tuple[list[Fact], tuple[Any, ...]]] = {
    "placed": ([order(0, ONE)], (0, 0, 0, "open", 10, 2, [])),
    "shipped": ([order(0, ONE), sent(9)], (2, 0, 0, "completed", 8, 0, [])),
    "one of two pieces shipped, and the label desk tells of the same parcel": (
        [order(0, ONE), sent(9, share("1", 1)), sent(8, connection_id=DESK)],
        (1, 0, 0, "open", 9, 1, []),
    ),
    "label waits": ([order(0, ONE), sent(9, status="pending")], (0, 0, 0, "open", 10, 2, [])),
    "label failed": ([order(0, ONE), sent(9, status="failed")], (0, 0, 0, "open", 10, 2, [])),
    "label taken back": ([order(0, ONE), sent(9), sent(11, status="cancelled")], (0, 0, 0, "open", 10, 2, [])),
    "label taken back when the carrier has it": (
        [order(0, ONE), sent(9), sent(11, status="cancelled"), scan(10, "in_transit")],
        (2, 0, 0, "completed", 8, 0, []),
    ),
    "cancelled": ([order(20, ONE, **CANCELLED)], (0, 2, 0, "cancelled", 10, 0, [])),
    "cancelled after it shipped": ([order(20, ONE, **CANCELLED), sent(9)], (2, 0, 0, "completed", 8, 0, RETURN)),
    "shipped after it was cancelled": ([order(20, ONE, **CANCELLED), sent(30)], (2, 0, 0, "completed", 8, 0, RETURN)),
    "cancelled after it shipped, and back": (
        [order(20, ONE, **CANCELLED), sent(9), adjusted(40, "return", share("1", 2, restock=True))],
        (2, 0, 2, "returned", 10, 0, []),
    ),
    "lines cancelled after they shipped": (
        [order(0, ONE), sent(9), adjusted(20, "cancellation", share("1", 2, restock=True))],
        (2, 0, 0, "completed", 8, 0, RETURN),
    ),
    "refunded before it shipped": (
        [order(0, ONE), adjusted(5, "refund", share("1", 1, restock=True))],
        (0, 1, 0, "open", 10, 1, []),
    ),
    "refunded, the rest shipped by the label desk": (
        [order(0, ONE), adjusted(5, "refund", share("1", 1)), sent(9, connection_id=DESK)],
        (1, 1, 0, "completed", 9, 0, []),
    ),
    "refunded after it shipped, goods kept": (
        [order(0, ONE), sent(9), adjusted(20, "refund", share("1", 2))],
        (2, 0, 2, "returned", 8, 0, []),
    ),
    "refunded after it shipped, goods back": (
        [order(0, ONE), sent(9), adjusted(20, "refund", share("1", 1, restock=True))],
        (2, 0, 1, "completed", 9, 0, []),
    ),
    "a piece comes back while another has not left": (
        [order(0, ONE), sent(9, share("1", 1)), adjusted(20, "return", share("1", 1, restock=True))],
        (1, 0, 1, "open", 10, 1, []),
    ),
    "more comes back than there was": (
        [order(0, ONE), sent(9), adjusted(20, "return", share("1", 7, restock=True))],
        (2, 0, 2, "returned", 10, 0, []),
    ),
    "money only": ([order(0, ONE), adjusted(5, "price_adjustment")], (0, 0, 0, "open", 10, 2, [])),
    "a refund that failed": (
        [order(0, ONE), adjusted(5, "refund", share("1", 2), status="failed")],
        (0, 0, 0, "open", 10, 2, []),
    ),
    "a till sale": ([order(1, ONE, placed_at=at(1), **IN_STORE)], (2, 0, 0, "completed", 8, 0, [])),
    "a till sale that was voided": (
        [order(1, ONE, expectations=[{"method": "in_store"}], **CANCELLED)],
        (0, 2, 0, "cancelled", 10, 0, []),
    ),
    "a till sale with its own fulfilment": (
        [order(1, ONE, placed_at=at(1), **IN_STORE), sent(2, share("1", 2))],
        (2, 0, 0, "completed", 8, 0, []),
    ),
    "a test order": ([order(0, ONE, test=True), sent(9)], (2, 0, 0, "completed", 10, 0, [])),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table_of_what_is_known_and_what_it_comes_to(name: str) -> None:
    facts, expected = TABLE[name]
    store = told([count(0, 10), *facts])
    seen, stock = order_view(store), position(store)
    (only,) = seen.lines
    tasks = [(task["type"], task["line_id"], task["quantity"]) for task in seen.tasks]
    quantities = (only.fulfilled, only.cancelled, only.returned)
    assert (*quantities, seen.status, stock.on_hand, stock.reserved, tasks) == expected


def test_a_later_update_of_a_fulfilment_does_not_move_its_goods_again() -> None:
    """A shop touches a fulfilment when its parcel arrives; the count in between already lacked the goods."""
    store = told([order(0, ONE), sent(5), count(10, 8), sent(30)])
    assert position(store).on_hand == 8


def test_of_two_statements_in_one_second_the_one_further_along_holds() -> None:
    paid = [{"payment_id": "p", "amount": 3000, "status": "paid"}]
    pending = [{"payment_id": "p", "amount": 3000, "status": "pending"}]
    for facts in ([order(0, ONE, payments=paid), order(0, ONE, payments=pending)],):
        assert order_view(told(facts)).payment == order_view(told(facts[::-1])).payment == "paid"
    cancelled = order(0, ONE, cancelled_at=at(0), payments=pending)
    assert order_view(told([cancelled, order(0, ONE, payments=paid)])).status == "cancelled"


def test_a_system_that_knows_only_skus_spreads_over_the_lines_that_have_it() -> None:
    lines = [line("1", MUG, 1), line("2", MUG, 2)]
    seen = order_view(told([order(0, lines), sent(5, {"sku": MUG, "quantity": Decimal(3)})]))
    assert [each.fulfilled for each in seen.lines] == [1, 2]


def test_an_order_is_delivered_when_every_parcel_is() -> None:
    facts = [order(0, ONE), sent(5, share("1", 1)), sent(6, share("1", 1), number="T2", fulfillment_id="f2")]
    assert order_view(told([*facts, scan(9, "delivered")])).fulfillment == "fulfilled"
    both = [*facts, scan(9, "delivered"), scan(9, "delivered", "T2")]
    assert order_view(told(both)).fulfillment == "delivered"


def test_a_parcel_number_that_was_corrected_is_not_waited_for() -> None:
    facts = [order(0, ONE), sent(5, number="WRONG"), sent(6, number="T1"), scan(4, "in_transit", "WRONG")]
    assert order_view(told([*facts, scan(9, "delivered")])).fulfillment == "delivered"


def test_a_parcel_is_where_its_newest_telling_scan_says_by_the_carriers_clock() -> None:
    store = told([scan(9, "in_transit"), scan(5, "exception"), scan(20, "info"), scan(9, "picked_up")])
    (parcel,) = [unpack(item["state"]) for item in store.items.values() if item["sk"] == "SHIPMENT"]
    assert (shipments.view(parcel)["status"], shipments.view(parcel)["at"]) == ("in_transit", at(9))


def test_a_refund_that_arrives_before_its_order_waits_for_it() -> None:
    facts = [adjusted(5, "refund", share("1", 1)), order(0, ONE)]
    assert orders.view(orders.OrderState().with_fact(stored(facts[0]))) is None
    assert [each.cancelled for each in order_view(told(facts)).lines] == [1]


def _fulfilment(minute: int, lines: Sequence[tuple[str, Decimal]], by: str, number: int, status: str) -> Fact:
    shares = [share(name, quantity) for name, quantity in lines]
    said = {"number": f"T{number}", "fulfillment_id": f"f{number}", "status": status}
    return sent(minute, *shares, connection_id=by, **said)


def _adjustment(minute: int, kind: str, lines: Sequence[tuple[str, Decimal]], restock: bool, status: str) -> Fact:
    shares = [share(name, quantity, restock=restock) for name, quantity in lines]
    return adjusted(minute, kind, *shares, status=status)


MINUTES = st.integers(0, 50)
SHARES = st.lists(st.tuples(st.sampled_from(["1", "2", "unknown"]), PIECES), max_size=3)
STATUSES = st.sampled_from(["success", "success", "pending", "cancelled", "failed"])
KINDS = st.sampled_from(["refund", "return", "cancellation", "exchange", "price_adjustment", "dispute"])
ORDERS = st.builds(
    lambda minute, one, two, cancelled, method: order(
        minute,
        [line("1", MUG, one), line("2", SCARF, two)],
        expectations=[{"method": method}],
        **({"cancelled_at": at(minute)} if cancelled else {}),
    ),
    MINUTES,
    PIECES,
    PIECES,
    st.booleans(),
    st.sampled_from(["shipping", "in_store"]),
)
FACTS = st.one_of(
    ORDERS,
    st.builds(_fulfilment, MINUTES, SHARES, st.sampled_from([WEB, DESK]), st.integers(1, 3), STATUSES),
    st.builds(_adjustment, MINUTES, KINDS, SHARES, st.booleans(), STATUSES),
    st.builds(scan, MINUTES, st.sampled_from(["in_transit", "delivered"]), st.sampled_from(["T1", "T2"])),
)


@settings(max_examples=150, deadline=None)
@given(placed=ORDERS, facts=st.lists(FACTS, max_size=8), random=st.randoms(use_true_random=False))
def test_quantities_hold_together_and_facts_commute_whatever_is_told(
    placed: Fact, facts: list[Fact], random: Any
) -> None:
    store = told([placed, *facts])
    seen = order_view(store)
    for each in seen.lines:
        assert min(each.fulfilled, each.cancelled, each.returned, each.open, each.out) >= 0
        assert each.fulfilled + each.cancelled + each.open == each.ordered
        assert each.returned <= each.fulfilled
        moves = [move.delta for move in seen.moves if move.sku == each.sku]
        left, back = sum(d for d in moves if d < 0), sum(d for d in moves if d > 0)
        assert (-left, position(store, str(each.sku)).reserved) == (each.fulfilled, each.open)
        assert back <= each.returned
    assert all(move.location_id == PLACE for move in seen.moves)
    shuffled = [placed, *facts, *facts[:2]]
    random.shuffle(shuffled)
    assert digest(told(shuffled)) == digest(store)


def test_a_count_that_tidies_up_forgets_only_what_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sales = [
        order(number, [line("1", MUG, 1)], TILL, channel_order_id=str(number), expectations=[{"method": "in_store"}])
        for number in range(60)
    ]
    back = fact(
        "adjustment",
        TILL,
        90,
        channel_order_id="7",
        adjustment_id="r",
        type="return",
        status="success",
        amount=-1,
        currency="EUR",
        lines=[share("1", 1, restock=True)],
    )
    facts = [count(0, 100), *sales, count(80, 40), back]
    tidied = told(facts)
    monkeypatch.setattr("records.stock.counts.TIDY_FROM", 10**6)
    kept = told(facts)
    assert position(tidied).on_hand == position(kept).on_hand == 41
    entries = [[name for item in each.items.values() for name in item if name[:2] == "o#"] for each in (tidied, kept)]
    assert [len(names) for names in entries] == [1, 60]
