"""Checks of the bodies a connector makes of records."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.translation import context
from connectors.workshop.conformance.subject import Subject
from mappings.engine import load_out
from mappings.errors import MappingError

Found = Iterator[tuple[str, str]]
AT = "2026-11-22T12:00:00.000Z"

RECORDS: dict[str, dict[str, Any]] = {
    "stock": {
        "sku": "MUG-BLUE",
        "location_id": "kit-place",
        "channel_location_id": "1001",
        "channel_stock_id": "1001",
        "quantity": Decimal(7),
        "previous": Decimal(5),
        "as_of": AT,
        "key": "kit-key",
    },
    "fulfillment": {
        "channel_order_id": "1001",
        "fulfillment_id": "f1",
        "status": "success",
        "location_id": "kit-place",
        "tracking": [{"number": "TRACK1", "url": "https://carrier.example/TRACK1", "carrier": "Kit"}],
        "lines": [{"line_id": "1", "sku": "MUG-BLUE", "quantity": "1"}],
        "key": "kit-key",
    },
    "customer": {
        "customer_id": "c1",
        "channel_customer_id": "1001",
        "email": "kit@example.com",
        "phone": "+33612345678",
        "first_name": "Kit",
        "last_name": "Example",
        "company": None,
        "addresses": [{"address_locality": "Lille", "address_country": "FR"}],
        "loyalty": {"card": "C1", "tier": "gold", "points": "5"},
        "locale": "fr",
        "key": "kit-key",
    },
    "erasure": {"channel_customer_id": "1001", "key": "kit-key"},
}
SPARE: dict[str, tuple[str, ...]] = {
    "stock": ("previous",),
    "fulfillment": ("location_id", "tracking"),
    "customer": ("phone", "first_name", "last_name", "addresses", "loyalty", "locale"),
    "erasure": (),
}
"""The fields that a record may lack."""


def body_of(subject: Subject, record: str, **changed: Any) -> Any:
    """Make the push body of the kit's record of a kind, with `changed` fields.

    Raises:
        MappingError: the mapping refuses it.
    """
    mapping = load_out(subject.connector.mappings_folder / f"{record}.out.yaml")
    return mapping.body({**RECORDS[record], **changed}, context(subject.connection()))


def bodies(subject: Subject) -> Found:
    """Each record that is pushed becomes a body without nulls, also where the record lacks the fields in SPARE."""
    for record in subject.connector.manifest.pushes:
        lacking: dict[str, Any] = {name: [] if name in ("tracking", "addresses") else None for name in SPARE[record]}
        for what, changed in (("a whole record", {}), ("a record that lacks what it may lack", lacking)):
            try:
                body = body_of(subject, record, **changed)
            except MappingError as error:
                yield f"{record}.out.yaml", f"{what} is refused: {error}"
                continue
            if not body or _has_null(body):
                yield f"{record}.out.yaml", f"{what} gives {'a null' if body else 'an empty body'}"
        if record == "stock" and _paths(body_of(subject, record, quantity=Decimal(0))) != _paths(
            body_of(subject, record)
        ):
            yield "stock.out.yaml", "a quantity of zero drops a field: a channel would go on selling"


def _has_null(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(_has_null(item) for item in items)


def _paths(value: Any, at: str = "") -> set[str]:
    if isinstance(value, dict):
        return {path for name, item in value.items() for path in _paths(item, f"{at}/{name}")}
    return {at}
