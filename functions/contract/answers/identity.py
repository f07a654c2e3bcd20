"""What the routes answer by which people decide who is one customer."""

from functions.contract.answers.customers import Customer
from functions.contract.operation import Said
from functions.contract.values import Cursor, Time


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


class Shared(Said):
    """What is so now."""

    value: str
    shared: bool
