"""The conversions that the mappings written by hand share."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mappings.values.money import EXPONENTS


def time(text: str | None) -> str | None:
    """Give an ISO 8601 time in UTC. A time without an offset is taken as UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def minor(amount: str | int | Decimal | None, currency: str) -> int | None:
    """Give an amount in minor units."""
    if amount is None:
        return None
    return int((Decimal(amount) * 10 ** EXPONENTS.get(currency, 2)).quantize(Decimal(1), ROUND_HALF_UP))


def text(words: str | None) -> str | None:
    """Give trimmed text, or None where it is blank."""
    return words.strip() or None if words is not None else None


def identifier(number: str | int | None) -> str | None:
    """Give an id as text."""
    return str(number) if number is not None else None


def known(**fields: Any) -> dict[str, Any]:
    """Give the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
