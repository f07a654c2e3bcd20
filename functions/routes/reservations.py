"""Routes of reservations: hold pieces for a while, let an order take them over, give them back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.connection import Connection
from functions import runtime
from functions.inbound import kits
from functions.problems import RefusedError, answer
from functions.queries import lookup, stock
from functions.queries.lookup import MissingError
from functions.queries.shelf import viewer_of
from functions.routes.app import by_hand, route
from records import ids
from records.apply import change
from records.cause import Cause
from records.orders import reservations
from records.orders.reservations import Request, ReservationError
from records.stock.allocation import Wish
from records.store import keys
from records.store.actions import Item
from records.store.unit import Unit

if TYPE_CHECKING:
    from functions.contract.operation import Nothing
    from functions.contract.reservations import Confirmation, ReservationHeaders, ReservationWish
    from functions.contract.reservations import Wish as AskedWish

USUAL = 15 * 60  # seconds
STATUS = {"idempotency_key_reused": 422, "reservation_too_large": 422}


@route("/v1/reservations", "POST")
def make_reservation(tenant: str, headers: "ReservationHeaders", body: "ReservationWish") -> Any:
    """Hold everything that is asked for, or nothing. The caller's Idempotency-Key names the reservation."""
    opened = lookup.session_of(tenant, body.connection_id)
    seconds = body.expires_in or USUAL
    viewer = viewer_of(opened, body.tier)
    until = runtime.rfc3339(runtime.now() + timedelta(seconds=seconds))
    places = _places(opened.connection, body.location_id)
    wanted = Request(_wishes(tenant, body.lines), places, until, body.location_id)
    name, digest = ids.reservation_id(tenant, headers.idempotency_key), wanted.digest(viewer, seconds)
    cause = Cause(tenant, by_hand(tenant).event_id, "api", viewer.now)
    made = _change(cause, lambda unit: reservations.reserve(unit, cause, name, wanted, viewer, digest))
    return answer(201 if made["reserved_at"] == cause.at else 200, stock.reservation(made))


def _places(connection: Connection, location_id: str | None) -> tuple[str, ...]:
    """Give the places a channel may take from: those it sells from, or the one it asks for and owns."""
    if location_id is not None and location_id not in {*connection.sells_from, *connection.owns}:
        raise RefusedError(422, "location_refused", f"{connection.connection_id} does not sell from {location_id}.")
    asked = [location_id] if location_id and location_id not in connection.sells_from else []
    return (*connection.sells_from, *asked)


def _wishes(tenant: str, lines: "list[AskedWish]") -> tuple[Wish, ...]:
    """Read what is asked for; the same SKU twice is one wish."""
    asked: dict[str, Decimal] = {}
    for line in lines:
        asked[line.sku] = asked.get(line.sku, Decimal(0)) + line.quantity
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
def confirm_reservation(tenant: str, reservation_id: str, body: "Confirmation") -> Any:
    """Let an order take over what is held, also before the order itself has arrived."""
    connection_id, _, channel_order_id = body.order.partition("/")
    order = (lookup.connection_of(tenant, connection_id).connection_id, channel_order_id)
    cause = by_hand(tenant)
    made = _change(cause, lambda unit: reservations.confirm(unit, cause, reservation_id, *order))
    seen = stock.reservation(_found(made, reservation_id))
    if seen["status"] != "confirmed":
        raise RefusedError(409, "reservation_over", f"It is {seen['status']}: reserve again.", reservation=seen)
    return seen


@route("/v1/reservations/{reservation_id}/release", "POST")
def release_reservation(tenant: str, reservation_id: str, body: "Nothing") -> Any:
    """Give back what is held."""
    cause = by_hand(tenant)
    made = _change(cause, lambda unit: reservations.release(unit, cause, reservation_id))
    return stock.reservation(_found(made, reservation_id))


def _change(cause: Cause, decide: Callable[[Unit], Any]) -> Any:
    try:
        return change(runtime.records(), cause, decide)
    except ReservationError as error:
        raise RefusedError(STATUS.get(error.code, 409), error.code, str(error), **error.more) from error


def _found(item: Item | None, reservation_id: str) -> Item:
    if item is None:
        raise MissingError(f"reservation {reservation_id}")
    return item
