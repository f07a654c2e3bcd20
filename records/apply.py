"""Apply the facts of one event: read what they touch, fold it in, write it and the event's marker at once."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from events.facts import Fact
from records import identity, ids, stocktaking
from records import order as orders
from records import shipment as shipments
from records.cause import Cause
from records.errors import ConflictError, ContractError
from records.facts import Stored, stored
from records.packing import pack, unpack
from records.store import keys
from records.store.actions import AbsentOr, Item, Key, Put, Store, Update
from records.unit import Unit

ATTEMPTS = 12


@dataclass(frozen=True)
class Applied:
    """What became of an event."""

    outcome: str
    records: list[dict[str, Any]] = field(default_factory=list)


def apply(
    store: Store, cause: Cause, facts: Sequence[Fact], about: Item, pause: Callable[[float], None] = time.sleep
) -> Applied:
    """Apply facts once. `about` are further fields of the marker. Two handlers may do this at the same moment.

    Raises:
        StoreUnavailableError: it may or may not be written; the event may be applied again.
        ConflictError: too many others wrote the same records at the same time.
        ContractError: the facts do not fit together.
    """
    for attempt in range(ATTEMPTS):
        unit = Unit(store)
        try:
            return _apply_once(unit, cause, [stored(fact) for fact in facts], about)
        except ConflictError:
            if attempt + 1 == ATTEMPTS:
                raise
            pause(random.uniform(0, min(1.0, 0.01 * 2**attempt)))  # noqa: S311 - jitter, not a secret
    raise AssertionError


def _apply_once(unit: Unit, cause: Cause, facts: list[Stored], about: Item) -> Applied:
    marker_key = keys.applied(cause.tenant, cause.event_id)
    unit.load([marker_key, *_touched(cause, facts)])
    known = unit.item(marker_key)
    if known is not None and known["outcome"] != "quarantined":
        return Applied("repeated", unpack(known["records"]))
    by_order: dict[str, list[Stored]] = {}
    for fact in facts:
        match fact["kind"]:
            case "order" | "fulfillment" | "adjustment":
                by_order.setdefault(_order_id(cause, fact), []).append(fact)
            case "customer" | "customer_merge" | "consent":
                identity.take(unit, cause, fact)
            case "stock_count" | "stock_movement":
                stocktaking.take(unit, cause, fact)
            case "tracking":
                _track(unit, cause, fact)
            case "product":
                stocktaking.learn(unit, cause, fact)
            case _:
                _keep(unit, cause, fact)
    for order_id, said in by_order.items():
        _fold_order(unit, cause, order_id, said)
    records = unit.records()
    outcome = "applied" if unit.has_writes else "unchanged"
    unit.commit(marker(marker_key, cause, {**about, "outcome": outcome, "records": pack(records)}))
    return Applied(outcome, records)


def marker(key: Key, cause: Cause, fields: Item) -> Put:
    """Make the item that says what became of an event. It outlives every channel's repeats (75 hours) by far."""
    item = {"pk": key[0], "sk": key[1], "event_id": cause.event_id, "connection_id": cause.connection_id, **fields}
    return Put({**item, "at": cause.at, "tenant": cause.tenant}, AbsentOr("outcome", "quarantined"))


def _order_id(cause: Cause, fact: Stored) -> str:
    """Find which order a fact is about: the sender's own, or the one its reference names."""
    if fact.get("channel_order_id"):
        return ids.order_id(cause.tenant, fact["connection_id"], fact["channel_order_id"])
    connection_id, slash, channel_order_id = fact.get("order_reference", "").partition("/")
    if not slash or not connection_id or not channel_order_id:
        raise ContractError(
            f"fulfillment {fact.get('fulfillment_id')} names no order: the reference must be "
            "<connection_id>/<channel_order_id>"
        )
    return ids.order_id(cause.tenant, connection_id, channel_order_id)


def _touched(cause: Cause, facts: list[Stored]) -> list[Key]:
    """Say what will surely be read, so that it is one call."""
    wanted: list[Key] = []
    for fact in facts:
        if fact["kind"] in ("order", "fulfillment", "adjustment"):
            wanted.append(keys.order(cause.tenant, _order_id(cause, fact)))
        if fact["kind"] in ("order", "customer"):
            wanted += identity.wanted(cause.tenant, fact)
        if fact["kind"] == "stock_count":
            wanted.append(stocktaking.place(cause, fact))
        for parcel in fact.get("tracking", []):
            wanted.append(keys.shipment(cause.tenant, parcel["number"]))
        if fact["kind"] == "tracking":
            wanted.append(keys.shipment(cause.tenant, fact["tracking_number"]))
    return wanted


def _load_order(unit: Unit, key: Key) -> tuple[Item | None, orders.OrderState]:
    item = unit.item(key)
    return item, orders.OrderState(**unpack(item["state"])) if item else orders.OrderState()


