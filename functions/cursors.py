"""Cursors: the one form in which the API says where the next page of a list begins.

A cursor says which list it is of and whose, so that it leads nowhere else. What it holds besides is the list's own
business and may change: callers hand it back as it is.
"""

import base64
import re
from collections.abc import Callable
from typing import Any

LENGTH = re.compile("[0-9]{1,5}", re.ASCII)

Place = str | None
"""Where a page begins, in the list's own words; None: at the beginning, or there is none after it."""
Rows = list[Any]
Page = tuple[Rows, Place]


class CursorError(Exception):
    """What a caller sent is not the cursor of any page of this list."""


def write(tenant: str, name: str, place: str) -> str:
    """Make the cursor of a place in a tenant's list."""
    return base64.urlsafe_b64encode(joined(tenant, name, place).encode()).decode().rstrip("=")


def read(tenant: str, name: str, cursor: str) -> str:
    """Give the place of a cursor.

    Raises:
        CursorError: no page of this list of this tenant gave it.
    """
    try:
        said = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except ValueError as error:
        raise CursorError from error
    owner, of, place = parted(said, 3)
    if (owner, of) != (tenant, name):
        raise CursorError
    return place


def paged(tenant: str, name: str, cursor: str | None, page: Callable[[Place], Page]) -> Page:
    """Read the page that a cursor leads to; without one, or with an empty one, the first.

    Gives its rows, and the cursor of the next page.

    Raises:
        CursorError: no page of this list of this tenant gave it.
    """
    rows, after = page(read(tenant, name, cursor) if cursor else None)
    return rows, None if after is None else write(tenant, name, after)


def joined(*texts: str) -> str:
    """Make one text of several, each behind its length: nothing is escaped, so a text of texts stays as short."""
    return "".join(f"{len(text)}:{text}" for text in texts)


def parted(text: str, count: int) -> list[str]:
    """Give the texts that one was made of.

    Raises:
        CursorError: it was not made of so many.
    """
    found, rest = [], text
    for _ in range(count):
        length, _, rest = rest.partition(":")
        if not LENGTH.fullmatch(length) or int(length) > len(rest):
            raise CursorError
        found.append(rest[: int(length)])
        rest = rest[int(length) :]
    if rest:
        raise CursorError
    return found
