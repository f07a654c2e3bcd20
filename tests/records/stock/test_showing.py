"""What each channel should show, and what the hub believes it shows."""

from decimal import Decimal
from typing import Any

from records.apply import apply
from records.cause import Cause
from records.orders.desired import fulfillments_wanted
from records.stock import position as stock
from records.stock import promise
from records.stock.promise import Viewer
from records.store import keys
from records.store.actions import Item
from records.store.memory import MemoryStore
from tests.records.counter import set_policy
from tests.records.retail import (
    DESK,
    MARKET,
    MUG,
    PLACE,
    TENANT,
    TILL,
    WEB,
    at,
    count,
    line,
    order,
    order_item,
    sent,
    share,
    told,
)

ONE = [line("1", MUG, 1)]


def viewer(connection_id: str, buffer: int = 0, per: str = "location", owns: tuple[str, ...] = ()) -> Viewer:
    return Viewer(connection_id, (PLACE,), owns, buffer, per)


def shown(store: MemoryStore, seen_by: Viewer) -> dict[str, str]:
    items = store.query(keys.stock(TENANT, MUG, "")[0])
    return {each.key: each.value for each in promise.stock_wanted(MUG, items, seen_by)}


def expected(store: MemoryStore, seen_by: Viewer, confirmed: Item | None = None) -> Decimal | None:
    items = store.query(keys.stock(TENANT, MUG, "")[0])
    (wanted,) = promise.stock_wanted(MUG, items, seen_by)
    return promise.expected_stock(wanted, items, seen_by, confirmed)


def test_others_are_shown_what_may_be_promised_less_their_buffer_and_the_owner_what_lies_there() -> None:
    store = told([count(0, 5), order(1, ONE, MARKET)])
    assert shown(store, viewer(WEB, buffer=1)) == {f"{MUG}@{PLACE}": "3"}
    assert shown(store, viewer(MARKET, buffer=9, per="channel")) == {MUG: "0"}
    assert shown(store, viewer(TILL, buffer=3, owns=(PLACE,))) == {f"{MUG}@{PLACE}": "5"}


def test_an_owners_own_buffer_is_never_taken_off_its_own_number() -> None:
    """Its number is where the next sum starts: a buffer taken off it would be taken off again and again."""
    store = told([count(0, 5, measure="available"), order(1, ONE, MARKET)])
    assert shown(store, viewer(TILL, buffer=2, owns=(PLACE,))) == {f"{MUG}@{PLACE}": "4"}


def test_an_owner_that_does_not_sell_from_its_place_is_told_its_number_not_zero() -> None:
    store = told([count(0, 5, measure="available")])
    assert shown(store, Viewer(TILL, (), (PLACE,), 0, "location")) == {f"{MUG}@{PLACE}": "5"}


def test_a_place_nobody_counted_is_not_spoken_of() -> None:
    store = told([order(1, ONE, MARKET)])
    assert shown(store, viewer(WEB)) == shown(store, viewer(WEB, per="channel")) == {}


def test_a_channel_is_expected_to_show_what_it_confirmed_less_what_it_sold_since() -> None:
    store = told([count(0, 5), order(9, ONE, placed_at=at(9)), order(9, ONE, MARKET, placed_at=at(9))])
    assert expected(store, viewer(WEB), {"value": "5", "at": at(3)}) == 4
    assert expected(store, viewer(WEB), {"value": "5", "at": at(10)}) == 5
    assert expected(store, viewer(WEB)) is None


def test_a_channels_own_later_count_outweighs_what_it_confirmed() -> None:
    store = told([count(0, 5), count(6, 2, WEB, "available")])
    assert expected(store, viewer(WEB), {"value": "5", "at": at(3)}) == 2
    assert expected(store, viewer(WEB), {"value": "5", "at": at(7)}) == 5


def test_a_till_that_counts_what_lies_there_has_not_taken_off_what_waits_to_be_collected() -> None:
    store = told([count(0, 5), order(9, ONE, TILL, placed_at=at(9))])
    assert expected(store, viewer(TILL, owns=(PLACE,))) == 5


def test_a_channel_that_oversold_shows_nothing_and_is_not_sent_a_zero() -> None:
    lines = [line("1", MUG, 7)]
    store = told([count(0, 5, measure="available"), order(9, lines, TILL, placed_at=at(9))])
    assert expected(store, viewer(TILL, owns=(PLACE,))) == 0
    assert stock.position(store.items[keys.stock(TENANT, MUG, PLACE)]).shortage == 2


def test_a_channel_learns_of_the_parcels_others_sent_for_its_order_once() -> None:
    def wanted(*facts: Any) -> list[str]:
        return [each.value for each in fulfillments_wanted(order_item(told([order(0, ONE), *facts])), WEB)]

    desk = sent(5, connection_id=DESK)
    assert wanted(desk) == ["T1"]
    assert wanted(desk, sent(6, share("1", 1))) == []  # our own push came back as the shop's statement
    assert wanted(sent(5, status="pending", connection_id=DESK)) == []
    assert fulfillments_wanted(order_item(told([order(0, ONE), desk])), MARKET) == []


def hears(store: MemoryStore, fact: Any) -> None:
    """Let the hub hear of a fact; the web shop owns the place and is told of others."""
    owns = frozenset({PLACE} if fact.connection_id == WEB else ())
    apply(store, Cause(TENANT, fact.fact_id, fact.connection_id, at(0), owns, bool(owns)), [fact], {})


def test_an_owner_with_one_number_for_all_counts_what_it_was_told_and_nothing_melts_away() -> None:
    """Its next count is the number we pushed: what was kept back from it would be kept back again from that."""
    owner = Viewer(WEB, (PLACE, "paris"), (PLACE,), 2, "channel", None, at(50))
    store, at_place = MemoryStore(), keys.stock(TENANT, MUG, PLACE)
    hears(store, count(0, 9, WEB, "available"))
    set_policy(store, 1, safety=3)
    hears(store, order(2, ONE, MARKET, placed_at=at(2)))
    for minute in range(5, 20, 3):
        (wanted,) = promise.stock_wanted(MUG, store.query(at_place[0]), owner)
        assert (wanted.key, wanted.value) == (f"{MUG}@{PLACE}", "8")
        store.items[at_place] |= {f"told#{at(minute)}": dict(wanted.told or {})}
        hears(store, count(minute + 1, 8, WEB, "available"))
    assert stock.position(store.items[at_place], at(50)).free == 8
