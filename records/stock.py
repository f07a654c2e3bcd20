"""Stock at one (sku, location): a set of identified claims that any order of arrival adds up to the same position.

Each source owns its own entry of the record, and an entry is that source's whole claim, not a change:

- `o#<order_id>`: `{c: connection, p: placed_at, h: held, m: [[reference, delta, at], …]}`
- `m#<movement_id>`: `{c: connection, d: delta, at, r: reason}`
- `count`: `{c: connection, q: quantity, at, m: on_hand|available}` by the location's owner
- `told`: `{order_id: pieces}`, what other channels' orders took that the owner's number already contains
"""

from collections.abc import Iterable, Mapping
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
    def available(self) -> Decimal:
        """What may be promised from here."""
        return max(ZERO, self.on_hand - self.reserved - self.safety)

    @property
    def shortage(self) -> Decimal:
        """What channels have sold beyond what there is: a person's task, never a negative stock."""
        return max(ZERO, self.reserved - max(ZERO, self.on_hand))


def position(entries: Entries) -> Position:
    """Add up a stock record. Counts are the owner's truth as of their time; later movements are added to it."""
    reserved = sum((Decimal(claim["h"]) for _, claim in orders(entries)), ZERO)
    safety, incoming = Decimal(entries.get("safety", 0)), Decimal(entries.get("incoming", 0))
    count = entries.get("count")
    if count is None:
        return Position(False, ZERO, reserved, safety, incoming)
    on_hand = Decimal(count["q"]) + sum((delta for delta, at in moves(entries) if at > count["at"]), ZERO)
    if count["m"] == "available":
        on_hand += _taken_off_by_owner(entries, count)
    return Position(True, on_hand, reserved, safety, incoming, count["at"], count["m"], count["c"])


def orders(entries: Entries) -> Iterable[tuple[str, Any]]:
    """Go through the orders that claim this stock."""
    return ((name[2:], claim) for name, claim in entries.items() if name.startswith("o#"))


def moves(entries: Entries) -> Iterable[tuple[Decimal, str]]:
    """Go through every movement as (delta, time)."""
    for _, claim in orders(entries):
        for _, delta, at in claim["m"]:
            yield Decimal(delta), at
    for name, move in entries.items():
        if name.startswith("m#"):
            yield Decimal(move["d"]), move["at"]


def _taken_off_by_owner(entries: Entries, count: Mapping[str, Any]) -> Decimal:
    """Give back what an `available` number has already lost and our sums will take off again.

    That is the owner's own orders up to the count, and other channels' orders the owner was told of.
    """
    told = entries.get("told", {})
    total = ZERO
    for order_id, claim in orders(entries):
        later = -sum((Decimal(delta) for _, delta, at in claim["m"] if at > count["at"]), ZERO)
        if claim["c"] == count["c"]:
            total += Decimal(claim["h"]) + later if claim["p"] <= count["at"] else ZERO
        else:
            earlier = -sum((Decimal(delta) for _, delta, at in claim["m"] if at <= count["at"]), ZERO)
            # What the owner was told this order took, less what the time of the count says anyway.
            total += Decimal(told.get(order_id, 0)) - earlier
    gone = set(told) - {order_id for order_id, _ in orders(entries)}
    return total + sum((Decimal(told[order_id]) for order_id in gone), ZERO)


def taken_by_others(entries: Entries, owner: str) -> dict[str, str]:
    """Say what each order of another channel takes in all: what the owner knows once it shows what we push."""
    taken = {}
    for order_id, claim in orders(entries):
        pieces = Decimal(claim["h"]) - sum((Decimal(delta) for _, delta, _ in claim["m"]), ZERO)
        if claim["c"] != owner and pieces:
            taken[order_id] = str(pieces)
    return taken


def sold_since(entries: Entries, connection_id: str, since: str) -> Decimal:
    """Say how many pieces a channel's own orders took after a time: it has taken these off its number itself."""
    taken = ZERO
    for _, claim in orders(entries):
        if claim["c"] == connection_id and claim["p"] > since:
            taken += Decimal(claim["h"]) - sum((Decimal(delta) for _, delta, _ in claim["m"]), ZERO)
    return taken


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
    for order_id, claim in orders(entries):
        rows += [{"at": at, "what": ref, "by": order_id, "pieces": delta} for ref, delta, at in claim["m"]]
        if Decimal(claim["h"]):
            rows.append({"at": claim["p"], "what": "held", "by": order_id, "pieces": f"-{claim['h']}"})
    for name, move in entries.items():
        if name.startswith("m#"):
            rows.append({"at": move["at"], "what": move["r"], "by": name[2:], "pieces": move["d"]})
    return sorted(rows, key=lambda row: (row["at"], row["by"], row["what"]))
