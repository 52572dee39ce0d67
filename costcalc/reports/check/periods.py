"""Periods: the days that a budget is checked over, and which of them the log covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from costcalc.budget.model import Budget
from costcalc.calendar import ONE_DAY, DayRange, month_of

_WEEK = timedelta(days=7)


def periods_of(budget: Budget, log: DayRange) -> list[tuple[DayRange, DayRange]]:
    """Each period with the part of it that the log covers; empty where a period lies outside the log."""
    if budget.period:
        return [(budget.period, both)] if (both := overlap(budget.period, log)) else []
    if budget.each is None:
        return [(log, log)]
    return [(period, both) for period in _each(budget.each, log) if (both := overlap(period, log))]


def overlap(one: DayRange, other: DayRange) -> DayRange | None:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return DayRange(first, last) if first <= last else None


def _each(each: str, log: DayRange) -> Iterator[DayRange]:
    if each == "month":
        month = month_of(log.first)
        while month.first <= log.last:
            yield month.range
            month = month.next
        return
    step = ONE_DAY if each == "day" else _WEEK
    first = log.first if each == "day" else log.first - ONE_DAY * log.first.weekday()
    while first <= log.last:
        yield DayRange(first, first + step - ONE_DAY)
        first += step
