"""What the routes of stock and products answer."""

from typing import Literal

from functions.contract.operation import Said
from functions.contract.values import (
    Cursor,
    Quantity,
    Time,
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
