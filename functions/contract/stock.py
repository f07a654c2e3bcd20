"""What the routes of stock and products take and answer."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.operation import Asked, OfConnection, Operation, Operations, Said
from functions.contract.values import (
    Cursor,
    Keyed,
    Moment,
    Must,
    PageAfter,
    Pieces,
    Quantity,
    SomePieces,
    Text,
    Time,
    refused,
)


class Position(Said):
    """What lies at a place. `counted`: its owner has said so; `available`: what may be promised from here."""

    location_id: str
    counted: bool
    counted_at: Time | None
    owner: str | None
    on_hand: Quantity
    reserved: Quantity
    safety: Quantity
    incoming: Quantity
    available: Quantity
    shortage: Quantity
    tiers: dict[str, Quantity]
    version: int


class Stock(Said):
    """A SKU at every place."""

    sku: str
    locations: list[Position]


class Availability(Said):
    """What a channel may promise, and what it should show at each place (`all`: without places)."""

    sku: str
    connection_id: str
    tier: str | None
    available_to_promise: Quantity
    shows: dict[str, Quantity]


class LedgerRow(Said):
    """Some pieces and who says so."""

    at: str
    what: str
    by: str
    pieces: Quantity
    of: str


class Ledger(Said):
    """Every piece of a SKU explained, by place."""

    sku: str
    locations: dict[str, list[LedgerRow]]


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


class Content(Said):
    """What one channel says of a SKU."""

    title: str | None = None
    variant: str | None = None
    gtin: str | None = None
    brand: str | None = None
    status: str | None = None
    version: str


class Product(Said):
    """What is known of a SKU, by connection, and what it is made of where it is a kit."""

    sku: str
    version: int
    channels: dict[str, Content]
    kit: dict[str, Quantity] | None


class Kit(Said):
    """What a kit is made of."""

    sku: str
    components: dict[str, Quantity]


class KitWish(Asked):
    """What a kit is to be made of; nothing: it is no kit any more."""

    components: dict[Keyed, SomePieces]


class Shortage(Said):
    """Channels sold more than there is; `orders` came too late for so many pieces."""

    type: Literal["shortage"]
    sku: str
    location_id: str
    quantity: Quantity
    orders: dict[str, Quantity]


class Tasks(Said):
    """What no rule may settle."""

    tasks: list[Shortage]
    cursor: Cursor


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
    ("GET", "/v1/stock/{sku}"): Operation({200: Stock}, refuses=(404,)),
    ("GET", "/v1/stock/{sku}/availability"): Operation(
        {200: Availability}, query=AvailabilityQuery, refuses=(400, 404)
    ),
    ("GET", "/v1/stock/{sku}/ledger"): Operation({200: Ledger}, refuses=(404,)),
    ("PUT", "/v1/stock/{sku}/policy"): Operation({200: Stock}, body=Policy, refuses=(400, 404, 413)),
    ("PUT", "/v1/stock/{sku}/incoming"): Operation({200: Stock}, body=Incoming, refuses=(400, 404, 413)),
    ("GET", "/v1/products/{sku}"): Operation({200: Product}, refuses=(404,)),
    ("PUT", "/v1/products/{sku}/kit"): Operation({200: Kit}, body=KitWish, refuses=(400, 404, 413, 422)),
    ("GET", "/v1/tasks"): Operation({200: Tasks}, query=TasksQuery, refuses=(400,)),
}
