"""Properties: money goes out and in unchanged in every currency, times agree with zoneinfo."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.values.money import EXPONENTS, amount, exponent, major, share
from mappings.values.times import iso

CURRENCIES = st.sampled_from([*EXPONENTS, "EUR", "USD", "GBP", "CHF", "MXN"])
ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]
)
NAIVE = st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1))  # noqa: DTZ001
OFFSETS = st.integers(-15 * 60, 15 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.integers(-(10**20), 10**20), CURRENCIES)
def test_an_amount_that_goes_out_comes_in_unchanged(units: int, currency: str) -> None:
    assert major(amount(units, currency), currency) == units
    assert major(Decimal(amount(units, currency)), currency) == units


@given(st.decimals("-1e12", "1e12", allow_nan=False, places=6), CURRENCIES)
def test_an_amount_is_rounded_once_and_half_up(value: Decimal, currency: str) -> None:
    expected = (value * 10 ** exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    assert major(value, currency) == major(format(value, "f"), currency) == int(expected)


@given(st.integers(-(10**12), 10**12), st.integers(1, 1000))
def test_shares_of_an_amount_differ_from_it_by_half_a_unit_each_at_most(units: int, parts: int) -> None:
    assert abs(share(units, None, False, parts) * parts - units) * 2 <= parts


@given(st.integers(-(10**12), 10**12), CURRENCIES, st.integers(1, 1000))
def test_a_share_is_the_same_however_amount_and_parts_are_written(units: int, currency: str, parts: int) -> None:
    text = amount(units, currency)
    assert share(text, currency, True, parts) == share(Decimal(text), currency, True, Decimal(parts))


@given(NAIVE, OFFSETS)
def test_a_time_with_an_offset_is_the_same_moment_in_utc(naive: datetime, offset: timezone) -> None:
    moment = naive.replace(tzinfo=offset)
    expected = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert iso(moment.isoformat(), "UTC") == expected
    assert iso(moment.isoformat(" "), "UTC") == expected


@given(NAIVE, ZONES)
def test_a_time_without_an_offset_is_what_zoneinfo_says(naive: datetime, zone: str) -> None:
    moment = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert iso(naive.isoformat(), zone) == moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_time_in_the_gap_of_spring_moves_forward() -> None:
    assert iso("2026-03-29T02:30:00", "Europe/Paris") == "2026-03-29T01:30:00.000Z"  # 03:30 in summer time


def test_a_time_that_stands_twice_in_autumn_is_the_first() -> None:
    assert iso("2026-10-25T02:30:00", "Europe/Paris") == "2026-10-25T00:30:00.000Z"  # still summer time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260131T090000.123Z", "2026-01-31T09:00:00.123Z"),
        ("20260131T0900+01:00", "2026-01-31T08:00:00.000Z"),
        ("2026-W05-6T09:00:00Z", "2026-01-31T09:00:00.000Z"),
        ("2026-01-31T09:00:00.1-05:30", "2026-01-31T14:30:00.100Z"),
        ("2026-01-31T09:00:00+0100", "2026-01-31T08:00:00.000Z"),
        ("2026-01-31T09:00Z", "2026-01-31T09:00:00.000Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
    ],
)
def test_every_spelling_of_iso_8601_that_python_reads_is_read(text: str, expected: str) -> None:
    assert iso(text, "UTC") == expected
