"""What the routes of privacy take."""

from typing import Annotated, Literal

from pydantic import Field

from functions.contract.operation import Asked, Nothing, Operation, Operations, Paged
from functions.contract.values import PageAfter


class RequestsQuery(Asked):
    """Which requests for privacy."""

    status: Annotated[Literal["open", "done"], Field(description="how far they are")] = "open"
    cursor: PageAfter | None = None


OPERATIONS: Operations = {
    ("GET", "/v1/customers/{customer_id}/export"): Operation({200: "privacy.Export"}, query=Paged, refuses=(400, 404)),
    ("POST", "/v1/customers/{customer_id}/erase"): Operation(
        {202: "privacy.Receipt"}, body=Nothing, refuses=(400, 404, 409, 413)
    ),
    ("GET", "/v1/erasures/{erasure_id}"): Operation({200: "privacy.Receipt"}, refuses=(404,)),
    ("GET", "/v1/privacy"): Operation(
        {200: "privacy.Requests"},
        query=RequestsQuery,
        refuses=(400,),
    ),
}
