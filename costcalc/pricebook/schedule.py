"""Schedules: whether an instant is a peak or an off-peak one, by the provider's own clock and holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from costcalc.calendar import clocks_utc, local_time, zone
from costcalc.pricebook.model import Schedule


def is_peak(schedule: Schedule, instant: int) -> bool:
    """Whether the instant (epoch seconds) falls into the schedule's peak hours."""
    local = local_time(instant, schedule.timezone)
    if schedule.holidays and local.date() in _public_holidays(schedule.holidays, local.year):
        return False
    clock = local.time()
    return any(
        local.weekday() in window.weekdays
        and clock >= window.opens
        and (clock < window.closes or window.closes == time())
        for window in schedule.peak
    )


def peak_seconds(schedule: Schedule, start: int, end: int) -> int:
    """How many seconds of [start, end) are peak; the schedule's edges fall on whole minutes."""
    edges = sorted({start, end, *(edge for edge in edges_between(schedule, start, end))})
    return sum(later - earlier for earlier, later in pairwise(edges) if is_peak(schedule, earlier))


def edges_between(schedule: Schedule, start: int, end: int) -> list[int]:
    """The instants inside [start, end) at which the schedule may change: window edges and midnights."""
    found = []
    day = local_time(start, schedule.timezone).date() - timedelta(days=1)
    last = local_time(end, schedule.timezone).date()
    while day <= last:
        for clock in _clocks(schedule):
            instant = int(datetime.combine(day, clock, zone(schedule.timezone)).timestamp())
            if start < instant < end:
                found.append(instant)
        day += timedelta(days=1)
    return sorted(found)


@lru_cache
def edges_utc(schedule: Schedule) -> frozenset[int]:
    """Seconds after 00:00 UTC at which the schedule may change: what the scan cuts a day at."""
    return clocks_utc(schedule.timezone, _clocks(schedule))


def _clocks(schedule: Schedule) -> set[time]:
    """Midnight, and when windows open and close."""
    return {time(), *(edge for window in schedule.peak for edge in (window.opens, window.closes))}


@lru_cache
def _public_holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # 0.2 s: only where a schedule needs it

    days = holidays.country_holidays(country, years=year, categories=("public",))
    return frozenset(days)
