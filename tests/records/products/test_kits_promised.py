"""What channels are shown of a kit is what they can reserve of it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from records.stock import promise
from records.stock.allocation import Wish
from records.stock.promise import Viewer
from records.store import keys
from records.store.memory import MemoryStore
from tests.records.counter import reserve
from tests.records.retail import MUG, PLACE, SCARF, TENANT, TILL, WEB, at, fact, tell

SHOPS = (PLACE, "paris")
Lying = dict[tuple[str, str], int]
Made = dict[str, Decimal]

lying = st.dictionaries(st.tuples(st.sampled_from([MUG, SCARF]), st.sampled_from(SHOPS)), st.integers(0, 12))
made_of = st.fixed_dictionaries({MUG: st.sampled_from(["0.5", "1", "2", "3"]), SCARF: st.sampled_from(["1", "2"])})


def stocked(pieces: Lying) -> MemoryStore:
    store = MemoryStore()
    for (sku, place), number in pieces.items():
        said = {
            "sku": sku,
            "location_id": place,
            "quantity": Decimal(number),
            "measure": "on_hand",
            "counted_at": at(0),
        }
        tell(store, f"{sku} {place}", fact("stock_count", TILL, 0, **said), owns=SHOPS)
    return store


def shown(store: MemoryStore, parts: Made, viewer: Viewer) -> dict[str | None, Decimal]:
    stocks = {part: (each, store.query(keys.stock(TENANT, part, "")[0])) for part, each in parts.items()}
    return {each.location_id: Decimal(each.value) for each in promise.kit_wanted("SET", stocks, viewer)}


@given(lying, made_of, st.integers(0, 4))
def test_as_many_kits_are_shown_as_can_be_reserved_and_no_more(
    pieces: Lying, said: dict[str, str], buffer: int
) -> None:
    parts = {part: Decimal(each) for part, each in said.items()}
    total = shown(stocked(pieces), parts, Viewer(WEB, SHOPS, (), buffer, "channel", None, at(1))).get(None, Decimal(0))
    at_places = shown(stocked(pieces), parts, Viewer(WEB, SHOPS, (), buffer, "location", None, at(1)))
    assert sum(at_places.values()) == total
    for more, answer in ((0, "held"), (1, "stock_insufficient")):
        if total + more:
            wishes = [Wish("SET", total + more, tuple(parts.items()))]
            assert reserve(stocked(pieces), 1, "a", wishes=wishes, places=SHOPS, buffer=buffer) == answer


def test_the_owner_of_a_place_is_shown_all_its_kits_and_a_place_that_lacks_a_count_is_not_spoken_of() -> None:
    store = stocked({(MUG, PLACE): 4, (SCARF, PLACE): 3, (MUG, "paris"): 9})
    viewer = Viewer(TILL, SHOPS, (PLACE,), 2, "location", None, at(1))
    assert shown(store, {MUG: Decimal(2), SCARF: Decimal(1)}, viewer) == {PLACE: 2}
