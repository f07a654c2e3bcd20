"""The stock position at one (sku, location): a set of identified claims, whose sum no order of arrival changes.

Each source owns its own entry of the record, and an entry is that source's whole claim, not a change:

- `o#<order_id>`: `{c: connection, p: placed_at, h: held, m: [[reference, delta, at], …]}`. While the order itself has
  not arrived, this is what a reservation gave it: `c` is empty, and from `u` on it holds nothing
- `k#<order_id>`: the same for components of kits that the order's channel does not know of; `c` is empty
- `r#<reservation_id>`: `{c: connection, q: pieces, at, u: until, t: tier}`
- `m#<movement_id>`: `{c: connection, d: delta, at, r: reason, ref: reference}`
- `i#<reference>`: `{q: pieces, at}`, what is on its way here; receipts of the same reference take from it
- `policy`: `{safety: pieces, tiers: {tier: pieces}}`
- `count`: `{c: connection, q: quantity, at, m: on_hand|available}` by the location's owner
- `told_since`: since when the hub tells the owner what others take. Of what they took since then, the owner's number
  contains just what it was told. It is the time of the first count, until `rebased` says that it was moved on
- `told#<time>`: `{source: pieces}`, what the owner had been told of others' claims from that time on

An owner that is not told (a stocktake, a feed) counts what lies there: whatever moved before the count is in it. A till
or a shop that is told counts what it was told: goods another channel shipped a second earlier are not in it yet.

Time is handed in as `now`. What ran out by then holds nothing, whether or not anybody has tidied it away. Without a
`now` nothing has run out: that promises too little, never too much.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
Entries = Mapping[str, Any]


@dataclass(frozen=True)
class Position:
    """What lies at a place, in pieces.

    `counted` is False until the owner has said what there is. `tiers` says how many of the last pieces are kept for
    customers of each tier.
    """

    counted: bool
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    safety: Decimal = ZERO
    incoming: Decimal = ZERO
    counted_at: str | None = None
    measure: str | None = None
    owner: str | None = None
    tiers: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def free(self) -> Decimal:
        """What nobody holds; below zero where channels sold more than there is."""
        return self.on_hand - self.reserved

    @property
    def available(self) -> Decimal:
        """What is available to promise from here to anybody."""
        return self.promised(None)

    def promised(self, tier: str | None) -> Decimal:
        """Give what is available to promise from here to a customer of a tier; never below zero.

        It is what is free, less the safety stock, less what is kept for customers of other tiers.
        """
        kept = sum((pieces for name, pieces in self.tiers.items() if name != tier), ZERO)
        return max(ZERO, self.free - self.safety - kept)

    @property
    def shortage(self) -> Decimal:
        """What channels have sold beyond what there is (oversold): a person's task, never a negative stock."""
        return max(ZERO, self.reserved - max(ZERO, self.on_hand)) if self.counted else ZERO


@dataclass(frozen=True)
class Claim:
    """What one source takes: pieces held, and movements as (delta, time)."""

    entry: str
    source: str
    connection_id: str
    placed_at: str
    held: Decimal
    moves: tuple[tuple[Decimal, str], ...]

    def moved(self, after: str) -> Decimal:
        """Add up the movements after a time; goods that left count negative."""
        return sum((delta for delta, at in self.moves if at > after), ZERO)


def claims(entries: Entries, now: str = "") -> list[Claim]:
    """Read every source's claim as of a time.

    A reservation is nobody's own: no channel took it off its number by itself. So the place's owner is told of it, too.
    """
    found = []
    for name, entry in entries.items():
        if name.startswith(("o#", "k#")):
            moves = tuple((Decimal(delta), at) for _, delta, at in entry["m"])
            held = ZERO if is_over(entry, now) else Decimal(entry["h"])
            source = name.removeprefix("o#")
            found.append(Claim(name, source, entry["c"], entry["p"], held, moves))
        elif name.startswith("m#"):
            found.append(Claim(name, name, entry["c"], entry["at"], ZERO, ((Decimal(entry["d"]), entry["at"]),)))
        elif name.startswith("r#"):
            held = ZERO if is_over(entry, now) else Decimal(entry["q"])
            found.append(Claim(name, name, "", entry["at"], held, ()))
    return found


