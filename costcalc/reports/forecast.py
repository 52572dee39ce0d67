"""Forecast: what the rest of a month or year may cost, how sure that is, and on which day a budget breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Literal

from costcalc.calendar import ONE_DAY, DayRange, Month, month_of
from costcalc.money import Money
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import fail
from costcalc.rating.breakdown import by_line
from costcalc.rating.forward import lines_on, price_days
from costcalc.rating.model import RateUsed, Rating
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.reports.daily import LEAST_DAYS, SpendPaths, paths
from costcalc.reports.history import DailySpend, SpendHistory, check_buckets, days_between, history_of
from costcalc.reports.lines import OtherList, other_lists
from costcalc.reports.usage import OfRating, UsageSummary, summary_of
from costcalc.usage.ledger import UsageLedger

MONTH_END, YEAR_END = "month-end", "year-end"
FARTHEST = 731  # days: beyond two years a drift by the day says nothing
MIX_DAYS = 28  # whose usage says what a published price change does to a day to come

BudgetState = Literal["broken", "breaks", "holds", "unknown"]


@dataclass(frozen=True, slots=True)
class ForecastQuestion:
    """What is asked of a forecast."""

    to: str | date = MONTH_END  # or YEAR_END, or the last day
    budget: Money | None = None  # for the period; without a currency it is in the report's
    interval: Fraction = Fraction(4, 5)  # the share of paths between low and high
    basis: str = "auto"
    currency: str | None = None
    timezone: str = "UTC"  # of report days

    @property
    def quantiles(self) -> tuple[Fraction, Fraction, Fraction]:
        """Of low, median and high."""
        outside = (1 - self.interval) / 2
        return outside, Fraction(1, 2), 1 - outside

    @property
    def levels(self) -> tuple[float, ...]:
        return tuple(float(quantile) for quantile in self.quantiles)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Quantiles of simulated spend, in the report's currency: fractions only so that they are written like the rest."""

    low: Fraction
    median: Fraction
    high: Fraction

    def __add__(self, spent: Fraction) -> Estimate:
        return Estimate(self.low + spent, self.median + spent, self.high + spent)


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """A day of the log or one to come; of an unfinished one, what it has cost and what its rest may cost."""

    day: date
    actual: Fraction | None  # exact; None: wholly to come
    coming: Estimate | None
    running: Estimate | None  # the period's spend up to this day, exact in the log's time; None: before the period


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """What is to come of one month. Quantiles of months do not add up to those of the year."""

    month: Month
    days: int
    coming: Estimate


@dataclass(frozen=True, slots=True)
class BudgetAnswer:
    """Whether the period's spend exceeds the budget, and when."""

    amount: Fraction  # in the report's currency
    state: BudgetState  # broken by what is spent; breaks or holds in half of the paths at least; unknown: no forecast
    day: date | None = None  # broken: the day it was; breaks: the median day
    earliest: date | None = None  # the ends of the interval; None: not within the period
    latest: date | None = None
    holds: Fraction | None = None  # the share of paths that stay within the budget


