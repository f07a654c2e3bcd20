"""What facts are made of: their types, and the parts that several of them share."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

TIME_PATTERN = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
Time = Annotated[str, StringConstraints(pattern=TIME_PATTERN)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Minor = Annotated[int, Field(strict=True)]
Quantity = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=38)]


class Part(BaseModel):
    """Anything inside a fact: frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Address(Part):
    """A postal address with the names of schema.org."""

    street_address: str | None = None
    extended_address: str | None = None
    address_locality: str | None = None
    address_region: str | None = None
    postal_code: str | None = None
    address_country: Country | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: str | None = None


class Buyer(Part):
    """Who bought, as the order says it; `guest` marks an identity the channel itself does not vouch for."""

    channel_customer_id: Id | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    loyalty_card: str | None = None
    guest: bool = False


class Component(Part):
    """What one piece of a kit is made of."""

    sku: Id
    quantity: Quantity


class Line(Part):
    """One order line. `unit_price` is before discount; `total` is what the buyer owes for the whole line."""

    line_id: Id
    sku: str | None = None
    gtin: str | None = None
    channel_product_id: Id | None = None
    title: str | None = None
    quantity: Quantity
    unit_price: Minor | None = None
    discount: Minor | None = None
    tax: Minor | None = None
    total: Minor | None = None
    location_id: Id | None = None
    gift_card: bool = False
    components: tuple[Component, ...] = Field(default=(), description="of a kit: these are taken from stock instead")
    kit: bool = Field(default=False, description="its components are the hub's word: the channel does not know of them")


class Expectation(Part):
    """How the buyer expects to get the goods."""

    method: Literal["shipping", "pickup", "digital", "in_store"]
    location_id: Id | None = None
    address: Address | None = None
    promised_at: Time | None = None


class Totals(Part):
    """The order's sums in minor units."""

    subtotal: Minor | None = None
    discount: Minor | None = None
    shipping: Minor | None = None
    tax: Minor | None = None
    tip: Minor | None = None
    total: Minor


class Money(Part):
    """An amount in the currency the buyer saw."""

    currency: Currency
    total: Minor


class Payment(Part):
    """One payment towards an order."""

    payment_id: Id
    method: str | None = None
    amount: Minor
    status: Literal["pending", "authorized", "paid", "voided", "failed", "refunded"]
    paid_at: Time | None = None


class Attribution(Part):
    """Where the order came from."""

    source: str | None = None
    location_id: Id | None = None
    register_id: Id | None = None
    staff_id: Id | None = None
    campaign: str | None = None
    online_visit_id: Id | None = None


class Tracking(Part):
    """One parcel of a fulfilment."""

    number: Id
    url: str | None = None
    carrier: str | None = None


class LineQuantity(Part):
    """A share of an order line that was shipped."""

    line_id: Id | None = None
    sku: str | None = None
    quantity: Quantity


class AdjustedLine(Part):
    """A share of an order line that was refunded, returned or cancelled; `restock` puts it back into stock."""

    line_id: Id | None = None
    sku: str | None = None
    quantity: Quantity
    restock: bool = False
    location_id: Id | None = None


class Loyalty(Part):
    """Membership in a loyalty programme."""

    card: Id | None = None
    programme: str | None = None
    tier: str | None = None
    points: Quantity | None = None


class Subject(Part):
    """Whom a consent, a privacy request or an interaction is about."""

    channel_customer_id: Id | None = None
    email: str | None = None
    phone: str | None = None


class Variant(Part):
    """One sellable variant of a product; `channel_stock_id` is what the channel's stock calls name it by."""

    channel_product_id: Id | None = None
    channel_stock_id: Id | None = None
    sku: str | None = None
    gtin: str | None = None
    title: str | None = None


class RelatedOrder(Part):
    """Another order of the same purchase, on whatever channel: `<connection_id>/<channel_order_id>`."""

    type: Literal["exchange", "extra_purchase", "replacement", "split"]
    order_reference: str = Field(pattern=r"^[^/]+/.+$")
