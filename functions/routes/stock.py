"""Routes of stock and products."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from functions import cursors, runtime
from functions.inbound import kits
from functions.problems import RefusedError
from functions.queries import lookup, stock
from functions.routes.app import by_hand, route
from records.apply import change
from records.products import kits as kit_rules
from records.stock import counts

if TYPE_CHECKING:
    from functions.contract.stock import AvailabilityQuery, Incoming, KitWish, Policy, TasksQuery


@route("/v1/stock/{sku}")
def get_stock(tenant: str, sku: str) -> Any:
    """Give a SKU's stock."""
    return stock.stock_of(tenant, sku)


@route("/v1/stock/{sku}/availability")
def get_availability(tenant: str, sku: str, query: "AvailabilityQuery") -> Any:
    """Give what a channel may promise, also to a customer of a tier."""
    opened = lookup.session_of(tenant, query.connection_id or "")
    return stock.availability(tenant, sku, opened, query.tier)


@route("/v1/stock/{sku}/ledger")
def get_ledger(tenant: str, sku: str) -> Any:
    """Explain a SKU's stock."""
    return stock.ledger(tenant, sku)


@route("/v1/stock/{sku}/policy", "PUT")
def put_policy(tenant: str, sku: str, body: "Policy") -> Any:
    """Say what is kept back at a place: from all channels, and for customers of a tier."""
    cause, place = by_hand(tenant), (sku, body.location_id)
    safety, tiers = body.safety or Decimal(0), body.tiers or {}
    change(runtime.records(), cause, lambda unit: counts.set_policy(unit, cause, place, safety, tiers))
    return stock.stock_of(tenant, sku)


@route("/v1/stock/{sku}/incoming", "PUT")
def put_incoming(tenant: str, sku: str, body: "Incoming") -> Any:
    """Say what is on its way to a place; a quantity of 0 takes it back."""
    cause, place = by_hand(tenant), (sku, body.location_id)
    arriving = (body.reference, body.quantity, runtime.rfc3339(body.expected_at))
    change(runtime.records(), cause, lambda unit: counts.announce(unit, cause, place, *arriving))
    return stock.stock_of(tenant, sku)


@route("/v1/products/{sku}")
def get_product(tenant: str, sku: str) -> Any:
    """Give what is known of a SKU."""
    return stock.product(tenant, sku)


@route("/v1/products/{sku}/kit", "PUT")
def put_kit(tenant: str, sku: str, body: "KitWish") -> Any:
    """Say what a kit is made of; without components it is no kit any more."""
    cause, parts = by_hand(tenant), body.components
    try:
        change(runtime.records(), cause, lambda unit: kit_rules.define(unit, cause, sku, parts))
    except kit_rules.KitError as error:
        raise RefusedError(422, error.code, str(error)) from error
    kits.forget(tenant)
    return {"sku": sku, "components": {part: f"{pieces:f}" for part, pieces in sorted(parts.items())}}


@route("/v1/tasks")
def list_tasks(tenant: str, query: "TasksQuery") -> Any:
    """List what no rule may settle: where channels sold more than there is."""
    listed, cursor = cursors.paged(tenant, "tasks", query.cursor, lambda place: stock.shortages(tenant, place))
    return {"tasks": listed, "cursor": cursor}
