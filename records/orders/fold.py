"""Fold facts into orders and shipments, and write what each order claims of stock. All through one unit of work."""

from collections.abc import Sequence
from typing import Any

from records import ids
from records.cause import Cause
from records.customers import anonymous, identity, links
from records.errors import ConflictError, ContractError
from records.facts import Stored
from records.orders import order as orders
from records.orders import shipment as shipments
from records.orders.order import OrderState
from records.store import keys
from records.store.actions import Item, Key, Update
from records.store.packing import pack, unpack
from records.store.unit import Place, Unit, unsettled

Buyer = tuple[str | None, str]
"""A customer's id, and the rank of the statement that names them."""


def order_id_of(cause: Cause, fact: Stored) -> str:
    """Find which order a fact is about: the sender's own, or the one its reference names.

    Raises:
        ContractError: it names none.
    """
    named = order_named(cause.tenant, fact)
    if named is None:
        name = fact.get("fulfillment_id") or fact.get("adjustment_id")
        raise ContractError(
            f"{fact['kind']} {name} names no order: the reference must be <connection_id>/<channel_order_id>"
        )
    return named


def order_named(tenant: str, fact: Stored) -> str | None:
    """Give the order that a fact names: the sender's own, or another's by its reference. None: it names none."""
    if fact.get("channel_order_id"):
        return ids.order_id(tenant, fact["connection_id"], fact["channel_order_id"])
    connection_id, _, channel_order_id = (fact.get("order_reference") or "").partition("/")
    return ids.order_id(tenant, connection_id, channel_order_id) if connection_id and channel_order_id else None


def fold(unit: Unit, cause: Cause, order_id: str, facts: Sequence[Stored]) -> None:
    """Fold facts into an order, and set what it takes of each stock. Where nothing is new, nothing is written."""
    key = keys.order(cause.tenant, order_id)
    item, state = _load(unit, key)
    before = state
    for fact in facts:
        state = _without_person(unit, cause, fact, state)
        state = state.with_fact(fact)
        for parcel in fact.get("tracking", []):
            state = _link_parcel(unit, cause, order_id, parcel["number"], state)
        for other in fact.get("related", []):
            other_id = ids.order_id(cause.tenant, *other["order_reference"].split("/", 1))
            if other_id != order_id:
                state = state.with_link(other["type"], other_id)
                _note_link(unit, cause, other_id, order_id, other["type"])
    _save(unit, cause, key, order_id, state, _buyer(unit, cause, item or {}, [] if state.erased else facts))
    if state is not before and not state.erased:
        for fact in facts:
            identity.hold_buyer(unit, cause.people, fact)
    if state.erased:
        _forget_parcels(unit, cause, state)


def _without_person(unit: Unit, cause: Cause, fact: Stored, state: OrderState) -> OrderState:
    """Take the person out of an order whose buyer was erased after it was placed, and note the fact that lost it."""
    at = None if state.erased else links.erased_at(unit, cause.people.tenant, fact)
    state = state.without_person(at) if at else state
    if state.erased:
        unit.erased.add(fact["fact_id"])
    return state


def forget(unit: Unit, cause: Cause, order_id: str, at: str) -> list[str] | None:
    """Take the person out of an order and out of its parcels; gives the parcels' numbers.

    Goods and amounts stay as they are, and so does stock. An order placed after `at` is somebody's new beginning: it is
    left alone. None: there is nothing to take out.
    """
    key = keys.order(cause.tenant, order_id)
    item, state = _load(unit, key)
    if item is None or (state.placed and state.placed["placed_at"] > at):
        return None
    state = state.without_person(at)
    _save(unit, cause, key, order_id, state, (None, ""))
    return _forget_parcels(unit, cause, state)


