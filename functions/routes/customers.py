"""Routes of customers."""

from typing import Any

from functions import indexes
from functions.problems import problem
from functions.queries import customers, identity
from functions.registry.tenants import people_of
from functions.routes.app import page_size, query, route


@route("/v1/customers")
def list_customers(tenant: str) -> Any:
    """Find customers by e-mail, phone or loyalty card, or by a name and what else is known of them."""
    asked = query("email", "phone", "loyalty", "q")
    key = customers.key_of(asked)
    if key is not None:
        return {"customers": customers.find_customers(people_of(tenant), key)}
    if not asked.get("q"):
        return problem(400, "query_missing", "Ask with ?email=, ?phone= (E.164), ?loyalty= or ?q=.")
    found = identity.search(people_of(tenant), asked["q"])
    if found is None:
        return problem(400, "query_vague", "Ask for first and last name with a birth date, a town or a house number.")
    return {"customers": found}


@route("/v1/customers/{customer_id}")
def get_customer(tenant: str, customer_id: str) -> Any:
    """Give a golden record."""
    return customers.customer(people_of(tenant), customer_id)


@route("/v1/customers/{customer_id}/timeline")
def get_timeline(tenant: str, customer_id: str) -> Any:
    """Give what happened with a customer, page by page."""
    from functions.queries import timeline  # noqa: PLC0415 (it can search payloads too, which no other route does)

    asked = query("limit", "cursor")
    limit = page_size(asked, 100)
    page, cursor = timeline.timeline(tenant, customer_id, limit, asked.get("cursor") or indexes.LAST)
    return {"timeline": page, "cursor": cursor}
