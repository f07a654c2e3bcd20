"""Kits whose definition changes: what was sold, and what is reserved, stays what it was."""

from decimal import Decimal
from itertools import permutations
from typing import Any

from records.stock import position as stock
from records.stock.allocation import Wish, allot
from records.store import keys
from records.store.memory import MemoryStore
from tests.records.counter import confirm, reserve
from tests.records.retail import MUG, PLACE, SCARF, TENANT, at, count, digest, line, order, sent, tell, told

LAMP = "LAMP"
GOODS = {MUG: 9, SCARF: 9, LAMP: 9}


def made_of(**pieces: int) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": Decimal(each)} for sku, each in pieces.items()]


def sold(place: str | None = PLACE, **pieces: int) -> list[dict[str, Any]]:
    """Give the line of a set, filled with what the kit is made of when the statement comes in."""
    return [{**line("1", "SET", 1), "location_id": place, "components": made_of(**pieces), "kit": True}]


def counted() -> MemoryStore:
    return told([count(0, pieces, sku=sku) for sku, pieces in GOODS.items()])


def lying(store: MemoryStore) -> dict[str, tuple[int, int]]:
    """Give (on hand, reserved) of every SKU."""
    items = {sku: store.items[keys.stock(TENANT, sku, PLACE)] for sku in GOODS}
    seen = {sku: stock.position(item, at(60)) for sku, item in items.items()}
    return {sku: (int(each.on_hand), int(each.reserved)) for sku, each in seen.items()}


def test_a_later_word_of_an_order_does_not_change_what_its_kit_took() -> None:
    store = counted()
    tell(store, "a", order(1, sold(MUG=2, SCARF=1)))
    tell(store, "b", order(5, sold(MUG=2, LAMP=1), payments=[{"payment_id": "p", "amount": 3000, "status": "paid"}]))
    assert lying(store) == {MUG: (9, 2), SCARF: (9, 1), LAMP: (9, 0)}
    tell(store, "c", sent(6))
    tell(store, "d", order(7, sold(LAMP=1)))
    assert lying(store) == {MUG: (7, 0), SCARF: (8, 0), LAMP: (9, 0)}


def test_statements_of_a_kit_commute() -> None:
    facts = [order(1, sold(MUG=2, SCARF=1)), order(5, sold(MUG=2, LAMP=1)), order(7, sold(LAMP=1)), sent(6)]
    ends = []
    for arrival in permutations(facts):
        store = counted()
        for number, fact in enumerate(arrival):
            tell(store, f"said{number}", fact)
        ends.append(digest(store))
    assert all(end == ends[0] for end in ends)


def test_a_line_that_becomes_another_kit_takes_what_that_one_is_made_of() -> None:
    store = counted()
    tell(store, "a", order(1, sold(MUG=2, SCARF=1)))
    tell(store, "b", order(5, [{**sold(LAMP=2)[0], "sku": "BOX"}]))
    assert lying(store) == {MUG: (9, 0), SCARF: (9, 0), LAMP: (9, 2)}


def test_a_kit_that_grew_while_it_was_reserved_is_taken_whole_from_where_it_was_reserved() -> None:
    store = counted()
    assert reserve(store, 1, "a", wishes=[Wish("SET", Decimal(1), ((MUG, Decimal(2)),))]) == "held"
    assert confirm(store, 2, "a") == "confirmed"
    tell(store, "o", order(3, sold(None, MUG=2, LAMP=1)))
    assert lying(store) == {MUG: (9, 2), SCARF: (9, 0), LAMP: (9, 1)}


def test_single_goods_leave_the_place_that_alone_has_a_kit() -> None:
    wishes = [Wish(MUG, Decimal(1)), Wish("SET", Decimal(1), ((MUG, Decimal(1)), (SCARF, Decimal(1))))]
    free = {MUG: {"lille": Decimal(1), "paris": Decimal(1)}, SCARF: {"lille": Decimal(1)}}
    made = allot(wishes, free, ["lille", "paris"])
    assert (made.lacking, made.takes) == ({}, {(MUG, "paris"): 1, (MUG, "lille"): 1, (SCARF, "lille"): 1})


def test_a_kit_of_thirds_is_counted_exactly() -> None:
    third = Wish("SET", Decimal(3), ((MUG, Decimal("0.333333")),))
    assert allot([third], {MUG: {"lille": Decimal("0.999999")}}, ["lille"]).lacking == {}
    assert allot([third], {MUG: {"lille": Decimal("0.999998")}}, ["lille"]).lacking == {"SET": 2}
