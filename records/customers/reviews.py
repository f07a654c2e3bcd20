"""Reviews: pairs of accounts that may be one customer, about which a person should decide."""

from typing import Any

from records import ids
from records.cause import Cause
from records.customers.matching import Match
from records.store import keys
from records.store.actions import Item, Key
from records.store.unit import Unit

Pair = tuple[str, str]


def key_of(tenant: str, pair: Pair) -> Key:
    """Say where the review of a pair lies."""
    return keys.review(tenant, ids.review_id(*pair))


def queue(tenant: str, *, batch: bool = False) -> str:
    """Name the list of open reviews in the index: those met day by day, or those of a first load."""
    return f"{tenant}#review batch" if batch else f"{tenant}#review"


def ask(unit: Unit, cause: Cause, pair: Pair, match: Match) -> None:
    """Ask whether two accounts are one customer, unless that is asked already or somebody answered."""
    known = unit.item(key_of(cause.tenant, pair)) or {}
    said = {"score": f"{match.score:.4f}", "evidence": list(match.evidence)}
    is_asked = known.get("status") == "open" and said.items() <= known.items()
    if is_asked or known.get("status") in ("accepted", "rejected"):
        return
    batch = bool(known.get("batch", cause.first_load))
    about: Item = {"id": ids.review_id(*pair), "tenant": cause.tenant, "pair": sorted(pair), "status": "open", **said}
    about |= {"status_key": queue(cause.tenant, batch=batch), "at": cause.at, "cause": cause.event_id}
    unit.save(key_of(cause.tenant, pair), {**about, **({"batch": True} if batch else {})})


def close(unit: Unit, cause: Cause, pair: Pair, status: str, said: dict[str, str] | None = None) -> None:
    """Take a review off the list: `accepted`, `rejected`, or `gone` where the accounts are not alike any more."""
    known = unit.item(key_of(cause.tenant, pair))
    if known is None or known["status"] in (status, "accepted", "rejected"):
        return
    kept: dict[str, Any] = {
        name: known[name] for name in ("id", "tenant", "pair", "score", "evidence", "batch") if name in known
    }
    unit.save(
        key_of(cause.tenant, pair), {**kept, **(said or {}), "status": status, "at": cause.at, "cause": cause.event_id}
    )
