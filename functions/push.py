"""Push: make a channel show what the hub knows.

Triggered by the connection's queue of record events. Reads the record as it is now, computes what this channel should
show, and compares it with what the channel shows as far as we know. Only a difference is sent, under a lease, so that
two pushes of one thing never overtake each other.

When the channel is away or asks us to wait, the message comes again after a backoff or the time it asked for. After
twelve attempts the queue moves it to its dead-letter queue. What the channel refuses for good is kept as a failed push,
where people see it.
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
    """Give an event as the connection's tenant may know it; None: it is another tenant's.

    Tenants of a group share their customers. What another tenant of the group did to one gets another cause here and no
    origin, so that it says nothing of that tenant's own event.
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
"""What to do by kind of record. Each raises LaterError where the message must come again."""
