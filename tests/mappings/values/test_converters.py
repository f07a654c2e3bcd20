"""Every converter of docs/mapping.md through a mapping: what it gives, what it refuses, what it loses."""

from decimal import Decimal
from typing import Any

import pytest

from mappings.engine import InMapping, MappingError

CONNECTION = {
    "connection_id": "till-lille",
    "timezone": "Europe/Paris",
    "currency": "EUR",
    "default_region": "FR",
    "locations": {"7": "lille"},
    "default_location": None,
    "settings": {},
}


def converted(value: Any, converter: Any, losses: list[str] | None = None) -> Any:
    """Give what a converter makes of a value; "absent" where the field is left out."""
    mapping = InMapping.from_dict(
        {"facts": [{"kind": "test", "fields": {"field": {"from": "value", "as": converter}}}]}, "test.in.yaml"
    )
    payload = {
        "value": value,
        "currency": "EUR",
        "yen": "JPY",
        "dinar": "BHD",
        "pieces": 3,
        "country": "BE",
        "zone": None,
    }
    (fact,) = mapping.statements(payload, CONNECTION, losses)
    return fact.get("field", "absent")


MAJOR = {"money": {"unit": "major", "currency": "EUR"}}
MINOR = {"money": {"unit": "minor"}}

GIVEN = [
    (" Blue ", "text", "Blue"),
    (12, "text", "12"),
    (Decimal("1.50"), "text", "1.50"),
    (Decimal("1E+2"), "text", "100"),
    (True, "text", "true"),
    ("", "text", "absent"),
    ("0", {"text": {"none": ["0", "-"]}}, "absent"),
    (["a ", None, ""], "text", ["a"]),
    (2**64, "id", "18446744073709551616"),
    ("A-1", "id", "A-1"),
    ("", "id", "absent"),
    (0, {"id": {"none": ["0"]}}, "absent"),
    ([1, 2], "id", ["1", "2"]),
    (12, "integer", 12),
    ("12", "integer", 12),
    ("12.0", "integer", 12),
    (Decimal("12.0"), "integer", 12),
    (3, "quantity", Decimal(3)),
    ("1.25", "quantity", Decimal("1.25")),
    (Decimal("0.10"), "quantity", Decimal("0.10")),
    ("-2", {"quantity": {"negate": True}}, Decimal(2)),
    ("-2", {"quantity": {"absolute": True}}, Decimal(2)),
    ("2", {"quantity": {"absolute": True, "negate": True}}, Decimal(-2)),
    (True, "boolean", True),
    (0, "boolean", False),
    ("yes", "boolean", True),
    ("0", "boolean", False),
    (True, {"boolean": {"invert": True}}, False),
    ("no", {"boolean": {"invert": True}}, True),
    ("12.34", MAJOR, 1234),
    (Decimal("12.345"), MAJOR, 1235),
    ("-12.345", MAJOR, -1235),
    (12, MAJOR, 1200),
    ("1.5", {"money": {"unit": "major", "currency": "yen"}}, 2),
    ("1.5", {"money": {"unit": "major", "currency": "dinar"}}, 1500),
    ("", MAJOR, "absent"),
    (1234, MINOR, 1234),
    ("1234", MINOR, 1234),
    (Decimal("1234.0"), MINOR, 1234),
    ("5.00", {"money": {"unit": "major", "currency": "EUR", "negate": True}}, -500),
    (-500, {"money": {"unit": "minor", "absolute": True}}, 500),
    ("10.00", {"money": {"unit": "major", "currency": "EUR", "divide": "pieces"}}, 333),
    (-5, {"money": {"unit": "minor", "divide": "`2`"}}, -3),
    ("2026-01-31T09:00:00+01:00", "time", "2026-01-31T08:00:00.000Z"),
    ("2026-01-31 09:00:00", "time", "2026-01-31T08:00:00.000Z"),
    ("2026-01-31T09:00:00.123999999Z", "time", "2026-01-31T09:00:00.123Z"),
    ("2026-01-31T09:00:00", {"time": {"zone": "'America/New_York'"}}, "2026-01-31T14:00:00.000Z"),
    ("2026-01-31T09:00:00", {"time": {"zone": "zone"}}, "2026-01-31T08:00:00.000Z"),
    (1769850000, {"time": {"format": "epoch_s"}}, "2026-01-31T09:00:00.000Z"),
    (Decimal("-0.0005"), {"time": {"format": "epoch_s"}}, "1969-12-31T23:59:59.999Z"),
    ("1769850000123", {"time": {"format": "epoch_ms"}}, "2026-01-31T09:00:00.123Z"),
    ("Sat, 31 Jan 2026 09:00:00 -0000", {"time": {"format": "rfc2822"}}, "2026-01-31T09:00:00.000Z"),
    ("Sat, 31 Jan 2026 09:00:00 +0100", {"time": {"format": "rfc2822"}}, "2026-01-31T08:00:00.000Z"),
    ("31/01/2026 09:00", {"time": {"format": "%d/%m/%Y %H:%M"}}, "2026-01-31T08:00:00.000Z"),
    ("0000-00-00 00:00:00", {"time": {"none": ["0000-00-00 00:00:00"]}}, "absent"),
    ("2026-01-31T09:00:00Z", "version", "2026-01-31T09:00:00.000Z"),
    (42, "version", "00000000000000000042"),
    ("42", "version", "00000000000000000042"),
    (1769850000, {"version": {"format": "epoch_s"}}, "2026-01-31T09:00:00.000Z"),
    ("1980-02-29", "day", "1980-02-29"),
    ("1980-02-29T23:30:00-05:00", "day", "1980-02-29"),
    ("FR", "country", "FR"),
    ("fra", "country", "FR"),
    ("06 12 34 56 78", "phone", "+33612345678"),
    ("0470 12 34 56", {"phone": {"region": "country"}}, "+32470123456"),
    ("06 12 34 56 78", {"phone": {"region": "nothing"}}, "+33612345678"),
    (" Ada@Example.com ", "email", "Ada@Example.com"),
    ("4006381333931", "gtin", "4006381333931"),
    (96385074, "gtin", "96385074"),
    (7, "location", "lille"),
    ("9", "location", "till-lille:9"),
    ({"a": 1}, "list", [{"a": 1}]),
    ([{"a": 1}], "list", [{"a": 1}]),
    (None, "list", []),
    (1234, {"amount": {"currency": "EUR"}}, "12.34"),
    (-5, {"amount": {"currency": "EUR"}}, "-0.05"),
    (1234, {"amount": {"currency": "yen"}}, "1234"),
    (1250, {"amount": {"currency": "EUR", "number": True}}, 12.5),
    (Decimal("2.0"), "number", 2),
    (Decimal("2.25"), "number", 2.25),
    (None, "text", "absent"),
    (None, MAJOR, "absent"),
]


