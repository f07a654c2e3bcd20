"""What people and programs ask for during a day: they reserve goods, and decide which customers are one person."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from records import ids
from records.apply import change
from records.cause import Cause
from records.customers import decisions
from records.customers.decisions import DecisionError
from records.orders import reservations
from records.orders.reservations import Request, ReservationError
from records.stock.allocation import Wish
from records.stock.promise import Viewer
from records.store.actions import Store
from records.store.unit import Unit
from tests.records.retail import PLACE, WEB, at

REFUSALS = (ReservationError, DecisionError)


@dataclass(frozen=True)
class Act:
    """One thing that somebody asks for, by their own clock. It is the same for every tenant. `about`: its arguments."""

    kind: str
    minute: int
    about: tuple[Any, ...]

    def do(self, store: Store, tenant: str) -> str:
        """Do it, and give what came of it: a status, or `refused: <code>`."""
        cause = Cause(tenant, f"api_{self.kind}_{self.minute}", "api", at(self.minute))
        try:
            return DOINGS[self.kind](store, cause, *self.about)
        except REFUSALS as refused:
            return f"refused: {refused.code}"


def _changed(store: Store, cause: Cause, decide: Callable[[Unit], Any]) -> Any:
    return change(store, cause, decide, lambda _: None)


def _reserve(store: Store, cause: Cause, key: str, until: int, wishes: tuple[Any, ...]) -> str:
    wanted = tuple(Wish(sku, Decimal(pieces), _parts(parts)) for sku, pieces, parts in wishes)
    request, viewer = Request(wanted, (PLACE,), at(until)), Viewer(WEB, (PLACE,), (), 0, "location", None, cause.at)
    name, digest = ids.reservation_id(cause.tenant, key), request.digest(viewer, until)
    made = _changed(store, cause, lambda unit: reservations.reserve(unit, cause, name, request, viewer, digest))
    return reservations.status_of(made, cause.at)


def _parts(parts: dict[str, int] | None) -> tuple[tuple[str, Decimal], ...]:
    return tuple((sku, Decimal(each)) for sku, each in (parts or {}).items())


def _confirm(store: Store, cause: Cause, key: str, order: str) -> str:
    name = ids.reservation_id(cause.tenant, key)
    made = _changed(store, cause, lambda unit: reservations.confirm(unit, cause, name, WEB, order))
    return reservations.status_of(made, cause.at) if made else "unknown"


def _release(store: Store, cause: Cause, key: str) -> str:
    name = ids.reservation_id(cause.tenant, key)
    made = _changed(store, cause, lambda unit: reservations.release(unit, cause, name))
    return reservations.status_of(made, cause.at) if made else "unknown"


def _expire(store: Store, cause: Cause, key: str) -> str:
    name = ids.reservation_id(cause.tenant, key)
    return str(_changed(store, cause, lambda unit: reservations.expire(unit, cause, name)))


def _merge(store: Store, cause: Cause, one: str, other: str) -> str:
    pair = (ids.customer_id(cause.tenant, one), ids.customer_id(cause.tenant, other))
    _changed(store, cause, lambda unit: decisions.merge(unit, cause, *pair, "bo", "asked them"))
    return "merged"


def _reject(store: Store, cause: Cause, one: str, other: str) -> str:
    pair = (ids.customer_id(cause.tenant, one), ids.customer_id(cause.tenant, other))
    _changed(store, cause, lambda unit: decisions.reject(unit, cause, *pair, "bo", "asked them"))
    return "rejected"


def _unmerge(store: Store, cause: Cause, *accounts: str) -> str:
    parted = [ids.customer_id(cause.tenant, account) for account in accounts]
    _changed(store, cause, lambda unit: decisions.unmerge(unit, cause, parted, "bo", "asked them"))
    return "unmerged"


DOINGS: dict[str, Callable[..., str]] = {
    "reserve": _reserve,
    "confirm": _confirm,
    "release": _release,
    "expire": _expire,
    "merge": _merge,
    "reject": _reject,
    "unmerge": _unmerge,
}
