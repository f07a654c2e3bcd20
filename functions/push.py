"""Push: make a channel show what the hub knows.

Triggered by the connection's queue. Reads the record as it is now, computes what this channel should show, compares it
with what the channel shows as far as we know, and sends only a difference, under a lease so that two pushes of one
thing never overtake each other. A channel that is away or asks us to wait gets the message later; what it refuses for
good is kept as a failed push, where people see it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson

from connectors.connection import Connection
from functions import runtime
from functions.batches import work_through
from functions.delivery.attempt import Task, body_of, finish, log, send
from functions.delivery.lease import Lease
from functions.inbound import kits, skus
from functions.registry import connections
from functions.runtime import logger
from mappings.expressions.compilation import compile_expression
from records import desired, ids
from records.desired import Viewer, Wanted
from records.products.kits import containing
from records.stock import position as stock
from records.store import keys
from records.store.actions import Is, Item, Update


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of record events for one connection."""
    return work_through(event, _push)


def _push(message: dict[str, Any], queue: str, attempt: int) -> None:
    connection = connections.find(queue.partition("-connection-")[2])
    if connection is None:
        logger.info("connection is gone; its messages end here", queue=queue)
        return
    detail = _as_its_own(connection, message["detail"])
    if detail is None:
        logger.error("an event of another tenant", connection_id=connection.connection_id)
        return
    logger.append_keys(tenant=connection.tenant, event_id=detail["cause"], subject=detail["subject"])
    task = Task(connection, connections.connector_of(connection), detail, attempt)
    plan = PLANS.get(detail["record"])
    if plan is not None:
        plan(task)


def _as_its_own(connection: Connection, detail: dict[str, Any]) -> dict[str, Any] | None:
    """Give an event as the connection's tenant may know it: what another tenant of its group did to their customers has
    a cause of its own there, which says nothing of the other's event. None: it is another tenant's.
    """
    if detail["tenant"] == connection.tenant:
        return detail
    if not connection.group or detail["tenant"] != connection.group:
        return None
    own = {**detail, "tenant": connection.tenant}
    if detail["member"] == connection.tenant:
        return own
    return {**own, "cause": ids.event_id(connection.tenant, connection.group, detail["cause"]), "origin": ""}


def _push_stock(task: Task) -> None:
    rule = task.kind.manifest.pushes.get("stock")
    if rule is None:
        return
    sku, tenant = task.detail["subject"].rpartition("@")[0], task.connection.tenant
    if task.detail["changed"] == ["kit"]:
        kits.forget(tenant)
    for name in [sku, *containing(kits.table(tenant), sku)]:
        _push_sku(task, name, rule.per or "location")


def _push_sku(task: Task, sku: str, per: str) -> None:
    """Make the channel show one SKU, or a kit that what changed is a component of."""
    at = task.connection
    now = runtime.rfc3339(runtime.now())
    viewer = Viewer(at.connection_id, at.sells_from, at.owns, at.buffer, per, at.tier, now)
    items, all_wanted = _look(at.tenant, sku, viewer)
    for wanted in all_wanted:
        lease = Lease(task.connection, wanted, task.attempt)
        # Free and already showing this: whoever takes the lease after us reads the record again, so nothing is missed.
        known = lease.peek()
        if "pending" not in known and _shows(wanted, desired.expected_stock(wanted, items, viewer, known)):
            log(task, wanted, "skipped", "the channel shows it already")
            continue
        with lease as shown:
            finish(task, shown)
            # Read again under the lease: what was read before it may be older than what the last holder sent.
            items, all_wanted = _look(at.tenant, sku, viewer)
            now_wanted = {each.key: each for each in all_wanted}.get(wanted.key)
            if now_wanted is not None:
                _show_stock(task, now_wanted, desired.expected_stock(now_wanted, items, viewer, shown.item), shown)


def _look(tenant: str, sku: str, viewer: Viewer) -> tuple[list[Item], list[Wanted]]:
    """Read a SKU's stock, and say what the channel should show of it."""
    components = kits.table(tenant).get(sku)
    items = runtime.records().query(keys.stock(tenant, sku, "")[0])
    if components is None:
        return items, desired.stock_wanted(sku, items, viewer)
    read = {part: runtime.records().query(keys.stock(tenant, part, "")[0]) for part in components}
    return items, desired.kit_wanted(sku, {part: (Decimal(components[part]), read[part]) for part in read}, viewer)


def _shows(wanted: Wanted, expected: Decimal | None) -> bool:
    return expected is not None and stock.plain(expected) == wanted.value


