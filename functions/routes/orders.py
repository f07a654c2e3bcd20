"""Routes of orders and parcels."""

from typing import TYPE_CHECKING, Any

from functions import cursors, runtime
from functions.cursors import Page, Place
from functions.problems import RefusedError
from functions.queries import customers, orders, stock
from functions.registry.tenants import people_of
from functions.routes.app import by_hand, route
from records.apply import change
from records.orders import fold

if TYPE_CHECKING:
    from functions.contract.orders import LinkWish, OrdersQuery


@route("/v1/orders")
def list_orders(tenant: str, query: "OrdersQuery") -> Any:
    """Find orders by customer, or by connection and the channel's own id."""
    if not query.customer:
        found = orders.find_order(tenant, query.connection_id or "", query.channel_order_id or "")
        return {"orders": [found], "cursor": None}
    listed, cursor = cursors.paged(
        tenant,
        f"orders {query.customer}",
        query.cursor,
        lambda place: _orders_of(tenant, query.customer or "", query.limit, place),
    )
    return {"orders": listed, "cursor": cursor}


def _orders_of(tenant: str, customer_id: str, limit: int, place: Place) -> Page:
    accounts = customers.customer_item(people_of(tenant), customer_id)["accounts"]
    return orders.page_of(tenant, accounts, limit, place)


@route("/v1/orders/{order_id}")
def get_order(tenant: str, order_id: str) -> Any:
    """Give an order."""
    found = orders.order(tenant, order_id)
    short = stock.order_shortages(tenant, order_id)
    return {**found, "tasks": [*found.get("tasks", []), *short]}


@route("/v1/orders/{order_id}/links", "POST")
def link_orders(tenant: str, order_id: str, body: "LinkWish") -> Any:
    """State that another order belongs to the same purchase. Each order then names the other."""
    if body.order_id == order_id:
        raise RefusedError(400, "link_invalid", "Send another order's order_id: an order is not linked with itself.")
    for each in (order_id, body.order_id):
        orders.order(tenant, each)
    cause = by_hand(tenant)
    change(runtime.records(), cause, lambda unit: fold.link(unit, cause, order_id, body.order_id, body.type))
    return orders.order(tenant, order_id)


@route("/v1/shipments/{tracking_number}")
def get_shipment(tenant: str, tracking_number: str) -> Any:
    """Give a parcel."""
    return orders.shipment(tenant, tracking_number)
