"""Facts about goods: what they are and what they cost."""

from typing import Literal

from pydantic import Field

from events.facts.fact import Fact
from events.parts import Currency, Id, Minor, Time, Variant


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
