"""What the generated code calls for each converter, and how its options become arguments."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mappings.expressions.source import Source
from mappings.fields import Field, as_key
from mappings.values import converters, countries, money, times

Path = Callable[[Any], str]  # writes a path of an option, gives the variable that holds its value
Call = Callable[[str, Field, Path, Source], str]  # the variable to convert → a Python expression

NAMES: dict[str, Any] = {
    "Decimal": Decimal,
    "as_list": converters.as_list,
    "boolean": converters.boolean,
    "country": countries.country,
    "day": times.day,
    "elements": converters.elements,
    "email": converters.email,
    "epoch": times.epoch,
    "gtin": converters.gtin,
    "identifier": converters.identifier,
    "integer": converters.integer,
    "iso": times.iso,
    "key_of": converters.key_of,
    "location": converters.location,
    "lost": converters.lost,
    "major": money.major,
    "means_null": times.means_null,
    "minor": money.minor,
    "money_amount": money.amount,
    "number": converters.number,
    "patterned": times.patterned,
    "phone": converters.phone,
    "quantity": converters.quantity,
    "rfc2822": times.rfc2822,
    "share": money.share,
    "signed": money.signed,
    "text": converters.text,
    "unlisted": converters.unlisted,
    "unless": converters.unless,
    "version": times.version,
}


def _simple(name: str) -> Call:
    return lambda value, _field, _path, _source: f"{name}({value})"


def _none(field: Field, source: Source) -> str | None:
    texts = field.options.get("none") or ()
    texts = [texts] if isinstance(texts, str) else texts
    return source.constant(frozenset(as_key(item) for item in texts)) if texts else None


def _text(name: str) -> Call:
    def call(value: str, field: Field, _path: Path, source: Source) -> str:
        none = _none(field, source)
        return f"{name}({value})" if none is None else f"unless({name}({value}), {none})"

    return call


def _quantity(value: str, field: Field, _path: Path, _source: Source) -> str:
    signs = [bool(field.options.get(option)) for option in ("negate", "absolute")]
    return f"quantity({value}, {signs[0]}, {signs[1]})" if any(signs) else f"quantity({value})"


def _boolean(value: str, field: Field, _path: Path, _source: Source) -> str:
    return f"boolean({value}, True)" if field.options.get("invert") else f"boolean({value})"


def _currency(field: Field, path: Path) -> str:
    currency = field.options.get("currency")
    if isinstance(currency, str) and len(currency) == 3 and currency.isalpha() and currency.isupper():
        return repr(currency)
    return "None" if currency is None else path(currency)


def _money(value: str, field: Field, path: Path, _source: Source) -> str:
    in_major = field.options.get("unit", "major") == "major"
    currency = _currency(field, path)
    if field.options.get("divide") is not None:
        call = f"share({value}, {currency}, {in_major}, {path(field.options['divide'])})"
    else:
        call = f"major({value}, {currency})" if in_major else f"minor({value})"
    absolute, negate = bool(field.options.get("absolute")), bool(field.options.get("negate"))
    return f"signed({call}, {absolute}, {negate})" if absolute or negate else call


def _amount(value: str, field: Field, path: Path, _source: Source) -> str:
    return f"money_amount({value}, {_currency(field, path)}, {bool(field.options.get('number'))})"


def _or_default(field: Field, option: str, default: str, path: Path) -> str:
    chosen = field.options.get(option)
    return path(default) if chosen is None else f"{path(chosen)} or {path(default)}"


def _time_arguments(field: Field, path: Path) -> tuple[str, str]:
    pattern = field.options.get("format", "iso")
    if pattern in ("epoch_s", "epoch_ms"):
        return "epoch", "1000" if pattern == "epoch_s" else "1"
    zone = _or_default(field, "zone", "$connection.timezone", path)
    if pattern in ("iso", "rfc2822"):
        return pattern, zone
    return "patterned", f"{zone}, {pattern!r}"


def _time(value: str, field: Field, path: Path, source: Source) -> str:
    function, arguments = _time_arguments(field, path)
    none = _none(field, source)
    call = f"{function}({value}, {arguments})"
    return call if none is None else f"None if means_null({value}, {none}) else {call}"


def _version(value: str, field: Field, path: Path, source: Source) -> str:
    function, arguments = _time_arguments(field, path)
    none = _none(field, source)
    call = f"version({value}, {function}, {function != 'epoch'}, {arguments})"
    return call if none is None else f"None if means_null({value}, {none}) else {call}"


def _phone(value: str, field: Field, path: Path, _source: Source) -> str:
    return f"phone({value}, {_or_default(field, 'region', '$connection.default_region', path)})"


def _location(value: str, _field: Field, path: Path, _source: Source) -> str:
    return f"location({value}, {path('$connection.locations')}, {path('$connection.connection_id')})"


CALLS: dict[str, Call] = {
    "text": _text("text"),
    "id": _text("identifier"),
    "integer": _simple("integer"),
    "quantity": _quantity,
    "boolean": _boolean,
    "money": _money,
    "time": _time,
    "version": _version,
    "day": _simple("day"),
    "country": _simple("country"),
    "phone": _phone,
    "email": _simple("email"),
    "gtin": _simple("gtin"),
    "location": _location,
    "list": _simple("as_list"),
    "amount": _amount,
    "number": _simple("number"),
}


# The code of converters without options for the type that most channels send; it saves the call.
_USUAL = {
    "boolean": "{0} if type({0}) is bool",
    "id": "str({0}) if type({0}) is int",
    "quantity": "Decimal({0}) if type({0}) is int",
    "text": "{0}.strip() or None if type({0}) is str",
}


def null_kept(call: str, value: str, field: Field) -> str:
    """Write a conversion by a call. Null stays null, and the usual type of the value needs no call."""
    usual = _USUAL.get(str(field.convert)) if not field.options else None
    start = f"{usual.format(value)} else " if usual else ""
    return f"{start}{call} if {value} is not None else None"


def shortened(call: str, value: str, find: Callable[[str], str | None]) -> str:
    """Give a shorter call of `version` where the block already holds the same time: a time's version is that time."""
    prefix = f"version({value}, iso, True, "
    time = find(f"iso({value}, {call.removeprefix(prefix)}") if call.startswith(prefix) else None
    return call if time is None else f"({time} if type({value}) is str and not {value}.isdigit() else {call})"
