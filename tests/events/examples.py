"""One event of each name, written by hand."""

from typing import Any

DIGEST = "0123456789abcdef01234567"
ORDER, CUSTOMER, ERASURE, EVENT = f"ord_{DIGEST}", f"cus_{DIGEST}", f"era_{DIGEST}", f"evt_{DIGEST}89abcdef"
WEB = {"connection_id": "web"}

ABOUT: dict[str, tuple[str, str, list[str], dict[str, str]]] = {
    "PayloadReceived": ("event", EVENT, [], {}),
    "PayloadQuarantined": ("event", EVENT, ["shape_unknown"], WEB),
    "OrderCreated": ("order", ORDER, ["placed", "fulfillment"], WEB),
    "OrderModified": ("order", ORDER, ["waiting"], {}),
    "OrderCancelled": ("order", ORDER, ["status"], WEB),
    "StockModified": ("stock", "MUG@lille", ["orders"], {}),
    "CustomerCreated": ("customer", CUSTOMER, ["sources"], {"member": "bruno"}),
    "CustomerModified": ("customer", CUSTOMER, ["parted"], {}),
    "CustomerMerged": ("customer", CUSTOMER, ["merged"], {}),
    "CustomerUnmerged": ("customer", CUSTOMER, ["unmerged"], {}),
    "CustomerErased": ("erasure", ERASURE, ["erased"], {"connection_id": "api"}),
    "ProductModified": ("product", "MUG", ["content"], {}),
    "ShipmentModified": ("shipment", "1Z999AA10123456784", ["scans"], {}),
    "PushSucceeded": ("push", "web stock MUG@lille", ["succeeded"], WEB),
    "PushFailed": ("push", "web stock MUG@lille", ["failed"], WEB),
}


def example(name: str) -> dict[str, Any]:
    """Give the detail of an event as a consumer receives it."""
    record, subject, changed, more = ABOUT[name]
    return {
        "specversion": "1.0",
        "id": f"{DIGEST}01234567",
        "source": "tributary/acme",
        "type": name,
        "time": "2026-11-22T09:00:00.000Z",
        "subject": subject,
        "dataschema": f"tributary:events/{name}/1",
        "tenant": "acme",
        "record": record,
        "version": 1,
        "changed": changed,
        "cause": EVENT,
        "origin": "web",
        "hop": 0,
        **more,
    }
