"""What the indexes list, newest first: what waits for somebody, and the orders of an account."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from functions import runtime
from functions.cursors import CursorError, Place, joined, parted
from records.store.actions import Item, Key

PAGE = 100
KEY_BYTES = (2048, 1024, 64)  # most bytes of pk and sk, as DynamoDB takes them, and of a time
LAST = "~"  # sorts behind every time, so a list begins before it


def moment_of(place: str) -> datetime:
    """Give the time at which a place in a list by time stands.

    Raises:
        CursorError: it has none.
    """
    try:
        found = datetime.fromisoformat(place.partition(" ")[0])
        if found.tzinfo is None or found.year < 2020:  # before there was a hub
            raise CursorError
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # no time, or one that UTC does not have
        raise CursorError from error


def page(listed: str, place: Place = None, limit: int = PAGE) -> tuple[list[Item], Place]:
    """Read a page of a list, and the place of the next one. What left the list meanwhile is not on the page.

    Raises:
        CursorError: the place is none of this tenant.
    """
    start = {**_start(listed, place), "status_key": listed} if place is not None else None
    places, after = runtime.records().index("by_status", "status_key", listed, limit=limit, start=start)
    items = runtime.records().get(places)
    return [items[at] for at in places if at in items], _place(after) if after else None


def _place(after: Item) -> str:
    return joined(after["pk"], after["sk"], after["at"])


def _start(listed: str, place: str) -> dict[str, str]:
    found = parted(place, 3)
    if not all(found) or found[0].partition("#")[0] != listed.partition("#")[0]:  # somebody else's
        raise CursorError
    if any(len(part.encode()) > most for part, most in zip(found, KEY_BYTES, strict=True)):
        raise CursorError
    return dict(zip(("pk", "sk", "at"), found, strict=True))


def orders_of(tenant: str, account_id: str) -> Iterator[Key]:
    """Find every order at this tenant that stands with an account."""
    start: Any = None
    while True:
        value = f"{tenant}#{account_id}"
        page, start = runtime.records().index("by_customer", "customer_key", value, limit=PAGE, start=start)
        yield from page
        if start is None:
            return
