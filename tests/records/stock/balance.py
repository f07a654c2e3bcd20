"""The rows of a ledger add up to the position."""

from decimal import Decimal

from records.stock import ledger
from records.stock import position as stock
from records.store.actions import Item


def entries_of(ledger_rows: list[ledger.Row], name: str) -> Decimal:
    """Add up what the rows of one kind say."""
    return sum((row.pieces for row in ledger_rows if row.of == name), Decimal(0))


def check_ledger(item: Item, now: str) -> None:
    """Check every sum of a position against its ledger."""
    rows, position = ledger.rows(item, now), stock.position(item, now)
    assert entries_of(rows, "reserved") == position.reserved
    assert entries_of(rows, "on_hand") == position.on_hand
    assert entries_of(rows, "incoming") == position.incoming
    assert entries_of(rows, "safety") == position.safety
    assert {tier: entries_of(rows, f"tier {tier}") for tier in position.tiers} == dict(position.tiers)
