"""What the routes of orders and parcels take and answer."""

from typing import Annotated, Literal

from pydantic import Field, create_model

from events import facts, parts
from functions.contract.declaring import (
    PAGE_AFTER,
    Cursor,
    Operation,
    Operations,
    Quantity,
    Query,
    Said,
    Text,
    Time,
    listed,
    page_size,
    shown,
)


class LineQuantity(Said):
    """How far a line is."""

    ordered: Quantity
    cancelled: Quantity
    fulfilled: Quantity
    returned: Quantity


class Statuses(Said):
    """How far an order is, seen from each side."""

    payment: str
    fulfillment: Literal["unfulfilled", "partial", "fulfilled", "delivered"]
    return_: Annotated[Literal["none", "partial", "returned"], Field(alias="return")]
    pickup: Literal["none", "placed", "ready", "collected", "expired", "cancelled"]


class Money(Said):
    """What of the money has moved, in minor units of the currency."""

    currency: str
    total: int
    paid: int
    authorized: int
    refunded: int
    refunds_pending: int
    status: str
    kept: int
    refund_excess: int
    outstanding: int


class Link(Said):
    """Another order of the same purchase."""

    type: Literal["exchange", "extra_purchase", "replacement", "split"]
    order_id: str


class Task(Said):
    """What a person must still do."""

    type: str
    line_id: str | None = None
    quantity: Quantity | None = None
    amount: str | None = None
    currency: str | None = None
    sku: str | None = None
    location_id: str | None = None


class Parcel(Said):
    """Where a parcel of an order is."""

    status: str
    at: Time | None = None
    carrier: str | None = None
    estimated_delivery_at: Time | None = None
    left_at: Time | None = None


Since = dict[str, Time]
HIDDEN = ("event_id",)
Line = shown("OrderLine", parts.Line, ("quantity",), quantity=(LineQuantity, ...))
Fulfillment = shown("OrderFulfillment", facts.Fulfillment, HIDDEN, since=(Since, None))
Adjustment = shown("OrderAdjustment", facts.Adjustment, HIDDEN, since=(Since, None))
Order = shown(
    "Order",
    facts.Order,
    ("kind", "fact_id", "event_id", "line_items"),
    order_id=(str, ...),
    version=(int, ...),
    customer_id=(str | None, ...),
    status=(Literal["waiting", "open", "completed", "cancelled", "returned"], ...),
    line_items=(listed(Line), None),
    fulfillments=(listed(Fulfillment), ...),
    adjustments=(listed(Adjustment), ...),
    parcels=(dict[str, Parcel], ...),
    links=(list[Link], ...),
    reservations=(list[str], ...),
    statuses=(Statuses, None),
    money=(Money, None),
    tasks=(list[Task], None),
)
Scan = shown("Scan", facts.TrackingEvent, HIDDEN)


Orders = create_model(
    "Orders",
    __base__=Said,
    __doc__="A page of the orders that fit, newest first.",
    orders=(listed(Order), ...),
    cursor=(Cursor, ...),
)


class LinkWish(Said):
    """Which order belongs to the same purchase, and how."""

    order_id: Text
    type: Literal["exchange", "extra_purchase", "replacement", "split"]


Shipment = create_model(
    "Shipment",
    __base__=Parcel,
    __doc__="A parcel and its scans.",
    tracking_number=(str, ...),
    order_id=(str | None, ...),
    version=(int, ...),
    scans=(listed(Scan), ...),
)


OPERATIONS: Operations = {
    ("GET", "/v1/orders"): Operation(
        {200: Orders},
        query={
            "customer": Query("orders of this customer"),
            "connection": Query("with channel_order_id: the order of this connection"),
            "channel_order_id": Query("the channel's own id of an order"),
            "limit": page_size(50),
            "cursor": PAGE_AFTER,
        },
        refuses=(400, 404),
    ),
    ("GET", "/v1/orders/{order_id}"): Operation({200: Order}, refuses=(404,)),
    ("POST", "/v1/orders/{order_id}/links"): Operation({200: Order}, body=LinkWish, refuses=(400, 404, 413)),
    ("GET", "/v1/shipments/{tracking_number}"): Operation({200: Shipment}, refuses=(404,)),
}
