"""Reservations: pieces held for somebody for a while, which an order then takes over. All through one unit of work.

A reservation is an entry `r#<id>` in each stock it takes from, and one item that says what it is, written in one
transaction. It can only take what is free: every stock is written by compare-and-swap on the version that was added up.
It is over when its time is, by the clock of whoever looks. The sweeper only writes that down, so that channels hear of
it. Two clocks may differ: a reservation lives as long as all its entries lie there, so of a confirmation and an expiry
only one wins.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from records import ids
from records.cause import Cause
from records.errors import RecordError
from records.moments import later
from records.orders import fold
from records.stock import position as stock
from records.stock import promise
from records.stock.allocation import Allotment, Free, Wish, allot
from records.stock.promise import Viewer
from records.store import keys
from records.store.actions import Is, Item, Key, Update
from records.store.unit import LIMIT, Unit

ORDER_MAY_TAKE = timedelta(days=7)  # for so long an order that was announced, and has not come, holds its pieces
REMEMBERED = timedelta(days=90)  # for so long an idempotency key is known


class ReservationError(RecordError):
    """A reservation cannot be made or changed in this way; `more` gives the numbers."""

    cause = "data"

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code, self.more = code, more


@dataclass(frozen=True)
class Request:
    """What somebody asks to hold: for a channel, from some of its places, in the order it likes them."""

    wishes: tuple[Wish, ...]
    places: tuple[str, ...]
    until: str
    location_id: str | None = None

    def digest(self, viewer: Viewer, seconds: int) -> str:
        """Digest what was asked for, not when: the same request has the same digest."""
        asked = [[wish.sku, stock.plain(wish.quantity)] for wish in self.wishes]
        said = [asked, viewer.connection_id, self.location_id, viewer.tier, seconds]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def read(unit: Unit, tenant: str, reservation_id: str) -> Item | None:
    """Give a reservation as it lies there."""
    return unit.item(keys.reservation(tenant, reservation_id))


def status_of(item: Item, now: str) -> str:
    """Say how far a reservation is: held, confirmed, released or expired."""
    return "expired" if item["status"] == "held" and item["until"] <= now else str(item["status"])


def reserve(unit: Unit, cause: Cause, reservation_id: str, request: Request, viewer: Viewer, digest: str) -> Item:
    """Hold everything that is asked for, or nothing. The same again gives the reservation as it is now.

    Raises:
        ReservationError: there is too little, or the key was used for another request.
    """
    at = keys.reservation(cause.tenant, reservation_id)
    unit.load([at, *_stocks(cause.tenant, request)])
    known = unit.item(at)
    if known is not None:
        if known["digest"] != digest:
            raise ReservationError("idempotency_key_reused", "This key was used for another reservation.")
        return known
    made = allot(request.wishes, _free(unit, cause.tenant, request, viewer), _allowed(request))
    if made.lacking:
        raise _too_little(request, made)
    if len(made.takes) > LIMIT - 10:
        raise ReservationError("reservation_too_large", f"It would take from {len(made.takes)} stocks at once.")
    entry = {"c": viewer.connection_id, "at": cause.at, "u": request.until}
    entry |= {"t": viewer.tier} if viewer.tier else {}
    for (sku, place), pieces in sorted(made.takes.items()):
        _take(unit, cause, reservation_id, (sku, place), {**entry, "q": stock.plain(pieces)})
    takes = [[sku, place, stock.plain(pieces)] for (sku, place), pieces in sorted(made.takes.items())]
    asked = [{"sku": wish.sku, "quantity": stock.plain(wish.quantity)} for wish in request.wishes]
    fields = {"connection_id": viewer.connection_id, "tier": viewer.tier, "lines": asked, "takes": takes}
    fields |= {"digest": digest, "status": "held", "reserved_at": cause.at, "until": request.until}
    _save(unit, cause, reservation_id, fields, due=request.until)
    return unit.item(at) or {}


def _allowed(request: Request) -> Sequence[str]:
    return [request.location_id] if request.location_id else request.places


def _stocks(tenant: str, request: Request) -> list[Key]:
    skus = sorted({sku for wish in request.wishes for sku, _ in wish.parts})
    return [keys.stock(tenant, sku, place) for sku in skus for place in request.places]


def _free(unit: Unit, tenant: str, request: Request, viewer: Viewer) -> Free:
    """Say what the channel may promise of each SKU at each of its places now."""
    free = {}
    for sku in {sku for wish in request.wishes for sku, _ in wish.parts}:
        items = {place: unit.item(keys.stock(tenant, sku, place)) or {} for place in request.places}
        seen = {place: stock.position(item, viewer.now) for place, item in items.items()}
        free[sku] = promise.promised(seen, request.places, viewer.buffer, viewer.tier)
    return free


def _too_little(request: Request, made: Allotment) -> ReservationError:
    lines = [
        {"sku": wish.sku, "wanted": stock.plain(wish.quantity), "available": stock.plain(made.lacking[wish.sku])}
        for wish in request.wishes
        if wish.sku in made.lacking
    ]
    names = ", ".join(f"{each['available']} of {each['wanted']} {each['sku']}" for each in lines)
    return ReservationError("stock_insufficient", f"There is too little: {names}. Nothing was reserved.", lines=lines)


def _take(unit: Unit, cause: Cause, reservation_id: str, place: tuple[str, str], entry: dict[str, Any]) -> None:
    """Write an entry into a stock, only as it was added up, and take away reservations whose time is over."""
    key = keys.stock(cause.tenant, *place)
    known = unit.stored(key) or {}
    over = [name for name, each in known.items() if name.startswith("r#") and stock.is_over(each, cause.at)]
    put = {**_stamp(cause, *place), f"r#{reservation_id}": entry}
    unit.update(Update(key, put, remove=over, add={"ver": 1}, when=Is("ver", known["ver"])))


def _stamp(cause: Cause, sku: str, location_id: str) -> dict[str, Any]:
    return cause.stamp("stock", f"{sku}@{location_id}", ["reservations"])


def confirm(unit: Unit, cause: Cause, reservation_id: str, connection_id: str, channel_order_id: str) -> Item | None:
    """Let an order take over what was reserved, whether it has arrived yet or not. Said again, it changes nothing.

    Gives the reservation as it is then: one that was over is not confirmed. None: there is none.

    Raises:
        ReservationError: it is another order's.
    """
    item, order = read(unit, cause.tenant, reservation_id), f"{connection_id}/{channel_order_id}"
    if item is None or (item["status"] == "confirmed" and item["order"] == order):
        return item
    if item["status"] == "confirmed":
        raise ReservationError("reservation_confirmed", f"It was confirmed for {item['order']}.", order=item["order"])
    if status_of(item, cause.at) != "held":
        return item
    entries = _entries(unit, cause, reservation_id, item)
    if len(entries) < len(item["takes"]):  # somebody whose clock is ahead gave the pieces away
        # Or the items were read at two moments: then this write meets a conflict, and a mere answer would not.
        _end(unit, cause, reservation_id, item, "expired")
        return read(unit, cause.tenant, reservation_id)
    _drop(unit, cause, reservation_id, entries)
    until = later(cause.at, ORDER_MAY_TAKE)
    order_id = ids.order_id(cause.tenant, connection_id, channel_order_id)
    taken = {"p": item["reserved_at"], "u": until, "takes": item["takes"]}
    fold.reserve(unit, cause, order_id, reservation_id, taken)
    fields = {**item, "status": "confirmed", "order": order, "order_id": order_id, "confirmed_at": cause.at}
    _save(unit, cause, reservation_id, fields, due=until)
    return read(unit, cause.tenant, reservation_id)


def release(unit: Unit, cause: Cause, reservation_id: str) -> Item | None:
    """Give back what is held. A reservation that is over stays as it is. None: there is none.

    Raises:
        ReservationError: its order has arrived, and must be cancelled instead.
    """
    item = read(unit, cause.tenant, reservation_id)
    if item is None or status_of(item, cause.at) in ("released", "expired"):
        return item
    if item["status"] == "confirmed":
        if fold.has_arrived(unit, cause.tenant, item["order_id"]):
            raise ReservationError("reservation_confirmed", f"Cancel the order {item['order']}.", order=item["order"])
        _withdraw(unit, cause, reservation_id, item)
    _end(unit, cause, reservation_id, item, "released")
    return read(unit, cause.tenant, reservation_id)


def expire(unit: Unit, cause: Cause, reservation_id: str) -> str | None:
    """End a reservation whose time is over; gives its status. None: it was ended before, or is not due.

    An order that was announced and never came holds nothing any more. One that came stays confirmed.
    """
    item = read(unit, cause.tenant, reservation_id)
    if item is None or item.get("at", "~") > cause.at:
        return None
    if item["status"] == "confirmed" and fold.has_arrived(unit, cause.tenant, item["order_id"]):
        _save(unit, cause, reservation_id, item)
        return "confirmed"
    if item["status"] == "confirmed":
        _withdraw(unit, cause, reservation_id, item)
    _end(unit, cause, reservation_id, item, "expired")
    return "expired"


def _end(unit: Unit, cause: Cause, reservation_id: str, item: Item, status: str) -> None:
    _drop(unit, cause, reservation_id, _entries(unit, cause, reservation_id, item))
    _save(unit, cause, reservation_id, {**item, "status": status, "ended_at": cause.at})


def _withdraw(unit: Unit, cause: Cause, reservation_id: str, item: Item) -> None:
    """Take back from an order that has not arrived what was reserved for it."""
    taken = {"p": item["reserved_at"], "u": item["at"], "takes": []}
    fold.reserve(unit, cause, item["order_id"], reservation_id, taken)


def _entries(unit: Unit, cause: Cause, reservation_id: str, item: Item) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the entries of a reservation that lie in its stocks."""
    places = [(sku, place) for sku, place, _ in item["takes"]]
    unit.load([keys.stock(cause.tenant, *place) for place in places])
    found = {place: unit.item(keys.stock(cause.tenant, *place)) or {} for place in places}
    name = f"r#{reservation_id}"
    return {place: there[name] for place, there in found.items() if name in there}


def _drop(unit: Unit, cause: Cause, reservation_id: str, entries: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Take entries away by compare-and-swap: nobody else may have ended the reservation meanwhile."""
    name = f"r#{reservation_id}"
    for place, entry in entries.items():
        key = keys.stock(cause.tenant, *place)
        unit.update(Update(key, _stamp(cause, *place), remove=[name], add={"ver": 1}, when=Is(name, entry)))


def _save(unit: Unit, cause: Cause, reservation_id: str, fields: Item, due: str | None = None) -> None:
    """Write a reservation; `due` is when the sweeper should look at it: the index lists it by that time."""
    kept = {name: value for name, value in fields.items() if name not in ("pk", "sk", "ver", "status_key", "at")}
    kept |= {"status_key": due_list(cause.tenant), "at": due} if due else {}
    expires_at = int((datetime.fromisoformat(due or cause.at) + REMEMBERED).timestamp())
    about = {"reservation_id": reservation_id, "expires_at": expires_at}
    unit.save(keys.reservation(cause.tenant, reservation_id), {**kept, **about})


def due_list(tenant: str) -> str:
    """Name the list of reservations, in the index, that the sweeper will have to look at."""
    return f"{tenant}#reserved"
