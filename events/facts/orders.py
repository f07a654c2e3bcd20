"""Facts about orders: what was bought, what left, what was changed afterwards."""

from typing import Literal

from pydantic import Field

from events.facts.fact import Fact
from events.parts import (
    Address,
    AdjustedLine,
    Attribution,
    Buyer,
    Currency,
    Expectation,
    Id,
    Line,
    LineQuantity,
    Minor,
    Money,
    Payment,
    RelatedOrder,
    Time,
    Totals,
    Tracking,
)


class Order(Fact):
    """An order as the channel shows it now; a later one about the same order replaces it."""

    kind: Literal["order"]
    channel_order_id: Id
    label: str | None = None
    placed_at: Time
    updated_at: Time | None = None
    cancelled_at: Time | None = None
    cancel_reason: str | None = None
    test: bool = False
    currency: Currency
    taxes_included: bool | None = None
    buyer: Buyer | None = None
    billing_address: Address | None = None
    line_items: tuple[Line, ...]
    expectations: tuple[Expectation, ...] = ()
    totals: Totals
    presentment: Money | None = None
    payments: tuple[Payment, ...] = ()
    source_status: str | None = None
    attribution: Attribution | None = None
    related: tuple[RelatedOrder, ...] = ()

    KEY = ("channel_order_id",)


class Fulfillment(Fact):
    """Goods that left, or were handed over. `order_reference` is `<connection_id>/<channel_order_id>`, for systems
    (a carrier's label desk, a warehouse) that ship another channel's order."""

    kind: Literal["fulfillment"]
    channel_order_id: Id | None = None
    order_reference: str | None = None
    fulfillment_id: Id
    status: Literal["pending", "ready", "success", "failed", "cancelled", "expired"] = Field(
        description="ready: waits for its buyer at the counter; expired: it waited too long and stays in the shop"
    )
    tracking: tuple[Tracking, ...] = ()
    location_id: Id | None = None
    lines: tuple[LineQuantity, ...] = Field(default=(), description="empty: everything still open on the order")

    KEY = ("channel_order_id", "order_reference", "fulfillment_id")


class Adjustment(Fact):
    """A signed change to an order after it was placed; a negative amount goes to the buyer. `order_reference` is
    `<connection_id>/<channel_order_id>`, for systems that give back money for another channel's order."""

    kind: Literal["adjustment"]
    channel_order_id: Id | None = None
    order_reference: str | None = None
    adjustment_id: Id
    type: Literal["refund", "return", "cancellation", "exchange", "price_adjustment", "dispute"]
    status: Literal["pending", "success", "cancelled", "failed"]
    amount: Minor
    currency: Currency
    lines: tuple[AdjustedLine, ...] = ()
    reason: str | None = None

    KEY = ("channel_order_id", "order_reference", "adjustment_id")
