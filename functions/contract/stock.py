"""What the routes of stock and products take."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.operation import Asked, OfConnection, Operation, Operations
from functions.contract.values import (
    Keyed,
    Moment,
    Must,
    PageAfter,
    Pieces,
    SomePieces,
    Text,
    refused,
)


class Policy(Asked):
    """What is kept back at a place: from all channels, and for customers of a tier."""

    location_id: Keyed
    safety: Pieces | None = None
    tiers: dict[Keyed, Pieces] | None = None


class Incoming(Asked):
    """What is on its way to a place; a quantity of 0 takes it back."""

    location_id: Keyed
    reference: Keyed
    quantity: Pieces
    expected_at: Moment


class KitWish(Asked):
    """What a kit is to be made of; nothing: it is no kit any more."""

    components: dict[Keyed, SomePieces]


class AvailabilityQuery(OfConnection):
    """Which channel asks, and for whom."""

    connection_id: Annotated[Text | None, Field(description="the channel that asks")] = None
    tier: Annotated[Text | None, Field(description="as a customer of this tier sees it")] = None

    @model_validator(mode="after")
    def _names_a_channel(self) -> "AvailabilityQuery":
        if not self.connection_id:
            raise refused("Ask with ?connection_id=, and &tier= for a customer of a tier.", "query_missing")
        return self


class TasksQuery(Asked):
    """Which tasks."""

    type: Annotated[
        Literal["shortage"],
        Field(description="which tasks"),
        Must("shortage; the tasks of an order stand in the order"),
    ] = "shortage"
    cursor: PageAfter | None = None


OPERATIONS: Operations = {
    ("GET", "/v1/stock/{sku}"): Operation({200: "stock.Stock"}, refuses=(404,)),
    ("GET", "/v1/stock/{sku}/availability"): Operation(
        {200: "stock.Availability"}, query=AvailabilityQuery, refuses=(400, 404)
    ),
    ("GET", "/v1/stock/{sku}/ledger"): Operation({200: "stock.Ledger"}, refuses=(404,)),
    ("PUT", "/v1/stock/{sku}/policy"): Operation({200: "stock.Stock"}, body=Policy, refuses=(400, 404, 413)),
    ("PUT", "/v1/stock/{sku}/incoming"): Operation({200: "stock.Stock"}, body=Incoming, refuses=(400, 404, 413)),
    ("GET", "/v1/products/{sku}"): Operation({200: "stock.Product"}, refuses=(404,)),
    ("PUT", "/v1/products/{sku}/kit"): Operation({200: "stock.Kit"}, body=KitWish, refuses=(400, 404, 413, 422)),
    ("GET", "/v1/tasks"): Operation({200: "stock.Tasks"}, query=TasksQuery, refuses=(400,)),
}
