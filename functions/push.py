"""Push: make a channel show what the hub knows.

Triggered by the connection's queue. Reads the record as it is now, computes what this channel should show, compares it
with what the channel shows as far as we know, and sends only a difference, under a lease so that two pushes of one
thing never overtake each other. A channel that is away or asks us to wait gets the message later; what it refuses for
good is kept as a failed push, where people see it.
"""

import functions.coldstart  # noqa: F401 - before anything else is imported

from collections.abc import Callable
from typing import Any

from connectors.connection import Connection
from functions.batches import work_through
from functions.delivery import customers, erasures, orders, stock
from functions.delivery.attempt import Task
from functions.registry import session
from functions.runtime import logger
from records import ids


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Work through a batch of record events for one connection."""
    return work_through(event, _push)


def _push(message: dict[str, Any], queue: str, attempt: int) -> None:
    opened = session.find(queue.partition("-connection-")[2])
    if opened is None:
        logger.info("connection is gone; its messages end here", queue=queue)
        return
    connection = opened.connection
    detail = _as_its_own(connection, message["detail"])
    if detail is None:
        logger.error("an event of another tenant", connection_id=connection.connection_id)
        return
    logger.append_keys(tenant=connection.tenant, event_id=detail["cause"], subject=detail["subject"])
    task = Task(opened, detail, attempt)
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


PLANS: dict[str, Callable[[Task], None]] = {
    "stock": stock.push,
    "order": orders.push,
    "customer": customers.push,
    "erasure": erasures.push,
}
