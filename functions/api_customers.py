"""Routes of customers."""

from typing import Any

from functions import people, views
from functions.asking import RefusedError, query, route
from functions.connections import people_of
from functions.problems import problem

PAGE, MAX_PAGE = 100, 200


@route("/v1/customers")
def list_customers(tenant: str) -> Any:
    """Find customers by e-mail, phone or loyalty card, or by a name and what else is known of them."""
    asked = query("email", "phone", "loyalty", "q")
    key = views.key_of(asked)
    if key is not None:
        return {"customers": views.find_customers(people_of(tenant), key)}
    if not asked.get("q"):
        return problem(400, "query_missing", "Ask with ?email=, ?phone= (E.164), ?loyalty= or ?q=.")
    found = people.search(people_of(tenant), asked["q"])
    if found is None:
        return problem(400, "query_vague", "Ask for first and last name with a birth date, a town or a house number.")
    return {"customers": found}


@route("/v1/customers/{customer_id}")
def get_customer(tenant: str, customer_id: str) -> Any:
    """Give a golden record."""
    return views.customer(people_of(tenant), customer_id)


@route("/v1/customers/{customer_id}/timeline")
def get_timeline(tenant: str, customer_id: str) -> Any:
    """Give what happened with a customer, page by page."""
    from functions import person  # noqa: PLC0415 (it can search payloads too, which no other route does)

    asked = query("limit", "cursor")
    limit = asked.get("limit", str(PAGE))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_PAGE:
        raise RefusedError(400, "query_invalid", f"limit must be 1 to {MAX_PAGE}.")
    page, cursor = person.timeline(tenant, customer_id, int(limit), asked.get("cursor") or person.LAST)
    return {"timeline": page, "cursor": cursor}
