"""Calendar: price days begin where the provider is, whatever the machine's clock says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.calendar import (
    DAY_SECONDS,
    Month,
    day_of,
    fiscal_year,
    instant_of_day,
    local_time,
    midnights_utc,
    month_of,
    months_from,
    read_day,
    read_month,
    utc_day,
    utc_midnight,
    zone,
)

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Asia/Kolkata",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
    "America/Mexico_City",  # no summer time any more
    "Africa/Casablanca",  # another time for a month, another month each year
)
zones = st.sampled_from(ZONES)
days = st.dates(date(2000, 1, 2), date(2037, 12, 30))


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_the_evening_in_london_is_the_next_day_in_shanghai():
    evening = instant("2026-04-17T16:00:00+00:00")
    assert day_of(evening, "UTC") == date(2026, 4, 17)
    assert day_of(evening, "Asia/Shanghai") == date(2026, 4, 18)
    assert day_of(evening - 1, "Asia/Shanghai") == date(2026, 4, 17)


def test_a_price_day_begins_at_midnight_of_its_zone():
    assert instant_of_day(date(2026, 4, 18), "Asia/Shanghai") == instant("2026-04-17T16:00:00+00:00")
    # Summer time begins in New York on 2026-03-08: the day has 23 hours.
    length = instant_of_day(date(2026, 3, 9), "America/New_York") - instant_of_day(date(2026, 3, 8), "America/New_York")
    assert length == 23 * 3600


@given(days, zones)
def test_days_follow_one_another_without_gap(day, name):
    start, end = instant_of_day(day, name), instant_of_day(day + timedelta(days=1), name)
    assert day_of(start, name) == day
    assert day_of(end - 1, name) == day
    assert day_of(start - 1, name) == day - timedelta(days=1)


@given(days, zones)
def test_every_day_begins_at_a_listed_second_of_the_utc_day(day, name):
    assert instant_of_day(day, name) % DAY_SECONDS in midnights_utc(name)


def test_the_midnights_of_a_zone():
    assert midnights_utc("UTC") == (0,)
    assert midnights_utc("Asia/Shanghai") == (16 * 3600,)
    assert midnights_utc("America/New_York") == (4 * 3600, 5 * 3600)
    assert midnights_utc("America/Mexico_City") == (5 * 3600, 6 * 3600)  # summer time until 2022


@given(st.integers(1_600_000_000, 1_900_000_000), zones)
def test_wall_clock_time_is_that_of_the_zone(second, name):
    assert local_time(second, name) == datetime.fromtimestamp(second, ZoneInfo(name))


@given(days)
def test_a_day_without_a_zone_is_stored_and_read_back(day):
    assert utc_day(utc_midnight(day)) == day
    assert utc_midnight(day) == int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def test_months_have_their_own_number_of_days():
    year = list(months_from(Month(2027, 11), 5))
    assert [str(month) for month in year] == ["2027-11", "2027-12", "2028-01", "2028-02", "2028-03"]
    assert [month.days for month in year] == [30, 31, 31, 29, 31]
    assert month_of(date(2028, 2, 29)) == Month(2028, 2) < Month(2028, 3)


def test_days_and_months_are_written_in_iso():
    assert read_day("2026-04-18") == date(2026, 4, 18)
    assert read_month("2026-04") == Month(2026, 4)


@pytest.mark.parametrize(
    "text", ["2026-4-18", "20260418", "2026-02-29", "18.04.2026", "2026-04-18T00:00", "", "2026-04-18\n"]
)
def test_other_days_are_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_day(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "0000-01", "2026-4", "2026", "2026-04-18", "２０２６-04"])
def test_other_months_are_refused(text):
    with pytest.raises(ValueError, match="not a month"):
        read_month(text)


@pytest.mark.parametrize("name", ["Asia/Shangai", "", "../etc/passwd", "Asia", "localtime", "x\0y"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(ValueError, match="no time zone is called"):
        zone(name)


@pytest.mark.parametrize(
    ("month", "starts", "name"),
    [
        (Month(2026, 3), 4, "FY 2025/26"),
        (Month(2026, 4), 4, "FY 2026/27"),
        (Month(2026, 12), 4, "FY 2026/27"),
        (Month(2099, 10), 10, "FY 2099/00"),
        (Month(2026, 1), 1, "2026"),
        (Month(2026, 12), 1, "2026"),
    ],
)
def test_the_year_that_a_month_lies_in(month, starts, name):
    assert fiscal_year(month, starts) == name


def test_a_month_begins_on_its_first_day():
    assert Month(2026, 2).first == date(2026, 2, 1)
    assert [Month(2026, 2).days, Month(2028, 2).days, Month(2026, 12).days] == [28, 29, 31]


def test_months_have_numbers_from_1_to_12():
    assert [read_month(text) for text in ("2026-01", "2026-12", "0001-01")] == [
        Month(2026, 1),
        Month(2026, 12),
        Month(1, 1),
    ]
    for text in ("2026-00", "2026-13", "0000-05", "2026-1", "26-01"):
        with pytest.raises(ValueError, match="not a month"):
            read_month(text)
