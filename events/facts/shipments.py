"""Facts about parcels."""

from typing import Literal

from pydantic import Field

from events.facts.fact import Fact
from events.parts import Address, Id, Time

ShipmentStatus = Literal[
    "pre_transit",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivered",
    "delivery_failed",
    "exception",
    "return_to_sender",
    "returned",
    "cancelled",
    "unknown",
    "info",
]


class TrackingEvent(Fact):
    """One scan of a parcel."""

    kind: Literal["tracking"]
    carrier: str | None = None
    tracking_number: Id
    code: str | None = None
    status: ShipmentStatus
    description: str | None = None
    at: Time
    location: Address | None = None
    final: bool = False
    estimated_delivery_at: Time | None = None
    proof: dict[str, str] = Field(default_factory=dict)

    KEY = ("tracking_number", "at", "status", "code")
