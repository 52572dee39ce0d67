"""Period: the days that are chosen of a log: between two days, of a month or a week, or the last ones before its end."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from costcalc.calendar import Month, month_of
from costcalc.records import dataclass

_LAST = re.compile(r"([1-9]\d{0,3})\s?(d|w|m)", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_UNITS = {"d": "day", "w": "week", "m": "month"}


@dataclass(frozen=True, slots=True)
class Last:
    """So many days, weeks or months, counted back from the log's last day."""

    count: int
    unit: Literal["d", "w", "m"]

    def since(self, last_day: date) -> date:
        """The first of the days that end with the last one."""
        end = last_day + timedelta(days=1)
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


ALL_DAYS = Period()


def read_last(text: str) -> Last:
    """`30d`, `4w`, `3m`; ValueError for anything else."""
    match = _LAST.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"not a length: {text!r}")
    return Last(int(match[1]), match[2])  # type: ignore[arg-type]


def read_week(text: str) -> Period:
    """An ISO week, `2026-W40`: Monday to Sunday; ValueError for anything else, and for a week 53 that a year has not."""
    match = _WEEK.fullmatch(text.strip().upper())
    if not match:
        raise ValueError(f"not a week: {text!r}")
    monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return Period(monday, monday + timedelta(days=7))


def period_of_month(month: Month) -> Period:
    return Period(month.first, month.next.first)


def month_words(day: date) -> str:
    """The option that chooses the month of a day."""
    return f"--month {month_of(day)}"


def _days_before(end: date, days: int) -> date:
    return end - timedelta(days=days) if days < (end - date.min).days else date.min
