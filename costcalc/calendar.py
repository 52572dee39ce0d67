"""Calendar: price days in the provider's zone, half-open periods, months and the run-rate's days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from costcalc.records import dataclass

DAY_SECONDS = 86_400
ONE_DAY = timedelta(days=1)
MOST_MONTHS = 120  # to come; ten years: what lies further on nobody plans

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def last(self) -> date:
        return self.next.first - ONE_DAY

    @property
    def days(self) -> int:
        return self.last.day

    @property
    def range(self) -> DayRange:
        return DayRange(self.first, self.last)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days from the first to the last, both included."""

    first: date
    last: date

    @property
    def after(self) -> date:
        """The day after the last one."""
        return self.last + ONE_DAY

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1


def fiscal_year(month: Month, starts: int) -> str:
    """The year that a month lies in, of years that begin in the month `starts`: 2026, or FY 2026/27."""
    year = month.year - (month.month < starts)
    return f"{year}" if starts == 1 else f"FY {year}/{(year + 1) % 100:02d}"


def month_of(day: date) -> Month:
    return Month(day.year, day.month)


def months_from(first: Month, count: int) -> Iterator[Month]:
    """`count` months in a row, beginning with `first`."""
    for _ in range(count):
        yield first
        first = first.next


def read_day(text: str) -> date:
    """An ISO day, `2026-04-18`; ValueError for anything else."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"not a day: {text!r}")
    return date.fromisoformat(text)


def read_month(text: str) -> Month:
    """An ISO month, `2026-04`; ValueError for anything else."""
    match = _MONTH.fullmatch(text)
    if not match or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1:
        raise ValueError(f"not a month: {text!r}")
    return Month(int(match[1]), int(match[2]))


@lru_cache
def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; ValueError if there is none."""
    try:
        if name == "localtime":  # some systems keep their own zone under this name
            raise ValueError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name!r}") from error


def instant_of_day(day: date, zone_name: str) -> int:
    """Epoch seconds at which the day begins in that zone."""
    return int(datetime.combine(day, time(), zone(zone_name)).timestamp())


@lru_cache(maxsize=65_536)
def local_time(instant: int, zone_name: str) -> datetime:
    """The wall-clock time of an instant (epoch seconds) in that zone."""
    return datetime.fromtimestamp(instant, zone(zone_name))


def day_of(instant: int, zone_name: str) -> date:
    """The calendar day of an instant (epoch seconds) in that zone."""
    return local_time(instant, zone_name).date()


def utc_midnight(day: date) -> int:
    """Epoch seconds of 00:00 UTC: how a day without a zone is stored."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def utc_day(instant: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant)).date()


def midnights_utc(zone_name: str) -> tuple[int, ...]:
    """The seconds after 00:00 UTC at which days of that zone can begin, ascending."""
    return tuple(sorted(clocks_utc(zone_name, (time(),))))


def clocks_utc(zone_name: str, clocks: Iterable[time]) -> frozenset[int]:
    """The seconds after 00:00 UTC at which it can be one of these times in that zone."""
    seconds = [clock.hour * 3600 + clock.minute * 60 + clock.second for clock in clocks]
    return frozenset((second - offset) % DAY_SECONDS for second in seconds for offset in _offsets(zone_name))


@lru_cache
def _offsets(zone_name: str) -> frozenset[int]:
    """What the clocks of the zone have been ahead of UTC since 2000, in seconds."""
    where = zone(zone_name)
    found = {where.utcoffset(day) for day in _weeks()}  # every run asks this of a few zones
    return frozenset(int((offset or timedelta()).total_seconds()) for offset in found)


@lru_cache
def _weeks() -> tuple[datetime, ...]:
    """Instants by the clock of any zone. No offset lasts less than a week, and none is planned beyond 2037 that is not in
    use by then.
    """
    first = datetime(2000, 1, 1)  # noqa: DTZ001 -- each zone reads it as its own
    return tuple(first + timedelta(weeks=week) for week in range(38 * 53))
