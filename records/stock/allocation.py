"""Allocation: where goods are taken from. One place gives everything where any can, else few places. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)

Free = Mapping[str, Mapping[str, Decimal]]
"""{sku: {place: pieces}}, what may be taken."""
Takes = dict[tuple[str, str], Decimal]
"""{(sku, place): pieces}."""


@dataclass(frozen=True)
class Wish:
    """So many pieces of a SKU. Of a kit, `components` says what one piece is made of: all from one place."""

    sku: str
    quantity: Decimal
    components: tuple[tuple[str, Decimal], ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, Decimal], ...]:
        """What one piece takes from stock."""
        return self.components or ((self.sku, Decimal(1)),)


@dataclass(frozen=True)
class Allotment:
    """What is taken where. `lacking` names the wishes that there is too little for, each with what there is."""

    takes: Takes
    lacking: Mapping[str, Decimal]


def allot(wishes: Sequence[Wish], free: Free, places: Sequence[str]) -> Allotment:
    """Take all wishes from the first place that has everything, else from several; places come in order of liking."""
    for place in places:
        made = _take(wishes, free, [place])
        if not made.lacking:
            return made
    return _take(wishes, free, places)


def _take(wishes: Sequence[Wish], free: Free, places: Sequence[str]) -> Allotment:
    left = {sku: dict(at) for sku, at in free.items()}
    takes: Takes = {}
    lacking: dict[str, Decimal] = {}
    # Kits first: only a place that has all of a kit can give one, single goods come from anywhere.
    for wish in sorted(wishes, key=lambda each: not each.components):
        wanted = wish.quantity
        for place in _in_order(wish, left, places):
            pieces = min(wanted, makes(wish, left, place))
            for sku, each in wish.parts if pieces else ():
                left[sku][place] -= pieces * each
                takes[sku, place] = takes.get((sku, place), ZERO) + pieces * each
            wanted -= pieces
        if wanted:
            lacking[wish.sku] = wish.quantity - wanted
    return Allotment(takes, lacking)


def _in_order(wish: Wish, left: Free, places: Sequence[str]) -> list[str]:
    """Name the places that have all of a wish; where none has, all places, the one with most first: fewer parcels."""
    able = {place: makes(wish, left, place) for place in places}
    enough = [place for place in places if able[place] >= wish.quantity]
    return enough or sorted(places, key=lambda place: -able[place])


def makes(wish: Wish, free: Free, place: str) -> Decimal:
    """Say how many pieces a place has; of a kit, how many whole ones its components make."""
    lying = [(free.get(sku, {}).get(place, ZERO), each) for sku, each in wish.parts]
    return min(pieces // each for pieces, each in lying) if wish.components else lying[0][0]
