"""Push parcels: a channel learns which parcels of its orders another system sent."""

from typing import Any

from functions import runtime
from functions.delivery.attempt import Task, log, send
from functions.delivery.lease import Lease
from records.orders.desired import fulfillments_wanted
from records.store import keys


def push(task: Task) -> None:
    """Tell a channel of each parcel of its own order that another system sent."""
    if "fulfillment" not in task.pushes or _connection_of(task.detail) != task.connection.connection_id:
        return
    key = keys.order(task.connection.tenant, task.detail["subject"])
    item = runtime.records().get([key])[key]
    for wanted in fulfillments_wanted(item, task.connection.connection_id):
        with Lease(task.connection, wanted, task.attempt) as shown:
            if shown.item.get("value") == wanted.value:
                log(task, wanted, "skipped", "the channel knows it already")
            else:
                send(task, wanted, wanted.record, shown)


def _connection_of(detail: dict[str, Any]) -> str | None:
    """Say whose order it is. A message from before the field was renamed may wait in a queue or a dead-letter queue."""
    found: str | None = detail.get("connection_id", detail.get("connection"))
    return found