def is_over(entry: Entries, now: str) -> bool:
    """Tell whether a claim has run out by `now`."""
    return str(entry.get("u", "~")) <= now


def position(entries: Entries, now: str = "") -> Position:
    """Add up a stock record as of a time: the owner's count, what moved since, what is held."""
    made, policy = claims(entries, now), entries.get("policy", {})
    reserved = sum((claim.held for claim in made), ZERO)
    safety = Decimal(policy.get("safety", 0))
    tiers = {tier: Decimal(pieces) for tier, pieces in policy.get("tiers", {}).items()}
    incoming, count = sum(arriving(entries).values(), ZERO), entries.get("count")
    if count is None:
        return Position(False, ZERO, reserved, safety, incoming, tiers=tiers)
    on_hand = Decimal(count["q"]) + not_in_count(entries) + own_since(made, count)
    return Position(True, on_hand, reserved, safety, incoming, count["at"], count["m"], count["c"], tiers)


def arriving(entries: Entries) -> dict[str, Decimal]:
    """Say what is still on its way here, `{reference: pieces}`: what was announced less what was received of it."""
    announced = {name[2:]: Decimal(entry["q"]) for name, entry in entries.items() if name.startswith("i#")}
    received = {reference: sum(_receipts(entries, reference).values(), ZERO) for reference in announced}
    return {reference: max(ZERO, pieces - received[reference]) for reference, pieces in announced.items()}


def _receipts(entries: Entries, reference: str) -> dict[str, Decimal]:
    moves = {name: entry for name, entry in entries.items() if name.startswith("m#") and entry.get("ref") == reference}
    return {name: Decimal(entry["d"]) for name, entry in moves.items() if entry["r"] == "receipt"}


def short(entries: Entries, now: str = "") -> dict[str, Decimal]:
    """Say which claims cannot be met, and how many pieces each lacks. Whoever came first is served first."""
    left, lacking = max(ZERO, position(entries, now).on_hand), {}
    for claim in sorted(claims(entries, now), key=lambda each: (each.placed_at, each.source)):
        if claim.held > left:
            lacking[claim.source] = claim.held - left
        left = max(ZERO, left - claim.held)
    return lacking if "count" in entries else {}


def not_in_count(entries: Entries) -> Decimal:
    """Add up others' movements that the owner's count does not contain."""
    count, made = entries["count"], claims(entries)
    others = [claim for claim in made if claim.connection_id != count["c"]]
    if "told_since" not in entries:
        return sum((claim.moved(count["at"]) for claim in others), ZERO)
    told = told_at(entries, count["at"])
    known = sum((Decimal(pieces) for pieces in told.values()), ZERO)
    return known + sum((claim.moved(entries["told_since"]) for claim in others), ZERO)


def told_at(entries: Entries, at: str) -> Mapping[str, str]:
    """Give what the owner had been told at a time, `{source: pieces}`."""
    times = [name for name in entries if name.startswith("told#") and name[5:] <= at]
    found: Mapping[str, str] = entries[max(times)] if times else {}
    return found


def own_since(made: list[Claim], count: Mapping[str, Any]) -> Decimal:
    """Add up the owner's own movements since its count.

    An `available` number is without the orders that were open at the count, and our `reserved` takes them off a second
    time. So what they hold is added back, and what of them left since, too. What came back since is a movement as ever.
    """
    own = [claim for claim in made if claim.connection_id == count["c"]]
    since = sum((claim.moved(count["at"]) for claim in own), ZERO)
    if count["m"] == "available":
        counted = [claim for claim in own if claim.placed_at <= count["at"]]
        left = (delta for claim in counted for delta, at in claim.moves if at > count["at"] and delta < 0)
        since += sum((claim.held for claim in counted), ZERO) - sum(left, ZERO)
    return since


def to_tell(entries: Entries, now: str = "") -> dict[str, str]:
    """Say what each source but the owner takes in all, as the owner knows it once it shows what we push.

    An owner that shows what lies there is told what left. One that shows what is available is told what is held, too.
    No number can show what was sold beyond what there is: that stays untold, and is still owed when the number rises.
    """
    count, told = entries["count"], {}
    untold = max(ZERO, -for_owner(entries, now))
    for claim in sorted(claims(entries, now), key=lambda each: each.source):
        left = -claim.moved(entries.get("told_since", count["at"]))
        pieces = left + (claim.held if count["m"] == "available" else ZERO)
        if claim.connection_id != count["c"] and pieces:
            kept = min(untold, max(ZERO, pieces))
            untold -= kept
            told[claim.source] = str(pieces - kept)
    return told


