"""Give out all that is kept of a customer: the records at once, the payloads page by page."""

import time
from typing import Any

from functions import indexes, runtime
from functions.privacy import redaction
from functions.privacy.search import BEGINNING, Hit, Sought, pages
from functions.queries import customers, timeline
from functions.queries.orders import orders_of, shipment
from functions.registry.tenants import people_of
from records.cause import Cause
from records.customers import erasure, identity
from records.customers.customer import CustomerState
from records.store import keys
from records.store.actions import Item
from records.store.packing import unpack
from records.store.unit import Unit

SECONDS = 8.0  # for which one answer searches payloads; API Gateway waits 29


def export(tenant: str, customer_id: str, cursor: str | None) -> dict[str, Any]:
    """Give a part of all that a tenant keeps of a customer, and of what it shares of them with its group.

    The first part, without a cursor, holds the records. Every part holds payloads, and the `cursor` with which the next
    part goes on; None: the search is over.

    Raises:
        CursorError: no part gave the cursor.
        MissingError: there is no such customer, or they were erased.
    """
    begin = runtime.rfc3339(indexes.moment_of(cursor)) if cursor else BEGINNING
    people = people_of(tenant)
    item = customers.customer_item(people, customer_id)
    cause = Cause(people, "", "api", runtime.rfc3339(runtime.now()))
    known = erasure.person(Unit(runtime.records()), cause, [item["id"]])
    orders = orders_of(tenant, item["accounts"])
    parcels = sorted(
        {each["number"] for order in orders for part in order["fulfillments"] for each in part.get("tracking", [])}
    )
    sought = Sought(
        tenant, set(known["keys"]), set(known["accounts"]), {each["order_id"] for each in orders}, set(parcels)
    )
    payloads, after = _payloads(sought, begin)
    part = {"customer_id": item["id"], "payloads": payloads, "cursor": after}
    return part if cursor else {**_records(tenant, item, orders, parcels, known), **part}


def _records(
    tenant: str, item: Item, orders: list[dict[str, Any]], parcels: list[str], known: erasure.Person
) -> dict[str, Any]:
    golden, state = identity.record(item), CustomerState(**unpack(item["state"]))
    at = {number: keys.shipment(tenant, number) for number in parcels}
    there = runtime.records().get(list(at.values()))
    people = people_of(tenant)
    visits = [list(timeline.visits(people, {"accounts": [name]}, indexes.LAST, 100_000)) for name in item["accounts"]]
    return {
        "made_at": runtime.rfc3339(runtime.now()),
        "customer": golden,
        "sources": list(state.sources.values()),
        "links": state.links,
        "accounts": known["accounts"],
        "known_by": known["keys"],
        "consents": [each for said in state.consents.values() for each in said.values()],
        "merges": list(state.merges.values()),
        "decisions": state.decided,
        "loyalty": golden.get("loyalties", []),
        "orders": orders,
        "shipments": [shipment(tenant, number) for number, key in at.items() if key in there],
        "interactions": [entry for each in visits for entry in each],
    }


def _payloads(sought: Sought, cursor: str) -> tuple[list[dict[str, Any]], str | None]:
    until = time.monotonic() + SECONDS
    found: list[dict[str, Any]] = []
    for hits, after, _ in pages(sought, cursor):
        found += [_payload(hit) for hit in hits]
        if time.monotonic() > until:
            return found, after
    return found, None


def _payload(hit: Hit) -> dict[str, Any]:
    """Give a payload. One about several people is given without the entries that are about the others."""
    kept = ("event_id", "connection_id", "topic", "received_at", "content_type", "size")
    body = hit.payload if hit.is_whole else redaction.only(hit.payload, hit.names)
    return {**{name: hit.item[name] for name in kept}, "body": body}
