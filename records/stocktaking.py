"""Take counts and movements into stock records, and learn which channel ids belong to which SKU."""

from typing import Any

from records.cause import Cause
from records.errors import ContractError, UnknownSkuError
from records.facts import Stored
from records.store import keys
from records.store.actions import Below, Key, Put, Update
from records.unit import Unit


def place(cause: Cause, fact: Stored) -> Key:
    """Say where a count is kept: the owner's is the truth, anybody else's is what that channel shows."""
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
    """Take a count or a movement."""
    if fact["kind"] == "stock_movement":
        _move(unit, cause, fact)
    else:
        _count(unit, cause, fact)


def _count(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep a count unless a later one is known. Equal times: the larger fact id wins, as everywhere."""
    key = place(cause, fact)
    known = unit.item(key) or {}
    rank = f"{fact['counted_at']} {fact['fact_id']}"
    if known.get("count_rank", "") >= rank:
        return
    count = {"c": fact["connection_id"], "q": fact["quantity"], "at": fact["counted_at"], "m": fact["measure"]}
    put: dict[str, Any] = {"count": count, "count_rank": rank}
    owned = fact["location_id"] in cause.owns
    if owned:
        sku = _sku(fact)
        put |= {**cause.stamp("stock", f"{sku}@{fact['location_id']}", ["count"]), "sku": sku}
        put["location_id"] = fact["location_id"]
    past = [
        name
        for name, entry in known.items()
        if name.startswith("m#") and entry["at"] <= fact["counted_at"] and fact["measure"] == "on_hand"
    ]
    unit.update(
        Update(key, put, remove=past if owned else (), add={"ver": 1}, when=Below("count_rank", rank)),
    )


def _move(unit: Unit, cause: Cause, fact: Stored) -> None:
    sku = _sku(fact)
    key = keys.stock(cause.tenant, sku, fact["location_id"])
    entry = {"c": fact["connection_id"], "d": fact["delta"], "at": fact["moved_at"], "r": fact["reason"]}
    stamp = cause.stamp("stock", f"{sku}@{fact['location_id']}", ["movement"])
    put = {**stamp, "sku": sku, "location_id": fact["location_id"]}
    unit.update(Update(key, {**put, f"m#{fact['connection_id']}/{fact['movement_id']}": entry}, add={"ver": 1}))


def learn(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep what a product statement says of a SKU and of the ids the channel has for it."""
    variants = fact.get("variants") or [fact]
    for variant in variants:
        if not variant.get("sku"):
            continue
        sku = str(variant["sku"])
        for name in ("channel_stock_id", "channel_product_id"):
            if variant.get(name):
                unit.put(alias(cause.tenant, fact["connection_id"], "stock", variant[name], sku))
        stock_id = variant.get("channel_stock_id") or variant.get("channel_product_id")
        if stock_id:
            unit.put(alias(cause.tenant, fact["connection_id"], "sku", sku, stock_id))
        _describe(unit, cause, sku, fact, variant)


def _describe(unit: Unit, cause: Cause, sku: str, fact: Stored, variant: dict[str, Any]) -> None:
    """Keep a channel's content of a SKU, unless it is known or older."""
    key = keys.product(cause.tenant, sku)
    said = {
        name: value
        for name, value in {
            "title": fact.get("title"),
            "variant": variant.get("title"),
            "gtin": variant.get("gtin"),
            "brand": fact.get("brand"),
            "status": fact.get("status"),
        }.items()
        if value
    }
    field = f"p#{fact['connection_id']}"
    known = (unit.item(key) or {}).get(field)
    entry = {**said, "version": fact["source_version"]}
    if known is not None and (known["version"] > fact["source_version"] or known == entry):
        return
    unit.update(Update(key, {**cause.stamp("product", sku, ["content"]), "sku": sku, field: entry}, add={"ver": 1}))


def alias(tenant: str, connection_id: str, kind: str, value: str, means: str) -> Put:
    """Make an alias item."""
    if not value:
        raise ContractError(f"{connection_id} sent an empty {kind} id")
    key = keys.alias(tenant, connection_id, kind, value)
    return Put({"pk": key[0], "sk": key[1], "means": means})
