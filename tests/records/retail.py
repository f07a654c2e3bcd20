"""A small retailer for tests of records: what its channels' facts look like, and what a store contains in the end."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from events.facts import Fact, build
from records.apply import Applied, apply
from records.cause import Cause
from records.customers import customer as customers
from records.orders import order as orders
from records.stock import position as stock
from records.store import keys
from records.store.actions import Item, Store
from records.store.memory import MemoryStore
from records.store.packing import unpack

TENANT = "acme"
WEB, TILL, MARKET, DESK, CRM = "web", "till", "market", "desk", "crm"
MUG, SCARF, PLACE = "MUG", "SCARF", "lille"
STAMPS = {"ver", "cause", "origin", "hop", "at", "changed", "member"}
"""The fields that say when and why an item was written. They may depend on the order of arrival."""


def at(minute: int) -> str:
    """Give a time: so many minutes after nine on the day on which the tests play."""
    return f"2026-11-22T{9 + minute // 60:02d}:{minute % 60:02d}:00.000Z"


def fact(kind: str, connection_id: str, minute: int, version: int | None = None, **said: Any) -> Fact:
    """Build a fact that is said at a minute. Its source version is that minute, or `version`."""
    statement = {"kind": kind, "occurred_at": at(minute), "source_version": at(minute if version is None else version)}
    return build({**statement, **said}, event_id="evt", connection_id=connection_id)


def line(line_id: str, sku: str, quantity: Any, **more: Any) -> dict[str, Any]:
    """Build an order line at the retailer's one location."""
    return {"line_id": line_id, "sku": sku, "quantity": Decimal(str(quantity)), "location_id": PLACE, **more}


def order(minute: int, lines: Sequence[dict[str, Any]], connection_id: str = WEB, **more: Any) -> Fact:
    """Build order 1001, placed at minute 0, as its channel shows it at `minute`."""
    said = {"channel_order_id": "1001", "placed_at": at(0), "currency": "EUR", "totals": {"total": 3000}, **more}
    return fact("order", connection_id, minute, line_items=list(lines), **said)


def share(line_id: str, quantity: Any, **more: Any) -> dict[str, Any]:
    """Build a share of an order line."""
    return {"line_id": line_id, "quantity": Decimal(str(quantity)), **more}


def sent(minute: int, *lines: dict[str, Any], connection_id: str = WEB, number: str | None = "T1", **more: Any) -> Fact:
    """Build a fulfilment. Without lines it ships everything that is still open."""
    said = {"channel_order_id": "1001"} if connection_id == WEB else {"order_reference": f"{WEB}/1001"}
    said |= {"fulfillment_id": "f1", "status": "success", "tracking": [{"number": number}] if number else []}
    return fact("fulfillment", connection_id, minute, lines=list(lines), **{**said, **more})


def adjusted(minute: int, kind: str, *lines: dict[str, Any], **more: Any) -> Fact:
    """Build an adjustment of the order."""
    said = {"channel_order_id": "1001", "adjustment_id": f"{kind} {minute}", "type": kind, "status": "success"}
    return fact("adjustment", WEB, minute, lines=list(lines), **{**said, "amount": -1000, "currency": "EUR", **more})


def scan(minute: int, status: str, number: str = "T1") -> Fact:
    """Build a scan of a parcel."""
    return fact("tracking", DESK, minute, tracking_number=number, status=status, at=at(minute))


def count(minute: int, quantity: int, connection_id: str = TILL, measure: str = "on_hand", sku: str = MUG) -> Fact:
    """Build a count."""
    said = {"sku": sku, "location_id": PLACE, "quantity": Decimal(quantity), "measure": measure}
    return fact("stock_count", connection_id, minute, counted_at=at(minute), **said)


def moved(minute: int, name: str, delta: int, version: int | None = None) -> Fact:
    """Build a movement."""
    said = {"movement_id": name, "sku": MUG, "location_id": PLACE, "delta": Decimal(delta), "reason": "receipt"}
    return fact("stock_movement", "warehouse", minute, version, moved_at=at(minute), **said)


def customer(connection_id: str, name: str, minute: int = 0, **said: Any) -> Fact:
    """Build a customer as a channel shows them."""
    return fact("customer", connection_id, minute, channel_customer_id=name, **said)


def cause(event_id: str, connection_id: str = WEB, minute: int = 0, owns: Sequence[str] = ()) -> Cause:
    """Build the cause of a change."""
    return Cause(TENANT, event_id, connection_id, at(minute), frozenset(owns))


