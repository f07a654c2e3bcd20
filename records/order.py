"""Order: a fold over what channels said of it. Quantities and statuses are derived, never stored by hand."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from records.facts import Stored, join

ZERO = Decimal(0)


@dataclass(frozen=True)
class OrderState:
    """Everything said of one order: the newest order statement, each fulfilment, each adjustment, each parcel."""

    order: dict[str, Stored] = field(default_factory=dict)
    fulfillments: dict[str, Stored] = field(default_factory=dict)
    adjustments: dict[str, Stored] = field(default_factory=dict)
    parcels: dict[str, Stored] = field(default_factory=dict)

    def with_fact(self, fact: Stored) -> "OrderState":
        """Join one fact; the same object comes back where it says nothing new."""
        name, key = _SLOT[fact["kind"]], _slot_key(fact)
        kept: dict[str, Stored] = getattr(self, name)
        joined = join(kept, key, fact)
        return self if joined is kept else OrderState(**{**self.__dict__, name: joined})

    def with_parcel(self, number: str, parcel: Stored) -> "OrderState":
        """Take over what the shipment record says of a parcel; the shipment is itself a fold, so it just replaces."""
        if self.parcels.get(number) == parcel:
            return self
        return OrderState(**{**self.__dict__, "parcels": {**self.parcels, number: parcel}})

    def as_json(self) -> dict[str, Any]:
        """Give the form that is kept."""
        return {name: kept for name, kept in self.__dict__.items() if kept}

    @property
    def placed(self) -> Stored | None:
        """The order statement, unless only a fulfilment or a refund has arrived so far."""
        return self.order.get("order")


_SLOT = {"order": "order", "fulfillment": "fulfillments", "adjustment": "adjustments"}


def _slot_key(fact: Stored) -> str:
    if fact["kind"] == "order":
        return "order"
    return f"{fact['connection_id']}/{fact.get('fulfillment_id') or fact.get('adjustment_id')}"


@dataclass
class LineState:
    """How much of a line was ordered, cancelled, fulfilled and returned. Never negative, never more than ordered."""

    line_id: str
    sku: str | None
    location_id: str | None
    ordered: Decimal
    fulfilled: Decimal = ZERO
    cancelled: Decimal = ZERO
    returned: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        """What still has to be handed over."""
        return self.ordered - self.cancelled - self.fulfilled


@dataclass(frozen=True)
class Move:
    """Goods that physically left (negative) or came back, at a place and time."""

    sku: str
    location_id: str
    delta: Decimal
    at: str
    reference: str


@dataclass(frozen=True)
class OrderView:
    """What can be derived of an order: lines, movements, statuses and what a person must still do."""

    lines: list[LineState]
    moves: list[Move]
    payment: str
    fulfillment: str
    returning: str
    status: str
    tasks: list[dict[str, str]]


def view(state: OrderState) -> OrderView | None:
    """Derive the order, or nothing while the order statement itself has not arrived."""
    order = state.placed
    if order is None:
        return None
    lines = {
        line["line_id"]: LineState(line["line_id"], line.get("sku"), line.get("location_id"), Decimal(line["quantity"]))
        for line in order.get("line_items", [])
    }
    moves = _hand_over_in_store(order, lines) + _fulfil(state, lines) + _adjust(state, lines)
    if order.get("cancelled_at"):
        for line in lines.values():
            line.cancelled = line.ordered - line.fulfilled
    shipped = _share(lines, "fulfilled")
    payment, returning = _payment(order, state), _returning(lines)
    fulfillment = _delivery(state) if shipped == "all" else {"some": "partial", "none": "unfulfilled"}[shipped]
    return OrderView(
        lines=list(lines.values()),
        moves=moves,
        payment=payment,
        fulfillment=fulfillment,
        returning=returning,
        status=_status(order, lines, fulfillment, returning),
        tasks=_tasks(order, lines),
    )


def _hand_over_in_store(order: Stored, lines: dict[str, LineState]) -> list[Move]:
    """Goods of a till sale left with the buyer when they paid."""
    methods = {expectation["method"] for expectation in order.get("expectations", [])}
    if methods != {"in_store"} or order.get("cancelled_at"):
        return []
    moves = []
    for line in lines.values():
        line.fulfilled = line.ordered
        moves += _move(line, line.location_id, -line.ordered, order["placed_at"], f"sale {line.line_id}")
    return moves


def _fulfil(state: OrderState, lines: dict[str, LineState]) -> list[Move]:
    """Apply each parcel once, also when two systems tell of it: the same tracking number is the same goods."""
    moves: list[Move] = []
    seen: set[str] = set()
    # A statement that names its lines says more than one that ships "everything open": it goes first.
    told = sorted(
        (item for item in state.fulfillments.items() if item[1]["status"] in ("success", "pending")),
        key=lambda item: (not item[1].get("lines"), item[1]["occurred_at"], item[0]),
    )
    for key, fulfillment in told:
        numbers = {parcel["number"] for parcel in fulfillment.get("tracking", [])}
        if fulfillment["status"] == "pending" or numbers & seen:
            continue
        seen |= numbers
        for line, quantity in _shares(fulfillment, lines):
            line.fulfilled += quantity
            place = fulfillment.get("location_id") or line.location_id
            moves += _move(line, place, -quantity, fulfillment["occurred_at"], f"fulfillment {key}")
    return moves


def _shares(fulfillment: Stored, lines: dict[str, LineState]) -> list[tuple[LineState, Decimal]]:
    """Say how much of which line a fulfilment takes, never more than is open."""
    if not fulfillment.get("lines"):
        return [(line, line.open) for line in lines.values() if line.open > 0]
    shares = []
    for share in fulfillment["lines"]:
        line = _line(share, lines)
        if line is not None and line.open > 0:
            shares.append((line, min(line.open, Decimal(share["quantity"]))))
    return shares


def _adjust(state: OrderState, lines: dict[str, LineState]) -> list[Move]:
    """Take adjusted pieces first from what is still open (they will not ship), the rest came back from the buyer."""
    moves: list[Move] = []
    happened = sorted(state.adjustments.items(), key=lambda item: (item[1]["occurred_at"], item[0]))
    for key, adjustment in happened:
        if adjustment["status"] not in ("success", "pending") or adjustment["type"] in ("price_adjustment", "dispute"):
            continue
        for share in adjustment.get("lines", []):
            line = _line(share, lines)
            if line is None:
                continue
            quantity = min(Decimal(share["quantity"]), line.ordered - line.cancelled - line.returned)
            unshipped = min(quantity, line.open)
            line.cancelled += unshipped
            line.returned += quantity - unshipped
            if share.get("restock") and quantity > unshipped:
                place = share.get("location_id") or line.location_id
                moves += _move(line, place, quantity - unshipped, adjustment["occurred_at"], f"return {key}")
    return moves


def _line(share: Stored, lines: dict[str, LineState]) -> LineState | None:
    """Find the line a share speaks of, by its id or, where the system knows only the SKU, by that."""
    if share.get("line_id") in lines:
        return lines[share["line_id"]]
    return next((line for line in lines.values() if line.sku and line.sku == share.get("sku")), None)


def _move(line: LineState, location_id: str | None, delta: Decimal, at: str, reference: str) -> list[Move]:
    if line.sku is None or location_id is None or delta == 0:
        return []
    return [Move(line.sku, location_id, delta, at, f"{reference}/{line.line_id}")]


def _share(lines: dict[str, LineState], name: str) -> str:
    """Say whether all, some or none of what was not cancelled has been fulfilled (or returned)."""
    wanted = sum((line.ordered - line.cancelled for line in lines.values()), ZERO)
    done = sum((getattr(line, name) for line in lines.values()), ZERO)
    if done == 0:
        return "none"
    return "all" if done >= wanted else "some"


def _delivery(state: OrderState) -> str:
    parcels = [parcel["status"] for parcel in state.parcels.values()]
    return "delivered" if parcels and all(status == "delivered" for status in parcels) else "fulfilled"


def _returning(lines: dict[str, LineState]) -> str:
    returned = sum((line.returned for line in lines.values()), ZERO)
    fulfilled = sum((line.fulfilled for line in lines.values()), ZERO)
    if returned == 0:
        return "none"
    return "returned" if returned >= fulfilled else "partial"


def _payment(order: Stored, state: OrderState) -> str:
    """Derive what of the money has moved, in minor units of the order's currency."""
    by_status: dict[str, int] = {}
    for payment in order.get("payments", []):
        by_status[payment["status"]] = by_status.get(payment["status"], 0) + payment["amount"]
    paid = by_status.get("paid", 0) + by_status.get("refunded", 0)
    refunded = -sum(
        adjustment["amount"] for adjustment in state.adjustments.values() if adjustment["status"] == "success"
    )
    total = order["totals"]["total"]
    if paid and refunded >= paid:
        return "refunded"
    if paid and refunded > 0:
        return "partially_refunded"
    if paid:
        return "paid" if paid >= total else "partially_paid"
    for status in ("authorized", "pending", "voided", "failed"):
        if by_status.get(status):
            return status
    return "paid" if total == 0 else "pending"