@pytest.mark.parametrize(("value", "converter", "expected"), GIVEN)
def test_a_converter_gives_what_the_contract_says(value: Any, converter: Any, expected: Any) -> None:
    answer = converted(value, converter)
    assert (answer, type(answer)) == (expected, type(expected))


REFUSED = [
    ({"a": 1}, "text", "an object is not a scalar"),
    (True, "id", "a boolean is not an id"),
    (Decimal("1.5"), "id", "a number is not an id"),
    ("12.5", "integer", "the number is not an integer"),
    (True, "integer", "a boolean is not a number"),
    ("1,5", "quantity", "the text is not a decimal number"),
    ("NaN", "quantity", "the text is not a decimal number"),
    ("١٢", "quantity", "the text is not a decimal number"),
    (Decimal("1E+400"), "quantity", "more than 38 digits"),
    (10**40, MINOR, "more than 38 digits"),
    (2, "boolean", "a number is not a boolean"),
    ("maybe", "boolean", "the text is not a boolean"),
    ("1 EUR", MAJOR, "the text is not a decimal number"),
    ("12.5", MINOR, "not an integer"),
    ("1.00", {"money": {"unit": "major", "currency": "nothing"}}, "the currency is null"),
    ("1.00", {"money": {"unit": "major", "currency": "pieces"}}, "the currency is a number"),
    ("1.00", {"money": {"unit": "major", "currency": "'euros'"}}, "not a code of three letters"),
    ("1.00", {"money": {"unit": "major", "currency": "EUR", "divide": "`0`"}}, "cannot be divided by zero"),
    ("31/01/2026", "time", "the text is not an ISO 8601 time"),
    ("2026-02-30T00:00:00Z", "time", "the text is not an ISO 8601 time"),
    ("0001-01-01T00:00:00+05:00", "time", "outside the years 1 to 9999"),
    (1769850000, "time", "a number is not a time as text"),
    ("2026-01-31T09:00:00", {"time": {"zone": "'Mars/Olympus'"}}, "its zone is not an IANA time zone"),
    ("2026-01-31T09:00:00", {"time": {"zone": "'Europe'"}}, "its zone is not an IANA time zone"),
    (10**30, {"time": {"format": "epoch_ms"}}, "outside the years 1 to 9999"),
    ("soon", {"time": {"format": "rfc2822"}}, "not an RFC 2822 time"),
    ("31.01.2026", {"time": {"format": "%d/%m/%Y"}}, "not a time of the pattern %d/%m/%Y"),
    (-1, "version", "a version is not negative"),
    (10**20, "version", "more than 20 digits"),
    ("hidden", "list", "text is neither an object nor a list"),
    (Decimal("0.12345678901234567890"), "number", "does not hold so many digits"),
    (["1", {"secret": "x"}], MAJOR, "an object is not a number"),
]


@pytest.mark.parametrize(("value", "converter", "reason"), REFUSED)
def test_a_strict_converter_refuses_and_its_message_hides_the_value(value: Any, converter: Any, reason: str) -> None:
    with pytest.raises(MappingError, match=reason) as caught:
        converted(value, converter)
    assert caught.value.pointer == "/value"
    assert (caught.value.kind, caught.value.field) == ("test", "field")
    assert not isinstance(value, str) or value not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("value", "converter"),
    [
        ("31 January", "day"),
        (True, "day"),
        ("XX", "country"),
        ("France", "country"),
        ("12", "phone"),
        ({"number": "12"}, "phone"),
        ("not an address", "email"),
        ("a@b", "email"),
        ("4006381333932", "gtin"),
        ("123", "gtin"),
    ],
)
def test_a_lenient_converter_gives_null_and_the_loss_is_counted(value: Any, converter: str) -> None:
    losses: list[str] = []
    assert converted(value, converter, losses) == "absent"
    assert losses == ["test.field"]


@pytest.mark.parametrize("converter", ["day", "country", "phone", "email", "gtin"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_blank_text_is_no_loss(value: Any, converter: str) -> None:
    losses: list[str] = []
    assert converted(value, converter, losses) == "absent"
    assert losses == []


@pytest.mark.parametrize("converter", ["text", "id", "integer", "quantity", "boolean", MAJOR, MINOR, "time", "version"])
def test_blank_text_is_null_to_strict_converters_too(converter: Any) -> None:
    assert converted(" ", converter) == "absent"
