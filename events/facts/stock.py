"""Facts about stock: what lies somewhere, and what moved."""

from typing import Literal

from events.facts.fact import Fact
from events.parts import Id, Quantity, Time


class StockCount(Fact):
    """What a channel says lies at a place, as of a time."""

    kind: Literal["stock_count"]
    sku: str | None = None
    channel_stock_id: Id | None = None
    location_id: Id
    quantity: Quantity
    measure: Literal["on_hand", "available"]
    counted_at: Time

    KEY = ("sku", "channel_stock_id", "location_id")


class StockMovement(Fact):
    """An identified change of stock."""

    kind: Literal["stock_movement"]
    movement_id: Id
    sku: str | None = None
    channel_stock_id: Id | None = None
    location_id: Id
    delta: Quantity
    reason: Literal["sale", "return", "receipt", "transfer", "adjustment", "waste"]
    reference: str | None = None
    moved_at: Time

    KEY = ("movement_id",)
