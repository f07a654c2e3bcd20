"""What the bus carries: the names of its events, the envelope they share, and what each of them says.

An event says that something happened, and to what. It holds ids, versions and words of closed lists, never data: no
erasure reaches the archives, queues and logs it lies in. Whoever wants to know more asks the API.

The models are TypedDicts: the function that announces need not import pydantic. They are not typing's, which pydantic
reads from Python 3.12 on. `python -m ops.schemas` makes the published JSON Schemas of them (events/schemas/).
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

CREATED = {"customer": "CustomerCreated"}
MODIFIED = {
    "order": "OrderModified",
    "customer": "CustomerModified",
    "stock": "StockModified",
    "shipment": "ShipmentModified",
    "product": "ProductModified",
    "event": "PayloadQuarantined",
}
ENDED = {"succeeded": "PushSucceeded", "failed": "PushFailed"}

VERSIONS: dict[str, int] = {}
"""Of the schemas that are not at their first version any more, by `events/<name>` or `facts/<kind>`."""


class Shape:
    """What the schema of a field says besides its type, in the words of JSON Schema. pydantic asks for it."""

    def __init__(self, **words: Any) -> None:
        self._words = words

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Give the schema of the field."""
        return {**handler(core), **self._words}


NAME = "[a-z0-9][a-z0-9-]{0,62}"
TENANT = f"(group:)?{NAME}"
DIGEST = "[0-9a-f]{24}"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"

Name = Annotated[str, Shape(pattern=f"^{NAME}$")]
CustomerId = Annotated[str, Shape(pattern=f"^cus_{DIGEST}$")]
OrderId = Annotated[str, Shape(pattern=f"^ord_{DIGEST}$")]
ErasureId = Annotated[str, Shape(pattern=f"^era_{DIGEST}$")]
EventId = Annotated[str, Shape(pattern="^evt_[0-9a-f]{32}$")]
Sku = Annotated[str, Shape(minLength=1, description="the SKU")]
Place = Annotated[str, Shape(pattern="^.+@.*$", description="<sku>@<location_id>; of a kit that was defined: <sku>@")]
Parcel = Annotated[str, Shape(minLength=1, description="the tracking number")]
Pushed = Annotated[
    str, Shape(pattern=f"^{NAME} [a-z_]+ .+$", description="<connection_id> <kind> <what was pushed, by its id>")
]


class Envelope(TypedDict):
    """The fields of CloudEvents 1.0 that every event has, and those by which a rule finds what concerns it."""

    specversion: Literal["1.0"]
    id: Annotated[str, Shape(pattern="^[0-9a-f]{32}$", description="the same for an event that is announced again")]
    source: Annotated[str, Shape(pattern=f"^tributary/{TENANT}$", description="tributary/<tenant>")]
    type: Annotated[str, Shape(description="the event's name, which is the detail-type too")]
    time: Annotated[str, Shape(format="date-time", pattern=TIME)]
    dataschema: Annotated[str, Shape(description="the $id of this schema")]
    tenant: Annotated[str, Shape(pattern=f"^{TENANT}$", description="whose it is; of shared customers, a group:<name>")]
    version: Annotated[int, Shape(minimum=1, description="of the record, from 1; who saw a later one may skip this")]
    cause: Annotated[
        str, Shape(pattern="^(evt|api|res)_[0-9a-f]{24,32}$", description="the event, request or reservation behind it")
    ]
    origin: Annotated[str, Shape(pattern=f"^{TENANT}$", description="who stated it: a connection_id, a group, or api")]
    hop: Annotated[int, Shape(minimum=0, description="pushes that lie between the first cause and this")]


class PayloadReceived(Envelope):
    """A channel's payload is durable in the Inbox."""

    record: Literal["event"]
    subject: EventId
    changed: Annotated[list[str], Shape(maxItems=0)]


class PayloadQuarantined(Envelope):
    """A payload cannot be translated or applied; `changed` holds the code of the reason."""

    record: Literal["event"]
    subject: EventId
    changed: list[Annotated[str, Shape(pattern="^[a-z][a-z0-9_]{0,62}$")]]
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
    connection_id: Annotated[str, Shape(pattern=f"^{TENANT}$", description="who passed the request on, as in origin")]


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


def schema_id(kind: str) -> str:
    """Give the `$id` of a published schema: of `events/<name>` or of `facts/<kind>`."""
    return f"tributary:{kind}/{VERSIONS.get(kind, 1)}"


def envelope(name: str, tenant: str, subject: str, identity: str, at: str) -> dict[str, Any]:
    """Make a CloudEvents 1.0 envelope. The id depends on what is announced, so that a repeat has the same."""
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(identity.encode()).hexdigest()[:32],
        "source": f"tributary/{tenant}",
        "type": name,
        "time": at,
        "subject": subject,
        "dataschema": schema_id(f"events/{name}"),
        "tenant": tenant,
    }
