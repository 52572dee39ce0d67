"""Rises: what usage costs against what the same usage of a baseline cost; over different numbers of days, by the day."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.budget.model import Budget
from costcalc.problems import fail
from costcalc.reports.check.finding import Baseline, Finding, Status
from costcalc.reports.check.limits import REFUSED, UNPRICED
from costcalc.reports.check.log import BudgetedLog
from costcalc.reports.check.spend import Spend, within

SHORT = 7  # days
AN_ESTIMATE = "of under seven days a daily rate is an estimate: compare as many days of both to be sure"


def rise_findings(budget: Budget, log: BudgetedLog, baseline: BudgetedLog | None) -> Iterator[Finding]:
    """The rise of the whole log's cost. CostcalcError: there is no baseline."""
    if baseline is None:
        raise fail(
            "no-baseline", f'the budget "{budget.name}" is of a rise, and nothing says against what',
            place=budget.place, excerpt=budget.excerpt,
            remedy="give --baseline main.parquet: a ledger of costcalc scan -o, or any usage",
        )  # fmt: skip
    now, then = (side.spend(budget.where) for side in (log, baseline))
    cost, before = (within(spend.cost, spend.days) for spend in (now, then))
    per_day = Fraction(then.days.count, now.days.count)
    rise = _rise(cost * per_day, before)
    status, reason = _status(budget, (log, baseline), rise)
    if status == "ok" and per_day != 1 and _is_short(now, then) and (_rise(cost, before) or 0) > budget.limit:
        status, reason = "warn", AN_ESTIMATE
    yield Finding(
        budget, status, "share", budget.limit, rise, now.days, now.days,
        baseline=Baseline(before, then.days.count, then.days), reason=reason, cost=cost,
    )  # fmt: skip


def _rise(cost: Fraction, before: Fraction) -> Fraction | None:
    """As a share of what it was; None: new cost."""
    if before > 0:
        return (cost - before) / before
    return Fraction() if cost <= before else None  # nothing then, nothing now


def _is_short(*spends: Spend) -> bool:
    """Under seven days a daily rate is an estimate."""
    return any(spend.days.count < SHORT for spend in spends)


def _status(budget: Budget, sides: tuple[BudgetedLog, BudgetedLog], rise: Fraction | None) -> tuple[Status, str]:
    """What is missing now can only add to a rise; what is missing of the baseline makes it look greater."""
    log, baseline = sides
    broken = rise is None or rise > budget.limit
    lacking = _lacks(baseline, budget)
    if lacking:
        return "incomplete", f"{lacking} of the baseline"
    if broken:
        return "broken", "" if rise is not None else "the baseline has no such cost"
    if lacking := _lacks(log, budget):
        return "incomplete", lacking
    near = (
        budget.warn_at is not None and budget.limit > 0 and rise is not None and rise >= budget.warn_at * budget.limit
    )
    return ("warn" if near else "ok"), ""


def _lacks(side: BudgetedLog, budget: Budget) -> str:
    if side.lacks_rows:
        return REFUSED
    spend = side.spend(budget.where)
    return UNPRICED if side.is_incomplete(spend, spend.days) else ""
