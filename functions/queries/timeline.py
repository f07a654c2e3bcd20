"""The whole of a person, as the API gives it: what happened over all channels, and all that is kept of them."""

import time
from collections.abc import Iterator
from typing import Any

from functions import indexes, runtime
from functions.privacy import redaction
from functions.privacy.search import BEGINNING, Hit, Sought, pages
from functions.queries import lookup
from functions.registry.connections import people_of
from records.cause import Cause
from records.customers import erasure, identity
from records.customers.customer import CustomerState
from records.store import keys
from records.store.actions import Item
from records.store.packing import unpack
from records.store.unit import Unit

SECONDS = 8.0  # of one answer that searches payloads; API Gateway waits 29
PAGE = 100

Entry = dict[str, Any]


def timeline(tenant: str, customer_id: str, limit: int, before: str = indexes.LAST) -> tuple[list[Entry], str | None]:
    """Give what happened with a customer over all channels, newest first, and the cursor of the next page."""
    people = people_of(tenant)
    item = lookup.customer_item(people, customer_id)
    placed: dict[str, Entry] = {}
    for entry in (*_of_orders(tenant, item), *_of_record(item), *_visits(people, item, before, limit)):
        place = f"{entry['at']} {entry['what']} {entry.get('order_id', '')} {entry.pop('place', '')}"
        if place < before:
            placed[place] = entry
    newest = sorted(placed, reverse=True)
    page = newest[:limit]
    return [placed[place] for place in page], page[-1] if len(newest) > limit else None


def _of_orders(tenant: str, item: Item) -> Iterator[Entry]:
    for order in lookup.orders_of(tenant, item["accounts"]):
        about = {"order_id": order["order_id"], "connection_id": order["connection_id"], "label": order.get("label")}
        yield {"at": order["placed_at"], "what": "order placed", **about, "status": order["status"]}
        if order.get("cancelled_at"):
            yield {"at": order["cancelled_at"], "what": "order cancelled", **about}
        for each in order["fulfillments"]:
            yield {"at": each["occurred_at"], "what": f"shipped ({each['status']})", **about, "place": each["fact_id"]}
        for each in order["adjustments"]:
            told = {"amount": each["amount"], "currency": each["currency"], "place": each["fact_id"]}
            yield {"at": each["occurred_at"], "what": each["type"], **about, **told}
        for number, parcel in order["parcels"].items():
            yield {"at": parcel["at"], "what": f"parcel {parcel['status']}", **about, "tracking_number": number}


def _of_record(item: Item) -> Iterator[Entry]:
    state = CustomerState(**unpack(item["state"]))
    for account, said in state.consents.items():
        for name, each in said.items():
            what = f"consent {'given' if each['granted'] else 'taken back'}"
            told: Entry = {part: each[part] for part in ("purpose", "medium", "proof") if part in each}
            yield {
                "at": each["at"],
                "what": what,
                "connection_id": each["connection_id"],
                **told,
                "place": account + name,
            }
    for account, link in state.links.items():
        told = {"account": account, "rule": link["rule"], "connection_id": account.partition("/")[0]}
        yield {"at": link["at"], "what": "known" if "to" not in link else "linked", **told, "place": account}
    for name, merge in state.merges.items():
        told = {"account": merge["from"], "into": merge["into"], "connection_id": merge["into"].partition("/")[0]}
        yield {"at": merge["occurred_at"], "what": "merged by the channel", **told, "place": name}


def _visits(people: str, item: Item, before: str, limit: int) -> Iterator[Entry]:
    for account_id in item["accounts"]:
        until = before.partition(" ")[0] + indexes.LAST
        partition = keys.interaction(people, account_id, "", "")[0]
        for each in runtime.records().page(partition, before=until, limit=limit + PAGE):
            if "fact" in each:
                said = unpack(each["fact"])
                told = {"connection_id": said["connection_id"], "attributes": said.get("attributes", {})}
                yield {"at": said["at"], "what": said["type"], **told, "place": said["fact_id"]}


def export(tenant: str, customer_id: str, cursor: str | None) -> dict[str, Any]:
    """Give all that a tenant keeps of a customer, and what it shares of them with its group. The search for payloads
    goes on where an earlier part's cursor stopped; only the first part holds the records.

    Raises:
        CursorError: no part gave the cursor.
    """
    begin = runtime.rfc3339(indexes.moment_of(cursor)) if cursor else BEGINNING
    people = people_of(tenant)
    item = lookup.customer_item(people, customer_id)
    cause = Cause(people, "", "api", runtime.rfc3339(runtime.now()))
    known = erasure.person(Unit(runtime.records()), cause, [item["id"]])
    orders = lookup.orders_of(tenant, item["accounts"])
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
    visits = [
        list(_visits(people_of(tenant), {"accounts": [name]}, indexes.LAST, 100_000)) for name in item["accounts"]
    ]
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
        "shipments": [lookup.shipment(tenant, number) for number, key in at.items() if key in there],
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
    """Give a payload; of one about several people, what is not about the others."""
    kept = ("event_id", "connection_id", "topic", "received_at", "content_type", "size")
    body = hit.payload if hit.is_whole else redaction.only(hit.payload, hit.names)
    return {**{name: hit.item[name] for name in kept}, "body": body}
