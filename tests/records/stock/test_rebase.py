"""Taking long settled claims out of a stock record changes no number anybody is shown."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from records.stock import position as stock

TIMES = [f"2026-01-{day:02d}T10:00:00.000Z" for day in range(1, 20)]
times = st.sampled_from(TIMES)
pieces = st.integers(0, 4)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A stock record of an owner that is told, with claims of the owner and of others."""
    since = draw(st.sampled_from(TIMES[:8]))
    entries: dict[str, Any] = {
        "count": {
            "c": "till",
            "q": str(draw(st.integers(0, 30))),
            "at": draw(st.sampled_from(TIMES[8:])),
            "m": "on_hand",
        },
        "told_since": since,
    }
    entries["count"]["m"] = draw(st.sampled_from(["on_hand", "available"]))
    for n in range(draw(st.integers(0, 5))):
        moves = [[f"move {n} {k}", str(draw(st.integers(-3, 2))), draw(times)] for k in range(draw(st.integers(0, 3)))]
        channel = draw(st.sampled_from(["till", "web", "market"]))
        entries[f"o#{n}"] = {"c": channel, "p": draw(times), "h": str(draw(pieces)), "m": moves}
    for at in draw(st.lists(times, max_size=3, unique=True)):
        entries[f"told#{at}"] = {str(n): str(draw(pieces)) for n in range(draw(st.integers(0, 5)))}
    return entries


def _numbers(entries: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    seen = stock.position(entries)
    return seen.on_hand, seen.reserved, seen.available


@given(records(), times)
def test_moving_told_since_forward_changes_no_number(entries: dict[str, Any], until: str) -> None:
    put, gone = stock.rebased(entries, until)
    after = {name: value for name, value in {**entries, **put}.items() if name not in gone}
    assert _numbers(after) == _numbers(entries)


@given(records(), times)
def test_a_claim_that_was_taken_out_may_be_written_again(entries: dict[str, Any], until: str) -> None:
    put, _ = stock.rebased(entries, until)
    assert _numbers({**entries, **put}) == _numbers(entries)
