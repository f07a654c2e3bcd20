"""Routes of stock and products."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from functions import runtime
from functions.inbound import kits
from functions.problems import problem
from functions.queries import lookup, stock
from functions.routes.app import RefusedError, body, by_hand, paging, query, route
from records.apply import change
from records.products import kits as kit_rules
from records.stock import counts

MOST = Decimal(10) ** 9
FINEST = -6  # decimal places
NUMBER = (int, str, Decimal)


@route("/v1/stock/{sku}")
def get_stock(tenant: str, sku: str) -> Any:
    """Give a SKU's stock."""
    return stock.stock_of(tenant, sku)


@route("/v1/stock/{sku}/availability")
def get_availability(tenant: str, sku: str) -> Any:
    """Give what a channel may promise, also to a customer of a tier."""
    asked = query("connection", "tier")
    if not asked.get("connection"):
        return problem(400, "query_missing", "Ask with ?connection=, and &tier= for a customer of a tier.")
    opened = lookup.session_of(tenant, asked["connection"])
    return stock.availability(tenant, sku, opened, asked.get("tier"))


@route("/v1/stock/{sku}/ledger")
def get_ledger(tenant: str, sku: str) -> Any:
    """Explain a SKU's stock."""
    return stock.ledger(tenant, sku)


@route("/v1/stock/{sku}/policy", "PUT")
def put_policy(tenant: str, sku: str) -> Any:
    """Say what is kept back at a place: from all channels, and for customers of a tier."""
    said = body(location_id=str, safety=(*NUMBER, type(None)), tiers=(dict, type(None)))
    safety = quantity(0 if said.get("safety") is None else said["safety"], "safety")
    tiers = {named(tier, "a tier"): quantity(pieces, tier) for tier, pieces in (said.get("tiers") or {}).items()}
    cause, place = by_hand(tenant), (sku, named(said["location_id"], "location_id"))
    change(runtime.records(), cause, lambda unit: counts.set_policy(unit, cause, place, safety, tiers))
    return stock.stock_of(tenant, sku)


@route("/v1/stock/{sku}/incoming", "PUT")
def put_incoming(tenant: str, sku: str) -> Any:
    """Say what is on its way to a place; a quantity of 0 takes it back."""
    said = body(location_id=str, reference=str, quantity=NUMBER, expected_at=str)
    arriving = (named(said["reference"], "reference"), quantity(said["quantity"], "quantity"))
    expected_at = _moment(said["expected_at"])
    cause, place = by_hand(tenant), (sku, named(said["location_id"], "location_id"))
    change(runtime.records(), cause, lambda unit: counts.announce(unit, cause, place, *arriving, expected_at))
    return stock.stock_of(tenant, sku)


@route("/v1/products/{sku}")
def get_product(tenant: str, sku: str) -> Any:
    """Give what is known of a SKU."""
    return stock.product(tenant, sku)


@route("/v1/products/{sku}/kit", "PUT")
def put_kit(tenant: str, sku: str) -> Any:
    """Say what a kit is made of; without components it is no kit any more."""
    said = body(components=dict)
    parts = {named(part, "a component"): quantity(pieces, part) for part, pieces in said["components"].items()}
    if not all(parts.values()):
        raise RefusedError(400, "body_invalid", "Every component needs a quantity above 0.")
    cause = by_hand(tenant)
    try:
        change(runtime.records(), cause, lambda unit: kit_rules.define(unit, cause, sku, parts), fresh=True)
    except kit_rules.KitError as error:
        raise RefusedError(422, error.code, str(error)) from error
    kits.forget(tenant)
    return {"sku": sku, "components": {part: str(pieces) for part, pieces in sorted(parts.items())}}


@route("/v1/tasks")
def list_tasks(tenant: str) -> Any:
    """List what no rule may settle: where channels sold more than there is."""
    asked = query("type", "cursor")
    if asked.get("type", "shortage") != "shortage":
        return problem(400, "query_invalid", "type must be shortage; tasks of an order stand in the order.")
    with paging():
        listed, cursor = stock.shortages(tenant, asked.get("cursor"))
    return {"tasks": listed, "cursor": cursor}


def _moment(text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RefusedError(400, "body_invalid", "expected_at must be a time with its zone: 2026-11-22T10:00:00Z.")
    return runtime.rfc3339(found)


def quantity(said: Any, name: str) -> Decimal:
    """Read a quantity of pieces, 0 or more.

    Raises:
        RefusedError: it is none.
    """
    try:
        found = Decimal(str(said)) if isinstance(said, NUMBER) and not isinstance(said, bool) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 <= found <= MOST or exponent < FINEST:
        raise RefusedError(400, "body_invalid", f"{name} must be a quantity: 0 or more, to six decimal places.")
    return found


def named(text: str, name: str) -> str:
    """Read a name.

    Raises:
        RefusedError: it is empty, too long, or holds what separates names in keys.
    """
    if not 0 < len(text) <= 256 or "#" in text:
        raise RefusedError(400, "body_invalid", f"{name} must have 1 to 256 characters, and no #.")
    return text