def _forget_parcels(unit: Unit, cause: Cause, state: OrderState) -> list[str]:
    """Forget who was to receive the parcels of an erased order, and who signed for them; gives their numbers."""
    sent = [parcel["number"] for fact in state.fulfillments.values() for parcel in fact.get("tracking", [])]
    numbers = sorted({*sent, *state.parcels})
    unit.load([keys.shipment(cause.tenant, number) for number in numbers])
    for number in numbers:
        item = unit.item(keys.shipment(cause.tenant, number))
        if item is not None and "erased_at" not in item:
            scans = {key: anonymous.of(scan) for key, scan in unpack(item["state"]).items()}
            _save_shipment(unit, cause, number, scans, item.get("order_ids", []), state.erased["at"])
    return numbers


def link(unit: Unit, cause: Cause, order_id: str, other_id: str, kind: str) -> None:
    """State that two orders belong together; each names the other. Said again, it changes nothing."""
    _note_link(unit, cause, order_id, other_id, kind)
    _note_link(unit, cause, other_id, order_id, kind)


def reserve(unit: Unit, cause: Cause, order_id: str, reservation_id: str, taken: Stored) -> None:
    """Give an order what was reserved for it: `{p: since, u: until, takes: [[sku, place, pieces], …]}`.

    It is held in the order's name until `u`, or until the order arrives: then the order holds what its lines say.
    """
    key = keys.order(cause.tenant, order_id)
    item, state = _load(unit, key)
    state = state.with_reservation(reservation_id, taken)
    _save(unit, cause, key, order_id, state, _buyer(unit, cause, item or {}, []))


def has_arrived(unit: Unit, tenant: str, order_id: str) -> bool:
    """Tell whether the order itself was stated, not only something about it."""
    return _load(unit, keys.order(tenant, order_id))[1].placed is not None


def _note_link(unit: Unit, cause: Cause, order_id: str, other_id: str, kind: str) -> None:
    key = keys.order(cause.tenant, order_id)
    item, state = _load(unit, key)
    _save(unit, cause, key, order_id, state.with_link(kind, other_id), _buyer(unit, cause, item or {}, []))


def _buyer(unit: Unit, cause: Cause, item: Item, facts: Sequence[Stored]) -> Buyer:
    """Give whose order it is, and by which statement: the newest that names anybody, not the one that came last. The
    buyer of a test order is nobody.
    """
    buyer = (item.get("customer_id"), item.get("named_by", ""))
    for fact in facts:
        if fact["kind"] != "order" or fact.get("test"):
            continue
        if named := identity.take_buyer(unit, cause.people, fact):
            buyer = max(buyer, (named, f"{fact['source_version']} {fact['fact_id']}"), key=lambda each: each[1])
    return buyer


