"""What each event on the bus says: a model of its `detail`, of which the published schemas are made (events/schemas/).

No function imports this: an event is made in records/outbox.py, and tests hold what is made against the schemas. The
models are TypedDicts, because a field that says nothing is not there. They are not typing's: of those pydantic reads
none before Python 3.12.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

NAME = "[a-z0-9][a-z0-9-]{0,62}"
TENANT = f"(group:)?{NAME}"
DIGEST = "[0-9a-f]{24}"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"

Name = Annotated[str, Field(pattern=f"^{NAME}$")]
CustomerId = Annotated[str, Field(pattern=f"^cus_{DIGEST}$")]
OrderId = Annotated[str, Field(pattern=f"^ord_{DIGEST}$")]
ErasureId = Annotated[str, Field(pattern=f"^era_{DIGEST}$")]
EventId = Annotated[str, Field(pattern="^evt_[0-9a-f]{32}$")]
Sku = Annotated[str, Field(min_length=1, description="the SKU")]
Place = Annotated[
    str, Field(pattern=r"^[\s\S]+@[\s\S]*$", description="<sku>@<location_id>; of a kit that was defined: <sku>@")
]
Parcel = Annotated[str, Field(min_length=1, description="the tracking number")]
Pushed = Annotated[
    str, Field(pattern=rf"^{NAME} [a-z_]+ [\s\S]+$", description="<connection_id> <kind> <what was pushed, by its id>")
]


class Envelope(TypedDict):
    """The fields of CloudEvents 1.0 that every event has, and those by which a rule finds what concerns it."""

    specversion: Literal["1.0"]
    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="the same for an event that is announced again")]
    source: Annotated[str, Field(pattern=f"^tributary/{TENANT}$", description="tributary/<tenant>")]
    type: Annotated[str, Field(description="the event's name, which is the detail-type too")]
    time: Annotated[str, Field(pattern=TIME, json_schema_extra={"format": "date-time"})]
    dataschema: Annotated[str, Field(description="the $id of this schema")]
    tenant: Annotated[str, Field(pattern=f"^{TENANT}$", description="whose it is; of shared customers, a group:<name>")]
    version: Annotated[int, Field(ge=1, description="of the record, from 1; who saw a later one may skip this")]
    cause: Annotated[
        str, Field(pattern="^(evt|api|res)_[0-9a-f]{24,32}$", description="the event, request or reservation behind it")
    ]
    origin: Annotated[str, Field(pattern=f"^{TENANT}$", description="who stated it: a connection_id, a group, or api")]
    hop: Annotated[int, Field(ge=0, description="pushes that lie between the first cause and this")]


class PayloadReceived(Envelope):
    """A channel's payload is durable in the Inbox."""

    record: Literal["event"]
    subject: EventId
    changed: Annotated[list[str], Field(max_length=0)]


class PayloadQuarantined(Envelope):
    """A payload cannot be translated or applied; `changed` holds the code of the reason."""

    record: Literal["event"]
    subject: EventId
    changed: list[Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$")]]
    connection_id: Name


class OrderCreated(Envelope):
    """An order was placed, and at once handed over where `fulfillment` is named."""

    record: Literal["order"]
    subject: OrderId
    changed: list[Literal["placed", "fulfillment"]]
    connection_id: Name


class OrderModified(Envelope):
    """An order changed; `waiting`: something is known of an order that has not arrived itself."""

    record: Literal["order"]
    subject: OrderId
    changed: list[Literal["waiting", "status", "fulfillment", "returning", "content"]]
    connection_id: NotRequired[Name]


class OrderCancelled(Envelope):
    """An order was cancelled."""

    record: Literal["order"]
    subject: OrderId
    changed: list[Literal["status", "fulfillment", "returning"]]
    connection_id: Name


class StockModified(Envelope):
    """Stock at a place changed, or what is held of it, or what a kit is made of."""

    record: Literal["stock"]
    subject: Place
    changed: list[Literal["orders", "reservations", "count", "movement", "policy", "incoming", "kit"]]


class CustomerEvent(Envelope):
    """What every event of a customer says. `member`: of a group's customers, the tenant whose event it was."""

    record: Literal["customer"]
    subject: CustomerId
    member: NotRequired[Name]


class CustomerCreated(CustomerEvent):
    """Somebody is known for the first time."""

    changed: list[Literal["sources"]]


class CustomerModified(CustomerEvent):
    """What is known of a customer changed; `absorbed`: others turned out to be them, `parted`: not to be."""

    changed: list[Literal["sources", "absorbed", "parted"]]


class CustomerMerged(CustomerEvent):
    """A customer is shown as another from now on."""

    changed: list[Literal["merged"]]


class CustomerUnmerged(CustomerEvent):
    """A customer who was shown as another is one again."""

    changed: list[Literal["unmerged"]]


class CustomerErased(Envelope):
    """Somebody was erased, and their channels are to forget them; `version` counts how often they are told."""

    record: Literal["erasure"]
    subject: ErasureId
    changed: list[Literal["erased"]]
    connection_id: Annotated[str, Field(pattern=f"^{TENANT}$", description="who passed the request on, as in origin")]


class ProductModified(Envelope):
    """What a channel says of a product changed."""

    record: Literal["product"]
    subject: Sku
    changed: list[Literal["content"]]


class ShipmentModified(Envelope):
    """A parcel was scanned, or is known to carry another order."""

    record: Literal["shipment"]
    subject: Parcel
    changed: list[Literal["scans"]]


class PushSucceeded(Envelope):
    """A channel confirmed what it was told."""

    record: Literal["push"]
    subject: Pushed
    changed: list[Literal["succeeded"]]
    connection_id: Name


class PushFailed(Envelope):
    """A channel refused for good what it was told."""

    record: Literal["push"]
    subject: Pushed
    changed: list[Literal["failed"]]
    connection_id: Name


EVENTS: dict[str, Any] = {
    each.__name__: each
    for each in (
        PayloadReceived,
        PayloadQuarantined,
        OrderCreated,
        OrderModified,
        OrderCancelled,
        StockModified,
        CustomerCreated,
        CustomerModified,
        CustomerMerged,
        CustomerUnmerged,
        CustomerErased,
        ProductModified,
        ShipmentModified,
        PushSucceeded,
        PushFailed,
    )
}
