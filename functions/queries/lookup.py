"""What the API answers: records, events and traces as JSON. Reads only."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from connectors.connection import Connection
from functions import indexes, runtime
from functions.registry import connections
from records import ids
from records.customers import identity
from records.customers.claims import claims
from records.facts import Stored
from records.orders import lines
from records.orders import order as orders
from records.orders import shipment as shipments
from records.orders.payments import Money
from records.stock import position as stock
from records.store import keys
from records.store.actions import Item, Key
from records.store.packing import unpack

HOURS_BACK = 24 * 7


class MissingError(Exception):
    """There is no such thing in this tenant."""


def _item(key: Key, what: str) -> Item:
    found: Item | None = runtime.records().get([key]).get(key)
    if found is None:
        raise MissingError(what)
    return found


def order(tenant: str, order_id: str) -> dict[str, Any]:
    """Give an order with its derived quantities and statuses."""
    return order_view(_item(keys.order(tenant, order_id), f"order {order_id}"))


def order_view(item: Item) -> dict[str, Any]:
    """Give an order of its stored form."""
    state = orders.OrderState(**unpack(item["state"]))
    seen, placed = orders.view(state), state.placed or {}
    record: dict[str, Any] = {"order_id": item["id"], "version": item["ver"], "customer_id": item.get("customer_id")}
    record |= {name: value for name, value in placed.items() if name not in ("kind", "fact_id", "event_id")}
    record["fulfillments"] = list(state.fulfillments.values())
    record["adjustments"] = list(state.adjustments.values())
    record["parcels"] = state.parcels
    record["links"] = list(state.links.values())
    record["reservations"] = sorted(state.reservations)
    if seen is None:
        return {**record, "status": "waiting"}
    quantities = {line.line_id: line for line in seen.lines}
    record["line_items"] = [_line(line, quantities[line["line_id"]]) for line in placed.get("line_items", [])]
    statuses = {
        "payment": seen.payment,
        "fulfillment": seen.fulfillment,
        "return": seen.returning,
        "pickup": seen.pickup,
    }
    return {**record, "status": seen.status, "statuses": statuses, "money": _money(seen.money), "tasks": seen.tasks}


def _money(seen: Money) -> dict[str, Any]:
    derived = {"kept": seen.kept, "refund_excess": seen.refund_excess, "outstanding": seen.outstanding}
    return {**asdict(seen), **derived}


def _line(line: Stored, seen: lines.LineState) -> dict[str, Any]:
    quantity = {"ordered": seen.ordered, "cancelled": seen.cancelled, "fulfilled": seen.fulfilled}
    plain = {name: stock.plain(value) for name, value in {**quantity, "returned": seen.returned}.items()}
    return {**line, "quantity": plain}


def find_order(tenant: str, connection_id: str, channel_order_id: str) -> dict[str, Any]:
    """Give the order a channel knows by its own id."""
    return order(tenant, ids.order_id(tenant, connection_id, channel_order_id))


def orders_of(tenant: str, account_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Give every order at this tenant that stands with one of these accounts, newest first."""
    places = [place for name in account_ids for place in indexes.orders_of(tenant, name)]
    found = [order_view(each) for each in runtime.records().get(places).values()]
    return sorted(found, key=place_of_order, reverse=True)


def place_of_order(order: dict[str, Any]) -> str:
    """Say where an order stands in the list of a customer's orders."""
    return f"{order['placed_at']} {order['order_id']}"


def customer_item(people: str, customer_id: str) -> Item:
    """Give the item of a customer; one that was merged answers as the one it became, one that was erased not at all.
    `people` says whose customers they are: the tenant's own, or those of its group (`connections.people_of`).
    """
    item = _item(keys.customer(people, customer_id), f"customer {customer_id}")
    while "redirect" in item:
        item = _item(keys.customer(people, item["redirect"]), f"customer {customer_id}")
    if "state" not in item:
        raise MissingError(f"customer {customer_id}")
    return item


def customer(people: str, customer_id: str) -> dict[str, Any]:
    """Give a golden record; one that was merged answers as the one it became."""
    return identity.record(customer_item(people, customer_id))


def find_customers(people: str, key: str) -> list[dict[str, Any]]:
    """Find customers by a strong key such as `email:a@b.c`."""
    at = keys.claim(people, ids.claim(people, key))
    claim = runtime.records().get([at]).get(at)
    if claim is None:
        return []
    found = [customer(people, name) for name in claim["holders"]]
    return list({each["customer_id"]: each for each in found}.values())


def shipment(tenant: str, tracking_number: str) -> dict[str, Any]:
    """Give a parcel and its scans."""
    item = _item(keys.shipment(tenant, tracking_number), f"shipment {tracking_number}")
    scans = unpack(item["state"])
    about = {"tracking_number": tracking_number, "order_id": item.get("order_id"), "version": item["ver"]}
    seen = shipments.view(scans) if scans else {"status": "unknown"}
    return {**about, **seen, "scans": sorted(scans.values(), key=lambda scan: str(scan["at"]))}


