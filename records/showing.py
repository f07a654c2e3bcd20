"""What a channel should show of a record as it is now, and whether it already does. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from records import customer as customers
from records import order as orders
from records import stock
from records.facts import Stored
from records.packing import unpack
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


@dataclass(frozen=True)
class Wanted:
    """One thing a channel should show. `value` is compared with what it shows; `record` is what the mapping reads."""

    kind: str
    key: str
    value: str
    record: dict[str, Any]
    location_id: str | None = None
    told: Mapping[str, str] | None = field(default=None, compare=False)


def stock_wanted(sku: str, items: Sequence[Item], viewer: Viewer) -> list[Wanted]:
    """Say what a channel should show of a SKU: the owner of a place what lies there, others what they may promise.

    Places nobody has counted are left out: the hub does not know, so it does not say.
    """
    places = {str(item["location_id"]): item for item in items if item["sk"].startswith("AT#")}
    seen = {place: stock.position(item) for place, item in places.items()}
    known = {place: position for place, position in seen.items() if position.counted}
    selling = {place: known[place].available for place in viewer.sells_from if place in known}
    shown = stock.spread(selling, viewer.buffer)
    if viewer.per == "channel":
        if not shown:
            return []
        as_of = max(str(known[place].counted_at) for place in shown)
        return [_stock(sku, None, sum(shown.values(), ZERO), as_of, None)]
    wanted = []
    for place in sorted({*shown, *viewer.owns} & set(known)):
        position = known[place]
        owner = position.owner == viewer.connection_id
        quantity = position.on_hand if owner and position.measure == "on_hand" else shown.get(place, ZERO)
        told = stock.taken_by_others(places[place], viewer.connection_id) if owner else None
        counted = told if position.measure == "available" else None
        wanted.append(_stock(sku, place, quantity, last_change(places[place]), counted))
    return wanted


def last_change(item: Item) -> str:
    """Say as of when a position is known: its count, or the last movement after it."""
    count = item["count"]
    return max([count["at"], *(at for _, at in stock.moves(item))])


def _stock(sku: str, location_id: str | None, quantity: Decimal, as_of: str, told: Mapping[str, str] | None) -> Wanted:
    key = f"{sku}@{location_id}" if location_id else sku
    pieces = max(ZERO, quantity)
    record = {"sku": sku, "location_id": location_id, "quantity": pieces, "as_of": as_of}
    return Wanted("stock", key, plain(pieces), record, location_id, told)


def plain(quantity: Decimal) -> str:
    """Write a quantity without trailing zeros or an exponent, so that equal quantities are equal texts."""
    return f"{(quantity.normalize() if quantity else ZERO):f}"


def expected_stock(wanted: Wanted, items: Sequence[Item], viewer: Viewer, confirmed: Item | None) -> Decimal | None:
    """Say what a channel should be showing now, by the newest of what it confirmed to us and what it told us itself,
    less what its own orders took since: it has taken these off by itself. None: nothing is known.
    """
    places = {str(item["location_id"]): item for item in items if item["sk"].startswith("AT#")}
    told = [(str(confirmed["at"]), Decimal(confirmed["value"]))] if confirmed and "value" in confirmed else []
    seen = f"SEEN#{viewer.connection_id}#{wanted.location_id}"
    told += [(item["count"]["at"], Decimal(item["count"]["q"])) for item in items if item["sk"] == seen]
    own = places.get(wanted.location_id or "", {}).get("count")
    if own and own["c"] == viewer.connection_id:
        told.append((own["at"], Decimal(own["q"])))
    if not told:
        return None
    at, shown = max(told)
    concerned = [places[wanted.location_id]] if wanted.location_id else list(places.values())
    return shown - sum((stock.sold_since(place, viewer.connection_id, at) for place in concerned), ZERO)


def fulfillments_wanted(item: Item, connection_id: str) -> list[Wanted]:
    """Say which parcels of its order a channel should know of: those that another system sent."""
    if item.get("connection_id") != connection_id:
        return []
    state = orders.OrderState(**unpack(item["state"]))
    placed = state.placed
    if placed is None:
        return []
    own = {number for sent in state.fulfillments.values() if _is_from(sent, connection_id) for number in _numbers(sent)}
    lines = {line["line_id"]: line.get("sku") for line in placed.get("line_items", [])}
    wanted = []
    for key, sent in sorted(state.fulfillments.items()):
        numbers = _numbers(sent)
        if _is_from(sent, connection_id) or sent["status"] != "success" or own.intersection(numbers):
            continue
        record = {
            "channel_order_id": placed["channel_order_id"],
            "fulfillment_id": sent["fulfillment_id"],
            "status": sent["status"],
            "location_id": sent.get("location_id"),
            "tracking": sent.get("tracking", []),
            "lines": sent.get("lines") or [{"line_id": line_id, "sku": sku} for line_id, sku in lines.items()],
        }
        wanted.append(Wanted("fulfillment", f"{item['id']}/{key}", ",".join(numbers) or "sent", record))
    return wanted


def _is_from(sent: Stored, connection_id: str) -> bool:
    return bool(sent["connection_id"] == connection_id)


def _numbers(sent: Stored) -> list[str]:
    return sorted(parcel["number"] for parcel in sent.get("tracking", []))


def customer_wanted(item: Item, connection_id: str) -> list[Wanted]:
    """Say what a channel should know of a customer. Merged ones are shown as the one they became."""
    if "redirect" in item:
        return []
    state = customers.CustomerState(**unpack(item["state"]))
    golden = customers.golden(state)
    ids = customers.channel_ids(state, connection_id)
    record = {**golden, "customer_id": item["id"], "channel_customer_id": ids[0] if ids else None}
    return [Wanted("customer", str(item["id"]), "", record)]
