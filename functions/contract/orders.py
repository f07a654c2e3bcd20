"""What the routes of orders and parcels take and answer."""

from typing import Annotated, Literal, get_args

from pydantic import Field, create_model, model_validator

from events import facts, parts
from functions.contract.operation import (
    Asked,
    OfConnection,
    Operation,
    Operations,
    Said,
    listed,
    shown,
)
from functions.contract.values import Cursor, Must, PageAfter, PageSize, Quantity, Text, Time, refused


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


LinkType = Literal["exchange", "extra_purchase", "replacement", "split"]


class Link(Said):
    """Another order of the same purchase."""

    type: LinkType
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


class OrdersQuery(OfConnection):
    """Whose orders, or which one: a customer's, or the one that a connection knows by an id of its own."""

    customer: Annotated[Text | None, Field(description="orders of this customer")] = None
    connection_id: Annotated[Text | None, Field(description="with channel_order_id: the order of this connection")] = (
        None
    )
    channel_order_id: Annotated[
        Text | None, Field(description="with connection_id: the channel's own id of an order")
    ] = None
    limit: PageSize = 50
    cursor: PageAfter | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> "OrdersQuery":
        if not self.customer and not (self.connection_id and self.channel_order_id):
            raise refused("Ask with ?customer=, or with ?connection_id= and &channel_order_id=.", "query_missing")
        return self


class LinkWish(Asked):
    """Which order belongs to the same purchase, and how."""

    order_id: Text
    type: Annotated[LinkType, Must(f"one of: {', '.join(get_args(LinkType))}", "link_invalid")]


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
    ("GET", "/v1/orders"): Operation({200: Orders}, query=OrdersQuery, refuses=(400, 404)),
    ("GET", "/v1/orders/{order_id}"): Operation({200: Order}, refuses=(404,)),
    ("POST", "/v1/orders/{order_id}/links"): Operation({200: Order}, body=LinkWish, refuses=(400, 404, 413)),
    ("GET", "/v1/shipments/{tracking_number}"): Operation({200: Shipment}, refuses=(404,)),
}
