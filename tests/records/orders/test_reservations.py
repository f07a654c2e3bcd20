"""Reservations: all or nothing, never more than there is, over when their time is, and handed to the order."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from records import ids
from records.orders import reservations
from records.stock import position as stock
from records.stock import promise
from records.stock.allocation import Wish
from records.stock.promise import Viewer
from records.store import keys
from records.store.memory import MemoryStore
from tests.records.counter import announce, confirm, release, reserve, set_policy, sweep
from tests.records.retail import (
    MUG,
    PLACE,
    SCARF,
    STAMPS,
    TENANT,
    TILL,
    WEB,
    at,
    count,
    fact,
    line,
    order,
    sent,
    tell,
    told,
)

ONE = [line("1", MUG, 1)]
PARIS = "paris"


def seen(store: MemoryStore, minute: int, sku: str = MUG, place: str = PLACE) -> stock.Position:
    return stock.position(store.items.get(keys.stock(TENANT, sku, place), {}), at(minute))


def numbers(store: MemoryStore, minute: int) -> tuple[Decimal, Decimal]:
    found = seen(store, minute)
    return found.on_hand, found.reserved


def stock_entries(store: MemoryStore) -> dict[str, Any]:
    return {name: value for name, value in store.items[keys.stock(TENANT, MUG, PLACE)].items() if name not in STAMPS}


def counted(place: str, sku: str, pieces: int) -> Any:
    said = {"sku": sku, "location_id": place, "quantity": Decimal(pieces), "measure": "on_hand"}
    return fact("stock_count", TILL, 0, counted_at=at(0), **said)


def two_places(**pieces: dict[str, int]) -> MemoryStore:
    """Make a store with stock at Lille and Paris, which the till owns."""
    store = MemoryStore()
    for place, goods in pieces.items():
        for sku, number in goods.items():
            tell(store, f"{place} {sku}", counted(place, sku, number), owns=(PLACE, PARIS))
    return store


def takes(store: MemoryStore, key: str) -> Any:
    return store.items[keys.reservation(TENANT, ids.reservation_id(TENANT, key))]["takes"]


def test_what_is_free_can_be_reserved_and_no_piece_more() -> None:
    store = told([count(0, 3), order(1, ONE)])
    assert [reserve(store, 2, "a", 2), reserve(store, 3, "b", 1)] == ["held", "stock_insufficient"]
    assert numbers(store, 4) == (3, 3)
    assert seen(store, 4).shortage == 0


def test_of_several_goods_all_are_held_or_none() -> None:
    store = told([count(0, 3), count(0, 1, sku=SCARF)])
    before = dict(store.items)
    wishes = [Wish(MUG, Decimal(2)), Wish(SCARF, Decimal(2))]
    assert reserve(store, 2, "a", wishes=wishes) == "stock_insufficient"
    assert store.items == before


def test_a_place_nobody_counted_has_nothing_to_promise() -> None:
    assert reserve(MemoryStore(), 2, "a") == "stock_insufficient"


def test_the_same_request_again_is_the_same_reservation_and_another_under_its_key_is_refused() -> None:
    store = told([count(0, 3)])
    assert reserve(store, 1, "a") == "held"
    before = dict(store.items)
    assert reserve(store, 5, "a") == "held"
    assert reserve(store, 5, "a", 2) == reserve(store, 5, "a", minutes=99) == "idempotency_key_reused"
    assert store.items == before
    assert reserve(store, 30, "a") == "expired"


def test_a_reservation_is_over_when_its_time_is_whether_or_not_anybody_sweeps() -> None:
    store = told([count(0, 1)])
    assert reserve(store, 1, "a", minutes=10) == "held"
    assert (numbers(store, 10), numbers(store, 11)) == ((1, 1), (1, 0))
    assert reserve(store, 10, "b") == "stock_insufficient"
    assert reserve(store, 11, "b") == "held"
    assert [confirm(store, 11, "a"), release(store, 11, "a"), sweep(store, 11, "a")] == [
        "reservation_over",
        "expired",
        "expired",
    ]
    assert numbers(store, 12) == (1, 1)


def test_the_sweeper_ends_what_is_over_once_and_tells_the_channels() -> None:
    store = told([count(0, 1)])
    reserve(store, 1, "a", minutes=10)
    version = store.items[keys.stock(TENANT, MUG, PLACE)]["ver"]
    assert [sweep(store, 10, "a"), sweep(store, 11, "a"), sweep(store, 12, "a")] == ["None", "expired", "None"]
    item = store.items[keys.stock(TENANT, MUG, PLACE)]
    assert (item["ver"], item["changed"]) == (version + 1, ["reservations"])
    assert not [name for name in item if name.startswith("r#")]


def test_what_was_released_is_free_again_and_stays_released() -> None:
    store = told([count(0, 1)])
    reserve(store, 1, "a")
    assert [release(store, 2, "a"), release(store, 3, "a"), confirm(store, 4, "a")] == [
        "released",
        "released",
        "reservation_over",
    ]
    assert [reserve(store, 5, "b"), release(store, 6, "nobody")] == ["held", "unknown"]


def test_an_order_takes_over_what_was_reserved_for_it() -> None:
    store = told([count(0, 3)])
    reserve(store, 1, "a", 2)
    assert [confirm(store, 2, "a"), confirm(store, 3, "a"), confirm(store, 3, "a", "1002")] == [
        "confirmed",
        "confirmed",
        "reservation_confirmed",
    ]
    assert numbers(store, 60) == (3, 2)  # it does not run out with the reservation
    tell(store, "o", order(4, ONE))
    assert numbers(store, 60) == (3, 1)  # and holds what its lines say once it has arrived
    assert release(store, 61, "a") == "reservation_confirmed"
    tell(store, "c", order(62, ONE, cancelled_at=at(62)))
    assert numbers(store, 63) == (3, 0)


def test_an_order_that_never_comes_gives_its_pieces_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservations, "ORDER_MAY_TAKE", reservations.ORDER_MAY_TAKE / 7 / 24)
    for end in (sweep, release):
        store = told([count(0, 3)])
        reserve(store, 1, "a", 2)
        confirm(store, 2, "a")
        assert (numbers(store, 61), numbers(store, 62)) == ((3, 2), (3, 0))
        assert end(store, 62, "a") in ("expired", "released")
        assert not [name for name in stock_entries(store) if name.startswith(("o#", "r#"))]
        tell(store, "o", order(70, ONE))
        assert numbers(store, 71) == (3, 1)


def test_a_confirmed_reservation_whose_order_came_is_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservations, "ORDER_MAY_TAKE", reservations.ORDER_MAY_TAKE / 7 / 24)
    store = told([count(0, 3), order(0, ONE)])
    reserve(store, 1, "a", 2)
    confirm(store, 2, "a")
    before = stock_entries(store)
    assert [sweep(store, 62, "a"), sweep(store, 63, "a")] == ["confirmed", "None"]
    assert (stock_entries(store), confirm(store, 64, "a")) == (before, "confirmed")


def test_an_order_that_says_no_place_takes_from_where_it_was_reserved() -> None:
    store = two_places(lille={MUG: 2}, paris={MUG: 2})
    assert reserve(store, 1, "a", 2, places=(PLACE, PARIS), location_id=PARIS) == "held"
    confirm(store, 2, "a")
    nowhere = [{**line("1", MUG, 2), "location_id": None}]
    tell(store, "o", order(3, nowhere))
    assert (seen(store, 4, place=PARIS).reserved, seen(store, 4).reserved) == (2, 0)
    tell(store, "s", sent(5))
    assert (seen(store, 6, place=PARIS).on_hand, seen(store, 6, place=PARIS).reserved) == (0, 0)


def test_an_order_that_says_no_place_and_was_reserved_at_two_holds_at_both() -> None:
    store = two_places(lille={MUG: 2}, paris={MUG: 1})
    assert reserve(store, 1, "a", 3, places=(PLACE, PARIS)) == "held"
    confirm(store, 2, "a")
    tell(store, "o", order(3, [{**line("1", MUG, 3), "location_id": None}]))
    assert (seen(store, 4, place=PARIS).reserved, seen(store, 4).reserved) == (1, 2)


def test_every_order_of_arrival_ends_in_the_same_stock() -> None:
    """The order, its parcel and a count are told whenever they like; what people do by hand keeps its order."""
    by_hand = {"reserve": reserve, "confirm": confirm}
    told_of = {"order": order(1, ONE), "parcel": sent(5), "count": count(7, 9)}
    known: list[Any] = []
    for steps in permutations(["reserve", "confirm", *told_of]):
        if steps.index("reserve") > steps.index("confirm"):
            continue
        store = told([count(0, 5)])
        for step in steps:
            if step in told_of:
                tell(store, step, told_of[step])
            else:
                by_hand[step](store, 3, "a")
            sweep(store, 4, "a")
        sweep(store, 30, "a")
        known.append((stock_entries(store), numbers(store, 30)))
    assert len(known) == 60
    assert all(each == known[0] for each in known)


def test_one_place_serves_all_where_it_can_and_the_first_that_is_liked() -> None:
    store = two_places(lille={MUG: 5}, paris={MUG: 5, SCARF: 5})
    wishes = [Wish(MUG, Decimal(2)), Wish(SCARF, Decimal(1))]
    reserve(store, 1, "both", wishes=wishes, places=(PLACE, PARIS))
    reserve(store, 1, "mug", 2, places=(PLACE, PARIS))
    reserve(store, 1, "many", 5, places=(PLACE, PARIS))
    assert takes(store, "both") == [[MUG, PARIS, "2"], [SCARF, PARIS, "1"]]
    assert takes(store, "mug") == [[MUG, PLACE, "2"]]
    assert takes(store, "many") == [[MUG, PLACE, "3"], [MUG, PARIS, "2"]]


def test_a_kit_is_taken_whole_from_one_place() -> None:
    kit = [Wish("SET", Decimal(1), ((MUG, Decimal(2)), (SCARF, Decimal(1))))]
    store = two_places(lille={MUG: 2}, paris={MUG: 1, SCARF: 1})
    assert reserve(store, 1, "a", wishes=kit, places=(PLACE, PARIS)) == "stock_insufficient"
    store = two_places(lille={MUG: 2}, paris={MUG: 3, SCARF: 1})
    assert reserve(store, 3, "a", wishes=kit, places=(PLACE, PARIS)) == "held"
    assert takes(store, "a") == [[MUG, PARIS, "2"], [SCARF, PARIS, "1"]]


def test_the_last_piece_is_kept_for_a_vip() -> None:
    store = told([count(0, 2)])
    set_policy(store, 1, vip=1)
    assert [reserve(store, 2, "a", 2), reserve(store, 2, "b")] == ["stock_insufficient", "held"]
    assert [reserve(store, 3, "c"), reserve(store, 3, "d", tier="vip")] == ["stock_insufficient", "held"]


def test_safety_stock_and_tiers_are_kept_from_channels_and_never_from_the_owner() -> None:
    store = told([count(0, 9, measure="available")])
    set_policy(store, 1, safety=2, vip=1, staff=1)
    items = store.query(keys.stock(TENANT, MUG, "")[0])

    def shown(connection_id: str, tier: str | None = None, owns: tuple[str, ...] = ()) -> str:
        viewer = Viewer(connection_id, (PLACE,), owns, 1, "location", tier, at(2))
        return promise.stock_wanted(MUG, items, viewer)[0].value

    assert [shown(WEB), shown(WEB, "vip"), shown(TILL, owns=(PLACE,))] == ["4", "5", "9"]


def test_a_channels_buffer_is_not_promised_to_its_reservations() -> None:
    store = told([count(0, 3)])
    assert [reserve(store, 1, "a", 2, buffer=2), reserve(store, 1, "b", 1, buffer=2)] == ["stock_insufficient", "held"]


def test_the_owner_is_told_of_a_reservation_and_counts_without_it() -> None:
    """Its next count has lost what it was told of; that must not be taken off twice, nor come back too late."""
    store = told([count(0, 5, measure="available")])
    reserve(store, 1, "a", 2)
    key = keys.stock(TENANT, MUG, PLACE)
    viewer = Viewer(TILL, (PLACE,), (PLACE,), 0, "location", None, at(2))
    (wanted,) = promise.stock_wanted(MUG, [store.items[key]], viewer)
    assert wanted.value == "3"
    store.items[key] |= {f"told#{at(2)}": dict(wanted.told or {}), "told_since": at(0)}
    tell(store, "c", count(3, 3, measure="available"))
    assert (seen(store, 4).free, seen(store, 20).free) == (3, 5)
    sweep(store, 20, "a")
    assert seen(store, 20).free == 5


def test_what_is_on_its_way_grows_less_as_it_arrives_in_any_order() -> None:
    def received(minute: int, name: str, pieces: int) -> Any:
        said = {"sku": MUG, "location_id": PLACE, "delta": Decimal(pieces), "reason": "receipt", "reference": "PO-1"}
        return fact("stock_movement", "warehouse", minute, movement_id=name, moved_at=at(minute), **said)

    steps = {
        "announce": lambda store: announce(store, 1, "PO-1", 10),
        "first": lambda store: tell(store, "m1", received(2, "m1", 4)),
        "second": lambda store: tell(store, "m2", received(3, "m2", 5)),
    }
    for names in permutations(steps):
        store = told([count(0, 1)])
        for name in names:
            steps[name](store)
        assert (seen(store, 9).incoming, seen(store, 9).on_hand) == (1, 10)
        tell(store, "m3", received(4, "m3", 4))
        assert (seen(store, 9).incoming, seen(store, 9).on_hand) == (0, 14)
    announce(store, 5, "PO-1", 0)
    assert not [name for name in stock_entries(store) if name.startswith("i#")]
