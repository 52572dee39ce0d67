"""Margins: what usage earned and cost in each period against a floor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from costcalc.budget.model import Budget, Days
from costcalc.calendar import month_of
from costcalc.problems import fail
from costcalc.reports.case import Earned
from costcalc.reports.check.finding import Baseline, Finding, Status
from costcalc.reports.check.limits import REFUSED, UNPRICED
from costcalc.reports.check.log import Log
from costcalc.reports.check.periods import overlap, periods_of
from costcalc.reports.check.spend import Spend, within

NO_REVENUE = "no revenue is known of these days"


@dataclass(frozen=True, slots=True)
class Income:
    """Where a log's revenue comes from."""

    total: Fraction | None  # for the whole log; None: the rows state it
    source: str

    def of(self, spend: Spend, days: Days) -> tuple[Fraction, Fraction]:
        """Revenue and the cost that it is held against; a total is carried by the day."""
        if self.total is None:
            return within(spend.revenue, days), within(spend.covered_cost, days)
        return self.total * Fraction(days.count, spend.days.count), within(spend.cost, days)


def margin_findings(budget: Budget, log: Log, baseline: Log | None) -> Iterator[Finding]:
    """One finding a period. CostcalcError: the revenue is not known."""
    spend = log.spend(budget.where)
    income = income_of(budget, log, spend)
    before = baseline.spend(budget.where) if baseline else None
    for period, covered in periods_of(budget, log.days):
        revenue, cost = income.of(spend, covered)
        margin = (revenue - cost) / revenue if revenue > 0 else None
        best = _best(income, log, spend, covered)
        status, reason = _status(budget, log, spend, covered, margin, best)
        yield Finding(
            budget, status, "share", budget.limit, margin, period, covered,
            baseline=_before(budget, before, covered) if before else None, reason=reason,
            covers=_covers(income, spend, covered), source=income.source,
        )  # fmt: skip


def _best(income: Income, log: Log, spend: Spend, covered: Days) -> Fraction | None:
    """The margin if what has no price cost nothing."""
    revenue, cost = income.of(spend, covered)
    if income.total is None and log.lacks_prices(spend, covered):
        revenue += spend.rating.revenue_without_cost
    return (revenue - cost) / revenue if revenue > 0 else None


def _status(
    budget: Budget, log: Log, spend: Spend, covered: Days, margin: Fraction | None, best: Fraction | None
) -> tuple[Status, str]:
    """Broken where what has no price could not mend it."""
    if margin is None:
        return ("incomplete", NO_REVENUE) if within(spend.cost, covered) or best is not None else ("ok", "")
    lacks = log.is_incomplete(spend, covered)
    if margin < budget.limit and (not lacks or (best is not None and best < budget.limit)):
        return "broken", ""
    if lacks:
        return "incomplete", REFUSED if log.lacks_rows else UNPRICED
    return ("warn" if budget.warn_below is not None and margin < budget.warn_below else "ok"), ""


def income_of(budget: Budget, log: Log, spend: Spend) -> Income:
    """Flag before column before configuration. CostcalcError: nobody says what the usage earned."""
    earned = log.options.earned
    stated = _stated(earned, log) if budget.where.is_all else None
    if earned.is_flag and stated is not None:
        return Income(stated, earned.source)
    if spend.rating.revenue:
        return Income(None, "revenue column")
    if stated is not None:
        return Income(stated, earned.source)
    raise fail(
        "no-revenue", f'the budget "{budget.name}" is of a margin, and the revenue of {budget.where} is not known',
        place=budget.place, excerpt=budget.excerpt,
        remedy="give --revenue for all usage, a revenue column in the log, or a scenario with revenue rules",
    )  # fmt: skip


def _stated(earned: Earned, log: Log) -> Fraction | None:
    if money := earned.revenue:
        if not money.currency or money.currency == log.currency:
            return money.amount
        return money.amount * log.fx.rate(money.currency, log.currency, month_of(log.days.last)).rate
    if earned.margin is None:
        return None
    said = "--margin" if earned.is_flag else "the margin of the configuration"
    if earned.margin >= 1:
        raise fail("bad-margin", f"{said} must be below 100%", expected="60%, or 0.6")
    if not log.whole.rating.is_complete:
        raise fail(
            "margin-of-an-incomplete-total", f"{said} implies the revenue from the cost, and the cost is incomplete",
            remedy="give --revenue, or price the rest first: see the unpriced models",
        )  # fmt: skip
    return log.whole.rating.total.before / (1 - earned.margin)


def _before(budget: Budget, spend: Spend, covered: Days) -> Baseline:
    """The baseline's margin by its own rows; a total says nothing of it."""
    whole = budget.each is None and budget.period is None
    days = spend.days if whole else overlap(covered, spend.days)
    if not spend.rating.revenue or days is None or (not whole and days != covered):
        return Baseline(None, spend.days.count)
    revenue, cost = within(spend.revenue, days), within(spend.covered_cost, days)
    return Baseline((revenue - cost) / revenue if revenue > 0 else None, spend.days.count)


def _covers(income: Income, spend: Spend, covered: Days) -> Fraction | None:
    """Rows without revenue are not in the margin."""
    cost, held = within(spend.cost, covered), within(spend.covered_cost, covered)
    return held / cost if income.total is None and cost and held != cost else None
