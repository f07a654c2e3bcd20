"""The converters of the mapping language that need no money, clock or country: docs/mapping.md has the table.

A converter takes a value that is not null and gives the canonical one. Blank text is null to every converter. A list is
converted element by element. What a strict converter cannot read, it refuses with ConversionError; a lenient one
(mappings.fields.LENIENT) gives None.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mappings.errors import ConversionError
from mappings.fields import as_key

MAX_DIGITS = 38  # what DynamoDB keeps of a number, and what the facts allow
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s.\x00-\x1f\x7f]+(?:\.[^@\s.\x00-\x1f\x7f]+)+")
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_JSON_NAMES = {"NoneType": "null", "str": "text", "bool": "a boolean", "dict": "an object", "list": "a list"}


def kind_of(value: Any) -> str:
    """Name a value's JSON type, for messages that must not show the value."""
    return _JSON_NAMES.get(type(value).__name__, "a number")


def elementwise(convert: Callable[..., Any], value: Any, wanted: str, *options: Any) -> Any:
    """Convert the elements of a list, and leave out the nulls. `wanted` says in the error what was expected.

    Raises:
        ConversionError: `value` is no list.
    """
    if type(value) is not list:
        raise ConversionError(f"{kind_of(value)} is not {wanted}")
    converted = (convert(item, *options) for item in value if item is not None)
    return [item for item in converted if item is not None]


def text(value: Any) -> Any:
    """Give any scalar as trimmed text."""
    if type(value) is str:
        return value.strip() or None
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) <= MAX_DIGITS else str(value)
    return elementwise(text, value, "a scalar")


def identifier(value: Any) -> Any:
    """Give an integer or text as text."""
    if type(value) is str:
        return value if value and not value.isspace() else None
    if type(value) is int:
        return str(value)
    return elementwise(identifier, value, "an id (text or an integer)")


def unless(converted: Any, none: Collection[str]) -> Any:
    """Give a converted value, or None where it is one of the texts that mean null."""
    if type(converted) is list:
        return [item for item in converted if item not in none]
    return None if converted in none else converted


def decimal(value: Any) -> Decimal | None:
    """Read a number or decimal text exactly.

    Raises:
        ConversionError: it is no number, or has more digits than MAX_DIGITS.
    """
    if type(value) is Decimal:
        number = value
    elif type(value) is int:
        number = Decimal(value)
    elif isinstance(value, float):  # a literal of a mapping, or a payload read without mappings.payloads
        number = Decimal(repr(value))
    elif type(value) is str:
        stripped = value.strip()
        if not stripped:
            return None
        if len(stripped) > 2 * MAX_DIGITS or not _DECIMAL.fullmatch(stripped):
            raise ConversionError("the text is not a decimal number")
        number = Decimal(stripped)
    else:
        raise ConversionError(f"{kind_of(value)} is not a number")
    if not number.is_finite() or not -MAX_DIGITS < number.adjusted() < MAX_DIGITS:
        raise ConversionError(f"the number has more than {MAX_DIGITS} digits")
    return number


def quantity(value: Any, negate: bool = False, absolute: bool = False) -> Any:
    """Give a number or decimal text as Decimal. `absolute` drops the sign; after that `negate` turns it."""
    if type(value) is list:
        return elementwise(quantity, value, "a quantity", negate, absolute)
    number = decimal(value)
    if number is None or not (negate or absolute):
        return number
    number = number.copy_abs() if absolute else number
    return number.copy_negate() if negate and number else number


def integer(value: Any) -> Any:
    """Give an integer, also from "12" and "12.0"."""
    if type(value) is int:
        return value
    if type(value) is list:
        return elementwise(integer, value, "an integer")
    number = decimal(value)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise ConversionError("the number is not an integer")
    return int(number)


def boolean(value: Any, invert: bool = False) -> Any:
    """Give true, 1, "true", "1" and "yes" as True; false, 0, "false", "0" and "no" as False. `invert` swaps them."""
    if type(value) is bool:
        return value is not invert
    if type(value) is int and value in (0, 1):
        return bool(value) is not invert
    if type(value) is str:
        word = value.strip().lower()
        if not word:
            return None
        if word not in _BOOLEANS:
            raise ConversionError("the text is not a boolean")
        return _BOOLEANS[word] is not invert
    return elementwise(boolean, value, "a boolean", invert)


