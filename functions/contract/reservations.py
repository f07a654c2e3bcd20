"""What the routes of reservations take."""

from typing import Annotated

from pydantic import AfterValidator, Field

from functions.contract.operation import Asked, Headers, Nothing, Operation, Operations
from functions.contract.values import Keyed, Must, SomePieces, Text

LONGEST = 7 * 24 * 3600  # seconds
MOST_LINES = 25
MOST_OF_ID = 256  # characters of a channel's own id of an order


class Wish(Asked):
    """Pieces of a SKU."""

    sku: Keyed
    quantity: SomePieces


class ReservationHeaders(Headers):
    """What names a reservation."""

    idempotency_key: Annotated[
        str,
        Field(
            alias="Idempotency-Key",
            min_length=1,
            max_length=256,
            description="names the reservation: the same key and request give the same one",
        ),
        Must("sent, with 1 to 256 characters", "idempotency_key_missing"),
    ]


class ReservationWish(Asked):
    """What is to be held, for how many seconds, from one place or any that the channel sells from."""

    connection_id: Text
    lines: Annotated[list[Wish], Field(min_length=1, max_length=MOST_LINES)]
    location_id: Text | None = None
    tier: Text | None = None
    expires_in: Annotated[int, Field(ge=1, le=LONGEST), Must(f"1 to {LONGEST} seconds")] | None = None


def _two_names(said: str) -> str:
    connection_id, _, channel_order_id = said.partition("/")
    if not connection_id or not 0 < len(channel_order_id) <= MOST_OF_ID:
        raise ValueError
    return said


class Confirmation(Asked):
    """Which order takes over what is held."""

    order: Annotated[
        str,
        AfterValidator(_two_names),
        Field(description="<connection_id>/<channel_order_id>", json_schema_extra={"pattern": "^[^/]+/."}),
        Must(f"<connection_id>/<channel_order_id>, the latter of at most {MOST_OF_ID} characters"),
    ]


OPERATIONS: Operations = {
    ("POST", "/v1/reservations"): Operation(
        {200: "reservations.Reservation", 201: "reservations.Reservation"},
        headers=ReservationHeaders,
        body=ReservationWish,
        refuses=(400, 404, 409, 413, 422),
    ),
    ("GET", "/v1/reservations/{reservation_id}"): Operation({200: "reservations.Reservation"}, refuses=(404,)),
    ("POST", "/v1/reservations/{reservation_id}/confirm"): Operation(
        {200: "reservations.Reservation"}, body=Confirmation, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/reservations/{reservation_id}/release"): Operation(
        {200: "reservations.Reservation"}, body=Nothing, refuses=(400, 404, 409, 413)
    ),
}
