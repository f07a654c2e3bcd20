"""What the routes of customers take."""

from typing import Annotated

from pydantic import Field, model_validator

from functions.contract.operation import Asked, Operation, Operations
from functions.contract.values import PageAfter, PageSize, Text, refused
from records.customers.claims import claims


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
    ("GET", "/v1/customers"): Operation({200: "customers.Customers"}, query=CustomersQuery, refuses=(400,)),
    ("GET", "/v1/customers/{customer_id}"): Operation({200: "customers.Customer"}, refuses=(404,)),
    ("GET", "/v1/customers/{customer_id}/timeline"): Operation(
        {200: "customers.Timeline"}, query=TimelineQuery, refuses=(400, 404)
    ),
}
