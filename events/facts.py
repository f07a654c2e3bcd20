"""Canonical facts: what the hub takes from a payload, whatever channel sent it.

Money is an integer number of minor units beside an ISO 4217 currency, a time is RFC 3339 in UTC with milliseconds
(so that comparing text compares times), a quantity is a Decimal, an id is text. Facts are frozen and refuse unknown
fields: a mapping with a typing error fails at the border and not three functions later.
"""

import hashlib
from typing import Any, ClassVar, Literal

from pydantic import Field

from events.parts import (
    Address,
    AdjustedLine,
    Attribution,
    Buyer,
    Currency,
    Day,
    Expectation,
    Id,
    Line,
    LineQuantity,
    Loyalty,
    Minor,
    Money,
    Part,
    Payment,
    Quantity,
    RelatedOrder,
    Subject,
    Time,
    Totals,
    Tracking,
    Variant,
)


class Fact(Part):
    """What every fact carries. `source_version` orders two statements about one thing: larger is newer."""

    kind: str
    fact_id: str
    event_id: str
    connection_id: str
    occurred_at: Time
    source_version: str

    KEY: ClassVar[tuple[str, ...]] = ()

    def key(self) -> str:
        """Name what the fact is about within its connection."""
        return "/".join(str(getattr(self, name)) for name in self.KEY)


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


class Customer(Fact):
    """A customer as the channel shows them now."""

    kind: Literal["customer"]
    channel_customer_id: Id
    email: str | None = None
    email_verified: bool | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    birth_date: Day | None = None
    addresses: tuple[Address, ...] = ()
    loyalty: Loyalty | None = None
    external_ids: dict[str, str] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    locale: str | None = None
    created_at: Time | None = None
    guest: bool = False

    KEY = ("channel_customer_id",)


class CustomerMerge(Fact):
    """The channel says that several of its customers are one."""

    kind: Literal["customer_merge"]
    from_channel_customer_ids: tuple[Id, ...]
    into_channel_customer_id: Id

    KEY = ("into_channel_customer_id", "from_channel_customer_ids")


class Consent(Fact):
    """A consent given or taken back, for one purpose on one medium."""

    kind: Literal["consent"]
    subject: Subject
    purpose: str
    medium: Literal["email", "sms", "phone", "post", "push"]
    granted: bool
    at: Time
    proof: str | None = None

    KEY = ("subject", "purpose", "medium")


class PrivacyRequest(Fact):
    """A data subject's request, and the time it must be answered by, where the channel says one."""

    kind: Literal["privacy_request"]
    type: Literal["access", "erasure", "shop_erasure"]
    subject: Subject
    due_at: Time | None = None

    KEY = ("type", "subject")


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


class Product(Fact):
    """A product and its variants; teaches the hub which channel ids belong to which SKU."""

    kind: Literal["product"]
    channel_product_id: Id
    sku: str | None = None
    gtin: str | None = None
    title: str | None = None
    description: str | None = None
    brand: str | None = None
    variants: tuple[Variant, ...] = ()
    media: tuple[str, ...] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    status: str | None = None

    KEY = ("channel_product_id",)


class Price(Fact):
    """A price of a SKU in a market."""

    kind: Literal["price"]
    sku: str
    amount: Minor
    currency: Currency
    compare_at: Minor | None = None
    market: str | None = None
    valid_from: Time | None = None
    valid_to: Time | None = None
    taxes_included: bool | None = None

    KEY = ("sku", "market", "currency")


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


class Interaction(Fact):
    """Something a customer did that is not an order."""

    kind: Literal["interaction"]
    type: Literal["visit", "basket", "call", "complaint", "survey", "message"]
    subject: Subject
    at: Time
    attributes: dict[str, str] = Field(default_factory=dict)

    KEY = ("type", "subject", "at")


FACTS: dict[str, type[Fact]] = {
    "order": Order,
    "fulfillment": Fulfillment,
    "adjustment": Adjustment,
    "customer": Customer,
    "customer_merge": CustomerMerge,
    "consent": Consent,
    "privacy_request": PrivacyRequest,
    "stock_count": StockCount,
    "stock_movement": StockMovement,
    "product": Product,
    "price": Price,
    "tracking": TrackingEvent,
    "interaction": Interaction,
}


def build(statement: dict[str, Any], *, event_id: str, connection_id: str) -> Fact:
    """Make a fact of what a mapping said: check it, and give it an id that depends on its content alone.

    Raises:
        pydantic.ValidationError: a field is missing, has the wrong type, or is not part of the contract.
    """
    model = FACTS[statement["kind"]]
    fact = model.model_validate({**statement, "fact_id": "-", "event_id": event_id, "connection_id": connection_id})
    content = fact.model_dump_json(exclude={"fact_id", "event_id"})
    return fact.model_copy(update={"fact_id": hashlib.sha256(content.encode()).hexdigest()[:32]})