def _status(order: Stored, lines: dict[str, LineState], fulfillment: str, returning: str) -> str:
    if all(line.cancelled == line.ordered for line in lines.values()) and (lines or order.get("cancelled_at")):
        return "cancelled"
    if returning == "returned":
        return "returned"
    return "completed" if fulfillment in ("fulfilled", "delivered") else "open"


def _tasks(order: Stored, lines: dict[str, LineState]) -> list[dict[str, str]]:
    """Say what no rule may settle: goods that left before the cancel must be asked back, not un-shipped."""
    if not order.get("cancelled_at"):
        return []
    return [
        {"type": "return_after_cancel", "line_id": line.line_id, "quantity": str(line.fulfilled - line.returned)}
        for line in lines.values()
        if line.fulfilled > line.returned
    ]


def stock_effects(state: OrderState) -> dict[tuple[str, str], dict[str, Any]]:
    """Give what this order takes at each (sku, location): pieces held for it and goods that moved.

    It is the whole of the order's claim on that stock, not a change to it, so writing it twice changes nothing.
    """
    order = state.placed
    seen = view(state)
    if order is None or seen is None or order.get("test"):
        return {}
    effects: dict[tuple[str, str], dict[str, Any]] = {}

    def at(sku: str, location_id: str) -> dict[str, Any]:
        empty = {"c": order["connection_id"], "p": order["placed_at"], "h": "0", "m": []}
        return effects.setdefault((sku, location_id), empty)

    for line in seen.lines:
        if line.sku and line.location_id and line.open > 0:
            effect = at(line.sku, line.location_id)
            effect["h"] = str(Decimal(effect["h"]) + line.open)
    for move in seen.moves:
        at(move.sku, move.location_id)["m"].append([move.reference, str(move.delta), move.at])
    return effects
