"""Orders and parcels as the API gives them."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from functions import indexes, runtime
from functions.cursors import Place
from functions.queries import lookup
from records import ids
from records.facts import Stored
from records.orders import lines
from records.orders import order as orders
from records.orders import shipment as shipments
from records.orders.payments import Money
from records.stock import position as stock
from records.store import keys
from records.store.actions import Item
from records.store.packing import unpack


def order(tenant: str, order_id: str) -> dict[str, Any]:
    """Give an order with its derived quantities and statuses."""
    return order_view(lookup.item(keys.order(tenant, order_id), f"order {order_id}"))


def order_view(item: Item) -> dict[str, Any]:
    """Give an order of its stored form."""
    state = orders.OrderState(**unpack(item["state"]))
    seen, placed = orders.view(state), state.placed or {}
    record: dict[str, Any] = {"order_id": item["id"], "version": item["ver"], "customer_id": item.get("customer_id")}
    record |= {name: value for name, value in placed.items() if name not in ("kind", "fact_id", "event_id")}
    record["fulfillments"] = list(state.fulfillments.values())
    record["adjustments"] = list(state.adjustments.values())
    record["parcels"] = state.parcels
    record["links"] = list(state.links.values())
    record["reservations"] = sorted(state.reservations)
    if seen is None:
        return {**record, "status": "waiting"}
    quantities = {line.line_id: line for line in seen.lines}
    record["line_items"] = [_line(line, quantities[line["line_id"]]) for line in placed.get("line_items", [])]
    statuses = {
        "payment": seen.payment,
        "fulfillment": seen.fulfillment,
        "return": seen.returning,
        "pickup": seen.pickup,
    }
    return {**record, "status": seen.status, "statuses": statuses, "money": _money(seen.money), "tasks": seen.tasks}


def _money(seen: Money) -> dict[str, Any]:
    derived = {"kept": seen.kept, "refund_excess": seen.refund_excess, "outstanding": seen.outstanding}
    return {**asdict(seen), **derived}


def _line(line: Stored, seen: lines.LineState) -> dict[str, Any]:
    quantity = {"ordered": seen.ordered, "cancelled": seen.cancelled, "fulfilled": seen.fulfilled}
    plain = {name: stock.plain(value) for name, value in {**quantity, "returned": seen.returned}.items()}
    return {**line, "quantity": plain}


def find_order(tenant: str, connection_id: str, channel_order_id: str) -> dict[str, Any]:
    """Give the order a channel knows by its own id."""
    return order(tenant, ids.order_id(tenant, connection_id, channel_order_id))


def orders_of(tenant: str, account_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Give every order at this tenant that stands with one of these accounts, newest first."""
    places = [place for name in account_ids for place in indexes.orders_of(tenant, name)]
    found = [order_view(each) for each in runtime.records().get(places).values()]
    return sorted(found, key=_place, reverse=True)


def page_of(tenant: str, account_ids: Iterable[str], limit: int, before: Place) -> tuple[list[dict[str, Any]], Place]:
    """Give a page of the orders of accounts, newest first, and the place of the next page."""
    older = [each for each in orders_of(tenant, account_ids) if before is None or _place(each) < before]
    page = older[:limit]
    return page, _place(page[-1]) if len(older) > limit else None


def _place(order: dict[str, Any]) -> str:
    """Say where an order stands in the list of a customer's orders."""
    return f"{order['placed_at']} {order['order_id']}"


def shipment(tenant: str, tracking_number: str) -> dict[str, Any]:
    """Give a parcel and its scans."""
    item = lookup.item(keys.shipment(tenant, tracking_number), f"shipment {tracking_number}")
    scans = unpack(item["state"])
    about = {"tracking_number": tracking_number, "order_id": item.get("order_id"), "version": item["ver"]}
    seen = shipments.view(scans) if scans else {"status": "unknown"}
    return {**about, **seen, "scans": sorted(scans.values(), key=lambda scan: str(scan["at"]))}