@dataclass(frozen=True, slots=True)
class Repriced:
    """The days of the history as they were charged, and at the prices of the log's last day."""

    charged: Fraction
    at_last_day: Fraction


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price change already published: from this day on, usage costs so many times what it cost on the last day."""

    day: date
    factor: Fraction


@dataclass(frozen=True)
class Forecast(OfRating):
    """The answer of `forecast`. Spend so far is exact; everything to come is an estimate."""

    usage: UsageSummary
    rating: Rating
    rates_used: Sequence[RateUsed]
    other_lists: Sequence[OtherList]
    options: ForecastQuestion
    history: SpendHistory
    period: DayRange | None = None  # None: no usage
    starts: date | None = None  # the first day to come, or the unfinished one
    spent: Fraction = Fraction()  # in the period
    daily_rate: Fraction | None = None  # of the full days, exact; only where they are too few for a forecast
    coming: Estimate | None = None  # None: no forecast
    days: Sequence[ForecastDay] = ()
    months: Sequence[ForecastMonth] = ()
    budget: BudgetAnswer | None = None
    repriced: Repriced | None = None  # where prices changed within the history
    price_steps: Sequence[PriceStep] = ()
    without_commitments: bool = False  # what a minimum asks for beyond all usage is in no figure

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def total(self) -> Estimate | None:
        """What is spent in the period and what is to come."""
        return self.coming + self.spent if self.coming else None

    @property
    def days_to_come(self) -> int:
        """Calendar days, an unfinished one included."""
        return (self.period.last - self.starts).days + 1 if self.period and self.starts else 0

    @property
    def at_daily_rate(self) -> Fraction | None:
        """What is to come at the plain rate; of an unfinished day what it has not cost yet."""
        if self.daily_rate is None:
            return None
        begun = next((day.actual or Fraction() for day in self.days if day.day == self.history.unfinished), Fraction())
        return self.daily_rate * self.days_to_come - min(begun, self.daily_rate)

    @property
    def is_free(self) -> bool:
        """Whether no day of the log cost anything."""
        return not any(day.actual for day in self.days)


def forecast(ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: ForecastQuestion) -> Forecast:
    """What the period may cost.

    CostcalcError: buckets of several days; a period that lies in the log's time or too far; a currency without a rate.
    """
    check_buckets(ledger)
    rater = Rater(ledger, pricebook, fx, RatingOptions(("day",), options.basis, options.currency, options.timezone))
    rating = by_line(rater, rater.rating())
    used = tuple(rater.rates_used)
    others = other_lists(ledger, pricebook, fx, rater, rating)
    usage = summary_of(ledger, options.timezone)
    empty = Forecast(usage, rating, used, others, options, SpendHistory("none"))
    if usage.first_day is None or usage.last_day is None:
        return empty
    spend = _daily(rating)
    history = history_of(ledger, options.timezone, usage.first_day, usage.last_day, spend, LEAST_DAYS)
    starts = usage.last_day if history.unfinished else usage.last_day + ONE_DAY
    period = _period(options.to, starts)
    past = _past(usage.first_day, usage.last_day, period, spend)
    started = replace(
        empty,
        history=history,
        period=period,
        starts=starts,
        spent=next((day.running.median for day in reversed(past) if day.running), Fraction()),
        days=past,
        without_commitments=bool(rater.commitments),
    )
    budget = _budget(options, rater, usage.last_day)
    if history.state == "too-short":
        return replace(started, daily_rate=_rate(history, spend), budget=_known(budget, started))
    return _with_paths(started, rater, spend, budget)


def _with_paths(started: Forecast, rater: Rater, spend: DailySpend, budget: Fraction | None) -> Forecast:
    """The answer with what is to come."""
    history, period, starts, last = started.history, started.period, started.starts, started.usage.last_day
    if not (period and starts and last and history.first):
        raise AssertionError("a history of enough days has all of them")
    priced = {date.fromisoformat(str(key[0])): cost for key, cost in lines_on(rater, last, month_of(last)).items()}
    steps = _price_steps(rater, last, period.last)
    drawn = paths([float(priced.get(day, 0)) for day in history.each()], history.first.weekday(), started.days_to_come)
    drawn = drawn.scaled([float(_factor(steps, day)) for day in days_between(starts, period.last)])
    if history.unfinished:
        drawn = drawn.without(float(spend.get(last, 0)))
    levels = started.options.levels
    charged, at_last = (sum((of.get(day, Fraction()) for day in history.each()), Fraction()) for of in (spend, priced))
    return replace(
        started,
        coming=_estimate(drawn.between(0, started.days_to_come, levels)),
        days=_joined(started.days, _coming(drawn, starts, started.spent, levels)),
        months=_months(drawn, starts, period.last, levels),
        budget=_known(budget, started, drawn),
        repriced=Repriced(charged, at_last) if charged != at_last else None,
        price_steps=steps,
    )


def _daily(rating: Rating) -> dict[date, Fraction]:
    """What each day cost, exact; what a commitment lacks is no day's spend."""
    found: dict[date, Fraction] = {}
    for charge in rating.charges:
        if not charge.is_shortfall:
            day = date.fromisoformat(str(charge.line[0]))
            found[day] = found.get(day, Fraction()) + charge.cost.before
    return found


def _period(to: str | date, starts: date) -> DayRange:
    """The month or year that the first day to come lies in; a day given is the end of what begins with its month."""
    if to == YEAR_END:
        return DayRange(starts.replace(month=1, day=1), starts.replace(month=12, day=31))
    month = month_of(starts)
    if not isinstance(to, date):
        return month.range
    if to < starts:
        raise fail(
            "forecast-of-the-past", f"--to {to} lies in the log's time: the first day to come is {starts}",
            remedy="give a later day, or end the history earlier with --until",
        )  # fmt: skip
    if (to - starts).days >= FARTHEST:
        raise fail(
            "forecast-too-far", f"--to {to} is {(to - starts).days + 1:,} days from the log's end",
            expected=f"{FARTHEST} days at most",
            remedy="project --months carries a daily rate on, up to 120 months",
        )  # fmt: skip
    return DayRange(month.first, to)


