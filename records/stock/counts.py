"""Take counts, movements, policies and announced deliveries into stock records."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from records.cause import Cause
from records.errors import UnknownSkuError
from records.facts import Stored
from records.stock import position as stock
from records.stock.position import plain
from records.store import keys
from records.store.actions import Absent, Below, Condition, Is, Item, Key, Update
from records.store.unit import Place, Unit

TIDY_FROM = 50  # entries; each has some 150 bytes, an item takes 400 KB and every write pays for all of it


def place(cause: Cause, fact: Stored) -> Key:
    """Say where a count is kept. The owner's is the truth; anybody else's is an observation of what that channel shows.

    Raises:
        UnknownSkuError: the count names no SKU.
    """
    sku = _sku(fact)
    if fact["location_id"] in cause.owns:
        return keys.stock(cause.tenant, sku, fact["location_id"])
    return keys.seen_stock(cause.tenant, sku, fact["location_id"], fact["connection_id"])


def _sku(fact: Stored) -> str:
    if not fact.get("sku"):
        raise UnknownSkuError(
            f"no SKU is known for {fact['connection_id']}'s stock id {fact.get('channel_stock_id')}: "
            "send the product first, or add an alias to the connection"
        )
    return str(fact["sku"])


def take(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Take a count or a movement.

    Raises:
        UnknownSkuError: it names no SKU.
    """
    if fact["kind"] == "stock_movement":
        _move(unit, cause, fact)
    else:
        _count(unit, cause, fact)


def _count(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep a count unless a later one is known. Equal times: the larger fact id wins, as everywhere."""
    key = place(cause, fact)
    known = unit.item(key) or {}
    rank = f"{fact['counted_at']} {fact['fact_id']}"
    is_newer = known.get("count_rank", "") < rank
    owned = fact["location_id"] in cause.owns
    put: dict[str, Any] = {}
    if is_newer:
        put["count"] = {
            "c": fact["connection_id"],
            "q": fact["quantity"],
            "at": fact["counted_at"],
            "m": fact["measure"],
        }
        put["count_rank"] = rank
    if owned and cause.tells and "rebased" not in known and known.get("told_since", "~") > fact["counted_at"]:
        put["told_since"] = fact["counted_at"]  # the first count there is, also where it comes late
    if not put:
        return
    past: list[str] = []
    if owned:
        sku = _sku(fact)
        put |= {**cause.stamp("stock", f"{sku}@{fact['location_id']}", ["count"]), "sku": sku}
        put["location_id"] = fact["location_id"]
        past = stock.settled({**known, **put}) if is_newer else []
    # The write depends only on the order of counts, so that hot stock rarely meets a conflict. To take entries away
    # depends on more: nobody may have changed them meanwhile. So that is done now and then.
    past = past if len(past) >= TIDY_FROM else []
    exact = bool(past) or "told_since" in put
    when = _unchanged(unit.stored(key)) if exact else Below("count_rank", rank)
    unit.update(Update(key, put, remove=past, add={"ver": 1}, when=when))


def observed(key: Key, known: Item, quantity: str, at: str) -> Update:
    """Take a number that was read from the owner's own system, at a time, as the owner's count.

    Something moved there that no webhook has told yet, and a push would undo it. `known` is the stock record. The write
    conflicts where a later count is known.
    """
    count = {**known["count"], "q": quantity, "at": at}
    rank = f"{at} read"
    return Update(key, {"count": count, "count_rank": rank}, add={"ver": 1}, when=Below("count_rank", rank))


def set_policy(unit: Unit, cause: Cause, place: Place, safety: Decimal, tiers: Mapping[str, Decimal]) -> None:
    """Set what is kept back at a place: safety stock, and pieces for customers of each tier, `{tier: pieces}`."""
    kept = {tier: plain(pieces) for tier, pieces in sorted(tiers.items()) if pieces}
    policy = {"safety": plain(safety), "tiers": kept, "at": cause.at}
    known = (unit.item(keys.stock(cause.tenant, *place)) or {}).get("policy", {})
    if {**known, "at": cause.at} != policy:
        _set(unit, cause, place, "policy", policy)


def announce(unit: Unit, cause: Cause, place: Place, reference: str, quantity: Decimal, expected_at: str) -> None:
    """Say how many pieces are on their way to a place; 0 takes that back. Receipts with its reference take from it."""
    name, entry = f"i#{reference}", {"q": plain(quantity), "at": expected_at}
    known = (unit.item(keys.stock(cause.tenant, *place)) or {}).get(name)
    if known != (entry if quantity else None):
        _set(unit, cause, place, name, entry if quantity else None)


def _set(unit: Unit, cause: Cause, place: Place, name: str, entry: dict[str, Any] | None) -> None:
    """Write an entry that people set by hand; the last write holds."""
    sku, location_id = place
    put = {**cause.stamp("stock", f"{sku}@{location_id}", [name.partition("#")[0]])}
    put |= {"sku": sku, "location_id": location_id, **({name: entry} if entry else {})}
    key, gone = keys.stock(cause.tenant, sku, location_id), () if entry else (name,)
    unit.update(Update(key, put, remove=gone, add={"ver": 1}))


def _unchanged(stored: Item | None) -> Condition:
    return Is("ver", stored["ver"]) if stored else Absent()


def _move(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep a movement, or its correction, whichever its source stated later."""
    sku = _sku(fact)
    key = keys.stock(cause.tenant, sku, fact["location_id"])
    name = f"m#{fact['connection_id']}/{fact['movement_id']}"
    version = f"{fact['source_version']} {fact['fact_id']}"
    known = (unit.item(key) or {}).get(name)
    if known is not None and known["v"] >= version:
        return
    entry = {"c": fact["connection_id"], "d": fact["delta"], "at": fact["moved_at"], "r": fact["reason"], "v": version}
    entry |= {"ref": fact["reference"]} if "reference" in fact else {}
    stamp = cause.stamp("stock", f"{sku}@{fact['location_id']}", ["movement"])
    put = {**stamp, "sku": sku, "location_id": fact["location_id"], name: entry}
    unit.update(Update(key, put, add={"ver": 1}, when=_unchanged(unit.stored(key))))
