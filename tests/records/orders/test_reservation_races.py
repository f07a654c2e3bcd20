"""Reservations at the same moment: every schedule of the store calls ends as if one had come after the other."""

from collections.abc import Callable, Sequence
from typing import Any

from records.store.actions import Store
from records.store.memory import MemoryStore
from tests.records.counter import confirm, release, reserve, sweep
from tests.records.race import Handler, hears, race
from tests.records.retail import MUG, TILL, at, copied, count, line, moved, order, position, told
from tests.records.schedules import every_schedule

ONE = [line("1", MUG, 1)]


def puts_aside(key: str, minute: int = 2) -> Handler:
    return lambda store: reserve(store, minute, key, minutes=10)


def last_piece(*more: Callable[[Store], Any]) -> MemoryStore:
    store = told([count(0, 1)])
    for step in more:
        step(store)
    return store


def test_two_reservations_for_the_last_piece() -> None:
    seen = race(last_piece(), puts_aside("a"), puts_aside("b"))
    assert seen == {("held", "stock_insufficient"), ("stock_insufficient", "held")}


def test_three_reservations_for_the_last_piece() -> None:
    seen = race(last_piece(), puts_aside("a"), puts_aside("b"), puts_aside("c"))
    assert all(sorted(each) == ["held", "stock_insufficient", "stock_insufficient"] for each in seen)


def test_the_same_reservation_asked_for_twice_at_once_is_one() -> None:
    assert race(last_piece(), puts_aside("a"), puts_aside("a")) == {("held", "held")}


def test_a_reservation_against_the_expiry_of_another() -> None:
    start = last_piece(puts_aside("a"))
    assert race(start, puts_aside("b", 12), lambda store: sweep(store, 12, "a")) == {("held", "expired")}


def test_a_reservation_against_an_expiry_that_only_one_clock_knows_of() -> None:
    start = last_piece(puts_aside("a"))
    seen = race(start, puts_aside("b", 11), lambda store: sweep(store, 12, "a"))
    assert seen == {("held", "expired"), ("stock_insufficient", "expired")}


def test_a_confirmation_against_the_expiry_has_one_winner() -> None:
    start = last_piece(puts_aside("a"))
    seen = race(start, lambda store: confirm(store, 11, "a"), lambda store: sweep(store, 12, "a"))
    assert seen == {("confirmed", "None"), ("reservation_over", "expired")}


def test_a_confirmation_against_somebody_whose_clock_gives_the_piece_away() -> None:
    start = last_piece(puts_aside("a"))
    seen = race(start, lambda store: confirm(store, 11, "a"), puts_aside("b", 12))
    assert seen == {("confirmed", "stock_insufficient"), ("reservation_over", "held")}


def test_a_confirmation_against_a_release() -> None:
    start = last_piece(puts_aside("a"))
    seen = race(start, lambda store: confirm(store, 3, "a"), lambda store: release(store, 3, "a"))
    assert seen == {("confirmed", "released"), ("reservation_over", "released")}


def test_two_orders_confirm_one_reservation() -> None:
    start = last_piece(puts_aside("a"))
    seen = race(start, lambda store: confirm(store, 3, "a", "1"), lambda store: confirm(store, 3, "a", "2"))
    assert all(sorted(each) == ["confirmed", "reservation_confirmed"] for each in seen)


def test_an_order_arrives_while_it_takes_over_its_reservation() -> None:
    start = last_piece(puts_aside("a"))
    assert race(start, lambda store: confirm(store, 3, "a"), hears("o", order(1, ONE))) == {("confirmed", "applied")}


def test_an_order_arrives_while_what_it_was_promised_is_given_back() -> None:
    start = last_piece(puts_aside("a"), lambda store: confirm(store, 3, "a"))
    seen = race(start, lambda store: release(store, 4, "a"), hears("o", order(1, ONE)))
    assert seen == {("released", "applied"), ("reservation_confirmed", "applied")}
    for store, _ in every_schedule(
        lambda: copied(start), [lambda store: release(store, 4, "a"), hears("o", order(1, ONE))]
    ):
        assert position(store).reserved == 1


def test_a_reservation_against_a_sale_and_against_a_count() -> None:
    sale = hears("s", order(2, ONE, TILL, placed_at=at(2), expectations=[{"method": "in_store"}]))
    seen = race(last_piece(), puts_aside("a"), sale)
    assert seen == {("held", "applied"), ("stock_insufficient", "applied")}
    race(last_piece(), puts_aside("a"), hears("o", order(2, ONE)))
    race(last_piece(), puts_aside("a"), hears("c", count(2, 0)))
    race(last_piece(), puts_aside("a"), hears("m", moved(2, "m", -1)))


def test_a_reservation_an_order_and_a_count_at_once() -> None:
    race(last_piece(), puts_aside("a"), hears("o", order(2, ONE)), hears("c", count(2, 2)), cuts=3)


def test_three_who_take_what_two_gave_back() -> None:
    start = last_piece(puts_aside("a"))
    handlers: Sequence[Handler] = (puts_aside("b", 3), lambda store: release(store, 3, "a"), puts_aside("c", 3))
    seen = race(start, *handlers)
    assert all(each.count("held") <= 1 for each in seen)
    assert any(each.count("held") == 1 for each in seen)
