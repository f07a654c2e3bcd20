"""What the indexes list, newest first: what waits for somebody, and the orders of an account."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from functions import runtime
from records.store.actions import Item, Key

PAGE = 100
LAST = "~"  # sorts behind every time, so a list begins before it

Cursor = str | None


def page(listed: str, cursor: Cursor = None, limit: int = PAGE) -> tuple[list[Item], Cursor]:
    """Read a page of a list, and the cursor of the next one. What left the list meanwhile is not on the page.

    Raises:
        ValueError: the cursor is not one that a page of this tenant gave.
    """
    start = {**_place(listed, cursor), "status_key": listed} if cursor is not None else None
    places, after = runtime.records().index("by_status", "status_key", listed, limit=limit, start=start)
    items = runtime.records().get(places)
    return [items[at] for at in places if at in items], _cursor(after) if after else None


def _cursor(place: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps([place["pk"], place["sk"], place["at"]]).encode()).decode()


def _place(listed: str, cursor: str) -> dict[str, str]:
    found = json.loads(base64.urlsafe_b64decode(cursor))
    if not isinstance(found, list) or len(found) != 3 or not all(isinstance(each, str) and each for each in found):
        raise ValueError("this is no cursor")
    if found[0].partition("#")[0] != listed.partition("#")[0]:
        raise ValueError("this is a cursor of somebody else")
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
