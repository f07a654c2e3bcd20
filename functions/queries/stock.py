"""What the API answers about stock and products: positions, promises, ledgers, shortages. Reads only."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from functions import indexes, runtime
from functions.cursors import Place
from functions.inbound import kits
from functions.queries.lookup import MissingError
from functions.queries.shelf import read, stock_items, viewer_of
from functions.registry.session import Session
from records.orders import order as orders
from records.orders import reservations
from records.stock import ledger as ledgers
from records.stock import position as stock
from records.stock import shortages as shortage_list
from records.stock.position import plain
from records.stock.promise import Viewer
from records.store import keys
from records.store.actions import Item
from records.store.packing import unpack

NUMBERS = ("on_hand", "reserved", "safety", "incoming", "available", "shortage")


def stock_of(tenant: str, sku: str) -> dict[str, Any]:
    """Give a SKU's position at every place."""
    now = runtime.rfc3339(runtime.now())
    return {"sku": sku, "locations": [_position(item, now) for item in _places(tenant, sku)]}


def _places(tenant: str, sku: str) -> list[Item]:
    """Give a SKU's stock by place.

    Raises:
        MissingError: nobody has said anything of it.
    """
    items = [item for item in stock_items(tenant, sku) if item["sk"].startswith("AT#")]
    if not items:
        raise MissingError(f"stock of {sku}")
    return items


def _position(item: Item, now: str) -> dict[str, Any]:
    seen = stock.position(item, now)
    numbers = {name: plain(Decimal(getattr(seen, name))) for name in NUMBERS}
    about = {"location_id": item["location_id"], "counted": seen.counted, "counted_at": seen.counted_at}
    tiers = {tier: plain(pieces) for tier, pieces in seen.tiers.items()}
    return {**about, "owner": seen.owner, **numbers, "tiers": tiers, "version": item["ver"]}


def availability(tenant: str, sku: str, opened: Session, tier: str | None) -> dict[str, Any]:
    """Give what one channel may promise, to a customer of a tier, and what it should show at each place.

    Raises:
        MissingError: nobody has said anything of the SKU.
    """
    viewer = viewer_of(opened)
    asks = Viewer(
        viewer.connection_id, viewer.sells_from, (), viewer.buffer, "channel", tier or viewer.tier, viewer.now
    )
    shelf = read(tenant, sku)
    shown = {each.location_id or "all": each.value for each in shelf.wanted(viewer)}
    total = shelf.wanted(asks)
    if not total and sku not in kits.table(tenant):
        _places(tenant, sku)
    found = {"sku": sku, "connection_id": viewer.connection_id, "tier": asks.tier}
    return {**found, "available_to_promise": total[0].value if total else "0", "shows": shown}


def ledger(tenant: str, sku: str) -> dict[str, Any]:
    """Explain every piece of a SKU at every place."""
    now = runtime.rfc3339(runtime.now())
    return {"sku": sku, "locations": {item["location_id"]: _rows(item, now) for item in _places(tenant, sku)}}


def _rows(item: Item, now: str) -> list[dict[str, str]]:
    return [
        {"at": row.at, "what": row.what, "by": row.by, "pieces": plain(row.pieces), "of": row.of}
        for row in ledgers.rows(item, now)
    ]


def reservation(item: Item) -> dict[str, Any]:
    """Give a reservation as it is now."""
    said = ("connection_id", "tier", "lines", "reserved_at", "until", "order", "order_id", "confirmed_at", "ended_at")
    about = {"reservation_id": item["reservation_id"], "status": reservations.status_of(item, _now())}
    takes = [{"sku": sku, "location_id": place, "quantity": pieces} for sku, place, pieces in item["takes"]]
    return {**about, **{name: item.get(name) for name in said}, "takes": takes}


def _now() -> str:
    return runtime.rfc3339(runtime.now())


def shortages(tenant: str, place: Place) -> tuple[list[dict[str, Any]], Place]:
    """List a page of where channels sold more than there is, and whose orders came too late.

    Raises:
        CursorError: there is no such place.
    """
    items, after = indexes.page(shortage_list.listed(tenant), place)
    return [task for item in items if (task := _shortage(item, _now()))["quantity"] != "0"], after


def _shortage(item: Item, now: str) -> dict[str, Any]:
    short = {source.removeprefix("k#"): plain(pieces) for source, pieces in stock.short(item, now).items()}
    about = {"type": "shortage", "sku": item["sku"], "location_id": item["location_id"]}
    orders_short = {source: pieces for source, pieces in short.items() if not source.startswith("r#")}
    return {**about, "quantity": plain(stock.position(item, now).shortage), "orders": orders_short}


def order_shortages(tenant: str, order_id: str) -> list[dict[str, str]]:
    """Give the tasks of an order whose pieces were sold already when it came."""
    at = keys.order(tenant, order_id)
    state = orders.OrderState(**unpack(runtime.records().get([at])[at]["state"]))
    effects = orders.stock_effects(state)
    held = [place for place, taken in effects.items() if any(Decimal(claim["h"]) for claim in taken.values())]
    items = runtime.records().get([keys.stock(tenant, *place) for place in held]).values()
    return [task for item in items for task in _order_tasks(item, {order_id, f"k#{order_id}"})]


def _order_tasks(item: Item, sources: Iterable[str]) -> list[dict[str, str]]:
    short = stock.short(item, _now())
    pieces = sum((short.get(source, Decimal(0)) for source in sources), Decimal(0))
    about = {"type": "shortage", "sku": item["sku"], "location_id": item["location_id"]}
    return [{**about, "quantity": plain(pieces)}] if pieces else []


def product(tenant: str, sku: str) -> dict[str, Any]:
    """Give what each channel says of a SKU, and what it is made of."""
    at, kit = keys.product(tenant, sku), kits.table(tenant).get(sku)
    item = runtime.records().get([at]).get(at)
    if item is None and kit is None:
        raise MissingError(f"product {sku}")
    said = {name[2:]: content for name, content in (item or {}).items() if name.startswith("p#")}
    return {"sku": sku, "version": item["ver"] if item else 0, "channels": said, "kit": dict(kit) if kit else None}
