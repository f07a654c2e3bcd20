"""How much of each order line was handed over, cancelled and came back, and which goods moved for it. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from records.facts import Stored
from records.orders.shipment import MOVING

ZERO = Decimal(0)


@dataclass
class LineState:
    """How much of a line was ordered, cancelled, fulfilled and returned. Never negative, never more than ordered.

    `recalled`: cancelled after it had left, so that it must be asked back.
    """

    line_id: str
    sku: str | None
    location_id: str | None
    ordered: Decimal
    fulfilled: Decimal = ZERO
    cancelled: Decimal = ZERO
    returned: Decimal = ZERO
    recalled: Decimal = ZERO
    components: tuple[tuple[str, Decimal], ...] = ()
    kit: bool = False  # a kit of the hub's: the order's channel does not know its components

    def goods(self, quantity: Decimal) -> list[tuple[str, Decimal]]:
        """Say what so many pieces of the line take from stock: their SKU or, of a kit, its components."""
        if self.components:
            return [(sku, pieces * quantity) for sku, pieces in self.components]
        return [(self.sku, quantity)] if self.sku else []

    @property
    def open(self) -> Decimal:
        """What still has to be handed over."""
        return self.ordered - self.cancelled - self.fulfilled

    @property
    def out(self) -> Decimal:
        """What the buyer has."""
        return self.fulfilled - self.returned


Lines = dict[str, LineState]


@dataclass(frozen=True)
class Move:
    """Goods that physically left (negative) or came back, at a place and time."""

    sku: str
    location_id: str
    delta: Decimal
    at: str
    reference: str
    kit: bool = False


def lines_of(order: Stored, reserved: Mapping[str, str], kits: Mapping[str, Stored]) -> Lines:
    """Give the lines as they were ordered.

    A line that names no place is where its goods were reserved: `reserved`, `{sku: place}`. `kits` says what each kit
    was made of when it was sold.
    """
    lines: Lines = {}
    for line in order.get("line_items", []):
        quantity = max(ZERO, Decimal(line["quantity"]))
        sold = kits.get(kit_line(line), line).get("components", [])
        parts = tuple((part["sku"], Decimal(part["quantity"])) for part in sold)
        made = LineState(line["line_id"], line.get("sku"), line.get("location_id"), ZERO)
        made.components, made.kit = parts, bool(line.get("kit"))
        known = lines.setdefault(line["line_id"], made)
        known.ordered += quantity
        places = {reserved.get(sku) for sku, _ in known.goods(quantity)}
        places -= {None} if parts else set()  # a kit is of one place, also a part added since it was reserved
        if known.location_id is None and len(places) == 1:
            known.location_id = places.pop()
    return lines


def kit_line(line: Mapping[str, Any]) -> str:
    """Name a line and what is sold on it."""
    return f"{line['line_id']} {line.get('sku')}"


def with_kits(kits: dict[str, Stored], order: Stored) -> dict[str, Stored]:
    """Keep what the hub's kits are made of, by the oldest statement of an order.

    Whatever is said of the order later, it took these goods. The same object comes back where nothing is older.
    """
    for line in order.get("line_items", []):
        if line.get("kit"):
            name, said = kit_line(line), {"by": order["source_version"], "components": line.get("components", [])}
            if name not in kits or _made(said) < _made(kits[name]):
                kits = {**kits, name: said}
    return kits


def _made(said: Stored) -> tuple[str, str]:
    return (said["by"], str(said["components"]))


def since(statement: Stored) -> dict[str, str]:
    """Say since when goods moved, by what a statement says: `{line or SKU: time}`; "" is every line still open.

    A later update of a fulfilment moves nothing, so its time must not become the goods' time: see `order.with_fact`.
    """
    effective = ("success",) if statement["kind"] == "fulfillment" else ("success", "pending")
    if statement["status"] not in effective:
        return {}
    return {_reference(share): statement["occurred_at"] for share in statement.get("lines") or [{}]}


def _reference(share: Mapping[str, Any]) -> str:
    return str(share.get("line_id") or share.get("sku") or "")


def _moved_at(statement: Stored, share: Mapping[str, Any]) -> str:
    known = statement.get("since", {})
    return str(known.get(_reference(share), min(known.values(), default=statement["occurred_at"])))


def hand_over_in_store(order: Stored, lines: Lines) -> list[Move]:
    """Hand the goods of a till sale over when they are bought. Nobody states this, so a void of the sale undoes it."""
    methods = {expectation["method"] for expectation in order.get("expectations", [])}
    if methods != {"in_store"} or order.get("cancelled_at"):
        return []
    moves = []
    for line in lines.values():
        line.fulfilled = line.ordered
        moves += _move(line, line.location_id, -line.ordered, order["placed_at"], f"sale {line.line_id}")
    return moves


def sent(fulfillments: dict[str, Stored], parcels: dict[str, Stored]) -> dict[str, Stored]:
    """Give the fulfilments that took place, each parcel once.

    Two systems may tell of one parcel: the same tracking number is the same goods, which left at the earlier time.
    """
    took_place = {
        key: {**each, "since": each.get("since") or {"": _left_at(each, parcels)}}
        for key, each in fulfillments.items()
        if _took_place(each, parcels)
    }
    # A statement that names its lines says more than one that ships "everything open": it goes first.
    order = sorted(took_place, key=lambda key: (not took_place[key].get("lines"), _moved_at(took_place[key], {}), key))
    once: dict[str, Stored] = {}
    seen: dict[str, str] = {}
    for key in order:
        numbers = numbers_of(took_place[key])
        twins = {seen[number] for number in numbers if number in seen}
        for twin in twins:
            first = _moved_at(took_place[key], {})
            known = {reference: min(at, first) for reference, at in once[twin]["since"].items()}
            once[twin] = {**once[twin], "since": known}
        if not twins:
            once[key] = took_place[key]
            seen |= dict.fromkeys(numbers, key)
    return once


def _took_place(fulfillment: Stored, parcels: dict[str, Stored]) -> bool:
    """Tell whether goods left. What the carrier has, has left, whatever a channel says of the label.

    Otherwise goods left once a channel said so. Only a cancel takes that back: no other later word un-ships them.
    """
    if any(parcels.get(number, {}).get("status") in MOVING for number in numbers_of(fulfillment)):
        return True
    return bool(fulfillment["status"] == "success" or (fulfillment["status"] != "cancelled" and "since" in fulfillment))


def _left_at(fulfillment: Stored, parcels: dict[str, Stored]) -> str:
    """Say when goods left: when a channel first said so or, where none did, when the carrier first had them."""
    scanned = [parcels[number]["left_at"] for number in numbers_of(fulfillment) if "left_at" in parcels.get(number, {})]
    return _moved_at(fulfillment, {}) if "since" in fulfillment or not scanned else min(scanned)


def numbers_of(fulfillment: Stored) -> list[str]:
    """Give a fulfilment's tracking numbers."""
    return sorted({parcel["number"] for parcel in fulfillment.get("tracking", [])})