def _fold_order(unit: Unit, cause: Cause, order_id: str, facts: Sequence[Stored]) -> None:
    """Fold facts into an order, and set what it takes of each stock. Nothing new: nothing written."""
    key = keys.order(cause.tenant, order_id)
    item, before = _load_order(unit, key)
    state = before
    for fact in facts:
        state = state.with_fact(fact)
        for parcel in fact.get("tracking", []):
            state = _link_parcel(unit, cause, order_id, parcel["number"], state)
    customer_id = item.get("customer_id") if item else None
    for fact in facts:
        if fact["kind"] == "order":
            customer_id = identity.take_buyer(unit, cause, fact) or customer_id
    if item and state == before and customer_id == item.get("customer_id") and not item.get("unsettled"):
        return
    _save_order(unit, cause, key, order_id, state, customer_id)
    _claim_stock(unit, cause, order_id, {} if item and item.get("unsettled") else orders.stock_effects(before), state)


def _save_order(
    unit: Unit, cause: Cause, key: Key, order_id: str, state: orders.OrderState, customer_id: str | None
) -> None:
    seen, placed = orders.view(state), state.placed
    fields = {**cause.stamp("order", order_id, _order_changes(unit.item(key), seen)), "state": pack(state.as_json())}
    if seen and placed:
        fields |= {
            "connection_id": placed["connection_id"],
            "status": seen.status,
            "fulfillment": seen.fulfillment,
            "returning": seen.returning,
        }
    if customer_id and placed:
        fields |= {
            "customer_id": customer_id,
            "customer_key": f"{cause.tenant}#{customer_id}",
            "placed_at": placed["placed_at"],
        }
    unit.save(key, fields)


def _order_changes(item: Item | None, seen: orders.OrderView | None) -> list[str]:
    """Name what changed in words a rule can match on."""
    if seen is None:
        return ["waiting"]
    before = item or {}
    if "status" not in before:
        return ["placed", "fulfillment"] if seen.fulfillment != "unfulfilled" else ["placed"]
    after = {"status": seen.status, "fulfillment": seen.fulfillment, "returning": seen.returning}
    return [name for name, value in after.items() if before.get(name) != value] or ["content"]


def _claim_stock(unit: Unit, cause: Cause, order_id: str, before: dict[Any, Any], state: orders.OrderState) -> None:
    """Write the order's whole claim on each stock it touches, blindly: the order's own version guards the write."""
    after = orders.stock_effects(state)
    for place in sorted({*before, *after}):
        if before.get(place) == after.get(place):
            continue
        sku, location_id = place
        entry = f"o#{order_id}"
        put = {**cause.stamp("stock", f"{sku}@{location_id}", ["orders"]), "sku": sku, "location_id": location_id}
        claim = after.get(place)
        unit.update(
            Update(
                keys.stock(cause.tenant, sku, location_id),
                put={**put, entry: claim} if claim else put,
                remove=() if claim else (entry,),
                add={"ver": 1},
            )
        )


def _link_parcel(unit: Unit, cause: Cause, order_id: str, number: str, state: orders.OrderState) -> orders.OrderState:
    """Tie a parcel to its order, and take over what its scans said before the order knew of it."""
    key = keys.shipment(cause.tenant, number)
    item = unit.item(key) or {}
    scans: shipments.Scans = unpack(item["state"]) if item else {}
    if item.get("order_id") != order_id:
        _save_shipment(unit, cause, number, scans, order_id)
    return state.with_parcel(number, shipments.view(scans)) if scans else state


def _save_shipment(unit: Unit, cause: Cause, number: str, scans: shipments.Scans, order_id: str | None) -> None:
    fields = {**cause.stamp("shipment", number, ["scans"]), "state": pack(scans)}
    if order_id:
        fields["order_id"] = order_id
    unit.save(keys.shipment(cause.tenant, number), fields)


def _track(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Fold a scan into its shipment, and tell the order the parcel belongs to."""
    number = fact["tracking_number"]
    item = unit.item(keys.shipment(cause.tenant, number)) or {}
    before: shipments.Scans = unpack(item["state"]) if item else {}
    scans = shipments.with_scan(before, fact)
    if scans is before:
        return
    order_id = item.get("order_id")
    _save_shipment(unit, cause, number, scans, order_id)
    if order_id:
        key = keys.order(cause.tenant, order_id)
        order, state = _load_order(unit, key)
        told = state.with_parcel(number, shipments.view(scans))
        if order and told is not state:
            _save_order(unit, cause, key, order_id, told, order.get("customer_id"))


def _keep(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep a fact whose record is still to come (price, interaction, privacy request), so that nothing is lost."""
    key = (f"{cause.tenant}#FACT#{fact['kind']}#{fact['fact_id']}", "FACT")
    if unit.item(key) is None:
        unit.put(Put({"pk": key[0], "sk": key[1], "fact": pack(fact), "at": cause.at}))
