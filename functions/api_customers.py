"""Routes of customers."""

from typing import Any

from functions import views
from functions.asking import query, route
from functions.problems import problem


@route("/v1/customers")
def list_customers(tenant: str) -> Any:
    """Find customers by e-mail, phone or loyalty card."""
    key = views.key_of(query())
    if key is None:
        return problem(400, "query_missing", "Ask with ?email=, ?phone= (E.164) or ?loyalty=.")
    return {"customers": views.find_customers(tenant, key)}


@route("/v1/customers/{customer_id}")
def get_customer(tenant: str, customer_id: str) -> Any:
    """Give a golden record."""
    return views.customer(tenant, customer_id)


@route("/v1/customers/{customer_id}/timeline")
def get_timeline(tenant: str, customer_id: str) -> Any:
    """Give what happened with a customer."""
    return {"timeline": views.timeline(tenant, customer_id)}
