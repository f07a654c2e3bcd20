"""What stays of a statement once its person is erased: goods, amounts, times, statuses and countries, and no more.

Each list names what is kept, so that a field somebody adds later is left out until somebody thinks about it. A
statement keeps its id and version: facts go on commuting, and what is said again is known again.
"""

from typing import Any

from records.facts import Stored

ENVELOPE = ("kind", "fact_id", "connection_id", "occurred_at", "source_version")
KEPT = {
    "order": (
        *("channel_order_id", "label", "placed_at", "updated_at", "cancelled_at", "test", "currency", "taxes_included"),
        *("line_items", "totals", "presentment", "payments", "source_status", "related"),
    ),
    "fulfillment": (
        *("channel_order_id", "order_reference", "fulfillment_id", "status", "location_id", "lines", "since"),
    ),
    "adjustment": (
        *("channel_order_id", "order_reference", "adjustment_id", "type", "status", "amount", "currency", "lines"),
        "since",
    ),
    "tracking": ("carrier", "tracking_number", "code", "status", "at", "final", "estimated_delivery_at"),
}
EXPECTED = ("method", "location_id", "promised_at")
ATTRIBUTION = ("source", "location_id", "register_id", "staff_id", "campaign")
"""Whoever sold is the retailer's own; an online visit is the buyer's."""


def of(statement: Stored) -> Stored:
    """Give a statement of an order or a parcel without its person; one that names nobody any more is given as it is."""
    made = _only(statement, (*ENVELOPE, *KEPT[statement["kind"]]))
    if address := _country(statement.get("billing_address")):
        made["billing_address"] = address
    if address := _country(statement.get("location")):
        made["location"] = address
    if expected := [_expected(each) for each in statement.get("expectations", [])]:
        made["expectations"] = expected
    if attribution := _only(statement.get("attribution") or {}, ATTRIBUTION):
        made["attribution"] = attribution
    if parcels := statement.get("tracking"):  # their links open a page that names the receiver
        made["tracking"] = [_only(parcel, ("number", "carrier")) for parcel in parcels]
    return made


def _only(said: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def _country(address: dict[str, Any] | None) -> dict[str, Any]:
    return _only(address or {}, ("address_country",))


def _expected(expectation: dict[str, Any]) -> dict[str, Any]:
    made = _only(expectation, EXPECTED)
    if address := _country(expectation.get("address")):
        made["address"] = address
    return made
