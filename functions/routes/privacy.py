"""Routes of privacy: what is kept of somebody, and that they be forgotten."""

from typing import TYPE_CHECKING, Any

from functions import cursors, indexes, runtime
from functions.problems import answer
from functions.queries import customers
from functions.queries.lookup import MissingError
from functions.registry.tenants import people_of
from functions.routes.app import by_hand, route
from records.apply import change
from records.customers import erasure
from records.store import keys
from records.store.actions import Item

if TYPE_CHECKING:
    from functions.contract.operation import Nothing, Paged
    from functions.contract.privacy import RequestsQuery

PAGE = 50
SAID = ("type", "connection_id", "stage", "requested_at", "due_at", "erased_at", "done_at", "counts", "customers")


@route("/v1/customers/{customer_id}/export")
def export_customer(tenant: str, customer_id: str, query: "Paged") -> Any:
    """Give all that is kept of a customer, part by part: ask again with ?cursor= until there is none."""
    from functions.privacy import access  # noqa: PLC0415 (it maps payloads again, which no other route does)

    name = f"export {customer_id}"
    place = None if query.cursor is None else cursors.read(tenant, name, query.cursor)
    part = access.export(tenant, customer_id, place)
    return {**part, "cursor": None if part["cursor"] is None else cursors.write(tenant, name, part["cursor"])}


@route("/v1/customers/{customer_id}/erase", "POST")
def erase_customer(tenant: str, customer_id: str, body: "Nothing") -> Any:
    """Begin to erase a customer; the receipt says how far it is."""
    item, cause = customers.customer_item(people_of(tenant), customer_id), by_hand(tenant)
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
def list_privacy(tenant: str, query: "RequestsQuery") -> Any:
    """List requests for privacy that are ?status=open or done, newest first."""
    listed = erasure.listed(tenant, query.status)
    items, cursor = cursors.paged(
        tenant, f"privacy {query.status}", query.cursor, lambda place: indexes.page(listed, place, PAGE)
    )
    return {"requests": [_receipt(item) for item in items], "cursor": cursor}


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
