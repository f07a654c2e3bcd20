"""Stock at one (sku, location): a set of identified claims that any order of arrival adds up to the same position.

Each source owns its own entry of the record, and an entry is that source's whole claim, not a change:

- `o#<order_id>`: `{c: connection, p: placed_at, h: held, m: [[reference, delta, at], …]}`
- `m#<movement_id>`: `{c: connection, d: delta, at, r: reason}`
- `count`: `{c: connection, q: quantity, at, m: on_hand|available}` by the location's owner
- `told_since`: from when on the hub tells the owner what others take; then the owner's number contains just that.
  It is the first count, until `rebased` says that it was moved on
- `told#<time>`: `{source: pieces}`, what the owner had been told of others' claims from that time on

An owner that is not told (a stocktake, a feed) counts what lies there: whatever moved before the count is in it. A till
or a shop that is told counts what it was told: goods another channel shipped a second earlier are not in it yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
Entries = Mapping[str, Any]


@dataclass(frozen=True)
class Position:
    """What lies at a place, in pieces. `counted` is False until the owner has said what there is."""

    counted: bool
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    safety: Decimal = ZERO
    incoming: Decimal = ZERO
    counted_at: str | None = None
    measure: str | None = None
    owner: str | None = None

    @property
    def free(self) -> Decimal:
        """What no order holds; below zero where channels sold more than there is."""
        return self.on_hand - self.reserved

    @property
    def available(self) -> Decimal:
        """What may be promised from here."""
        return max(ZERO, self.free - self.safety)

    @property
    def shortage(self) -> Decimal:
        """What channels have sold beyond what there is: a person's task, never a negative stock."""
        return max(ZERO, self.reserved - max(ZERO, self.on_hand))


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


def claims(entries: Entries) -> list[Claim]:
    """Read every source's claim."""
    found = []
    for name, entry in entries.items():
        if name.startswith("o#"):
            moves = tuple((Decimal(delta), at) for _, delta, at in entry["m"])
            found.append(Claim(name, name[2:], entry["c"], entry["p"], Decimal(entry["h"]), moves))
        elif name.startswith("m#"):
            found.append(Claim(name, name, entry["c"], entry["at"], ZERO, ((Decimal(entry["d"]), entry["at"]),)))
    return found


def position(entries: Entries) -> Position:
    """Add up a stock record: the owner's count, what moved since, what is held."""
    made = claims(entries)
    reserved = sum((claim.held for claim in made), ZERO)
    safety, incoming = Decimal(entries.get("safety", 0)), Decimal(entries.get("incoming", 0))
    count = entries.get("count")
    if count is None:
        return Position(False, ZERO, reserved, safety, incoming)
    on_hand = Decimal(count["q"]) + not_in_count(entries) + _own_since(made, count)
    return Position(True, on_hand, reserved, safety, incoming, count["at"], count["m"], count["c"])


def not_in_count(entries: Entries) -> Decimal:
    """Add up others' movements that the owner's count does not contain."""
    count, made = entries["count"], claims(entries)
    others = [claim for claim in made if claim.connection_id != count["c"]]
    if "told_since" not in entries:
        return sum((claim.moved(count["at"]) for claim in others), ZERO)
    told = _told(entries, count["at"])
    known = sum((Decimal(pieces) for pieces in told.values()), ZERO)
    return known + sum((claim.moved(entries["told_since"]) for claim in others), ZERO)


def _told(entries: Entries, at: str) -> Mapping[str, str]:
    """Give what the owner had been told at a time."""
    times = [name for name in entries if name.startswith("told#") and name[5:] <= at]
    found: Mapping[str, str] = entries[max(times)] if times else {}
    return found


def _own_since(made: list[Claim], count: Mapping[str, Any]) -> Decimal:
    """Add up the owner's own movements after its count. An `available` number has lost its open orders already, which
    our `reserved` takes off again: they are given back, and so is what of them left since. What came back is neither.
    """
    own = [claim for claim in made if claim.connection_id == count["c"]]
    since = sum((claim.moved(count["at"]) for claim in own), ZERO)
    if count["m"] == "available":
        counted = [claim for claim in own if claim.placed_at <= count["at"]]
        left = (delta for claim in counted for delta, at in claim.moves if at > count["at"] and delta < 0)
        since += sum((claim.held for claim in counted), ZERO) - sum(left, ZERO)
    return since


