"""Canonical facts: what the hub takes from a payload, whatever channel sent it.

Money is an integer number of minor units beside an ISO 4217 currency, a time is RFC 3339 in UTC with milliseconds
(so that comparing text compares times), a quantity is a Decimal, an id is text. Facts are frozen and refuse unknown
fields: a mapping with a typing error fails at the border and not three functions later.
"""

import hashlib
from typing import Any

from events.facts.customers import Consent, Customer, CustomerMerge, Interaction, PrivacyRequest
from events.facts.fact import Fact
from events.facts.orders import Adjustment, Fulfillment, Order
from events.facts.products import Price, Product
from events.facts.shipments import ShipmentStatus, TrackingEvent
from events.facts.stock import StockCount, StockMovement

__all__ = [
    "FACTS",
    "Adjustment",
    "Consent",
    "Customer",
    "CustomerMerge",
    "Fact",
    "Fulfillment",
    "Interaction",
    "Order",
    "Price",
    "PrivacyRequest",
    "Product",
    "ShipmentStatus",
    "StockCount",
    "StockMovement",
    "TrackingEvent",
    "build",
]

FACTS: dict[str, type[Fact]] = {
    "order": Order,
    "fulfillment": Fulfillment,
    "adjustment": Adjustment,
    "customer": Customer,
    "customer_merge": CustomerMerge,
    "consent": Consent,
    "privacy_request": PrivacyRequest,
    "stock_count": StockCount,
    "stock_movement": StockMovement,
    "product": Product,
    "price": Price,
    "tracking": TrackingEvent,
    "interaction": Interaction,
}


def build(statement: dict[str, Any], *, event_id: str, connection_id: str) -> Fact:
    """Make a fact of what a mapping said: check it, and give it an id that depends on its content alone.

    Raises:
        pydantic.ValidationError: a field is missing, has the wrong type, or is not part of the contract.
    """
    model = FACTS[statement["kind"]]
    fact = model.model_validate({**statement, "fact_id": "-", "event_id": event_id, "connection_id": connection_id})
    content = fact.model_dump_json(exclude={"fact_id", "event_id"})
    return fact.model_copy(update={"fact_id": hashlib.sha256(content.encode()).hexdigest()[:32]})
