"""Order: a fold over what channels said of it. Quantities and statuses are derived, never stored by hand."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from records.customers import anonymous
from records.facts import Stored, is_newer, join
from records.orders import lines as goods
from records.orders.lines import ZERO, Lines, LineState, Move
from records.orders.payments import Money, money

Effect = dict[str, dict[str, Any]]
"""What an order takes of one stock: `o`, what its channel knows of, and `k`, parts of kits that it does not know of."""


@dataclass(frozen=True)
class OrderState:
    """Everything said of one order: the newest order statement, each fulfilment, each adjustment, each parcel, each
    other order it belongs with, each reservation that was confirmed for it, and what its kits were made of when it was
    placed. `erased` is `{at: time}` once its person is erased.
    """

    order: dict[str, Stored] = field(default_factory=dict)
    fulfillments: dict[str, Stored] = field(default_factory=dict)
    adjustments: dict[str, Stored] = field(default_factory=dict)
    parcels: dict[str, Stored] = field(default_factory=dict)
    links: dict[str, Stored] = field(default_factory=dict)
    reservations: dict[str, Stored] = field(default_factory=dict)
    kits: dict[str, Stored] = field(default_factory=dict)
    erased: dict[str, str] = field(default_factory=dict)

    def with_fact(self, fact: Stored) -> "OrderState":
        """Join one fact; the same object comes back where it says nothing new.

        An erased order takes no person from later facts.
        """
        fact = anonymous.of(fact) if self.erased else fact
        if fact["kind"] == "order":
            joined, kits = join(self.order, "order", fact), goods.with_kits(self.kits, fact)
            same = joined is self.order and kits is self.kits
            return self if same else OrderState(**{**self.__dict__, "order": joined, "kits": kits})
        name = {"fulfillment": "fulfillments", "adjustment": "adjustments"}[fact["kind"]]
        kept: dict[str, Stored] = getattr(self, name)
        key = f"{fact['connection_id']}/{fact.get('fulfillment_id') or fact.get('adjustment_id')}"
        newest = _with_times(kept.get(key), fact)
        return self if kept.get(key) == newest else OrderState(**{**self.__dict__, name: {**kept, key: newest}})

    def with_parcel(self, number: str, parcel: Stored) -> "OrderState":
        """Take over what the shipment record says of a parcel; the shipment is itself a fold, so it just replaces."""
        if self.parcels.get(number) == parcel:
            return self
        return OrderState(**{**self.__dict__, "parcels": {**self.parcels, number: parcel}})

    def with_link(self, kind: str, order_id: str) -> "OrderState":
        """Note another order that belongs with this one; the same object comes back where it is known."""
        key = f"{kind} {order_id}"
        if key in self.links:
            return self
        return OrderState(**{**self.__dict__, "links": {**self.links, key: {"type": kind, "order_id": order_id}}})

    def with_reservation(self, reservation_id: str, taken: Stored) -> "OrderState":
        """Note what was reserved for this order: `{p: since, u: until, takes: [[sku, place, pieces], …]}`."""
        if self.reservations.get(reservation_id) == taken:
            return self
        return OrderState(**{**self.__dict__, "reservations": {**self.reservations, reservation_id: taken}})

    def without_person(self, at: str) -> "OrderState":
        """Take the person out, also out of what is said later. Quantities, amounts and statuses stay."""
        if self.erased:
            return self
        said = {
            name: {key: anonymous.of(fact) for key, fact in getattr(self, name).items()}
            for name in ("order", "fulfillments", "adjustments")
        }
        return OrderState(**{**self.__dict__, **said, "erased": {"at": at}})

    def as_json(self) -> dict[str, Any]:
        """Give the form that is kept."""
        return {name: kept for name, kept in self.__dict__.items() if kept}

    @property
    def placed(self) -> Stored | None:
        """The order statement, unless only a fulfilment or a refund has arrived so far."""
        return self.order.get("order")


def _with_times(known: Stored | None, fact: Stored) -> Stored:
    """Give the newer statement, with the earliest time either gave for its goods: an update moves nothing again."""
    newest = fact if known is None or is_newer(fact, known) else known
    first = dict((known or {}).get("since", {}))
    for reference, at in goods.since(fact).items():
        first[reference] = min(at, first.get(reference, at))
    return {**newest, "since": first} if first else newest


@dataclass(frozen=True)
class OrderView:
    """What can be derived of an order: lines, movements, statuses and what a person must still do."""

    lines: list[LineState]
    moves: list[Move]
    payment: str
    fulfillment: str
    returning: str
    pickup: str
    status: str
    money: Money
    tasks: list[dict[str, str]]


def view(state: OrderState) -> OrderView | None:
    """Derive the order; None while the order statement itself has not arrived."""
    order = state.placed
    if order is None:
        return None
    reserved = {sku: places[0][0] for sku, places in _reserved(state).items() if len(places) == 1}
    lines = goods.lines_of(order, reserved, state.kits)
    sent = goods.sent(state.fulfillments, state.parcels)
    moves = goods.hand_over_in_store(order, lines) + goods.settle(sent, state.adjustments, lines)
    if order.get("cancelled_at"):
        for line in lines.values():
            line.cancelled = line.ordered - line.fulfilled
    fulfillment, returning = _fulfillment(lines, sent, state), _returning(lines)
    status, paid = _status(order, lines, fulfillment, returning), money(order, state.adjustments.values())
    pickup = _pickup(order, state, status, fulfillment)
    return OrderView(
        lines=list(lines.values()),
        moves=moves,
        payment=paid.status,
        fulfillment=fulfillment,
        returning=returning,
        pickup=pickup,
        status=status,
        money=paid,
        tasks=_tasks(order, lines, pickup, paid),
    )


def _fulfillment(lines: Lines, sent: dict[str, Stored], state: OrderState) -> str:
    """Say whether all, some or none of what was not cancelled has been fulfilled, and whether it arrived."""
    wanted = sum((line.ordered - line.cancelled for line in lines.values()), ZERO)
    done = sum((line.fulfilled for line in lines.values()), ZERO)
    if done == 0:
        return "unfulfilled"
    if done < wanted:
        return "partial"
    parcels = [goods.numbers_of(each) for each in sent.values()]
    arrived = {number for number, parcel in state.parcels.items() if parcel["status"] == "delivered"}
    return "delivered" if parcels and all(each and arrived.issuperset(each) for each in parcels) else "fulfilled"


def _returning(lines: Lines) -> str:
    returned = sum((line.returned for line in lines.values()), ZERO)
    if returned == 0:
        return "none"
    return "returned" if all(line.out == 0 for line in lines.values()) else "partial"


def _pickup(order: Stored, state: OrderState, status: str, fulfillment: str) -> str:
    """Say how far a pickup is: placed, ready, collected, expired or cancelled; `none`: the buyer collects nothing."""
    if "pickup" not in {expectation["method"] for expectation in order.get("expectations", [])}:
        return "none"
    if status == "cancelled":
        return "cancelled"
    if fulfillment in ("fulfilled", "delivered"):
        return "collected"
    steps = {each["status"] for each in state.fulfillments.values()}
    return next((step for step in ("ready", "expired") if step in steps), "placed")


def _status(order: Stored, lines: Lines, fulfillment: str, returning: str) -> str:
    ordered = sum((line.ordered for line in lines.values()), ZERO)
    if all(line.cancelled == line.ordered for line in lines.values()) and (ordered or order.get("cancelled_at")):
        return "cancelled"
    if returning == "returned" and fulfillment != "partial":
        return "returned"
    return "completed" if fulfillment in ("fulfilled", "delivered") else "open"


def _tasks(order: Stored, lines: Lines, pickup: str, paid: Money) -> list[dict[str, str]]:
    """Name the tasks that no rule may settle.

    Goods that left before the cancel must be asked back, not un-shipped. Goods nobody collected lie in the shop. Money
    given back beyond what was paid must be looked at.
    """
    cancelled = bool(order.get("cancelled_at"))
    asked = {line.line_id: line.out if cancelled else min(line.recalled, line.out) for line in lines.values()}
    waiting = {line.line_id: line.open for line in lines.values()} if pickup == "expired" else {}
    tasks = [
        {"type": name, "line_id": line_id, "quantity": str(quantity)}
        for name, pieces in (("return_after_cancel", asked), ("pickup_expired", waiting))
        for line_id, quantity in pieces.items()
        if quantity > 0
    ]
    if paid.paid and paid.refund_excess:  # where no payment is told, nothing can be said
        tasks.append({"type": "refund_exceeds_payment", "amount": str(paid.refund_excess), "currency": paid.currency})
    return tasks


def stock_effects(state: OrderState) -> dict[tuple[str, str], Effect]:
    """Give what this order takes at each (sku, location): pieces held for it and goods that moved.

    It is the whole of the order's claim on that stock, not a change to it, so writing it twice changes nothing.
    """
    order = state.placed
    seen = view(state)
    if order is None or seen is None:
        return _awaited(state)
    if order.get("test"):
        return {}
    effects: dict[tuple[str, str], Effect] = {}

    def at(sku: str, location_id: str, kit: bool) -> dict[str, Any]:
        empty = {"c": "" if kit else order["connection_id"], "p": order["placed_at"], "h": "0", "m": []}
        return effects.setdefault((sku, location_id), {}).setdefault("k" if kit else "o", empty)

    reserved = _reserved(state)
    for line in seen.lines:
        for sku, pieces in line.goods(max(ZERO, line.open)):
            places = [(line.location_id, pieces)] if line.location_id else _taken(reserved.get(sku, []), pieces)
            for place, held in places:
                if held:
                    effect = at(sku, place, line.kit)
                    effect["h"] = str(Decimal(effect["h"]) + held)
    for move in seen.moves:
        at(move.sku, move.location_id, move.kit)["m"].append([move.reference, str(move.delta), move.at])
    return effects


def _awaited(state: OrderState) -> dict[tuple[str, str], Effect]:
    """Give what is reserved for an order that has not arrived yet; it is held until `u`."""
    effects: dict[tuple[str, str], Effect] = {}
    for _, taken in sorted(state.reservations.items()):
        for sku, place, pieces in taken["takes"]:
            known = effects.get((sku, place), {}).get("o", {"h": "0", "p": taken["p"], "u": taken["u"]})
            held = str(Decimal(known["h"]) + Decimal(pieces))
            first, last = min(known["p"], taken["p"]), max(known["u"], taken["u"])
            effects[sku, place] = {"o": {"c": "", "p": first, "h": held, "m": [], "u": last}}
    return effects


def _reserved(state: OrderState) -> dict[str, list[tuple[str, Decimal]]]:
    """Give where each SKU was reserved for the order: `{sku: [(place, pieces), …]}`."""
    found: dict[str, dict[str, Decimal]] = {}
    for taken in state.reservations.values():
        for sku, place, pieces in taken["takes"]:
            at = found.setdefault(sku, {})
            at[place] = at.get(place, ZERO) + Decimal(pieces)
    return {sku: sorted(at.items()) for sku, at in found.items()}


def _taken(places: list[tuple[str, Decimal]], pieces: Decimal) -> list[tuple[str, Decimal]]:
    """Spread pieces over `places`, one after the other, and take them off there."""
    found = []
    for number, (place, left) in enumerate(places):
        found.append((place, min(pieces, left)))
        places[number] = (place, left - found[-1][1])
        pieces -= found[-1][1]
    return found
