"""Routes of orders and parcels."""

from typing import Any

from functions import indexes, runtime
from functions.problems import problem
from functions.queries import customers, orders, stock
from functions.registry.tenants import people_of
from functions.routes.app import RefusedError, body, by_hand, page_size, query, route
from records.apply import change
from records.orders import fold

LINKS = ("exchange", "extra_purchase", "replacement", "split")


@route("/v1/orders")
def list_orders(tenant: str) -> Any:
    """Find orders by customer, or by connection and the channel's own id."""
    asked = query("customer", "connection", "channel_order_id", "limit", "cursor")
    if asked.get("customer"):
        return _orders_of(tenant, asked["customer"], page_size(asked), asked.get("cursor") or indexes.LAST)
    if asked.get("connection") and asked.get("channel_order_id"):
        return {"orders": [orders.find_order(tenant, asked["connection"], asked["channel_order_id"])], "cursor": None}
    return problem(400, "query_missing", "Ask with ?customer=, or with ?connection= and &channel_order_id=.")


def _orders_of(tenant: str, customer_id: str, limit: int, before: str) -> dict[str, Any]:
    accounts = customers.customer_item(people_of(tenant), customer_id)["accounts"]
    older = [each for each in orders.orders_of(tenant, accounts) if orders.place_of_order(each) < before]
    page = older[:limit]
    return {"orders": page, "cursor": orders.place_of_order(page[-1]) if len(older) > limit else None}


@route("/v1/orders/{order_id}")
def get_order(tenant: str, order_id: str) -> Any:
    """Give an order."""
    found = orders.order(tenant, order_id)
    short = stock.order_shortages(tenant, order_id)
    return {**found, "tasks": [*found.get("tasks", []), *short]}


@route("/v1/orders/{order_id}/links", "POST")
def link_orders(tenant: str, order_id: str) -> Any:
    """State that another order belongs to the same purchase. Each order then names the other."""
    said = body(order_id=str, type=str)
    other_id, kind = said["order_id"], said["type"]
    if kind not in LINKS or other_id == order_id:
        raise RefusedError(400, "link_invalid", f"Send another order's order_id, and a type: {', '.join(LINKS)}.")
    for each in (order_id, other_id):
        orders.order(tenant, each)
    cause = by_hand(tenant)
    change(runtime.records(), cause, lambda unit: fold.link(unit, cause, order_id, other_id, kind))
    return orders.order(tenant, order_id)


@route("/v1/shipments/{tracking_number}")
def get_shipment(tenant: str, tracking_number: str) -> Any:
    """Give a parcel."""
    return orders.shipment(tenant, tracking_number)
