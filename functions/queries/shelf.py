"""What a channel should show of a SKU, or of a kit, as the records are now. Push, API and bench ask here."""

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


def look(tenant: str, sku: str, viewer: Viewer) -> tuple[list[Item], list[Wanted]]:
    """Read a SKU's stock, and say what the channel should show of it; of a kit, what its parts allow."""
    components, items = kits.table(tenant).get(sku), stock_items(tenant, sku)
    if components is None:
        return items, promise.stock_wanted(sku, items, viewer)
    parts = {part: (Decimal(pieces), stock_items(tenant, part)) for part, pieces in components.items()}
    return items, promise.kit_wanted(sku, parts, viewer)


def stock_items(tenant: str, sku: str) -> list[Item]:
    """Read all that is kept of a SKU's stock: each place, and beside it what channels say that do not own the place."""
    items: list[Item] = runtime.records().query(keys.stock(tenant, sku, "")[0])
    return items
