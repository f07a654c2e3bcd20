"""Push customers: the golden record, unless the channel confirmed it or said the same itself."""

from dataclasses import replace

from functions import runtime
from functions.delivery.attempt import Task, body_of, digest, log, send
from functions.delivery.lease import Lease
from mappings.expressions.compilation import compile_expression
from records.customers.desired import customer_shown, customer_wanted
from records.desired import Wanted
from records.store import keys
from records.store.actions import Item


def push(task: Task) -> None:
    """Show a channel the customer that a message names, unless the record lacks what the channel needs."""
    if "customer" not in task.pushes:
        return
    key = keys.customer(task.connection.people, task.detail["subject"])
    wanted = customer_wanted(runtime.records().get([key])[key], task.connection.connection_id)
    if wanted is None:
        return
    lacks = _lacks(task, wanted)
    if lacks:
        log(task, wanted, "skipped", f"the channel needs {lacks}")
        return
    with Lease(task.connection, wanted, task.attempt) as shown:
        _show_customer(task, runtime.records().get([key])[key], shown)


def _show_customer(task: Task, item: Item, shown: Lease) -> None:
    """Send a customer, unless the channel last confirmed just this or last said just this itself."""
    connection_id = task.connection.connection_id
    wanted = customer_wanted(item, connection_id)
    if wanted is None:
        return
    own = customer_shown(item, connection_id)
    wanted = replace(wanted, value=digest(body_of(task, wanted, wanted.record)))
    known = {shown.item.get("value"), digest(body_of(task, wanted, own)) if own else None}
    if wanted.value in known:
        log(task, wanted, "skipped", "the channel knows it already")
    else:
        send(task, wanted, wanted.record, shown)


def _lacks(task: Task, wanted: Wanted) -> str:
    """Name what the channel needs and the record lacks; empty: it lacks nothing."""
    needs = task.pushes["customer"].needs
    return " and ".join(name for name in needs if not compile_expression(name).search(wanted.record))
