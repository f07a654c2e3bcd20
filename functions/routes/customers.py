"""Routes of customers."""

from typing import TYPE_CHECKING, Any

from functions import cursors, indexes
from functions.problems import problem
from functions.queries import customers, identity
from functions.registry.tenants import people_of
from functions.routes.app import route

if TYPE_CHECKING:
    from functions.contract.customers import CustomersQuery, TimelineQuery


@route("/v1/customers")
def list_customers(tenant: str, query: "CustomersQuery") -> Any:
    """Find customers by e-mail, phone or loyalty card, or by a name and what else is known of them."""
    if query.key is not None:
        return {"customers": customers.find_customers(people_of(tenant), query.key)}
    found = identity.search(people_of(tenant), query.q or "")
    if found is None:
        return problem(400, "query_vague", "Ask for first and last name with a birth date, a town or a house number.")
    return {"customers": found}


@route("/v1/customers/{customer_id}")
def get_customer(tenant: str, customer_id: str) -> Any:
    """Give a golden record."""
    return customers.customer(people_of(tenant), customer_id)


@route("/v1/customers/{customer_id}/timeline")
def get_timeline(tenant: str, customer_id: str, query: "TimelineQuery") -> Any:
    """Give what happened with a customer, page by page."""
    from functions.queries import timeline  # noqa: PLC0415 (it can search payloads too, which no other route does)

    listed, cursor = cursors.paged(
        tenant,
        f"timeline {customer_id}",
        query.cursor,
        lambda place: timeline.timeline(tenant, customer_id, query.limit, place or indexes.LAST),
    )
    return {"timeline": listed, "cursor": cursor}
