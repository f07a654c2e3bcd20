"""Times as facts and records have them: RFC 3339 in UTC, to the millisecond, so that texts sort as times do."""

from datetime import UTC, datetime, timedelta


def rfc3339(moment: datetime) -> str:
    """Write a time: `2026-01-31T09:00:00.000Z`."""
    # strftime writes the year 999 with three digits.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(at: str, by: timedelta) -> str:
    """Give the time that comes so much after another."""
    return rfc3339(datetime.fromisoformat(at) + by)


def just_after(at: str) -> str:
    """Give the next millisecond: what happened at the time itself is before it."""
    return later(at, timedelta(milliseconds=1))


def hour(moment: datetime) -> str:
    """Name an hour, as the Inbox lists by: `2026-01-31T09`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H}"
