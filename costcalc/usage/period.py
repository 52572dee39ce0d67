"""Period: the days that are chosen of a log: between two days, of a month or a week, or the last ones before its end."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from costcalc.calendar import ONE_DAY, DayRange, Month, month_of, months_from, read_day, read_month
from costcalc.records import dataclass

_LAST = re.compile(r"([1-9]\d{0,3})\s?(d|w|m)", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_WAYS = "2026-09, 2026-Q3, 2026, or 2026-09-01..2026-09-30"
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_UNITS = {"d": "day", "w": "week", "m": "month"}


@dataclass(frozen=True, slots=True)
class Last:
    """So many days, weeks or months, counted back from the log's last day."""

    count: int
    unit: Literal["d", "w", "m"]

    def since(self, last_day: date) -> date:
        """The first of the days that end with the last one."""
        end = last_day + ONE_DAY
        if self.unit != "m":
            return _days_before(end, self.count * (7 if self.unit == "w" else 1))
        years, month = divmod(end.year * 12 + end.month - 1 - self.count, 12)
        if years < 1:
            return date.min
        begun = Month(years, month + 1)
        return begun.first + timedelta(days=min(end.day, begun.days) - 1)

    def __str__(self) -> str:
        return f"{self.count} {_UNITS[self.unit]}{'s' * (self.count > 1)}"


@dataclass(frozen=True, slots=True)
class Period:
    """The days meant; `last` is counted back once the log's last day is known."""

    since: date | None = None  # first day
    until: date | None = None  # the day after the last one
    last: Last | None = None


def read_last(text: str) -> Last:
    """`30d`, `4w`, `3m`; ValueError for anything else."""
    match = _LAST.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"not a length: {text!r}")
    return Last(int(match[1]), match[2])  # type: ignore[arg-type]


def read_week(text: str) -> DayRange:
    """An ISO week, `2026-W40`: Monday to Sunday; ValueError for anything else, and for a week 53 that a year has not."""
    match = _WEEK.fullmatch(text.strip().upper())
    if not match:
        raise ValueError(f"not a week: {text!r}")
    monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return DayRange(monday, monday + timedelta(days=6))


def read_quarter(text: str, year_starts: int = 1) -> DayRange:
    """`2026-Q4`: of the year that begins in 2026, in the month `year_starts`; ValueError for anything else."""
    match = _QUARTER.fullmatch(text.strip().upper())
    if not match or int(match[1]) < 1:
        raise ValueError(f"not a quarter: {text!r}")
    *_, first = months_from(Month(int(match[1]), year_starts), 3 * int(match[2]) - 2)
    return DayRange(first.first, first.next.next.last)


def read_days(text: str) -> DayRange:
    """A day, a month, a quarter, a year, or `2026-09-01..2026-09-30`, both ends included; ValueError for anything else."""
    begin, between, end = text.strip().partition(".." if ".." in text else "/")
    if between:
        try:
            days = DayRange(read_days(begin).first, read_days(end).last)
        except ValueError:
            raise _no_period(text) from None
        if days.last < days.first:
            raise ValueError(f"it ends before it begins: {text.strip()}")
        return days
    if re.fullmatch(r"\d{4}", begin, re.ASCII) and int(begin):
        return DayRange(date(int(begin), 1, 1), date(int(begin), 12, 31))
    for read in (read_quarter, lambda word: read_month(word).range, _one_day):
        try:
            return read(begin)
        except ValueError:
            continue
    raise _no_period(text)


def _no_period(text: str) -> ValueError:
    return ValueError(f'"{text.strip()}" is no period: write {_meant(text) or _WAYS}')


def _meant(text: str) -> str:
    """`2026-08` for 08/2026, 2026/8, Aug 2026 and August 2026; "": no month can be told."""
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{4})|(\d{4})[/.-](\d{1,2})", text.strip(), re.ASCII):
        year, month = int(found[2] or found[3]), int(found[1] or found[4])
    elif found := re.fullmatch(r"([A-Za-z]{3,9})\.?[ -](\d{4})", text.strip(), re.ASCII):
        word = found[1].lower()
        year, month = int(found[2]), next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(word)), 0)
    else:
        return ""
    return f"{year}-{month:02d}" if 1 <= month <= 12 else ""


def _one_day(text: str) -> DayRange:
    return DayRange(read_day(text), read_day(text))


def month_words(day: date) -> str:
    """The option that chooses the month of a day."""
    return f"--month {month_of(day)}"


def _days_before(end: date, days: int) -> date:
    return end - timedelta(days=days) if days < (end - date.min).days else date.min
