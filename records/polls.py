"""When a channel's list is read again, and from when on."""

from datetime import datetime, timedelta

from records.moments import rfc3339
from records.store.actions import Item

FIRST_REACH = timedelta(days=1)  # how far the first poll goes back


def since(known: Item, now: datetime, interval: int, overlap: int, *, due: bool) -> str | None:
    """Say from when on a list is to be read, or None where it is not due.

    `known` is what is kept of the list: when it was last polled, and when somebody asked to reconcile it and from when
    on. `interval` and `overlap` are seconds, as the manifest has them. `due`: it is to be read whenever it was last.
    """
    last = datetime.fromisoformat(known["polled_at"]) if "polled_at" in known else now - FIRST_REACH
    is_asked = known.get("asked_at", "") > known.get("polled_at", "")  # somebody asked to reconcile since the last poll
    if not due and not is_asked and now - last < timedelta(seconds=interval):
        return None
    usual = rfc3339(last - timedelta(seconds=overlap))
    return min(usual, known.get("asked_since") or usual) if is_asked else usual
