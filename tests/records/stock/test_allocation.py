"""What is taken for a wish lies there, and is what was asked for."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from records.stock.allocation import Wish, allot
from tests.records.retail import (
    MUG,
    PLACE,
    SCARF,
)

PARIS = "paris"


@given(
    st.lists(st.tuples(st.sampled_from([MUG, SCARF, "SET"]), st.integers(1, 4)), min_size=1, max_size=3),
    st.dictionaries(
        st.tuples(st.sampled_from([MUG, SCARF]), st.sampled_from([PLACE, PARIS, "lyon"])), st.integers(0, 5)
    ),
)
def test_what_is_allotted_is_there_and_is_what_was_asked_for(
    asked: list[tuple[str, int]], lying: dict[tuple[str, str], int]
) -> None:
    parts = {"SET": ((MUG, Decimal(1)), (SCARF, Decimal(2)))}
    wishes = [Wish(sku, Decimal(pieces), parts.get(sku, ())) for sku, pieces in asked]
    free: dict[str, dict[str, Decimal]] = {MUG: {}, SCARF: {}}
    for (sku, place), pieces in lying.items():
        free[sku][place] = Decimal(pieces)
    made = allot(wishes, free, [PLACE, PARIS, "lyon"])
    assert all(0 < pieces <= free[sku][place] for (sku, place), pieces in made.takes.items())
    if not made.lacking:
        for sku in (MUG, SCARF):
            wanted = sum(wish.quantity * each for wish in wishes for part, each in wish.parts if part == sku)
            assert sum(pieces for (name, _), pieces in made.takes.items() if name == sku) == wanted