def to_tell(entries: Entries) -> dict[str, str]:
    """Say what each other source takes in all, as the owner knows it once it shows what we push.

    An owner that shows what lies there is told what left; one that shows what is available, also what is held. What was
    sold beyond what there is no number can show: that stays untold, and is still owed when the number rises again.
    """
    count, told = entries["count"], {}
    untold = max(ZERO, -for_owner(entries))
    for claim in sorted(claims(entries), key=lambda each: each.source):
        left = -claim.moved(entries.get("told_since", count["at"]))
        pieces = left + (claim.held if count["m"] == "available" else ZERO)
        if claim.connection_id != count["c"] and pieces:
            kept = min(untold, max(ZERO, pieces))
            untold -= kept
            told[claim.source] = str(pieces - kept)
    return told


def for_owner(entries: Entries) -> Decimal:
    """Give the number the owner should show: what no order holds now or, where it counts what lies there, what lay
    there at its count less what others moved: what it moved since it takes off by itself.
    """
    if entries["count"]["m"] == "available":
        return position(entries).free
    return Decimal(entries["count"]["q"]) + not_in_count(entries)


def outdated(entries: Entries) -> list[str]:
    """Name the `told#` entries that no count can refer to any more: all but the newest before the count."""
    times = sorted(name for name in entries if name.startswith("told#") and name[5:] <= entries["count"]["at"])
    return times[:-1]


def settled(entries: Entries) -> list[str]:
    """Name the owner's claims that its count makes superfluous: nothing held, everything placed and moved before it.

    A hot SKU would otherwise outgrow its item. Whoever writes such a claim again brings back movements from before the
    count, which changes nothing. Other channels' claims stay: what they took off their own number is not in this count.
    """
    count = entries["count"]
    return [
        claim.entry
        for claim in claims(entries)
        if claim.connection_id == count["c"]
        and not claim.held
        and max([claim.placed_at, *(at for _, at in claim.moves)]) <= count["at"]
    ]


def rebased(entries: Entries, until: str) -> tuple[dict[str, Any], list[str]]:
    """Move `told_since` forward to `until`: what others took before it leaves both their claims and what was told,
    which changes no sum. Gives the fields to write and the claims that became empty.
    """
    since = entries["told_since"]
    if until <= since:
        return {}, []
    owner, gone, earlier = entries["count"]["c"], [], {}
    for claim in claims(entries):
        if claim.connection_id != owner:
            earlier[claim.source] = claim.moved(since) - claim.moved(until)
            if not claim.held and all(at <= until for _, at in claim.moves):
                gone.append(claim.entry)
    put: dict[str, Any] = {"told_since": until, "rebased": True}
    # "told#" without a time is what was told before anything was told by us: nothing, until it is moved on.
    for name in {"told#", *(name for name in entries if name.startswith("told#"))}:
        before = entries.get(name, {})
        left = {source: Decimal(pieces) + earlier.get(source, ZERO) for source, pieces in before.items()}
        left |= {source: moved for source, moved in earlier.items() if source not in left}
        put[name] = {source: str(pieces) for source, pieces in left.items() if pieces}
    return put, gone


def sold_since(entries: Entries, connection_id: str, since: str, measure: str) -> Decimal:
    """Say how many pieces a channel's own orders took after a time: it has taken these off its number itself. One that
    shows what lies there does so when they leave, any other when they are ordered.
    """
    own = [claim for claim in claims(entries) if claim.connection_id == connection_id]
    if measure == "on_hand":
        return -sum((claim.moved(since) for claim in own), ZERO)
    return sum((claim.held - claim.moved("") for claim in own if claim.placed_at > since), ZERO)


def spread(available: Mapping[str, Decimal], buffer: int) -> dict[str, Decimal]:
    """Take a channel's buffer off its places one after the other, by name; the sum is never below zero."""
    left = Decimal(buffer)
    shown = {}
    for location_id in sorted(available):
        take = min(left, available[location_id])
        shown[location_id] = available[location_id] - take
        left -= take
    return shown


def ledger(entries: Entries) -> list[dict[str, str]]:
    """Explain every piece: the owner's count, then each movement and each hold, oldest first."""
    rows = []
    count = entries.get("count")
    if count is not None:
        rows.append({"at": count["at"], "what": f"count ({count['m']})", "by": count["c"], "pieces": count["q"]})
    for name, entry in entries.items():
        if name.startswith("o#"):
            rows += [{"at": at, "what": ref, "by": name[2:], "pieces": delta} for ref, delta, at in entry["m"]]
            if Decimal(entry["h"]):
                rows.append({"at": entry["p"], "what": "held", "by": name[2:], "pieces": f"-{entry['h']}"})
        elif name.startswith("m#"):
            rows.append({"at": entry["at"], "what": entry["r"], "by": name[2:], "pieces": entry["d"]})
    return sorted(rows, key=lambda row: (row["at"], row["by"], row["what"]))
