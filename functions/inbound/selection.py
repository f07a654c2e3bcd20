"""Selection: which received events somebody means. It goes a page at a time, so that no request runs out of time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from functions import runtime
from functions.cursors import CursorError
from functions.indexes import moment_of
from records import moments
from records.outcomes import parked
from records.store import keys
from records.store.actions import Item
from records.store.inbox import KEEP_DAYS

HOURS = 24 * 7  # the most that one request looks through
LOOKED_AT = 2000  # events that one request looks at before its page ends: API Gateway waits 29 s
HOUR = timedelta(hours=1)
CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (evt_[0-9a-f]{32})?", re.ASCII)


@dataclass(frozen=True)
class Selection:
    """Which events are meant: all fields that are given must fit. Without `since`: all that are quarantined now."""

    connection_id: str | None = None
    topic: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Found:
    """A received event, and the marker that says what became of it, if there is one yet."""

    event_id: str
    connection_id: str
    topic: str
    marker: Item | None

    @property
    def outcome(self) -> str:
        """What became of it."""
        return str(self.marker["outcome"]) if self.marker else "received"


Page = tuple[list[Found], str | None]
"""What was found, and the cursor of the next page. A page may be empty and not be the last one."""


def one(tenant: str, event_id: str) -> Found | None:
    """Find an event by its id."""
    item = runtime.inbox().read(tenant, [event_id]).get(event_id)
    return _found(tenant, [item])[0] if item else None


def select(tenant: str, wanted: Selection, limit: int, cursor: str | None) -> Page:
    """Give a page of the events that fit.

    Raises:
        CursorError: no page gave the cursor.
    """
    if cursor is not None and not CURSOR.fullmatch(cursor):
        raise CursorError
    return _received(tenant, wanted, limit, cursor) if wanted.since else _quarantined(tenant, wanted, limit, cursor)


def _fits(wanted: Selection, each: Found) -> bool:
    asked = (wanted.connection_id, wanted.topic, wanted.outcome)
    said = (each.connection_id, each.topic, each.outcome)
    return all(want in (None, has) for want, has in zip(asked, said, strict=True))


def _quarantined(tenant: str, wanted: Selection, limit: int, cursor: str | None) -> Page:
    """Read the index of quarantined events, newest first. What was mended meanwhile is not in it any more."""
    queue, start = parked(tenant, "quarantined"), None
    if cursor:
        at, _, event_id = cursor.partition(" ")
        pk, sk = keys.applied(tenant, event_id)
        start = {"pk": pk, "sk": sk, "status_key": queue, "at": at}
    listed, last = runtime.records().index("by_status", "status_key", queue, limit=limit, start=start)
    markers = runtime.records().get(listed)
    found = [_of(markers[key]) for key in listed if key in markers]
    following = f"{last['at']} {_id_of(last)}" if last else None
    return [each for each in found if _fits(wanted, each)], following


def _of(marker: Item) -> Found:
    return Found(marker["event_id"], marker["connection_id"], marker["topic"], marker)


def _received(tenant: str, wanted: Selection, limit: int, cursor: str | None) -> Page:
    """Read the Inbox in the order in which it was filled."""
    now = runtime.now()
    first = now - timedelta(days=KEEP_DAYS)
    until = runtime.rfc3339(min(max(wanted.until or now, first), now))
    after = cursor or ""
    moment = moment_of(cursor) if cursor else wanted.since or now
    moment = min(max(moment, first), now + HOUR).astimezone(UTC)
    picked: list[Found] = []
    looked_at = 0
    for _ in range(HOURS):
        if moments.hour(moment) > until:
            return picked, None
        for page in _pages(tenant, moment):
            items = [each for each in page if after < _place(each) and each["received_at"] <= until]
            for item, each in zip(items, _found(tenant, items), strict=True):
                picked += [each] if _fits(wanted, each) else []
                if len(picked) == limit:
                    return picked, _place(item)
            looked_at += len(items)
            if looked_at >= LOOKED_AT:
                return picked, _place(items[-1])
        moment = moment.replace(minute=0, second=0, microsecond=0) + HOUR
    return picked, f"{runtime.rfc3339(moment)} "


def _pages(tenant: str, moment: datetime) -> Iterator[list[Item]]:
    """Read the rest of an hour from a moment on, in order."""
    # The index is read behind a given millisecond: the one before lets the moment itself be found.
    after = runtime.rfc3339(moment - timedelta(milliseconds=1))
    while page := runtime.inbox().received(tenant, moments.hour(moment), after=after):
        yield sorted(page, key=_place)
        after = page[-1]["received_at"]


def _place(item: Item) -> str:
    return f"{item['received_at']} {_id_of(item)}"


def _id_of(item: Item) -> str:
    return keys.id_in(item["pk"])


def _found(tenant: str, items: Sequence[Item]) -> list[Found]:
    at = {_id_of(item): keys.applied(tenant, _id_of(item)) for item in items}
    markers = runtime.records().get(list(at.values()))
    return [Found(_id_of(item), item["connection_id"], item["topic"], markers.get(at[_id_of(item)])) for item in items]