def _show_stock(task: Task, wanted: Wanted, expected: Decimal | None, shown: Lease) -> None:
    if _shows(wanted, expected):
        log(task, wanted, "skipped", "the channel shows it already")
        return
    at = task.connection
    rule = task.kind.manifest.pushes["stock"]
    named = wanted.location_id if rule.per != "channel" else None  # a channel of one number names no place
    place = at.channel_location(named) if named else None
    stock_id = skus.stock_id_of(at, wanted.record["sku"])
    if stock_id is None or (named and place is None):
        log(task, wanted, "skipped", "the channel does not list it there")
        return
    record = {**wanted.record, "channel_stock_id": stock_id, "channel_location_id": place, "previous": expected}
    if rule.max_age is not None:
        record["as_of"] = max(record["as_of"], runtime.rfc3339(runtime.now() - timedelta(seconds=rule.max_age)))
    send(task, wanted, record, shown, expected)


def _push_order(task: Task) -> None:
    if "fulfillment" not in task.kind.manifest.pushes or task.detail.get("connection") != task.connection.connection_id:
        return
    key = keys.order(task.connection.tenant, task.detail["subject"])
    item = runtime.records().get([key])[key]
    for wanted in desired.fulfillments_wanted(item, task.connection.connection_id):
        with Lease(task.connection, wanted, task.attempt) as shown:
            if shown.item.get("value") == wanted.value:
                log(task, wanted, "skipped", "the channel knows it already")
            else:
                send(task, wanted, wanted.record, shown)


def _push_customer(task: Task) -> None:
    if "customer" not in task.kind.manifest.pushes:
        return
    key = keys.customer(task.connection.people, task.detail["subject"])
    wanted = desired.customer_wanted(runtime.records().get([key])[key], task.connection.connection_id)
    if wanted is None:
        return
    lacks = _lacks(task, wanted)
    if lacks:
        log(task, wanted, "skipped", f"the channel needs {lacks}")
        return
    with Lease(task.connection, wanted, task.attempt) as shown:
        _show_customer(task, runtime.records().get([key])[key], shown)


def _show_customer(task: Task, item: Item, shown: Lease) -> None:
    """Send a customer unless the channel confirmed just this, or says so itself."""
    connection_id = task.connection.connection_id
    wanted = desired.customer_wanted(item, connection_id)
    if wanted is None:
        return
    own = desired.customer_shown(item, connection_id)
    wanted = replace(wanted, value=_digest(body_of(task, wanted, wanted.record)))
    known = {shown.item.get("value"), _digest(body_of(task, wanted, own)) if own else None}
    if wanted.value in known:
        log(task, wanted, "skipped", "the channel knows it already")
    else:
        send(task, wanted, wanted.record, shown)


def _push_erasure(task: Task) -> None:
    """Let a channel forget whom the hub forgot: each id it knows them by, until it confirmed every one."""
    tenant, name = task.connection.tenant, f"tell#{task.connection.connection_id}"
    key = keys.erasure(tenant, task.detail["subject"])
    left = runtime.records().get([key])[key].get(name, {}).get("ids", [])
    if not left or "erasure" not in task.kind.manifest.pushes:
        return
    for channel_customer_id in left:
        # The digest, not the place in the list: an id that is found later must not take another's turn.
        about = {"channel_customer_id": channel_customer_id}
        wanted = Wanted("erasure", f"{task.detail['subject']}/{_digest(about)}", "erased", about)
        with Lease(task.connection, wanted, task.attempt) as shown:
            if shown.item.get("value") != wanted.value:
                send(task, wanted, wanted.record, shown)
            if shown.item.get("value") != wanted.value:
                return  # the channel refuses it; it is asked again until it is too late
    at = runtime.rfc3339(runtime.now())
    # Only of what was told: another id of theirs may have been found meanwhile, and the message comes again.
    runtime.records().write([Update(key, {name: {"outcome": "confirmed", "at": at}}, when=Is(name, {"ids": left}))])


def _lacks(task: Task, wanted: Wanted) -> str:
    """Name what the channel needs of a record and the record has not."""
    needs = task.kind.manifest.pushes["customer"].needs
    return " and ".join(name for name in needs if not compile_expression(name).search(wanted.record))


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(body, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]


PLANS: dict[str, Callable[[Task], None]] = {
    "stock": _push_stock,
    "order": _push_order,
    "customer": _push_customer,
    "erasure": _push_erasure,
}
