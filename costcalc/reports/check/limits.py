"""Limits: what usage came to in each period against an amount of money, tokens or requests; when it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.budget.model import Budget
from costcalc.calendar import ONE_DAY, DayRange, month_of
from costcalc.money import Money
from costcalc.problems import fail
from costcalc.reports.check.finding import Baseline, Breaks, Finding, Status
from costcalc.reports.check.log import INTERVAL, BudgetedLog
from costcalc.reports.check.periods import overlap, periods_of
from costcalc.reports.check.spend import ByDay, Spend, first_day_above, within
from costcalc.reports.forecast import MONTH_END, ForecastQuestion, forecast

REFUSED = "rows were refused"
UNPRICED = "usage without a price is not in it"


def limit_findings(budget: Budget, log: BudgetedLog, baseline: BudgetedLog | None) -> Iterator[Finding]:
    """One finding a period. CostcalcError: the log does not say what is limited, or not by the day."""
    spend = log.spend(budget.where, budget.unit if budget.is_money else "")
    _check_days(budget, spend)
    amounts = amounts_of(budget, spend)
    for period, covered in periods_of(budget, log.days):
        yield _finding(budget, log, spend, amounts, (period, covered), _before(budget, baseline, covered))


def _finding(
    budget: Budget,
    log: BudgetedLog,
    spend: Spend,
    amounts: ByDay,
    days: tuple[DayRange, DayRange],
    before: Baseline | None,
) -> Finding:
    period, covered = days
    limit = budget.limit * Fraction(covered.count, period.count) if budget.prorate else budget.limit
    actual = within(amounts, covered)
    breaks = _breaks(budget, log, spend, amounts, period, covered)
    reason = _missing(budget, log, spend, covered)
    status: Status = "ok"
    if actual > limit:
        status, reason = "broken", ""
    elif reason:
        status = "incomplete"
    elif breaks or (budget.warn_at is not None and actual >= budget.warn_at * limit):
        status = "warn"
    unit = spend.currency if budget.is_money else budget.unit
    return Finding(budget, status, unit, limit, actual, period, covered, breaks, before, reason)


def amounts_of(budget: Budget, spend: Spend) -> ByDay:
    """What is limited, by day. CostcalcError: the log does not count requests."""
    if budget.unit == "tokens":
        return spend.tokens
    if budget.unit != "requests":
        return spend.cost
    if spend.requests is None:
        raise fail(
            "no-requests", f'the budget "{budget.name}" is of requests, and the log does not count them',
            place=budget.place, excerpt=budget.excerpt, remedy="limit tokens or money",
        )  # fmt: skip
    return spend.requests


def _missing(budget: Budget, log: BudgetedLog, spend: Spend, covered: DayRange) -> str:
    """Why the figure may be too low; "" where it is whole."""
    if log.lacks_rows:
        return REFUSED
    return UNPRICED if budget.is_money and log.is_incomplete(spend, covered) else ""


def _before(budget: Budget, baseline: BudgetedLog | None, covered: DayRange) -> Baseline | None:
    """The same days of the baseline; of a budget without a period, all of it."""
    if baseline is None:
        return None
    spend = baseline.spend(budget.where, budget.unit if budget.is_money else "")
    amounts = amounts_of(budget, spend)
    if budget.each is None and budget.period is None:
        return Baseline(within(amounts, baseline.days), baseline.days.count, baseline.days)
    both = overlap(covered, baseline.days)
    return Baseline(within(amounts, both) if both == covered else None, baseline.days.count, both)


def _check_days(budget: Budget, spend: Spend) -> None:
    """A bucket of a month cannot be shared out to weeks and days."""
    if budget.each in ("week", "day") and not spend.has_single_days:
        raise fail(
            "bucket-of-many-days", f'the budget "{budget.name}" is for each {budget.each}, and the log has buckets of several days',
            place=budget.place, excerpt=budget.excerpt, remedy="export the usage by day, or limit each month",
        )  # fmt: skip


def _breaks(
    budget: Budget, log: BudgetedLog, spend: Spend, amounts: ByDay, period: DayRange, covered: DayRange
) -> Breaks | None:
    """When the limit of the whole period is passed: seen in the log, forecast, or at the daily rate."""
    past = first_day_above(amounts, covered, budget.limit)
    if past:
        return Breaks(past, is_past=True) if spend.has_single_days else None
    if (budget.each is None and budget.period is None) or covered.last >= period.last:
        return None
    if budget.is_money and period == month_of(period.first).range and spend.has_single_days:
        forecasted, found = _by_forecast(budget, log, spend)
        if forecasted:
            return found
    return _at_the_daily_rate(budget, within(amounts, covered), period, covered)


def _by_forecast(budget: Budget, log: BudgetedLog, spend: Spend) -> tuple[bool, Breaks | None]:
    """Whether there is a forecast of the month that the log ends in, and what it says."""
    options = ForecastQuestion(
        MONTH_END,
        Money(budget.limit, spend.currency),
        INTERVAL,
        log.options.basis,
        spend.currency,
        log.options.timezone,
    )
    answer = forecast(spend.ledger, log.pricebook, log.fx, options).budget
    if answer is None or answer.state in ("unknown", "broken"):
        return False, None
    if answer.state == "holds" or answer.day is None:
        return True, None
    return True, Breaks(answer.day, False, None, answer.earliest, answer.latest, by_forecast=True)


def _at_the_daily_rate(budget: Budget, spent: Fraction, period: DayRange, covered: DayRange) -> Breaks | None:
    """The total of the days covered, carried on by the day; None: it holds."""
    rate = spent / covered.count
    if rate <= 0:
        return None
    # The smallest whole number of days after which the sum is above the limit.
    days = (budget.limit - spent) // rate + 1
    if days > (period.last - covered.last).days:
        return None
    return Breaks(covered.last + ONE_DAY * int(days), False, rate)