def settle(once: dict[str, Stored], adjustments: dict[str, Stored], lines: Lines) -> list[Move]:
    """Apply what left and what was adjusted. Gives the movements of goods.

    Fulfilments that name lines go first: they are certain. Those that ship "everything open" and the adjustments follow
    in order of time: what was cancelled before the label did not ship with it.
    """
    named = sorted((key for key in once if once[key].get("lines")), key=lambda key: (_moved_at(once[key], {}), key))
    moves = [move for key in named for move in _fulfil(key, once[key], lines)]
    steps = [(_moved_at(each, {}), 1, key) for key, each in once.items() if not each.get("lines")]
    steps += [(_moved_at(each, {}), 0, key) for key, each in adjustments.items() if _is_effective(each)]
    for _, is_sent, key in sorted(steps):
        moves += _fulfil(key, once[key], lines) if is_sent else _adjust(key, adjustments[key], lines)
    return moves


def _is_effective(adjustment: Stored) -> bool:
    return adjustment["status"] in ("success", "pending") and adjustment["type"] not in ("price_adjustment", "dispute")


def _fulfil(key: str, fulfillment: Stored, lines: Lines) -> list[Move]:
    """Hand over a fulfilment's lines, or everything open; never more than is open."""
    shares = fulfillment.get("lines") or [{"line_id": line.line_id, "quantity": line.open} for line in lines.values()]
    moves: list[Move] = []
    for share in shares:
        for line, quantity in _spread(share, lines, "open"):
            line.fulfilled += quantity
            place = fulfillment.get("location_id") or line.location_id
            moves += _move(line, place, -quantity, _moved_at(fulfillment, share), f"fulfillment {key}")
    return moves


def _adjust(key: str, adjustment: Stored, lines: Lines) -> list[Move]:
    """Split adjusted pieces into those that will not ship and those that came back.

    A return speaks of pieces the buyer had, a cancellation of pieces that had not left; a refund may be either, so it
    takes what is open first. Pieces cancelled after they left are asked back; nothing is un-shipped.
    """
    moves: list[Move] = []
    first = ("out", "open") if adjustment["type"] in ("return", "exchange") else ("open", "out")
    for share in adjustment.get("lines", []):
        left = Decimal(share["quantity"])
        for name in first:
            for line, quantity in _spread({**share, "quantity": left}, lines, name):
                left -= quantity
                if name == "open":
                    line.cancelled += quantity
                elif adjustment["type"] == "cancellation":
                    line.recalled += quantity
                else:
                    line.returned += quantity
                    place = share.get("location_id") or line.location_id
                    back = quantity if share.get("restock") else ZERO
                    moves += _move(line, place, back, _moved_at(adjustment, share), f"return {key}")
    return moves


def _spread(share: Mapping[str, Any], lines: Lines, name: str) -> Iterator[tuple[LineState, Decimal]]:
    """Spread a share over the lines it speaks of, never beyond what each has of `name` (`open` or `out`).

    It names a line by id or, where its system knows only the SKU, by that.
    """
    left = max(ZERO, Decimal(share["quantity"]))
    if share.get("line_id") in lines:
        meant = [lines[share["line_id"]]]
    else:
        meant = [line for line in lines.values() if line.sku and line.sku == share.get("sku")]
    for line in meant:
        quantity = min(left, max(ZERO, getattr(line, name)))
        if quantity:
            left -= quantity
            yield line, quantity


def _move(line: LineState, location_id: str | None, delta: Decimal, at: str, reference: str) -> list[Move]:
    if location_id is None or delta == 0:
        return []
    name = f"{reference}/{line.line_id}"
    return [Move(sku, location_id, pieces, at, name, line.kit) for sku, pieces in line.goods(delta)]
