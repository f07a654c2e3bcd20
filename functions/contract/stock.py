"""What the routes of stock, products and reservations take and answer."""

from typing import Annotated, Literal

from pydantic import Field

from functions.contract.connections import Nothing
from functions.contract.declaring import PAGE_AFTER, Cursor, Operation, Operations, Quantity, Query, Said, Text, Time

Pieces = Annotated[int, Field(ge=0, le=10**9)] | Annotated[str, Field(pattern=r"^\d{1,9}(\.\d{1,6})?$")]
Keyed = Annotated[str, Field(min_length=1, max_length=256, pattern="^[^#]+$")]
TIER = Query("as a customer of this tier sees it")


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
    connection: str
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


class Policy(Said):
    """What is kept back at a place: from all channels, and for customers of a tier."""

    location_id: Keyed
    safety: Pieces | None = None
    tiers: dict[Keyed, Pieces] | None = None


class Incoming(Said):
    """What is on its way to a place; a quantity of 0 takes it back."""

    location_id: Keyed
    reference: Keyed
    quantity: Pieces
    expected_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


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


class KitWish(Said):
    """What a kit is to be made of; nothing: it is no kit any more."""

    components: dict[Keyed, Pieces]


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


class Wish(Said):
    """Pieces of a SKU."""

    sku: Keyed
    quantity: Pieces


class ReservationWish(Said):
    """What is to be held, for how many seconds, from one place or any that the channel sells from."""

    connection_id: Text
    lines: Annotated[list[Wish], Field(min_length=1, max_length=25)]
    location_id: Text | None = None
    tier: Text | None = None
    expires_in: Annotated[int, Field(ge=1, le=7 * 24 * 3600)] | None = None


class Line(Said):
    """What was asked for."""

    sku: str
    quantity: Quantity


class Take(Line):
    """What is held where."""

    location_id: str


class Reservation(Said):
    """Pieces held for somebody until a time, or what became of them."""

    reservation_id: str
    status: Literal["held", "confirmed", "released", "expired"]
    connection_id: str
    tier: str | None
    lines: list[Line]
    takes: list[Take]
    reserved_at: Time
    until: Time
    order: str | None
    order_id: str | None
    confirmed_at: Time | None
    ended_at: Time | None


class Confirmation(Said):
    """Which order takes over what is held."""

    order: Annotated[str, Field(pattern="^[^/]+/.+$", max_length=320, description="<connection_id>/<channel_order_id>")]


KEY = Query(
    "names the reservation: the same key and request give the same one",
    {"type": "string", "minLength": 1, "maxLength": 256},
    required=True,
)

OPERATIONS: Operations = {
    ("GET", "/v1/stock/{sku}"): Operation({200: Stock}, refuses=(404,)),
    ("GET", "/v1/stock/{sku}/availability"): Operation(
        {200: Availability},
        query={"connection": Query("the channel that asks", required=True), "tier": TIER},
        refuses=(400, 404),
    ),
    ("GET", "/v1/stock/{sku}/ledger"): Operation({200: Ledger}, refuses=(404,)),
    ("PUT", "/v1/stock/{sku}/policy"): Operation({200: Stock}, body=Policy, refuses=(400, 404, 413)),
    ("PUT", "/v1/stock/{sku}/incoming"): Operation({200: Stock}, body=Incoming, refuses=(400, 404, 413)),
    ("GET", "/v1/products/{sku}"): Operation({200: Product}, refuses=(404,)),
    ("PUT", "/v1/products/{sku}/kit"): Operation({200: Kit}, body=KitWish, refuses=(400, 404, 413, 422)),
    ("GET", "/v1/tasks"): Operation(
        {200: Tasks},
        query={"type": Query("which tasks", {"enum": ["shortage"]}), "cursor": PAGE_AFTER},
        refuses=(400,),
    ),
    ("POST", "/v1/reservations"): Operation(
        {200: Reservation, 201: Reservation},
        headers={"Idempotency-Key": KEY},
        body=ReservationWish,
        refuses=(400, 404, 409, 413, 422),
    ),
    ("GET", "/v1/reservations/{reservation_id}"): Operation({200: Reservation}, refuses=(404,)),
    ("POST", "/v1/reservations/{reservation_id}/confirm"): Operation(
        {200: Reservation}, body=Confirmation, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/reservations/{reservation_id}/release"): Operation(
        {200: Reservation}, body=Nothing, refuses=(400, 404, 409, 413)
    ),
}
