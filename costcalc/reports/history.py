"""History: the full days of a log, which a forecast of the next ones rests on, and what is left out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from costcalc.calendar import DAY_SECONDS, ONE_DAY, instant_of_day
from costcalc.problems import fail
from costcalc.usage.ledger import UsageLedger

HistoryState = Literal["enough", "too-short", "none"]
DailySpend = Mapping[date, Fraction]  # days without spend may be missing

_HOUR = 3600
_QUIET_DAYS = 4  # a time without spend that is longer than a weekend with a holiday at its side


@dataclass(frozen=True, slots=True)
class SpendHistory:
    """The days that a forecast rests on."""

    state: HistoryState
    first: date | None = None  # of the full days
    last: date | None = None
    begun: date | None = None  # the log's first day, where the log begins within it: left out
    unfinished: date | None = None  # the log's last day, where the log ends within it: left out, its rest is to come
    quiet: tuple[date, date] | None = None  # the longest time without spend, where it is more than a few days
    below_zero: int = 0  # days on which credits exceed costs

    @property
    def days(self) -> int:
        """Full days, those without spend included."""
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    def each(self) -> Iterator[date]:
        """The full days, one after the other."""
        if self.first and self.last:
            yield from days_between(self.first, self.last)


def history_of(
    ledger: UsageLedger, timezone: str, first: date, last: date, spend: DailySpend, least_days: int
) -> SpendHistory:
    """The full days between the log's first and last one."""
    begun = first if _begins_late(ledger, timezone, first) else None
    unfinished = last if _ends_early(ledger, timezone, last) else None
    start, end = first + ONE_DAY if begun else first, last - ONE_DAY if unfinished else last
    if end < start:
        return SpendHistory("too-short", None, None, begun, unfinished)
    enough = (end - start).days + 1 >= least_days
    below = sum(spend.get(day, 0) < 0 for day in days_between(start, end))
    return SpendHistory(
        "enough" if enough else "too-short", start, end, begun, unfinished, _quiet(start, end, spend), below
    )


def check_buckets(ledger: UsageLedger) -> None:
    """CostcalcError: a bucket of several days, from which a single day cannot be told."""
    # A day on which clocks go back has 25 hours.
    longest = max((group.until - group.at for group in ledger.groups if group.until is not None), default=0)
    if longest > DAY_SECONDS + _HOUR:
        raise fail(
            "bucket-of-many-days",
            f"the log has buckets of up to {-(-longest // DAY_SECONDS)} days, and a forecast needs the spend of each day",
            expected="requests with their time, or daily buckets",
            remedy="export the usage by day; project --months carries the daily rate of such a log on",
        )


def days_between(first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _begins_late(ledger: UsageLedger, timezone: str, first: date) -> bool:
    """Whether more than an hour of the first day lies before the log; a log of days without a zone has whole ones."""
    if ledger.first_instant is None or _is_naive(ledger):
        return False
    return ledger.first_instant - instant_of_day(first, timezone) > _HOUR


def _ends_early(ledger: UsageLedger, timezone: str, last: date) -> bool:
    if ledger.last_instant is None or _is_naive(ledger):
        return False
    return instant_of_day(last + ONE_DAY, timezone) - ledger.last_instant > _HOUR


def _is_naive(ledger: UsageLedger) -> bool:
    return any(group.naive for group in ledger.groups)


def _quiet(first: date, last: date, spend: DailySpend) -> tuple[date, date] | None:
    """The longest time without spend; nothing where no day has any."""
    busy = [day for day in days_between(first, last) if spend.get(day)]
    if not busy:
        return None
    edges = [first - ONE_DAY, *busy, last + ONE_DAY]
    before, after = max(pairwise(edges), key=lambda pair: pair[1] - pair[0])
    return (before + ONE_DAY, after - ONE_DAY) if (after - before).days > _QUIET_DAYS else None
