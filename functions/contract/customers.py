"""What the routes of customers take and answer."""

from typing import Any, Literal

from events import parts
from functions.contract.declaring import PAGE_AFTER, Cursor, Operation, Operations, Query, Said, Text, Time, page_size


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


class MergeWish(Said):
    """Which other customer this one is, who says so and why."""

    customer_id: Text
    by: Text | None = None
    why: Text | None = None


class UnmergeWish(Said):
    """Which accounts are somebody else: named, or all that came with a customer that was merged into this one."""

    accounts: list[str] | None = None
    customer_id: Text | None = None
    by: Text | None = None
    why: Text | None = None


class Review(Said):
    """A pair of customers that may be one."""

    review_id: str
    score: str
    evidence: list[str]
    at: Time
    customers: list[Customer]


class Reviews(Said):
    """Pairs of which a person should decide, newest first."""

    reviews: list[Review]
    cursor: Cursor


class Answer(Said):
    """Whether the two are one."""

    decision: Literal["accept", "reject"]
    by: Text | None = None
    why: Text | None = None


class Answered(Said):
    """Who the two are now."""

    review_id: str
    customers: list[Customer]


class SharedValue(Said):
    """A value that is nobody's own."""

    value: str
    by: str
    at: Time


class SharedValues(Said):
    """The values that people said are nobody's own."""

    shared_values: list[SharedValue]
    cursor: Cursor


class SharedWish(Said):
    """An e-mail, a phone or a card that is nobody's own, or with `shared: false` somebody's again."""

    email: Text | None = None
    phone: Text | None = None
    loyalty: Text | None = None
    shared: bool | None = None
    by: Text | None = None


class Shared(Said):
    """What is so now."""

    value: str
    shared: bool


OPERATIONS: Operations = {
    ("GET", "/v1/customers"): Operation(
        {200: Customers},
        query={
            "email": Query("an e-mail address"),
            "phone": Query("a phone number, E.164"),
            "loyalty": Query("a loyalty card"),
            "q": Query("first and last name, and a birth date, a town or a house number"),
        },
        refuses=(400,),
    ),
    ("GET", "/v1/customers/{customer_id}"): Operation({200: Customer}, refuses=(404,)),
    ("GET", "/v1/customers/{customer_id}/timeline"): Operation(
        {200: Timeline},
        query={
            "limit": page_size(100),
            "cursor": PAGE_AFTER,
        },
        refuses=(400, 404),
    ),
    ("POST", "/v1/customers/{customer_id}/merge"): Operation(
        {200: Customer}, body=MergeWish, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/customers/{customer_id}/unmerge"): Operation(
        {200: Customers}, body=UnmergeWish, refuses=(400, 404, 409, 413)
    ),
    ("GET", "/v1/reviews"): Operation(
        {200: Reviews},
        query={
            "batch": Query("any value: those that a first load met"),
            "cursor": PAGE_AFTER,
        },
        refuses=(400,),
    ),
    ("POST", "/v1/reviews/{review_id}"): Operation({200: Answered}, body=Answer, refuses=(400, 404, 409, 413)),
    ("GET", "/v1/shared-values"): Operation({200: SharedValues}, query={"cursor": PAGE_AFTER}, refuses=(400,)),
    ("POST", "/v1/shared-values"): Operation({200: Shared}, body=SharedWish, refuses=(400, 409, 413)),
}
