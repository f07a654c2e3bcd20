"""What the routes of customers take and answer."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from events import parts
from functions.contract.operation import Asked, Operation, Operations, Said
from functions.contract.values import Cursor, PageAfter, PageSize, Text, Time, refused
from records.customers.claims import claims


class Loyalty(Said):
    """Membership in a loyalty programme."""

    card: str | None = None
    programme: str | None = None
    tier: str | None = None
    points: str | None = None


class Consent(Said):
    """The newest consent for a purpose on a medium, with its proof."""

    purpose: str
    medium: Literal["email", "sms", "phone", "post", "push"]
    granted: bool
    at: Time
    connection_id: str
    proof: str | None = None


class Link(Said):
    """By which rule or score an account was linked."""

    rule: str
    at: str
    score: str | None = None
    by: str | None = None
    why: str | None = None
    to: str | None = None
    evidence: list[str] | None = None


class Customer(Said):
    """A golden record: for each field what is believed, and by which rule each account was linked."""

    customer_id: str
    version: int
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    birth_date: str | None = None
    locale: str | None = None
    addresses: list[parts.Address] | None = None
    loyalty: Loyalty | None = None
    loyalties: list[Loyalty] | None = None
    consents: list[Consent] | None = None
    channels: list[str]
    accounts: list[str]
    links: dict[str, Link]


class Customers(Said):
    """Customers that fit."""

    customers: list[Customer]


class Happening(Said):
    """Something that happened with a customer."""

    at: Time
    what: str
    connection_id: str
    order_id: str | None = None
    label: str | None = None
    status: str | None = None
    amount: int | None = None
    currency: str | None = None
    tracking_number: str | None = None
    purpose: str | None = None
    medium: str | None = None
    proof: str | None = None
    account: str | None = None
    into: str | None = None
    rule: str | None = None
    attributes: dict[str, Any] | None = None


class Timeline(Said):
    """What happened with a customer, newest first."""

    timeline: list[Happening]
    cursor: Cursor


class StrongKey(Asked):
    """What alone says who somebody is. Of several, the first one counts."""

    email: Annotated[Text | None, Field(description="an e-mail address")] = None
    phone: Annotated[Text | None, Field(description="a phone number, E.164")] = None
    loyalty: Annotated[Text | None, Field(description="a loyalty card")] = None

    @property
    def key(self) -> str | None:
        """Give it as customers are claimed by it, such as `email:a@b.c`. A made-up e-mail address is none."""
        if self.email:
            return next(iter(claims({"connection_id": "", "email": self.email})), None)
        if self.phone:
            return f"phone:{self.phone}"
        return f"card:{self.loyalty}" if self.loyalty else None


class CustomersQuery(StrongKey):
    """Whom to find."""

    q: Annotated[Text | None, Field(description="first and last name, and a birth date, a town or a house number")] = (
        None
    )

    @model_validator(mode="after")
    def _asks_for_somebody(self) -> "CustomersQuery":
        if self.key is None and not self.q:
            raise refused("Ask with ?email=, ?phone= (E.164), ?loyalty= or ?q=.", "query_missing")
        return self


class TimelineQuery(Asked):
    """Which page of a timeline."""

    limit: PageSize = 100
    cursor: PageAfter | None = None


OPERATIONS: Operations = {
    ("GET", "/v1/customers"): Operation({200: Customers}, query=CustomersQuery, refuses=(400,)),
    ("GET", "/v1/customers/{customer_id}"): Operation({200: Customer}, refuses=(404,)),
    ("GET", "/v1/customers/{customer_id}/timeline"): Operation(
        {200: Timeline}, query=TimelineQuery, refuses=(400, 404)
    ),
}
