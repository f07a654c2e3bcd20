"""What a tenant's kits are made of, as this process knows it: read once a minute, so that no order pays for it."""

from typing import Any

from functions import runtime
from functions.cache import cache
from records.products import kits
from records.products.kits import Kits
from records.store import keys

FRESH = 60.0  # seconds; a kit is known everywhere that long after it was defined


def table(tenant: str) -> Kits:
    """Give a tenant's kits."""
    found: Kits = cache.get(_name(tenant), lambda: _read(tenant), FRESH)
    return found


def forget(tenant: str) -> None:
    """Read a tenant's kits again when they are next asked for."""
    cache.forget(_name(tenant))


def _name(tenant: str) -> str:
    return f"kits {tenant}"


def _read(tenant: str) -> Kits:
    at = keys.kits(tenant)
    return kits.table(runtime.records().get([at]).get(at))


def fill(tenant: str, statements: list[dict[str, Any]]) -> None:
    """Fill in the components of every order line that is a kit, unless its channel states them."""
    known = table(tenant)
    for statement in statements if known else ():
        for line in statement.get("line_items") or ():
            kits.fill(known, line)