def _past(first: date, last: date, period: DayRange, spend: DailySpend) -> list[ForecastDay]:
    """The log's days; within the period with what was spent up to them."""
    found, total = [], Fraction()
    for day in days_between(first, last):
        actual = spend.get(day, Fraction())
        within = period.first <= day <= period.last
        total += actual if within else 0
        found.append(ForecastDay(day, actual, None, Estimate(total, total, total) if within else None))
    return found


def _coming(drawn: SpendPaths, starts: date, spent: Fraction, levels: Sequence[float]) -> list[ForecastDay]:
    rows = zip(drawn.by_day(levels), drawn.running(levels), strict=True)
    return [
        ForecastDay(starts + ONE_DAY * number, None, _estimate(day), _estimate(running) + spent)
        for number, (day, running) in enumerate(rows)
    ]


def _joined(past: Sequence[ForecastDay], coming: Sequence[ForecastDay]) -> list[ForecastDay]:
    """An unfinished day is both."""
    if past and past[-1].day == coming[0].day:
        return [*past[:-1], replace(coming[0], actual=past[-1].actual), *coming[1:]]
    return [*past, *coming]


def _months(drawn: SpendPaths, starts: date, last: date, levels: Sequence[float]) -> list[ForecastMonth]:
    """The months to come, where there are several."""
    found, begin = [], 0
    for month, days in groupby(days_between(starts, last), key=month_of):
        count = len(list(days))
        found.append(ForecastMonth(month, count, _estimate(drawn.between(begin, begin + count, levels))))
        begin += count
    return found if len(found) > 1 else []


def _rate(history: SpendHistory, spend: DailySpend) -> Fraction | None:
    """The plain mean of the full days."""
    total = sum((spend.get(day, Fraction()) for day in history.each()), Fraction())
    return total / history.days if history.days else None


def _price_steps(rater: Rater, last: date, end: date) -> list[PriceStep]:
    """What the price changes published for the days to come do to the usage of the log's last weeks."""
    days = price_days(rater, last, end + ONE_DAY)
    if not days:
        return []
    recent = {str(last - ONE_DAY * number) for number in range(MIX_DAYS)}
    now = _sum(lines_on(rater, last, month_of(last)), recent)
    steps, before = [], Fraction(1)
    for day in days if now else []:
        factor = _sum(lines_on(rater, day, month_of(last)), recent) / now
        if factor != before:
            steps.append(PriceStep(day, factor))
            before = factor
    return steps


def _sum(lines: Mapping[tuple[str | None, ...], Fraction], days: Iterable[str]) -> Fraction:
    return sum((lines.get((day,), Fraction()) for day in days), Fraction())


def _factor(steps: Sequence[PriceStep], day: date) -> Fraction:
    return next((step.factor for step in reversed(steps) if step.day <= day), Fraction(1))


def _budget(options: ForecastQuestion, rater: Rater, last: date) -> Fraction | None:
    """The budget in the report's currency, at the rate of the log's last month."""
    money = options.budget
    if money is None or not money.currency or money.currency == rater.currency:
        return money.amount if money else None
    return money.amount * rater.fx.rate(money.currency, rater.currency, month_of(last)).rate


def _known(budget: Fraction | None, started: Forecast, drawn: SpendPaths | None = None) -> BudgetAnswer | None:
    """What is said of the budget: exact where it is broken already, else by the paths, where there are any."""
    if budget is None:
        return None
    if started.spent > budget:
        above = (day.day for day in started.days if day.running and day.running.median > budget)
        return BudgetAnswer(budget, "broken", next(above), holds=Fraction())
    if drawn is None or started.starts is None:
        return BudgetAnswer(budget, "unknown")
    found, holds = drawn.breaks(float(budget - started.spent), started.options.levels)
    earliest, day, latest = (None if number is None else started.starts + ONE_DAY * number for number in found)
    return BudgetAnswer(budget, "breaks" if day else "holds", day, earliest, latest, Fraction(holds))


def _estimate(quantiles: Sequence[float]) -> Estimate:
    return Estimate(*(Fraction(quantile) for quantile in quantiles))
