"""What a channel should show of a SKU's stock: what is available to promise or, of a place it owns, what lies there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from records.desired import Wanted
from records.moments import just_after
from records.stock import position as stock
from records.stock.allocation import Wish, makes
from records.stock.position import plain
from records.store.actions import Item

ZERO = Decimal(0)


@dataclass(frozen=True)
class Viewer:
    """What decides how a connection sees stock."""

    connection_id: str
    sells_from: tuple[str, ...]
    owns: tuple[str, ...]
    buffer: int
    per: str  # "location" or "channel"
    tier: str | None = None  # of its customers
    now: str = ""  # as of when; without it no reservation has run out


def stock_wanted(sku: str, items: Sequence[Item], viewer: Viewer) -> list[Wanted]:
    """Say what a channel should show of a SKU: an owner what lies at its place, others what they may promise.

    Places nobody has counted are left out: the hub does not know, so it does not say. The next sums start from an
    owner's number, so nothing is kept back from it: no buffer, no safety stock. An owner with a single number shows the
    place that it counts with it, and no other: what else it showed would come back in its count, as lying there.
    """
    places = _by_place(items)
    seen = {place: stock.position(item, viewer.now) for place, item in places.items()}
    known = {place: position for place, position in seen.items() if position.counted}
    owned = {place for place in known if known[place].owner == viewer.connection_id and place in viewer.owns}
    if viewer.per == "channel" and owned:
        place = max(owned, key=lambda each: str(known[each].counted_at))
        return [_for_owner(sku, place, places[place], viewer.now)]
    if viewer.per == "channel":
        shown = promised(known, viewer.sells_from, viewer.buffer, viewer.tier)
        if not shown:
            return []
        as_of = max(str(known[place].counted_at) for place in shown)
        return [_stock(sku, None, sum(shown.values(), ZERO), as_of, None)]
    others = [place for place in viewer.sells_from if place not in owned]
    shown = promised(known, others, viewer.buffer, viewer.tier)
    wanted = [_stock(sku, place, shown[place], last_change(places[place]), None) for place in shown]
    wanted += [_for_owner(sku, place, places[place], viewer.now) for place in owned]
    return sorted(wanted, key=lambda each: each.key)


def _by_place(items: Sequence[Item]) -> dict[str, Item]:
    """Give the stock at each place, without the observations that lie beside it."""
    return {str(item["location_id"]): item for item in items if item["sk"].startswith("AT#")}


def _for_owner(sku: str, place: str, item: Item, now: str) -> Wanted:
    """Give what the owner of a place should show of it: so it is told what others took.

    One that counts what lies there is sent its own last count less what others moved, as of that count: what it sold
    since, it takes off by itself. One that counts what is available is sent what nobody holds.
    """
    seen, count, told = stock.position(item, now), item["count"], stock.to_tell(item, now)
    if count["m"] == "available":
        return _stock(sku, place, seen.free, last_change(item), told)
    wanted = _stock(sku, place, seen.on_hand, count["at"], told)
    as_of_count = max(ZERO, stock.for_owner(item, now))
    return replace(wanted, record={**wanted.record, "quantity": as_of_count, "as_of": just_after(count["at"])})


def kit_wanted(sku: str, parts: Mapping[str, tuple[Decimal, Sequence[Item]]], viewer: Viewer) -> list[Wanted]:
    """Say what a channel should show of a kit: as many as it could reserve at each place.

    `parts` is `{sku: (pieces in one kit, items of its stock)}`. From the owner of a place nothing is kept back there.
    """
    shelves = {part: _by_place(items) for part, (_, items) in parts.items()}
    owned = () if viewer.per == "channel" else viewer.owns
    others = [place for place in viewer.sells_from if place not in owned]
    free = {}
    for part, shelf in shelves.items():
        seen = {place: stock.position(item, viewer.now) for place, item in shelf.items()}
        free[part] = promised(seen, others, viewer.buffer, viewer.tier)
        free[part] |= {place: max(ZERO, seen[place].free) for place in owned if place in seen and seen[place].counted}
    kit = Wish(sku, Decimal(1), tuple((part, each) for part, (each, _) in parts.items()))
    # What nobody has counted may be there or not: a place that lacks a count of one part is left out.
    able = {place: makes(kit, free, place) for place in sorted(set.intersection(*map(set, free.values())))}
    as_of = {place: max(last_change(shelf[place]) for shelf in shelves.values()) for place in able}
    if viewer.per == "channel":
        return [_stock(sku, None, sum(able.values(), ZERO), max(as_of.values()), None)] if able else []
    return [_stock(sku, place, able[place], as_of[place], None) for place in able]


def promised(
    known: Mapping[str, stock.Position], places: Sequence[str], buffer: int, tier: str | None
) -> dict[str, Decimal]:
    """Give what is available to promise for a channel at each of its places, `{place: pieces}`.

    Its buffer and what is kept for other tiers are taken off. Places nobody has counted are left out.
    """
    counted = {place: known[place] for place in places if place in known and known[place].counted}
    return stock.spread({place: position.promised(tier) for place, position in counted.items()}, buffer)


def last_change(item: Item) -> str:
    """Say as of when a position is known: its count, or the last movement after it."""
    return max([str(item["count"]["at"]), *(at for claim in stock.claims(item) for _, at in claim.moves)])


def _stock(sku: str, location_id: str | None, quantity: Decimal, as_of: str, told: Mapping[str, str] | None) -> Wanted:
    key = f"{sku}@{location_id}" if location_id else sku
    pieces = max(ZERO, quantity)
    record = {"sku": sku, "location_id": location_id, "quantity": pieces, "as_of": as_of}
    return Wanted("stock", key, plain(pieces), record, location_id, told)


def expected_stock(wanted: Wanted, items: Sequence[Item], viewer: Viewer, confirmed: Item | None) -> Decimal | None:
    """Say what a channel should be showing now; None: nothing is known.

    It is the newest number that the channel confirmed to us or told us itself, less what its own orders took since: it
    took these off by itself. Where it should show 0, a number below zero counts as 0: a zero pushed over it would only
    hide how much the channel oversold.
    """
    places = _by_place(items)
    told = [(str(confirmed["at"]), Decimal(confirmed["value"]))] if confirmed and "value" in confirmed else []
    seen = f"SEEN#{viewer.connection_id}#{wanted.location_id}"
    counts = [item["count"] for item in items if item["sk"] == seen]
    own = places.get(wanted.location_id or "", {}).get("count")
    if own and own["c"] == viewer.connection_id:
        counts.append(own)
    told += [(count["at"], Decimal(count["q"])) for count in counts]
    if not told:
        return None
    at, shown = max(told)
    measure = counts[-1]["m"] if counts else "available"
    here = {place: item for place, item in places.items() if wanted.location_id in (None, place)}
    sold = (stock.sold_since(item, viewer.connection_id, at, measure) for item in here.values())
    expected = shown - sum(sold, ZERO)
    return max(ZERO, expected) if wanted.value == "0" else expected
