"""What the routes of orders and parcels answer."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from events import facts, parts
from functions.contract.operation import Said
from functions.contract.orders import LinkType
from functions.contract.values import Cursor, Quantity, Time


def shown(name: str, fact: type[BaseModel], without: Sequence[str] = (), **more: Any) -> Any:
    """Make the model of a fact as a record shows it: what is empty or a default is left out."""
    fields = {
        each: (Annotated[info.annotation, Field(description=info.description), *info.metadata], None)
        for each, info in fact.model_fields.items()
        if each not in without
    }
    return create_model(name, __base__=Said, **{**fields, **more})


def listed(model: Any) -> Any:
    """Give the type of a list of a model that was made by `shown`."""
    return list[model]


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
Shipment = create_model(
    "Shipment",
    __base__=Parcel,
    __doc__="A parcel and its scans.",
    tracking_number=(str, ...),
    order_id=(str | None, ...),
    version=(int, ...),
    scans=(listed(Scan), ...),
)
