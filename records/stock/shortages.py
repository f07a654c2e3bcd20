"""Shortages: where channels sold more than there is. The list of them is kept by whoever hears of a change of stock."""

from records.stock.position import plain, position
from records.store.actions import Is, Item, Update


def flagged(item: Item, now: str) -> Update | None:
    """Give the update that puts a stock on the list of shortages or takes it off; None: nothing is to change."""
    pieces = position(item, now).shortage
    lacking = plain(pieces) if pieces else None
    if item.get("short") == lacking:
        return None
    key, here = (item["pk"], item["sk"]), Is("ver", item["ver"])
    if lacking is None:
        return Update(key, remove=("short", "status_key"), when=here)
    return Update(key, {"short": lacking, "status_key": listed(item["tenant"])}, when=here)


def listed(tenant: str) -> str:
    """Name the list of shortages in the index."""
    return f"{tenant}#shortage"
