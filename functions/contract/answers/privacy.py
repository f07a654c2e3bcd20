"""What the routes of privacy answer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from functions.contract.answers.customers import Consent, Customer, Link, Loyalty
from functions.contract.answers.orders import Order, Shipment
from functions.contract.operation import Said
from functions.contract.values import Cursor, EventId, Time

Statement = Annotated[dict[str, Any], Field(description="what a channel said, in the words of events/facts")]


class Payload(Said):
    """A payload that names the customer. Of one about several people, what is not about the others."""

    event_id: EventId
    connection_id: str
    topic: str
    received_at: Time
    content_type: str
    size: int
    body: Any


class Export(Said):
    """All that is kept of a customer. The first part has the records, and every part a page of payloads."""

    customer_id: str
    payloads: list[Payload]
    cursor: Cursor
    made_at: Time | None = None
    customer: Customer | None = None
    sources: list[Statement] | None = None
    links: dict[str, Link] | None = None
    accounts: dict[str, str] | None = None
    known_by: list[str] | None = None
    consents: list[Consent] | None = None
    merges: list[Statement] | None = None
    decisions: dict[str, Statement] | None = None
    loyalty: list[Loyalty] | None = None
    orders: list[Order] | None = None
    shipments: list[Shipment] | None = None
    interactions: list[Statement] | None = None


class Told(Said):
    """What became of telling a channel; `waiting` until it answers."""

    outcome: Literal["waiting", "confirmed", "cannot be told", "gone", "unanswered"]
    at: Time | None = None


class Receipt(Said):
    """How far a request for privacy is. It names nobody. `undecided`: customers of whom a person must choose."""

    erasure_id: str
    type: Literal["access", "erasure", "shop_erasure"]
    connection_id: str
    stage: Literal["open", "searching", "telling", "ready", "done"]
    requested_at: Time
    due_at: Time
    erased_at: Time | None
    done_at: Time | None
    counts: dict[str, int] | None
    customers: list[str] | None
    channels: dict[str, Told]
    undecided: list[str] | None = None


class Requests(Said):
    """Requests for privacy, newest first."""

    requests: list[Receipt]
    cursor: Cursor
