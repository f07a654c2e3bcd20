"""Routes of stock and products."""

from typing import Any

from functions import views
from functions.asking import query, route
from functions.problems import problem


@route("/v1/stock/{sku}")
def get_stock(tenant: str, sku: str) -> Any:
    """Give a SKU's stock."""
    return views.stock_of(tenant, sku)


@route("/v1/stock/{sku}/availability")
def get_availability(tenant: str, sku: str) -> Any:
    """Give what a channel may promise."""
    connection_id = query().get("connection")
    if not connection_id:
        return problem(400, "query_missing", "Ask with ?connection=.")
    return views.availability(tenant, sku, views.connection_of(tenant, connection_id))


@route("/v1/stock/{sku}/ledger")
def get_ledger(tenant: str, sku: str) -> Any:
    """Explain a SKU's stock."""
    return views.ledger(tenant, sku)


@route("/v1/products/{sku}")
def get_product(tenant: str, sku: str) -> Any:
    """Give what is known of a SKU."""
    return views.product(tenant, sku)