def tell(store: Store, event_id: str, *facts: Fact, owns: Sequence[str] = (PLACE,)) -> Applied:
    """Apply an event of some facts as `normalise` does, but never wait after a conflict. The till owns the location."""
    said_by = facts[0].connection_id if facts else WEB
    owned = owns if said_by in (TILL, "owner") else ()
    return apply(store, cause(event_id, said_by, owns=owned), facts, {}, pause=lambda _: None)


def told(facts: Sequence[Fact]) -> MemoryStore:
    """Give a store to which each fact was told, in this order, each in an event of its own."""
    store = MemoryStore()
    for number, each in enumerate(facts):
        tell(store, f"evt{number}", each)
    return store


def every_arrival(facts: Sequence[Fact], repeats: bool = False) -> Iterator[MemoryStore]:
    """Give the store at the end of every order of arrival. Orders that begin alike share the work of the beginning.

    With `repeats`, each fact heard so far is told again at every step, in an event of its own, and must change nothing.
    So repeats are harmless at any place in any order of arrival.
    """

    def grow(store: MemoryStore, heard: tuple[int, ...]) -> Iterator[MemoryStore]:
        if repeats:
            for again in heard:
                assert tell(copied(store), f"again{again}", facts[again]).outcome == "unchanged"
        if len(heard) == len(facts):
            yield store
        for number in {*range(len(facts))}.difference(heard):
            longer = copied(store)
            tell(longer, f"evt{number}", facts[number])
            yield from grow(longer, (*heard, number))

    return grow(MemoryStore(), ())


def copied(store: MemoryStore) -> MemoryStore:
    """Give a copy of a store. Writes to one do not show in the other."""
    own = MemoryStore()
    own.items = dict(store.items)  # items are replaced, never changed in place
    return own


def order_item(store: MemoryStore) -> Item:
    """Give the item of the one order."""
    (found,) = [item for item in store.items.values() if item["sk"] == "ORDER"]
    return found


def order_view(store: MemoryStore) -> orders.OrderView:
    """Give the one order with its derived statuses."""
    seen = orders.view(orders.OrderState(**unpack(order_item(store)["state"])))
    assert seen is not None
    return seen


def position(store: MemoryStore, sku: str = MUG) -> stock.Position:
    """Give the stock position of a SKU at the one location."""
    return stock.position(store.items.get(keys.stock(TENANT, sku, PLACE), {}))


def golden(store: MemoryStore, tenant: str = TENANT) -> list[dict[str, Any]]:
    """Give the golden record of every customer that was not merged away, with the sources it is made of."""
    mine = f"{tenant}#CUSTOMER#"
    items = [item for (pk, _), item in store.items.items() if pk.startswith(mine) and "state" in item]
    states = [customers.CustomerState(**unpack(item["state"])) for item in items]
    return sorted(({**customers.golden(each), "sources": sorted(each.sources)} for each in states), key=str)


def resolve(store: MemoryStore, customer_id: str | None, tenant: str = TENANT) -> Any:
    """Say who a customer is without an id: by the sources of the customer that it was merged into, if it was."""
    if customer_id is None:
        return None
    item = store.items[keys.customer(tenant, customer_id)]
    if "redirect" in item:
        return resolve(store, item["redirect"], tenant)
    return tuple(sorted(unpack(item["state"]).get("sources", {})))


def digest(store: MemoryStore, tenant: str = TENANT, people: str = "") -> dict[str, Any]:
    """Give what a tenant's records come to, so that stores can be compared.

    Records have no stamps. Instead of a customer's id stands who it is (see `resolve`). `people` is the owner of the
    customers, where that is not the tenant itself.
    """
    mine = {at: item for at, item in sorted(store.items.items()) if at[0].startswith(f"{tenant}#")}
    told = {f"{pk} {sk}": _plain(store, item, people or tenant) for (pk, sk), item in mine.items() if sk != "APPLIED"}
    kept = {name: item for name, item in told.items() if item and "#CUSTOMER#" not in name}
    return {**kept, "customers": golden(store, tenant)}


def _plain(store: MemoryStore, item: Item, tenant: str) -> dict[str, Any]:
    if item["sk"] == "CLAIM":
        names = item["holders"]
        return {"holders": sorted({resolve(store, name, tenant) for name in names})}
    if item["sk"] == "REVIEW" and item["status"] == "gone":
        return {}  # as if nobody had asked
    plain = {name: value for name, value in item.items() if name not in STAMPS}
    if "state" in plain:
        plain["state"] = unpack(plain["state"])
    if "customer_id" in plain:
        plain |= {"customer_id": resolve(store, plain["customer_id"], tenant), "customer_key": ""}
    if item["sk"].startswith("AT#") and not any(name.startswith(("o#", "m#", "count")) for name in item):
        return {}
    return plain
