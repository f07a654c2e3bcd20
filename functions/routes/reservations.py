"""Routes of reservations: hold pieces for a while, let an order take them over, give them back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.connection import Connection
from functions import runtime
from functions.inbound import kits
from functions.problems import answer
from functions.queries import lookup, stock
from functions.queries.lookup import MissingError
from functions.queries.shelf import viewer_of
from functions.routes.app import RefusedError, body, by_hand, request, route
from functions.routes.stock import named, quantity
from records import ids
from records.apply import change
from records.cause import Cause
from records.orders import reservations
from records.orders.reservations import Request, ReservationError
from records.stock.allocation import Wish
from records.store import keys
from records.store.actions import Item
from records.store.unit import Unit

MOST_LINES = 25
USUAL = 15 * 60  # seconds
LONGEST = 7 * 24 * 3600
NOTHING = type(None)
STATUS = {"idempotency_key_reused": 422, "reservation_too_large": 422}


@route("/v1/reservations", "POST")
def make_reservation(tenant: str) -> Any:
    """Hold everything that is asked for, or nothing. The caller's Idempotency-Key names the reservation."""
    key = request().headers.get("idempotency-key", "")
    if not 0 < len(key) <= 256:
        raise RefusedError(400, "idempotency_key_missing", "Send an Idempotency-Key of 1 to 256 characters.")
    said = body(
        connection_id=str,
        lines=list,
        location_id=(str, NOTHING),
        tier=(str, NOTHING),
        expires_in=(int, NOTHING),
    )
    opened, asked = lookup.session_of(tenant, said["connection_id"]), said.get("expires_in")
    seconds = USUAL if asked is None else asked
    if not 1 <= seconds <= LONGEST:
        raise RefusedError(400, "body_invalid", f"expires_in must be 1 to {LONGEST} seconds.")
    viewer = viewer_of(opened, said.get("tier"))
    until = runtime.rfc3339(runtime.now() + timedelta(seconds=seconds))
    places = _places(opened.connection, said.get("location_id"))
    wanted = Request(_wishes(tenant, said["lines"]), places, until, said.get("location_id"))
    name, digest = ids.reservation_id(tenant, key), wanted.digest(viewer, seconds)
    cause = Cause(tenant, by_hand(tenant).event_id, "api", viewer.now)
    made = _change(cause, lambda unit: reservations.reserve(unit, cause, name, wanted, viewer, digest))
    return answer(201 if made["reserved_at"] == cause.at else 200, stock.reservation(made))


def _places(connection: Connection, location_id: str | None) -> tuple[str, ...]:
    """Give the places a channel may take from: those it sells from, or the one it asks for and owns."""
    if location_id is not None and location_id not in {*connection.sells_from, *connection.owns}:
        raise RefusedError(422, "location_refused", f"{connection.connection_id} does not sell from {location_id}.")
    asked = [location_id] if location_id and location_id not in connection.sells_from else []
    return (*connection.sells_from, *asked)


def _wishes(tenant: str, lines: list[Any]) -> tuple[Wish, ...]:
    """Read what is asked for; the same SKU twice is one wish."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise RefusedError(400, "body_invalid", f"Send 1 to {MOST_LINES} lines.")
    asked: dict[str, Decimal] = {}
    for line in lines:
        if not isinstance(line, dict) or line.keys() != {"sku", "quantity"} or not isinstance(line["sku"], str):
            raise RefusedError(400, "body_invalid", "Each line is a sku and a quantity.")
        pieces = quantity(line["quantity"], "quantity")
        if not pieces:
            raise RefusedError(400, "body_invalid", "quantity must be above 0.")
        sku = named(line["sku"], "sku")
        asked[sku] = asked.get(sku, Decimal(0)) + pieces
    known = kits.table(tenant)
    broken = sorted(sku for sku, pieces in asked.items() if sku in known and pieces % 1)
    if broken:
        raise RefusedError(400, "body_invalid", f"{', '.join(broken)} is a kit: it is sold whole.")
    return tuple(Wish(sku, pieces, _components(known.get(sku, {}))) for sku, pieces in asked.items())


def _components(parts: Any) -> tuple[tuple[str, Decimal], ...]:
    return tuple((sku, Decimal(each)) for sku, each in sorted(parts.items()))


@route("/v1/reservations/{reservation_id}")
def get_reservation(tenant: str, reservation_id: str) -> Any:
    """Give a reservation."""
    at = keys.reservation(tenant, reservation_id)
    return stock.reservation(_found(runtime.records().get([at]).get(at), reservation_id))


@route("/v1/reservations/{reservation_id}/confirm", "POST")
def confirm_reservation(tenant: str, reservation_id: str) -> Any:
    """Let an order take over what is held, also before the order itself has arrived."""
    connection_id, slash, channel_order_id = body(order=str)["order"].partition("/")
    if not slash or not channel_order_id or len(channel_order_id) > 256:
        raise RefusedError(400, "body_invalid", "order must be <connection_id>/<channel_order_id>.")
    order = (lookup.connection_of(tenant, connection_id).connection_id, channel_order_id)
    cause = by_hand(tenant)
    made = _change(cause, lambda unit: reservations.confirm(unit, cause, reservation_id, *order))
    seen = stock.reservation(_found(made, reservation_id))
    if seen["status"] != "confirmed":
        raise RefusedError(409, "reservation_over", f"It is {seen['status']}: reserve again.", reservation=seen)
    return seen


@route("/v1/reservations/{reservation_id}/release", "POST")
def release_reservation(tenant: str, reservation_id: str) -> Any:
    """Give back what is held."""
    body()
    cause = by_hand(tenant)
    made = _change(cause, lambda unit: reservations.release(unit, cause, reservation_id))
    return stock.reservation(_found(made, reservation_id))


def _change(cause: Cause, decide: Callable[[Unit], Any]) -> Any:
    try:
        return change(runtime.records(), cause, decide, fresh=True)
    except ReservationError as error:
        raise RefusedError(STATUS.get(error.code, 409), error.code, str(error), **error.more) from error


def _found(item: Item | None, reservation_id: str) -> Item:
    if item is None:
        raise MissingError(f"reservation {reservation_id}")
    return item
