"""The counter where tests reserve goods: reservations by the minute, on any store."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from records import ids
from records.apply import change
from records.cause import Cause
from records.errors import ConflictError
from records.orders import reservations
from records.orders.reservations import Request, ReservationError
from records.stock import counts
from records.stock.allocation import Wish
from records.stock.promise import Viewer
from records.store.actions import Store
from tests.records.retail import MUG, PLACE, TENANT, WEB, at

MINUTES = 10


def by_hand(minute: int, tenant: str = TENANT) -> Cause:
    """Give the cause of what somebody asks for at a minute."""
    return Cause(tenant, f"api_{minute}", "api", at(minute))


def reserve(
    store: Store,
    minute: int,
    key: str,
    pieces: Any = 1,
    sku: str = MUG,
    connection_id: str = WEB,
    places: Sequence[str] = (PLACE,),
    minutes: int = MINUTES,
    buffer: int = 0,
    tier: str | None = None,
    wishes: Sequence[Wish] = (),
    location_id: str | None = None,
    tenant: str = TENANT,
) -> str:
    """Reserve goods. Gives the status, or the code of the refusal."""
    cause = by_hand(minute, tenant)
    wanted = tuple(wishes) or (Wish(sku, Decimal(str(pieces))),)
    request = Request(wanted, tuple(places), at(minute + minutes), location_id)
    viewer = Viewer(connection_id, tuple(places), (), buffer, "location", tier, at(minute))
    name, digest = ids.reservation_id(tenant, key), request.digest(viewer, minutes)

    def ask() -> str:
        item = change(
            store,
            cause,
            lambda unit: reservations.reserve(unit, cause, name, request, viewer, digest),
            lambda _: None,
        )
        return reservations.status_of(item, cause.at)

    return _answer(ask)


def confirm(store: Store, minute: int, key: str, order: str = "1001", tenant: str = TENANT) -> str:
    """Let an order of the web shop take over a reservation. Gives the status, or the code of the refusal."""
    cause, name = by_hand(minute, tenant), ids.reservation_id(tenant, key)
    made = _change(store, cause, lambda unit: reservations.confirm(unit, cause, name, WEB, order))
    return "reservation_over" if made in ("released", "expired") else made


def release(store: Store, minute: int, key: str, tenant: str = TENANT) -> str:
    """Release a reservation. Gives the status, or the code of the refusal."""
    cause, name = by_hand(minute, tenant), ids.reservation_id(tenant, key)
    return _change(store, cause, lambda unit: reservations.release(unit, cause, name))


def sweep(store: Store, minute: int, key: str, tenant: str = TENANT) -> str:
    """Let the sweeper look at a reservation, and give what it made of it."""
    cause, name = by_hand(minute, tenant), ids.reservation_id(tenant, key)
    made = change(store, cause, lambda unit: reservations.expire(unit, cause, name), lambda _: None)
    return str(made)


def set_policy(store: Store, minute: int, safety: int = 0, **tiers: int) -> None:
    """Set what is kept back of the mug at the one location: as safety stock and for customer tiers."""
    cause = by_hand(minute)
    kept = {tier: Decimal(pieces) for tier, pieces in tiers.items()}
    change(store, cause, lambda unit: counts.set_policy(unit, cause, (MUG, PLACE), Decimal(safety), kept))


def announce(store: Store, minute: int, reference: str, pieces: int) -> None:
    """Say that mugs are on their way to the one location."""
    cause = by_hand(minute)
    expected = (reference, Decimal(pieces), at(minute + 60))
    change(store, cause, lambda unit: counts.announce(unit, cause, (MUG, PLACE), *expected))


def _change(store: Store, cause: Cause, decide: Any) -> str:
    def ask() -> str:
        item = change(store, cause, decide, lambda _: None)
        return reservations.status_of(item, cause.at) if item else "unknown"

    return _answer(ask)


def _answer(ask: Any) -> str:
    try:
        return str(ask())
    except ReservationError as refused:
        return refused.code
    except ConflictError:
        return "conflict"
