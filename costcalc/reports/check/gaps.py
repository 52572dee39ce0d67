"""Gaps: the share of tokens that no price was found for, against the most that is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.budget.model import Budget
from costcalc.calendar import DayRange
from costcalc.reports.check.finding import Baseline, Finding, Status
from costcalc.reports.check.limits import REFUSED
from costcalc.reports.check.log import BudgetedLog
from costcalc.reports.check.periods import overlap, periods_of
from costcalc.reports.check.spend import Spend, within

WITHOUT_TOKENS = "usage without a price has no tokens to be counted by"


def gap_findings(budget: Budget, log: BudgetedLog, baseline: BudgetedLog | None) -> Iterator[Finding]:
    """One finding a period."""
    spend = log.spend(budget.where)
    before = baseline.spend(budget.where) if baseline else None
    for period, covered in periods_of(budget, log.days):
        share = _share(spend, covered)
        status, reason = _status(budget, log, share, spend, covered)
        yield Finding(
            budget, status, "share", budget.limit, share, period, covered,
            baseline=_before(before, covered) if before else None, reason=reason,
        )  # fmt: skip


def _share(spend: Spend, days: DayRange) -> Fraction:
    tokens, missing = within(spend.tokens, days), within(spend.unpriced_tokens, days)
    return missing / tokens if tokens else Fraction()


def _status(budget: Budget, log: BudgetedLog, share: Fraction, spend: Spend, covered: DayRange) -> tuple[Status, str]:
    if share > budget.limit:
        return "broken", ""
    if log.lacks_rows:
        return "incomplete", REFUSED
    if not share and log.lacks_prices(spend, covered):  # requests or hours, which are no tokens
        return ("broken", WITHOUT_TOKENS) if not budget.limit else ("incomplete", WITHOUT_TOKENS)
    return "ok", ""


def _before(spend: Spend, covered: DayRange) -> Baseline:
    days = spend.days if covered.count == spend.days.count else overlap(covered, spend.days)
    return Baseline(_share(spend, days) if days else None, spend.days.count)
