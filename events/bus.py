"""What the bus carries: the names of its events and the envelope that they share. What each says: events/details.py.

An event says that something happened, and to what. It holds ids, versions and words of closed lists, never data: no
erasure reaches the archives, queues and logs it lies in. Whoever wants to know more asks the API.
"""

import hashlib
from typing import Any

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


def schema_id(kind: str) -> str:
    """Give the `$id` of a published schema: of `events/<name>` or of `facts/<kind>`."""
    return f"tributary:{kind}/{VERSIONS.get(kind, 1)}"


def envelope(name: str, tenant: str, subject: str, identity: str, at: str) -> dict[str, Any]:
    """Make the envelope: the attributes of CloudEvents 1.0, and the tenant beside them.

    The id depends on what is announced, so that a repeat has the same. What an event says besides stands on the same
    level under names of our own, some with an underscore or a list, which CloudEvents would want within `data`.
    """
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
