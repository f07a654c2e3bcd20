"""Shortages: where channels sold more than there is. The list of them is kept by whoever hears of a change of stock."""

from records.stock.position import plain, position
from records.store.actions import Is, Item, Update


def flagged(item: Item, now: str) -> Update | None:
    """Put a stock on the list of shortages, take it off, or change nothing: it says itself whether it is there."""
    pieces = position(item, now).shortage
    lacking = plain(pieces) if pieces else None
    if item.get("short") == lacking:
        return None
    key, here = (item["pk"], item["sk"]), Is("ver", item["ver"])
    if lacking is None:
        return Update(key, remove=("short", "status_key"), when=here)
    return Update(key, {"short": lacking, "status_key": listed(item["tenant"])}, when=here)


def listed(tenant: str) -> str:
    """Name the list of stocks, in the index, of which channels sold more than there is."""
    return f"{tenant}#shortage"
