"""Findings: what came of one budget in one period: kept, near, broken, or not to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from costcalc.budget.model import Budget
from costcalc.calendar import DayRange
from costcalc.reports.coverage import Coverage

Status = Literal["broken", "incomplete", "warn", "ok"]
STATUSES: tuple[Status, ...] = ("broken", "incomplete", "warn", "ok")  # the worst first


@dataclass(frozen=True, slots=True)
class Breaks:
    """The day on which the limit of the whole period is passed: it was, or it will be."""

    day: date
    is_past: bool
    daily_rate: Fraction | None = None  # of the days covered, where it is carried on
    earliest: date | None = None  # the ends of a forecast's interval; None: not within the period
    latest: date | None = None
    by_forecast: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """The same figure of what is compared with; of a rise, the cost before it."""

    amount: Fraction | None  # None: it does not cover the period
    days: int  # that it covers in all
    of: DayRange | None = None  # the days that the amount is of; None: it does not add up by the day


@dataclass(frozen=True, slots=True)
class Finding:
    """One budget in one period. Amounts are in `unit`; shares, rises and margins are fractions of 1."""

    budget: Budget
    status: Status
    unit: str  # a currency, tokens, requests; "share" of a margin, a rise or a gap; "days" of an age
    limit: Fraction  # in force: prorated where the budget says so
    actual: Fraction | None  # None: unknown, and where the reason says so nothing is known of it
    period: DayRange | None = None  # None: nothing that has days: the prices
    covered: DayRange | None = None  # the part of the period that the log covers
    breaks: Breaks | None = None
    baseline: Baseline | None = None
    reason: str = ""  # why it is incomplete, or warns without being near
    cost: Fraction | None = None  # of a rise: what the usage costs now, in the report's currency
    coverage: Coverage | None = None  # of a margin: of how much it is
    source: str = ""  # of a margin: who says what was earned; of prices: the model whose price is the oldest
    dear: Fraction | None = None  # of a month under a scenario with ranges: the figure at their dear end

    @property
    def covers(self) -> Fraction | None:
        """Of a margin: the share of the cost that has a revenue; None: all of it."""
        share = self.coverage.cost if self.coverage else None
        return None if share == 1 else share

    @property
    def over(self) -> Fraction | None:
        """By how much the limit is passed, or the floor missed; below 0: what is left."""
        if self.actual is None:
            return None
        return self.limit - self.actual if self.is_floor else self.actual - self.limit

    @property
    def share(self) -> Fraction | None:
        """The actual figure as a share of the limit; None of a floor, or of no limit."""
        return None if self.is_floor or self.actual is None or self.limit <= 0 else self.actual / self.limit

    @property
    def is_floor(self) -> bool:
        return self.budget.kind == "margin_at_least"

    @property
    def is_by_day(self) -> bool:
        """Whether it and the baseline are of different numbers of days, so that only their daily rates can be compared."""
        of = self.baseline.of if self.baseline else None
        return of is not None and self.covered is not None and of.count != self.covered.count

    @property
    def before(self) -> Fraction | None:
        """The baseline's amount; where the days differ, a day's share of it."""
        if self.baseline is None or self.baseline.amount is None:
            return None
        return self.baseline.amount / (self.baseline.of.count if self.is_by_day and self.baseline.of else 1)

    @property
    def change(self) -> Fraction | None:
        """Against the baseline, where the days differ by the day; of a rise, in money."""
        now = self.cost if self.budget.kind == "max_rise" else self.actual
        if now is None or self.before is None:
            return None
        return now / (self.covered.count if self.is_by_day and self.covered else 1) - self.before


def worst(findings: Sequence[Finding]) -> Finding:
    """The worst of a budget's periods; of equals the one that is the furthest over, or the nearest to its limit."""
    return min(findings, key=lambda each: (STATUSES.index(each.status), -_nearness(each)))


def _nearness(finding: Finding) -> Fraction:
    if finding.share is not None:
        return finding.share
    return finding.over if finding.over is not None else Fraction(-1)
