"""Push erasures: a channel forgets whom the hub forgot."""

from functions import runtime
from functions.delivery.attempt import Task, digest, send
from functions.delivery.lease import Lease
from records.desired import Wanted
from records.store import keys
from records.store.actions import Is, Update


def push(task: Task) -> None:
    """Make a channel forget a person whom the hub forgot, under each id that it knows them by.

    When it has confirmed every id, the request for erasure says so.
    """
    tenant, name = task.connection.tenant, f"tell#{task.connection.connection_id}"
    key = keys.erasure(tenant, task.detail["subject"])
    left = runtime.records().get([key])[key].get(name, {}).get("ids", [])
    if not left or "erasure" not in task.pushes:
        return
    for channel_customer_id in left:
        # The key is made of the id, not of its place in the list: ids that are found later move the others' places.
        about = {"channel_customer_id": channel_customer_id}
        wanted = Wanted("erasure", f"{task.detail['subject']}/{digest(about)}", "erased", about)
        with Lease(task.connection, wanted, task.attempt) as shown:
            if shown.item.get("value") != wanted.value:
                send(task, wanted, wanted.record, shown)
            if shown.item.get("value") != wanted.value:
                return  # the channel refuses it; privacy/request.py has it asked again until the time for it is over
    at = runtime.rfc3339(runtime.now())
    # Another id of theirs may have been found meanwhile. Then the list is not the one that was told: the write
    # conflicts, and the message comes again.
    runtime.records().write([Update(key, {name: {"outcome": "confirmed", "at": at}}, when=Is(name, {"ids": left}))])
