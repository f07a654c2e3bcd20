"""What the routes of reservations answer."""

from typing import Literal

from functions.contract.operation import Said
from functions.contract.values import Quantity, Time


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
