"""Which SKU a channel's own id stands for, and the reverse.

The connection's alias table is asked first, then what was learnt before, then the channel.
"""

from typing import Any

from connectors.client import make_call
from functions import runtime
from functions.registry.session import Session
from records.products import aliases
from records.store import keys
from records.store.actions import Item, Key


def resolve(opened: Session, statements: list[dict[str, Any]]) -> None:
    """Fill in the SKUs that stock statements lack, where somebody knows them.

    Order lines are filled in too, where the manifest says so (`identity.lines`).

    Raises:
        ConnectorError: the channel had to be asked and gave no answer, or refused.
    """
    wanting: list[tuple[dict[str, Any], str]] = []
    for statement in statements:
        if statement["kind"] in ("stock_count", "stock_movement"):
            wanting.append((statement, "channel_stock_id"))
        if statement["kind"] == "order" and opened.manifest.identity.lines:
            wanting += [(line, "channel_product_id") for line in statement.get("line_items") or ()]
    wanting = [(part, field) for part, field in wanting if not part.get("sku") and part.get(field)]
    found = sku_of(opened, [str(part[field]) for part, field in wanting])
    for part, field in wanting:
        if str(part[field]) in found:
            part["sku"] = found[str(part[field])]


def sku_of(opened: Session, stock_ids: list[str]) -> dict[str, str]:
    """Give the SKUs of a channel's stock ids. Unknown ids are missing from the answer. Raises like `resolve`."""
    return _look_up(opened, "stock", stock_ids, opened.connection.aliases)


def stock_id_of(opened: Session, sku: str) -> str | None:
    """Give the channel's stock id of a SKU; None: the channel does not list it. Raises like `resolve`."""
    backwards = {ours: theirs for theirs, ours in opened.connection.aliases.items()}
    return _look_up(opened, "sku", [sku], backwards).get(sku)


def _look_up(opened: Session, kind: str, values: list[str], table: dict[str, str]) -> dict[str, str]:
    connection, found = opened.connection, {value: table[value] for value in values if value in table}
    at: dict[Key, str] = {
        keys.alias(connection.tenant, connection.connection_id, kind, value): value
        for value in values
        if value not in found
    }
    if not at:
        return found
    items: dict[Key, Item] = runtime.records().get(list(at), consistent=False)
    for key, value in at.items():
        means = str(items[key]["means"]) if key in items else _ask(opened, kind, value)
        if means:
            found[value] = means
    return found


def _ask(opened: Session, kind: str, value: str) -> str | None:
    """Ask the channel, and remember its answer in both directions. None: it cannot be asked, or does not know."""
    identity, connection = opened.manifest.identity, opened.connection
    method = identity.sku_of if kind == "stock" else identity.stock_id_of
    if method is None:
        return None
    means: str | None = make_call(opened.client, method, value)
    if means:
        sku, stock_id = (means, value) if kind == "stock" else (value, means)
        names = (connection.tenant, connection.connection_id)
        runtime.records().write(
            [aliases.alias(*names, "stock", stock_id, sku), aliases.alias(*names, "sku", sku, stock_id)]
        )
    return means
