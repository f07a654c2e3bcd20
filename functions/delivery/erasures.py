"""Push erasures: a channel forgets whom the hub forgot."""

from functions import runtime
from functions.delivery.attempt import Task, digest, send
from functions.delivery.lease import Lease
from records.desired import Wanted
from records.store import keys
from records.store.actions import Is, Update


def push(task: Task) -> None:
    """Let a channel forget whom the hub forgot: each id it knows them by, until it confirmed every one."""
    tenant, name = task.connection.tenant, f"tell#{task.connection.connection_id}"
    key = keys.erasure(tenant, task.detail["subject"])
    left = runtime.records().get([key])[key].get(name, {}).get("ids", [])
    if not left or "erasure" not in task.pushes:
        return
    for channel_customer_id in left:
        # The digest, not the place in the list: an id that is found later must not take another's turn.
        about = {"channel_customer_id": channel_customer_id}
        wanted = Wanted("erasure", f"{task.detail['subject']}/{digest(about)}", "erased", about)
        with Lease(task.connection, wanted, task.attempt) as shown:
            if shown.item.get("value") != wanted.value:
                send(task, wanted, wanted.record, shown)
            if shown.item.get("value") != wanted.value:
                return  # the channel refuses it; it is asked again until it is too late
    at = runtime.rfc3339(runtime.now())
    # Only of what was told: another id of theirs may have been found meanwhile, and the message comes again.
    runtime.records().write([Update(key, {name: {"outcome": "confirmed", "at": at}}, when=Is(name, {"ids": left}))])
