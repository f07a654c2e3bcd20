"""Amounts: from what channels write to integer minor units, and back."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from mappings.errors import ConversionError
from mappings.values.converters import MAX_DIGITS, decimal, elementwise, kind_of

# ISO 4217, list one (https://www.six-group.com/en/products-services/financial-information/data-standards.html): the
# currencies whose minor unit is not a hundredth. Read 2026-01; every other currency has two decimals.
_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS = {code: exponent for exponent, codes in _BY_EXPONENT.items() for code in codes.split()}
_known = dict(EXPONENTS)  # grows by the currencies met, at most one entry for each three letters
_EXACT = Context(prec=3 * MAX_DIGITS, rounding=ROUND_HALF_UP)


def exponent(currency: Any) -> int:
    """Give how many decimals a currency has.

    Raises:
        ConversionError: it is no currency code of three letters.
    """
    if type(currency) is not str:
        raise ConversionError(f"the currency is {kind_of(currency)}")
    if currency in _known:
        return _known[currency]
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise ConversionError("the currency is not a code of three letters")
    return _known.setdefault(currency, EXPONENTS.get(currency.upper(), 2))


def major(value: Any, currency: Any) -> Any:
    """Give an amount in major units (text or number) as integer minor units, rounded half-up."""
    try:
        decimals = _known[currency]
    except (KeyError, TypeError):
        decimals = exponent(currency)
    if type(value) is str:
        units = _usual(value, decimals)
        if units is not None:
            return units
    elif type(value) is list:
        return elementwise(major, value, "an amount", currency)
    amount = decimal(value)
    if amount is None:
        return None
    scaled = amount.scaleb(decimals, _EXACT)
    units = int(scaled)
    return units if units == scaled else int(scaled.to_integral_value(rounding=ROUND_HALF_UP))


def _usual(value: str, decimals: int) -> int | None:
    """Read text like "24.90", which most channels write, by leaving out the point; None where it is written otherwise.

    That needs no Decimal.
    """
    whole, _, fraction = value.partition(".")
    if len(fraction) != decimals:
        return None
    digits = whole + fraction
    return int(digits) if digits.isdigit() and digits.isascii() and len(digits) < MAX_DIGITS else None


def minor(value: Any) -> Any:
    """Give an amount that is in minor units already.

    Raises:
        ConversionError: it is no integer.
    """
    if type(value) is list:
        return elementwise(minor, value, "an amount")
    amount = decimal(value)
    if amount is None:
        return None
    if amount != amount.to_integral_value():
        raise ConversionError("an amount in minor units is not an integer")
    return int(amount)


def signed(value: Any, absolute: bool, negate: bool) -> Any:
    """Give an amount without its sign (`absolute`), then with the other one (`negate`)."""
    if type(value) is list:
        return [signed(item, absolute, negate) for item in value]
    if value is None:
        return None
    value = abs(value) if absolute else value
    return -value if negate else value


def share(value: Any, currency: Any, in_major: bool, divisor: Any) -> Any:
    """Give an amount divided by a quantity, rounded once, half-up.

    Raises:
        ConversionError: one of them is no number, or the quantity is null or zero.
    """
    if type(value) is list:
        return elementwise(share, value, "an amount", currency, in_major, divisor)
    if in_major and type(value) is str and type(divisor) is int and divisor > 0:
        units = _usual(value, exponent(currency))
        if units is not None:
            return (2 * units + divisor) // (2 * divisor)
    amount, parts = decimal(value), decimal(divisor)
    if amount is None:
        return None
    if not parts:
        raise ConversionError("an amount cannot be divided by zero or by nothing")
    if not in_major and amount != amount.to_integral_value():
        raise ConversionError("an amount in minor units is not an integer")
    if len(amount.as_tuple().digits) > MAX_DIGITS or len(parts.as_tuple().digits) > MAX_DIGITS:
        raise ConversionError(f"a number has more than {MAX_DIGITS} digits")
    over, under = amount.scaleb(exponent(currency) if in_major else 0, _EXACT).as_integer_ratio()
    times, by = parts.as_integer_ratio()
    over, under = over * by, under * times
    sign = -1 if (over < 0) is not (under < 0) else 1
    return sign * ((2 * abs(over) + abs(under)) // (2 * abs(under)))


def amount(value: Any, currency: Any, as_number: bool = False) -> Any:
    """Give integer minor units as text in major units, or as a JSON number."""
    if type(value) is list:
        return elementwise(amount, value, "an amount", currency, as_number)
    units = minor(value)
    if units is None:
        return None
    decimals = exponent(currency)
    exact = Decimal(units).scaleb(-decimals, _EXACT)
    if not as_number:
        return format(exact, f".{decimals}f")
    return int(exact) if exact == exact.to_integral_value() else float(exact)
