"""Margins: what usage earned and cost in each period against a floor; of what is known, and said where that is not all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from costcalc.budget.model import Budget
from costcalc.calendar import DayRange
from costcalc.problems import fail
from costcalc.rating.model import Rating
from costcalc.reports.check.finding import Baseline, Finding, Status
from costcalc.reports.check.limits import REFUSED, UNPRICED
from costcalc.reports.check.log import BudgetedLog
from costcalc.reports.check.periods import overlap, periods_of
from costcalc.reports.check.spend import Spend, within
from costcalc.reports.coverage import Coverage
from costcalc.reports.revenue import Revenue, revenue_of

NO_REVENUE = "no revenue is known of these days"
UNEARNED = "the revenue of the rest is not known"
NOTHING_EARNED = "the revenue is 0 or below"


@dataclass(frozen=True, slots=True)
class RevenueAndCost:
    """Revenue and the cost that it is held against, in some days."""

    revenue: Fraction
    cost: Fraction
    without_cost: Fraction  # revenue of what has no price
    coverage: Coverage

    @property
    def margin(self) -> Fraction | None:
        return (self.revenue - self.cost) / self.revenue if self.revenue > 0 else None

    @property
    def best(self) -> Fraction | None:
        """The margin if what has no price cost nothing."""
        revenue = self.revenue + self.without_cost
        return (revenue - self.cost) / revenue if revenue > 0 else None


def margin_findings(budget: Budget, log: BudgetedLog, baseline: BudgetedLog | None) -> Iterator[Finding]:
    """One finding a period. CostcalcError: the revenue is not known, or not for so short a period."""
    spend = log.spend(budget.where)
    revenue = _revenue(budget, log, spend)
    for period, covered in periods_of(budget, log.days):
        held = _held(revenue, budget, log, covered)
        status, reason = _status(budget, log, spend, covered, held, revenue)
        yield Finding(
            budget, status, "share", budget.limit, held.margin, period, covered,
            baseline=_before(budget, baseline, covered) if baseline else None, reason=reason,
            coverage=held.coverage, source=revenue.source,
        )  # fmt: skip


def _revenue(budget: Budget, log: BudgetedLog, spend: Spend) -> Revenue:
    """CostcalcError: nobody says what the usage earned, or nobody for so short a period."""
    found = revenue_of(
        log.options.earned,
        spend.rating,
        spend.rater.exchange,
        log.ledger,
        log.days.last,
        is_part=not budget.where.is_all,
    )
    if found is None:
        raise fail(
            "no-revenue", f'the budget "{budget.name}" is of a margin, and the revenue of {budget.where} is not known',
            place=budget.place, excerpt=budget.excerpt,
            remedy="give --revenue for all usage, a revenue column in the log, or a scenario with revenue rules",
        )  # fmt: skip
    if found.kind == "rows" and not spend.rating.earns_by_row and budget.each in ("day", "week"):
        raise fail(
            "revenue-of-a-whole", f'the budget "{budget.name}" is for each {budget.each}, and the log states what customers earn on some of their rows only',
            place=budget.place, excerpt=budget.excerpt, remedy="check the margin of each month, or of all days",
        )  # fmt: skip
    return found


def _held(revenue: Revenue, budget: Budget, log: BudgetedLog, days: DayRange) -> RevenueAndCost:
    """A total is carried by the day; a column's revenue stands against the cost of those who earn it in these days."""
    spend = log.spend(budget.where)
    cost = within(spend.cost, days)
    if revenue.kind == "total":
        lacks = log.is_incomplete(spend, days) and not revenue.is_implied
        coverage = _coverage(log, spend, days, Fraction(1) if cost else None, is_bound=lacks)
        return RevenueAndCost(revenue.amount * Fraction(days.count, spend.days.count), cost, Fraction(), coverage)
    if spend.rating.earns_by_row:
        earned, against = within(spend.revenue, days), within(spend.covered_cost, days)
        without = spend.rating.revenue_without_cost if log.lacks_prices(spend, days) else Fraction()
        return RevenueAndCost(earned, against, without, _coverage(log, spend, days, against / cost if cost else None))
    rating = log.rating_of(budget.where, days)
    earned, against = _of_column(rating)
    total = rating.total.before
    lacks = rating.lacks_cost_of_earners or log.lacks_rows or log.ledger.parts_customers
    coverage = _coverage(
        log, spend, days, against / total if total else None, is_bound=lacks, parts_customers=log.ledger.parts_customers
    )
    return RevenueAndCost(earned, against, rating.revenue_without_cost, coverage)


def _of_column(rating: Rating) -> tuple[Fraction, Fraction]:
    earned = sum(rating.revenue.values(), Fraction())
    return earned, sum((charge.cost.before for charge in rating.charges if charge.has_revenue), Fraction())


def _coverage(
    log: BudgetedLog,
    spend: Spend,
    days: DayRange,
    cost: Fraction | None,
    *,
    is_bound: bool = False,
    parts_customers: bool = False,
) -> Coverage:
    tokens, unpriced = within(spend.tokens, days), within(spend.unpriced_tokens, days)
    priced = 1 - unpriced / tokens if tokens else None
    unread = log.usage.refused_rows + log.usage.unread_files
    return Coverage(cost, priced, unread, not log.lacks_prices(spend, days), is_bound, parts_customers)


def _status(
    budget: Budget, log: BudgetedLog, spend: Spend, covered: DayRange, held: RevenueAndCost, revenue: Revenue
) -> tuple[Status, str]:
    """Broken where what is known breaks it and what has no price could not mend it; else all must be known."""
    lacks = log.is_incomplete(spend, covered)
    if held.margin is None:
        if held.cost > 0 and held.best is None and _is_stated(revenue, log, spend):
            return "broken", NOTHING_EARNED
        is_open = lacks or within(spend.cost, covered) or held.best is not None
        return ("incomplete", NO_REVENUE) if is_open else ("ok", "")
    says_all = not (lacks and revenue.is_implied)  # what has no price has that margin too, whatever it costs
    if held.margin < budget.limit and says_all and (not lacks or (held.best or held.margin) < budget.limit):
        return "broken", ""
    if lacks:
        return "incomplete", REFUSED if log.lacks_rows else UNPRICED
    if held.coverage.cost not in (None, 1):
        return "incomplete", UNEARNED
    return ("warn" if budget.warn_below is not None and held.margin < budget.warn_below else "ok"), ""


def _is_stated(revenue: Revenue, log: BudgetedLog, spend: Spend) -> bool:
    """Whether 0 is what is earned: a log that states what a customer earns on some rows only says nothing of other days."""
    return revenue.kind == "total" or spend.rating.earns_by_row or log.ledger.contracts is not None


def _before(budget: Budget, log: BudgetedLog, covered: DayRange) -> Baseline:
    """The baseline's margin by its own rows; a total says nothing of it."""
    whole = budget.each is None and budget.period is None
    spend = log.spend(budget.where)
    days = spend.days if whole else overlap(covered, spend.days)
    if not spend.rating.revenue or days is None or (not whole and days != covered):
        return Baseline(None, spend.days.count)
    return Baseline(
        _held(Revenue("rows", Fraction(), log.ledger.revenue_source), budget, log, days).margin, spend.days.count
    )
