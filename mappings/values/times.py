"""Times: from what channels write to RFC 3339 in UTC with milliseconds, so that comparing text compares times."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import floor
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings.errors import ConversionError
from mappings.values.converters import decimal, elementwise, kind_of

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - everything here ends as UTC without saying so
_NO_OFFSET = timedelta(0)
# Every offset in use, as it is written behind the seconds.
_OFFSETS = {
    f"{sign}{hours:02}:{minutes:02}": timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    for sign in "+-"
    for hours in range(15)
    for minutes in (0, 30, 45)
} | {"Z": timedelta(0)}
_INTEGER_WIDTH = 20  # the digits of 2**64


def iso(value: Any, zone: Any) -> Any:
    """Read ISO 8601; a time without an offset is in `zone`."""
    if type(value) is not str:
        return elementwise(iso, value, "a time as text", zone)
    offset = _OFFSETS.get(value[19:] or ("Z" if zone == "UTC" and len(value) == 19 else ""))
    if offset is None or not value[4] == value[7] == "-" or not value[13] == value[16] == ":":
        return _any_iso(value, zone)
    try:  # the usual form: cutting it up is four times as fast as reading it whole
        naive = datetime.fromisoformat(value[:19])
        return (naive - offset if offset else naive).isoformat() + ".000Z"
    except (ValueError, OverflowError):
        return _any_iso(value, zone)


def _any_iso(value: str, zone: Any) -> Any:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        if not value.strip():
            return None
        raise ConversionError("the text is not an ISO 8601 time") from None
    return _utc(moment, zone)


def epoch(value: Any, milliseconds: int) -> Any:
    """Read a number of seconds (`milliseconds` is 1000) or milliseconds (1) since 1970."""
    if type(value) is list:
        return elementwise(epoch, value, "a time as a number", milliseconds)
    number = decimal(value)
    if number is None:
        return None
    try:
        return _written(_EPOCH + timedelta(milliseconds=floor(number * milliseconds)))
    except OverflowError:
        raise ConversionError("the number is outside the years 1 to 9999") from None


def rfc2822(value: Any, zone: Any) -> Any:
    """Read the date of a mail or HTTP header, `Sat, 31 Jan 2026 09:00:00 +0100`."""
    if type(value) is not str:
        return elementwise(rfc2822, value, "a time as text", zone)
    if not value.strip():
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few channels need it, every cold start would pay

    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        raise ConversionError("the text is not an RFC 2822 time") from None
    # RFC 2822 3.3: -0000 is UTC of which the local offset is not known.
    return _utc(moment, "UTC" if value.rstrip().endswith("-0000") else zone)


def patterned(value: Any, zone: Any, pattern: str) -> Any:
    """Read text by a strptime pattern."""
    if type(value) is not str:
        return elementwise(patterned, value, "a time as text", zone, pattern)
    if not value.strip():
        return None
    try:
        moment = datetime.strptime(value.strip(), pattern)  # noqa: DTZ007 - _utc gives it the zone
    except ValueError:
        raise ConversionError(f"the text is not a time of the pattern {pattern}") from None
    return _utc(moment, zone)


def version(value: Any, convert: Callable[..., Any], integers: bool, *options: Any) -> Any:
    """Give text that sorts as the versions do. `convert` reads a time; `options` are its further arguments.

    With `integers`, an integer is padded to 20 digits instead.
    """
    digits = value.strip() if type(value) is str else str(value) if type(value) is int else ""
    if not integers or not (digits.isascii() and digits.isdigit()):
        if type(value) is int and integers:
            raise ConversionError("a version is not negative")
        return convert(value, *options)
    if len(digits) > _INTEGER_WIDTH:
        raise ConversionError(f"a version has more than {_INTEGER_WIDTH} digits")
    return digits.zfill(_INTEGER_WIDTH)


def means_null(value: Any, none: frozenset[str]) -> bool:
    """Say whether a value is one of the texts that mean null."""
    return (value if type(value) is str else str(value) if isinstance(value, int | Decimal) else "") in none


def day(value: Any) -> Any:
    """Give a date, or the date a time begins with, as YYYY-MM-DD; else None."""
    if type(value) is not str:
        return elementwise(day, value, "a date") if type(value) is list else None
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(value.strip()).date().isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConversionError("the time has no offset, and its zone is not an IANA time zone") from None


def _utc(moment: datetime, zone: Any) -> str:
    if moment.tzinfo is UTC:
        return _written(moment.replace(tzinfo=None))
    try:
        if moment.tzinfo is None:
            if type(zone) is not str:
                raise ConversionError(f"the time has no offset, and its zone is {kind_of(zone)}")
            # fold=0: a time in a gap takes the offset before it, and so moves forward; of two equal times the first.
            moment = moment.replace(tzinfo=_zone(zone))
        offset = moment.utcoffset() or _NO_OFFSET
        return _written(moment.replace(tzinfo=None) - offset)
    except OverflowError:
        raise ConversionError("the time is outside the years 1 to 9999") from None


def _written(naive: datetime) -> str:
    return naive.isoformat(timespec="milliseconds") + "Z"
