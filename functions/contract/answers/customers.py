"""What the routes of customers answer."""

from typing import Any, Literal

from events import parts
from functions.contract.operation import Said
from functions.contract.values import Cursor, Time


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
