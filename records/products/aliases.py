"""Learn which of a channel's ids stand for which SKU, and what it says of the product."""

from typing import Any

from records.cause import Cause
from records.errors import ContractError
from records.facts import Stored
from records.store import keys
from records.store.actions import Below, Put, Update
from records.store.unit import Unit


def learn(unit: Unit, cause: Cause, fact: Stored) -> None:
    """Keep what a product statement says of its SKUs and of the ids the channel has for them."""
    variants = [variant for variant in fact.get("variants") or [fact] if variant.get("sku")]
    names = (cause.tenant, fact["connection_id"])
    version = f"{fact['source_version']} {fact['fact_id']}"
    aliases = []
    for variant in variants:
        sku = str(variant["sku"])
        ids = [variant[name] for name in ("channel_stock_id", "channel_product_id") if variant.get(name)]
        aliases += [alias(*names, "stock", each, sku, version) for each in ids]
        aliases += [alias(*names, "sku", sku, ids[0], version)] if ids else []
    unit.load([put.key for put in aliases] + [keys.product(cause.tenant, str(each["sku"])) for each in variants])
    for put in aliases:
        # Also where it means what it did: its version must say how new it is, for an older statement that comes late.
        if (unit.stored(put.key) or {}).get("version", "") < version:
            unit.put(put)
    for variant in variants:
        _describe(unit, cause, fact, variant, version)


def _describe(unit: Unit, cause: Cause, fact: Stored, variant: dict[str, Any], version: str) -> None:
    """Keep a channel's content of a SKU, unless it is known or older."""
    sku = str(variant["sku"])
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
    field, known = f"p#{fact['connection_id']}", unit.item(key) or {}
    entry = {**said, "version": fact["source_version"]}
    rank = f"r#{fact['connection_id']}"
    if known.get(rank, "") >= version or known.get(field) == entry:
        return
    put = {**cause.stamp("product", sku, ["content"]), "sku": sku, field: entry, rank: version}
    unit.update(Update(key, put, add={"ver": 1}, when=Below(rank, version)))


def alias(tenant: str, connection_id: str, kind: str, value: str, means: str, version: str = "") -> Put:
    """Make an alias item. A product statement of a later version replaces it; without a version it replaces any.

    Raises:
        ContractError: the channel's id is empty.
    """
    if not value:
        raise ContractError(f"{connection_id} sent an empty {kind} id")
    key = keys.alias(tenant, connection_id, kind, value)
    item = {"pk": key[0], "sk": key[1], "means": means}
    return Put({**item, "version": version}, Below("version", version)) if version else Put(item)