def email(value: Any) -> Any:
    """Give text that looks like an e-mail address, trimmed and in its own case; else None."""
    if type(value) is not str:
        return elementwise(email, value, "text") if type(value) is list else None
    trimmed = value.strip()
    return trimmed if len(trimmed) <= 254 and _EMAIL.fullmatch(trimmed) else None


def gtin(value: Any) -> Any:
    """Give 8, 12, 13 or 14 digits whose check digit is right as text; else None.

    Source: GS1 General Specifications 7.9, https://www.gs1.org/services/how-calculate-check-digit-manually
    """
    if type(value) is list:
        return elementwise(gtin, value, "digits")
    digits = value.strip() if type(value) is str else str(value) if type(value) is int and value < 10**14 else ""
    if len(digits) not in _GTIN_LENGTHS or not (digits.isascii() and digits.isdigit()):
        return None
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits if total % 10 == 0 else None


def phone(value: Any, region: Any) -> Any:
    """Give a possible phone number in E.164, read as dialled in `region` (alpha-2); else None."""
    if type(value) is list:
        return elementwise(phone, value, "a phone number", region)
    dialled = str(value) if type(value) is int else value
    if type(dialled) is not str or len(dialled) > 64:
        return None
    return _e164(dialled, region.upper() if type(region) is str else None)


@lru_cache(maxsize=4096)
def _e164(dialled: str, region: str | None) -> str | None:
    import phonenumbers  # noqa: PLC0415 - its tables cost a cold start more than everything else here

    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def location(value: Any, locations: Mapping[str, str] | None, connection_id: str) -> Any:
    """Give our id of one of the channel's locations; one that is not mapped becomes `<connection_id>:<its id>`."""
    channel_id = identifier(value)
    if type(channel_id) is list:
        return [location(item, locations, connection_id) for item in channel_id]
    if channel_id is None:
        return None
    return (locations or {}).get(channel_id) or f"{connection_id}:{channel_id}"


def as_list(value: Any) -> list[Any]:
    """Give an object as a list of one, null as an empty list, and a list as it is.

    Raises:
        ConversionError: it is a scalar.
    """
    if value is None:
        return []
    if type(value) is dict:
        return [value]
    if type(value) is not list:
        raise ConversionError(f"{kind_of(value)} is neither an object nor a list")
    return value


def elements(value: Any) -> list[Any]:
    """Give what an `each` is repeated over where it found no list: an object alone.

    Raises:
        ConversionError: it is a scalar.
    """
    if type(value) is dict:
        return [value]
    raise ConversionError(f"`each` gave {kind_of(value)}, not a list or an object")


def number(value: Any) -> Any:
    """Give a number or decimal text as a JSON number: an int where it is whole, otherwise a float.

    Raises:
        ConversionError: it is no number, or a JSON number (a double) would not hold it exactly.
    """
    if type(value) is list:
        return elementwise(number, value, "a number")
    exact = decimal(value)
    if exact is None:
        return None
    if exact == exact.to_integral_value():
        return int(exact)
    double = float(exact)
    if Decimal(repr(double)) != exact:
        raise ConversionError("a JSON number does not hold so many digits")
    return double


def lost(value: Any) -> bool:
    """Say whether a lenient converter that gave None lost something. Blank text is no loss."""
    return not (type(value) is str and not value.strip())


def key_of(value: Any) -> str:
    """Give a scalar as the text that a `choose` table is looked up with.

    Raises:
        ConversionError: it is an object or a list.
    """
    if isinstance(value, dict | list):
        raise ConversionError(f"`choose` was given {kind_of(value)}")
    return as_key(value)


def unlisted(value: Any) -> ConversionError:
    """Make the error of a value that is not in its `choose` table. It is a code of the channel, so it may be shown."""
    return ConversionError(f"{as_key(value)[:64]!r} is not in the `choose` table")
