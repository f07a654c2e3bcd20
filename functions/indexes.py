"""What the indexes list, newest first: what waits for somebody, and the orders of an account."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from functions import runtime
from records.store.actions import Item, Key

PAGE = 100
LAST = "~"  # sorts behind every time, so a list begins before it

Cursor = str | None


class CursorError(Exception):
    """What a caller sent is not the cursor of any page."""


def moment_of(cursor: str) -> datetime:
    """Give the time at which a cursor of a list by time stands.

    Raises:
        CursorError: it has none.
    """
    try:
        found = datetime.fromisoformat(cursor.partition(" ")[0])
    except ValueError as error:
        raise CursorError from error
    if found.tzinfo is None or found.year < 2020:  # before there was a hub
        raise CursorError
    return found


def page(listed: str, cursor: Cursor = None, limit: int = PAGE) -> tuple[list[Item], Cursor]:
    """Read a page of a list, and the cursor of the next one. What left the list meanwhile is not on the page.

    Raises:
        CursorError: no page of this tenant gave the cursor.
    """
    start = {**_place(listed, cursor), "status_key": listed} if cursor is not None else None
    places, after = runtime.records().index("by_status", "status_key", listed, limit=limit, start=start)
    items = runtime.records().get(places)
    return [items[at] for at in places if at in items], _cursor(after) if after else None


def _cursor(place: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps([place["pk"], place["sk"], place["at"]]).encode()).decode()


def _place(listed: str, cursor: str) -> dict[str, str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError as error:
        raise CursorError from error
    if not isinstance(found, list) or len(found) != 3 or not all(isinstance(each, str) and each for each in found):
        raise CursorError
    if found[0].partition("#")[0] != listed.partition("#")[0]:  # somebody else's
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