def for_owner(entries: Entries, now: str = "") -> Decimal:
    """Give the number the owner should show; it is below zero where more was sold than there is.

    An owner that shows what is available shows what nobody holds now. One that shows what lies there shows its own
    count less what others moved: what it moved itself since the count, it takes off by itself.
    """
    if entries["count"]["m"] == "available":
        return position(entries, now).free
    return Decimal(entries["count"]["q"]) + not_in_count(entries)


def outdated(entries: Entries) -> list[str]:
    """Name the `told#` entries that no count can refer to any more: of those up to the count all but the newest."""
    times = sorted(name for name in entries if name.startswith("told#") and name[5:] <= entries["count"]["at"])
    return times[:-1]


def settled(entries: Entries) -> list[str]:
    """Name the owner's claims that its count makes superfluous: they hold nothing, and nothing in them is newer.

    A hot SKU would otherwise outgrow its item. To write such a claim again only brings back movements from before the
    count, which changes nothing. Other channels' claims stay: what they took off their own number is not in this count.
    """
    count = entries["count"]
    gone = [
        claim.entry
        for claim in claims(entries)
        if claim.connection_id == count["c"]
        and not claim.held
        and max([claim.placed_at, *(at for _, at in claim.moves)]) <= count["at"]
    ]
    return _removable(entries, gone)


def _removable(entries: Entries, gone: list[str]) -> list[str]:
    """Keep receipts of what is announced, or it would be expected again. Once all is received, both may go together."""
    for reference, pieces in arriving(entries).items():
        receipts = _receipts(entries, reference)
        if pieces or not receipts.keys() <= set(gone):
            gone = [name for name in gone if name not in receipts]
        else:
            gone = [*gone, f"i#{reference}"]
    return gone


def rebased(entries: Entries, until: str) -> tuple[dict[str, Any], list[str]]:
    """Move `told_since` forward to `until`. Gives the fields to write, and the entries that may go.

    What others took before it counts neither in their claims nor in what was told any more: no sum changes.
    """
    since = entries["told_since"]
    if until <= since:
        return {}, []
    owner, gone, earlier = entries["count"]["c"], [], {}
    for claim in claims(entries, until):
        if claim.connection_id != owner:
            earlier[claim.source] = claim.moved(since) - claim.moved(until)
            if not claim.held and all(at <= until for _, at in claim.moves):
                gone.append(claim.entry)
    put: dict[str, Any] = {"told_since": until, "rebased": True}
    # "told#" without a time is for counts from before we told anything. It is empty until `told_since` is moved on.
    for name in {"told#", *(name for name in entries if name.startswith("told#"))}:
        before = entries.get(name, {})
        left = {source: Decimal(pieces) + earlier.get(source, ZERO) for source, pieces in before.items()}
        left |= {source: moved for source, moved in earlier.items() if source not in left}
        put[name] = {source: str(pieces) for source, pieces in left.items() if pieces}
    return put, _removable(entries, gone)


def sold_since(entries: Entries, connection_id: str, since: str, measure: str) -> Decimal:
    """Say how many pieces a channel's own orders took after a time: it took these off its number by itself.

    A channel that shows what lies there takes them off when they leave, any other when they are ordered.
    """
    own = [claim for claim in claims(entries) if claim.connection_id == connection_id]
    if measure == "on_hand":
        return -sum((claim.moved(since) for claim in own), ZERO)
    return sum((claim.held - claim.moved("") for claim in own if claim.placed_at > since), ZERO)


def plain(quantity: Decimal) -> str:
    """Write a quantity without trailing zeros or an exponent, so that equal quantities are equal texts."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spread(available: Mapping[str, Decimal], buffer: int) -> dict[str, Decimal]:
    """Take a channel's buffer off its places one after the other, by name; the sum is never below zero."""
    left = Decimal(buffer)
    shown = {}
    for location_id in sorted(available):
        take = min(left, available[location_id])
        shown[location_id] = available[location_id] - take
        left -= take
    return shown
