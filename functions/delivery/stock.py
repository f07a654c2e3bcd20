"""Push stock: what a channel should show of a SKU, at each place or as one number."""

from datetime import timedelta
from decimal import Decimal

from functions import runtime
from functions.delivery.attempt import Task, finish, log, send
from functions.delivery.lease import Lease
from functions.inbound import kits, skus
from functions.queries import shelf
from records.desired import Wanted
from records.products.kits import containing
from records.stock import position as stock
from records.stock import promise


def push(task: Task) -> None:
    """Show a channel the SKU that a message names, and every kit that it is part of."""
    if "stock" not in task.pushes:
        return
    sku, tenant = task.detail["subject"].rpartition("@")[0], task.connection.tenant
    if task.detail["changed"] == ["kit"]:
        kits.forget(tenant)
    for name in [sku, *containing(kits.table(tenant), sku)]:
        _push_sku(task, name)


def _push_sku(task: Task, sku: str) -> None:
    """Make the channel show one SKU: the one that changed, or a kit that it is a component of."""
    tenant, viewer = task.connection.tenant, shelf.viewer_of(task.session)
    seen = shelf.read(tenant, sku)
    for wanted in seen.wanted(viewer):
        lease = Lease(task.connection, wanted, task.attempt)
        # Nobody holds the lease, and the channel shows this already: it need not be taken. Whoever takes it after us
        # reads the record again, so nothing is missed.
        known = lease.peek()
        if "pending" not in known and _shows(wanted, promise.expected_stock(wanted, seen.items, viewer, known)):
            log(task, wanted, "skipped", "the channel shows it already")
            continue
        with lease as shown:
            finish(task, shown)
            # Read again under the lease: what was read before it may be older than what the last holder sent.
            seen = shelf.read(tenant, sku)
            now_wanted = {each.key: each for each in seen.wanted(viewer)}.get(wanted.key)
            if now_wanted is not None:
                _show_stock(task, now_wanted, promise.expected_stock(now_wanted, seen.items, viewer, shown.item), shown)


def _shows(wanted: Wanted, expected: Decimal | None) -> bool:
    return expected is not None and stock.plain(expected) == wanted.value


def _show_stock(task: Task, wanted: Wanted, expected: Decimal | None, shown: Lease) -> None:
    if _shows(wanted, expected):
        log(task, wanted, "skipped", "the channel shows it already")
        return
    at = task.connection
    rule = task.pushes["stock"]
    named = wanted.location_id if rule.per != "channel" else None  # a channel of one number names no place
    place = at.channel_location(named) if named else None
    stock_id = skus.stock_id_of(task.session, wanted.record["sku"])
    if stock_id is None or (named and place is None):
        log(task, wanted, "skipped", "the channel does not list it there")
        return
    record = {**wanted.record, "channel_stock_id": stock_id, "channel_location_id": place, "previous": expected}
    if rule.max_age is not None:
        record["as_of"] = max(record["as_of"], runtime.rfc3339(runtime.now() - timedelta(seconds=rule.max_age)))
    send(task, wanted, record, shown, expected)
