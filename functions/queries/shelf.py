"""What a channel should show of a SKU, or of a kit, as the records are now. Push, API and bench ask here."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from functions import runtime
from functions.inbound import kits
from functions.registry.session import Session
from records.desired import Wanted
from records.stock import promise
from records.stock.promise import Viewer
from records.store import keys
from records.store.actions import Item


def viewer_of(opened: Session, tier: str | None = None) -> Viewer:
    """Say what decides how a connection sees stock now. `tier` is one customer's; without it, all its customers'."""
    at, rule = opened.connection, opened.manifest.pushes.get("stock")
    return Viewer(
        at.connection_id,
        at.sells_from,
        at.owns,
        at.buffer,
        (rule.per if rule else None) or "location",
        tier or at.tier,
        runtime.rfc3339(runtime.now()),
    )


@dataclass(frozen=True)
class Shelf:
    """What is kept of a SKU's stock, read once. `parts` are a kit's: by SKU, the pieces of one kit and their stock."""

    sku: str
    items: list[Item]
    parts: Mapping[str, tuple[Decimal, list[Item]]]

    def wanted(self, viewer: Viewer) -> list[Wanted]:
        """Say what a channel should show of it; of a kit, what its parts allow."""
        if self.parts:
            return promise.kit_wanted(self.sku, self.parts, viewer)
        return promise.stock_wanted(self.sku, self.items, viewer)


def read(tenant: str, sku: str) -> Shelf:
    """Read a SKU's stock, and that of its parts where it is a kit."""
    components = kits.table(tenant).get(sku, {})
    parts = {part: (Decimal(pieces), stock_items(tenant, part)) for part, pieces in components.items()}
    return Shelf(sku, stock_items(tenant, sku), parts)


def stock_items(tenant: str, sku: str) -> list[Item]:
    """Read all that is kept of a SKU's stock: each place, and beside it what channels say that do not own the place."""
    items: list[Item] = runtime.records().query(keys.stock(tenant, sku, "")[0])
    return items
