"""What the routes take by which people decide who is one customer."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.contract.customers import StrongKey
from functions.contract.operation import Asked, Operation, Operations, Paged
from functions.contract.values import PageAfter, Text, refused


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


class Answer(Decision):
    """Whether the two are one."""

    decision: Literal["accept", "reject"]


class SharedWish(StrongKey):
    """An e-mail, a phone or a card that is nobody's own, or with `shared: false` somebody's again."""

    shared: bool | None = None
    by: Text | None = None

    @model_validator(mode="after")
    def _names_a_value(self) -> "SharedWish":
        if self.key is None:
            raise refused("Send an email, a phone (E.164) or a loyalty card.")
        return self


OPERATIONS: Operations = {
    ("POST", "/v1/customers/{customer_id}/merge"): Operation(
        {200: "customers.Customer"}, body=MergeWish, refuses=(400, 404, 409, 413)
    ),
    ("POST", "/v1/customers/{customer_id}/unmerge"): Operation(
        {200: "customers.Customers"}, body=UnmergeWish, refuses=(400, 404, 409, 413)
    ),
    ("GET", "/v1/reviews"): Operation({200: "identity.Reviews"}, query=ReviewsQuery, refuses=(400,)),
    ("POST", "/v1/reviews/{review_id}"): Operation(
        {200: "identity.Answered"}, body=Answer, refuses=(400, 404, 409, 413)
    ),
    ("GET", "/v1/shared-values"): Operation({200: "identity.SharedValues"}, query=Paged, refuses=(400,)),
    ("POST", "/v1/shared-values"): Operation({200: "identity.Shared"}, body=SharedWish, refuses=(400, 409, 413)),
}
