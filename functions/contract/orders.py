"""What the routes of orders and parcels take."""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from functions.contract.operation import (
    Asked,
    OfConnection,
    Operation,
    Operations,
)
from functions.contract.values import Must, PageAfter, PageSize, Text, refused

LinkType = Literal["exchange", "extra_purchase", "replacement", "split"]


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


OPERATIONS: Operations = {
    ("GET", "/v1/orders"): Operation({200: "orders.Orders"}, query=OrdersQuery, refuses=(400, 404)),
    ("GET", "/v1/orders/{order_id}"): Operation({200: "orders.Order"}, refuses=(404,)),
    ("POST", "/v1/orders/{order_id}/links"): Operation({200: "orders.Order"}, body=LinkWish, refuses=(400, 404, 413)),
    ("GET", "/v1/shipments/{tracking_number}"): Operation({200: "orders.Shipment"}, refuses=(404,)),
}
