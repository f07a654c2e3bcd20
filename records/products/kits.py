"""Kits: what is sold as one and taken from stock as several. A tenant's kits are one small item, read once a minute."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from records.cause import Cause
from records.errors import RecordError
from records.store import keys
from records.store.actions import Item
from records.store.packing import pack, unpack
from records.store.unit import Unit

Kits = Mapping[str, Mapping[str, str]]
"""{kit: {component: pieces}}."""


class KitError(RecordError):
    """A kit cannot be made of these components; the message says why."""

    code = "kit_refused"
    cause = "data"


def table(item: Item | None) -> Kits:
    """Read a tenant's kits."""
    found: Kits = unpack(item["kits"]) if item else {}
    return found


def define(unit: Unit, cause: Cause, sku: str, components: Mapping[str, Decimal]) -> None:
    """Say what a kit is made of; no components: it is no kit any more. The channels that show it are told of its stock.

    Raises:
        KitError: a component is a kit itself, or the kit is a component of another.
    """
    at = keys.kits(cause.tenant)
    known = table(unit.item(at))
    others = {name: parts for name, parts in known.items() if name != sku}
    nested = sorted({*others, sku} & {*components})
    if nested:
        raise KitError(f"{', '.join(nested)} would be a kit and a component: kits are made of single goods")
    inside = sorted(name for name, parts in others.items() if sku in parts)
    if components and inside:
        raise KitError(f"{sku} is a component of {', '.join(inside)}: kits are made of single goods")
    made = {**others, **({sku: {part: f"{each:f}" for part, each in components.items()}} if components else {})}
    if made != known:
        unit.save(at, {**cause.stamp("stock", f"{sku}@", ["kit"]), "kits": pack(made)})


def containing(kits: Kits, sku: str) -> list[str]:
    """Name the kits that a SKU is a component of."""
    return sorted(name for name, parts in kits.items() if sku in parts)


def fill(kits: Kits, line: dict[str, Any]) -> None:
    """Write on an order line what its kit is made of, unless the channel said so itself."""
    parts = kits.get(str(line.get("sku")))
    if parts and not line.get("components"):
        components = [{"sku": sku, "quantity": Decimal(each)} for sku, each in sorted(parts.items())]
        line |= {"components": components, "kit": True}
