"""What the routes take and answer by which people decide who is one customer."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.customers import Customer, Customers, StrongKey
from functions.contract.operation import Asked, Operation, Operations, Paged, Said
from functions.contract.values import Cursor, PageAfter, Text, Time, refused


class Decision(Asked):
    """Who decides, and why."""

    by: Text | None = None
    why: Text | None = None

    @property
    def who(self) -> tuple[str, str]:
        """Give who decides, and why; nobody in particular is `api`."""
        return self.by or "api", self.why or ""


class MergeWish(Decision):
    """Which other customer this one is, who says so and why."""

    customer_id: Text


class UnmergeWish(Decision):
    """Which accounts are somebody else: named, or all that came with a customer that was merged into this one."""

    accounts: list[Text] | None = None
    customer_id: Text | None = None

    @model_validator(mode="after")
    def _names_either(self) -> "UnmergeWish":
        if bool(self.accounts) == bool(self.customer_id):
            raise refused("Send either accounts, a list of texts, or the customer_id to part.")
        return self


class ReviewsQuery(Asked):
    """Which reviews."""

    batch: Annotated[Text | None, Field(description="any value: those that a first load met")] = None
    cursor: PageAfter | None = None


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


class Answer(Decision):
    """Whether the two are one."""

    decision: Literal["accept", "reject"]


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


class SharedWish(StrongKey):
    """An e-mail, a phone or a card that is nobody's own, or with `shared: false` somebody's again."""

    shared: bool | None = None
    by: Text | None = None

    @model_validator(mode="after")
    def _names_a_value(self) -> "SharedWish":
        if self.key is None:
            raise refused("Send an email, a phone (E.164) or a loyalty card.")
        return self


class Shared(Said):
    """What is so now."""

    value: str
    shared: bool


OPERATIONS: Operations = {
    ("POST", "/v1/customers/{customer_id}/merge"): Operation(
        {200: Customer}, body=MergeWish, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/customers/{customer_id}/unmerge"): Operation(
        {200: Customers}, body=UnmergeWish, refuses=(400, 404, 409, 413)
    ),
    ("GET", "/v1/reviews"): Operation({200: Reviews}, query=ReviewsQuery, refuses=(400,)),
    ("POST", "/v1/reviews/{review_id}"): Operation({200: Answered}, body=Answer, refuses=(400, 404, 409, 413)),
    ("GET", "/v1/shared-values"): Operation({200: SharedValues}, query=Paged, refuses=(400,)),
    ("POST", "/v1/shared-values"): Operation({200: Shared}, body=SharedWish, refuses=(400, 409, 413)),
}