def event(tenant: str, event_id: str) -> dict[str, Any]:
    """Give the whole trace of an event: the bytes, what became of them, each push, and the events it caused."""
    found = runtime.inbox().read(tenant, [event_id])
    if event_id not in found:
        raise MissingError(f"event {event_id}")
    item = found[event_id]
    kept = ("event_id", "connection_id", "topic", "delivery", "received_at", "content_type", "size", "digest")
    trace: dict[str, Any] = {name: item[name] for name in kept}
    trace |= {"cause": item.get("cause"), "conflict": item.get("conflict", False), "outcome": "received"}
    pushes = []
    for part in runtime.records().query(keys.applied(tenant, event_id)[0]):
        if part["sk"] == "APPLIED":
            trace |= _outcome(part)
        else:
            said = ("outcome", "value", "why", "status", "reference", "attempts", "at", "code")
            pushes.append({"push": part["id"], **{name: part[name] for name in said if name in part}})
    return {
        **trace,
        "pushes": sorted(pushes, key=lambda push: str(push["at"])),
        "caused": [event(tenant, child) for child in trace.get("children", [])],
    }


def _outcome(marker: Item) -> dict[str, Any]:
    said = ("outcome", "mapping", "connector", "facts", "children", "dropped", "code", "reason", "pointer")
    seen = {name: marker[name] for name in said if name in marker}
    return {**seen, "normalised_at": marker["at"], "records": unpack(marker["records"])}


def events(tenant: str, limit: int, before: str | None = None) -> tuple[list[dict[str, Any]], str | None]:
    """List what was received, newest first, with what became of it, and the cursor of the next page.

    Raises:
        CursorError: no page gave `before`.
    """
    moment = indexes.moment_of(before) if before else runtime.now()
    listed: list[Item] = []
    for _ in range(HOURS_BACK):
        hour = sorted(_received(tenant, moment.strftime("%Y-%m-%dT%H")), key=_place, reverse=True)
        listed += [each for each in hour if before is None or _place(each) < before]
        if len(listed) >= limit:
            break
        moment -= timedelta(hours=1)
    page = listed[:limit]
    at = {each["pk"]: keys.applied(tenant, each["pk"].partition("#")[2]) for each in page}
    markers = runtime.records().get(list(at.values()))
    return [_listed(each, markers.get(at[each["pk"]])) for each in page], _place(page[-1]) if page[
        limit - 1 :
    ] else None


def _received(tenant: str, hour: str) -> list[Item]:
    found: list[Item] = []
    while page := runtime.inbox().received(tenant, hour, after=found[-1]["received_at"] if found else ""):
        found += page
    return found


def _place(item: Item) -> str:
    """Say where an event stands in the list. The time alone would lose those of one millisecond between two pages."""
    return f"{item['received_at']} {item['pk'].partition('#')[2]}"


def _listed(item: Item, marker: Item | None) -> dict[str, Any]:
    kept = {name: item.get(name) for name in ("connection_id", "topic", "received_at", "size")}
    outcome = {"outcome": marker["outcome"] if marker else "received"}
    reason: dict[str, Any] = {name: marker[name] for name in ("code", "reason", "pointer") if marker and name in marker}
    return {"event_id": item["pk"].partition("#")[2], **kept, **outcome, **reason}


def parked(tenant: str, status: str, cursor: indexes.Cursor) -> tuple[list[dict[str, Any]], indexes.Cursor]:
    """List a page of what waits for a person: quarantined events, or failed pushes.

    Raises:
        CursorError: no page gave the cursor.
    """
    items, after = indexes.page(f"{tenant}#{status}", cursor)
    said = ("cause", "connection_id", "topic", "code", "reason", "pointer", "id", "why", "at")
    return [{name: item[name] for name in said if name in item} for item in items], after


def registered(tenant: str) -> list[dict[str, Any]]:
    """List a tenant's connections. Secrets are not part of them."""
    mine = [each for each in connections.all_connections() if each.tenant == tenant]
    return [each.model_dump(exclude={"secret_arn"}) for each in mine]


def connection_of(tenant: str, connection_id: str) -> Connection:
    """Give a tenant's connection; another's does not exist for it."""
    found = connections.find(connection_id)
    if found is None or found.tenant != tenant:
        raise MissingError(f"connection {connection_id}")
    return found


def key_of(query: dict[str, str]) -> str | None:
    """Make a strong key of a customer search: `email`, `phone` or `loyalty`."""
    if query.get("email"):
        return next(iter(claims({"connection_id": "", "email": query["email"]})), None)
    if query.get("phone"):
        return f"phone:{query['phone']}"
    return f"card:{query['loyalty']}" if query.get("loyalty") else None
