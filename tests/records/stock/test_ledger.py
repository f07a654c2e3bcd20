"""The ledger names who holds what, and its rows add up to the position."""

from records.stock import ledger
from records.store import keys
from tests.records.counter import announce, reserve, set_policy
from tests.records.retail import (
    MARKET,
    MUG,
    PLACE,
    TENANT,
    at,
    count,
    line,
    order,
    told,
)
from tests.records.stock.balance import check_ledger

ONE = [line("1", MUG, 1)]


def test_the_ledger_names_who_holds_what() -> None:
    store = told([count(0, 5), order(1, ONE, MARKET, placed_at=at(1))])
    reserve(store, 2, "a", 2, tier="vip")
    set_policy(store, 3, safety=1)
    announce(store, 4, "PO-1", 10)
    rows = ledger.rows(store.items[keys.stock(TENANT, MUG, PLACE)], at(5))
    assert [(row.what, str(row.pieces), row.of) for row in rows] == [
        ("count (on_hand)", "5", "on_hand"),
        ("held", "1", "reserved"),
        (f"reserved until {at(12)} for vip", "2", "reserved"),
        ("safety stock", "1", "safety"),
        ("expected (of 10)", "10", "incoming"),
    ]
    check_ledger(store.items[keys.stock(TENANT, MUG, PLACE)], at(5))
