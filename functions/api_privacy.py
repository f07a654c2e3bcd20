"""Routes of privacy: what is kept of somebody, and that they be forgotten."""

from typing import Any

from functions import runtime, views
from functions.asking import RefusedError, body, by_hand, query, route
from functions.connections import people_of
from functions.problems import answer
from functions.views import MissingError
from records import erasure
from records.apply import change
from records.store import keys
from records.store.actions import Item
from records.store.wire import Item as Start

PAGE = 50
SAID = ("type", "connection_id", "stage", "requested_at", "due_at", "erased_at", "done_at", "counts", "customers")


@route("/v1/customers/{customer_id}/export")
def export_customer(tenant: str, customer_id: str) -> Any:
    """Give all that is kept of a customer, part by part: ask again with ?cursor= until there is none."""
    from functions import person  # noqa: PLC0415 (it maps payloads again, which no other route does)

    try:
        return person.export(tenant, customer_id, query("cursor").get("cursor"))
    except ValueError as error:
        raise RefusedError(400, "query_invalid", "cursor must be one that an earlier part gave.") from error


@route("/v1/customers/{customer_id}/erase", "POST")
def erase_customer(tenant: str, customer_id: str) -> Any:
    """Begin to erase a customer; the receipt says how far it is."""
    body()
    item, cause = views.customer_item(people_of(tenant), customer_id), by_hand(tenant)
    subject = {"customer_id": item["id"]}
    made = change(
        runtime.records(),
        cause,
        lambda unit: erasure.request_privacy(unit, cause, cause.event_id, "erasure", cause.at, subject),
    )
    return answer(202, _receipt(_read(tenant, made)))


@route("/v1/erasures/{erasure_id}")
def get_erasure(tenant: str, erasure_id: str) -> Any:
    """Give the receipt of an erasure. It names nobody."""
    return _receipt(_read(tenant, erasure_id))


@route("/v1/privacy")
def list_privacy(tenant: str) -> Any:
    """List requests for privacy that are ?status=open or done, newest first."""
    asked = query("status", "cursor")
    status = asked.get("status", "open")
    if status not in ("open", "done"):
        raise RefusedError(400, "query_invalid", "status must be open or done.")
    start = _start(tenant, status, asked.get("cursor"))
    found, after = runtime.records().index(
        "by_status", "status_key", erasure.listed(tenant, status), limit=PAGE, start=start
    )
    items = runtime.records().get(found)
    listed = [_receipt(items[key]) for key in found if key in items]
    return {"requests": listed, "cursor": f"{after['at']} {after['pk'].rpartition('#')[2]}" if after else None}


def _start(tenant: str, status: str, cursor: str | None) -> Start | None:
    if cursor is None:
        return None
    at, _, name = cursor.partition(" ")
    if not at or not name:
        raise RefusedError(400, "query_invalid", "cursor must be one that an earlier page gave.")
    pk, sk = keys.erasure(tenant, name)
    return {"pk": pk, "sk": sk, "status_key": erasure.listed(tenant, status), "at": at}


def _read(tenant: str, erasure_id: str) -> Item:
    key = keys.erasure(tenant, erasure_id)
    found: Item | None = runtime.records().get([key]).get(key)
    if found is None:
        raise MissingError(f"request {erasure_id}")
    return found


def _receipt(item: Item) -> dict[str, Any]:
    told = {name[5:]: said for name, said in item.items() if name.startswith("tell#")}
    channels = {name: {"outcome": "waiting"} if "ids" in said else said for name, said in told.items()}
    undecided = {"undecided": item["undecided"]} if "undecided" in item else {}
    return {"erasure_id": item["id"], **{name: item.get(name) for name in SAID}, "channels": channels, **undecided}