def track(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Fold a scan into its shipment, and tell the orders whose goods the parcel carries."""
    number = fact["tracking_number"]
    item = unit.item(keys.shipment(cause.tenant, number)) or {}
    if "erased_at" in item:
        unit.erased.add(fact["fact_id"])
        fact = anonymous.of(fact)
    before: shipments.Scans = unpack(item["state"]) if item else {}
    scans = shipments.with_scan(before, fact)
    if scans is before:
        return
    carried = item.get("order_ids", [])
    _save_shipment(unit, cause, number, scans, carried, item.get("erased_at", ""))
    for order_id in carried:
        key = keys.order(cause.tenant, order_id)
        order, state = _load(unit, key)
        if order is None:  # order and parcel were tied in one write: what was read here is older than that
            raise ConflictError(f"order {order_id} of parcel {number} is not there yet")
        state = state.with_parcel(number, shipments.view(scans))
        _save(unit, cause, key, order_id, state, _buyer(unit, cause, order, []))


def _load(unit: Unit, key: Key) -> tuple[Item | None, OrderState]:
    item = unit.item(key)
    return item, OrderState(**unpack(item["state"])) if item else OrderState()


def _save(unit: Unit, cause: Cause, key: Key, order_id: str, state: OrderState, buyer: Buyer) -> None:
    """Write an order and its claims. Where an earlier write of it was cut short, its claims are written again."""
    item, before = _load(unit, key)
    pending = unsettled(unit.stored(key))
    if item is None or state != before or buyer != _buyer(unit, cause, item, []):
        unit.save(key, _fields(unit, cause, key, order_id, state, buyer))
    elif not pending:
        return
    claimed, claims = orders.stock_effects(before), orders.stock_effects(state)
    places = {place for place in {*claimed, *claims} if claimed.get(place) != claims.get(place)} | pending
    unit.settle(key, places)
    for place in sorted(places):
        _claim(unit, cause, order_id, place, claims.get(place, {}))


def _fields(unit: Unit, cause: Cause, key: Key, order_id: str, state: OrderState, buyer: Buyer) -> dict[str, Any]:
    seen, placed = orders.view(state), state.placed
    fields = {**cause.stamp("order", order_id, _changes(unit.stored(key), seen)), "state": pack(state.as_json())}
    if seen and placed:
        fields |= {
            "connection_id": placed["connection_id"],
            "status": seen.status,
            "fulfillment": seen.fulfillment,
            "returning": seen.returning,
        }
    customer_id, named_by = buyer
    if customer_id and placed:
        fields |= {
            "named_by": named_by,
            "customer_id": customer_id,
            "customer_key": f"{cause.tenant}#{customer_id}",
            "placed_at": placed["placed_at"],
        }
    return fields


def _changes(item: Item | None, seen: orders.OrderView | None) -> list[str]:
    """Name what changed in words a rule can match on."""
    if seen is None:
        return ["waiting"]
    before = item or {}
    if "status" not in before:
        return ["placed", "fulfillment"] if seen.fulfillment != "unfulfilled" else ["placed"]
    after = {"status": seen.status, "fulfillment": seen.fulfillment, "returning": seen.returning}
    return [name for name, value in after.items() if before.get(name) != value] or ["content"]


def _claim(unit: Unit, cause: Cause, order_id: str, place: Place, claim: orders.Effect) -> None:
    """Write an order's whole claim on a stock, whatever else lies there: the order's own version guards the write."""
    sku, location_id = place
    put = {**cause.stamp("stock", f"{sku}@{location_id}", ["orders"]), "sku": sku, "location_id": location_id}
    put |= {f"{kind}#{order_id}": taken for kind, taken in claim.items()}
    unit.update(
        Update(
            keys.stock(cause.tenant, sku, location_id),
            put=put,
            remove=[f"{kind}#{order_id}" for kind in ("o", "k") if kind not in claim],
            add={"ver": 1},
        )
    )


def _link_parcel(unit: Unit, cause: Cause, order_id: str, number: str, state: OrderState) -> OrderState:
    """Tie a parcel to its order, and take over what its scans said before the order knew of it.

    Once it is tied, its scans tell the order themselves. Then nothing is taken over: the parcel as it was read here may
    be older than what the order knows.
    """
    item = unit.item(keys.shipment(cause.tenant, number)) or {}
    scans: shipments.Scans = unpack(item["state"]) if item else {}
    carried = item.get("order_ids", [])
    if order_id in carried:
        return state
    _save_shipment(unit, cause, number, scans, sorted([*carried, order_id]), item.get("erased_at", ""))
    return state.with_parcel(number, shipments.view(scans)) if scans else state


def _save_shipment(
    unit: Unit, cause: Cause, number: str, scans: shipments.Scans, order_ids: Sequence[str], erased_at: str
) -> None:
    """Write a shipment. One parcel may carry several orders; the first is shown."""
    fields = {**cause.stamp("shipment", number, ["scans"]), "state": pack(scans)}
    if order_ids:
        fields |= {"order_id": order_ids[0], "order_ids": list(order_ids)}
    if erased_at:
        fields["erased_at"] = erased_at
    unit.save(keys.shipment(cause.tenant, number), fields)
