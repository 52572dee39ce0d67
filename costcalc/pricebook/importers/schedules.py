"""Schedules of others: hours of the day, where either the dear or the cheap ones are written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from costcalc.pricebook.model import Schedule, Window

EVERY_DAY = frozenset(range(7))
_DAY = 24 * 60
Hours = tuple[int, int]  # minutes of the day, [from, to)


def peak_schedule(name: str, peak: Iterable[Hours], weekdays: frozenset[int] = EVERY_DAY) -> Schedule:
    """A schedule in UTC that is at its peak in these hours."""
    windows = tuple(Window(weekdays, _clock(start), _clock(end)) for start, end in peak)
    return Schedule(name, "UTC", windows)


def other_hours(hours: Iterable[Hours]) -> list[Hours]:
    """The rest of the day."""
    found, at = [], 0
    for start, end in sorted(hours):
        if start > at:
            found.append((at, start))
        at = max(at, end)
    return [*found, (at, _DAY)] if at < _DAY else found


def hours_between(start: time, end: time) -> list[Hours]:
    """From one clock time to another, over midnight where the second is the earlier one."""
    first, last = start.hour * 60 + start.minute, (end.hour * 60 + end.minute) or _DAY
    return [(first, last)] if first < last else [(first, _DAY), (0, last)]


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
