"""Rows of a check: one a budget and period, for CSV and frames."""

from __future__ import annotations

from fractions import Fraction

from costcalc.budget.model import COUNTED
from costcalc.money import minor_digits, round_half_up
from costcalc.render.rows import Rows, Value, exact_value, ratio_value
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Finding

COLUMNS = (
    "budget", "status", "kind", "where", "scenario", "first_day", "last_day", "unit", "limit", "actual", "actual_exact",
    "over", "share", "baseline", "change", "breaks_on", "reason", "file", "line",
)  # fmt: skip


def check_rows(check: Check) -> Rows:
    """A row a finding, in the order of the budgets."""
    return COLUMNS, [_row(finding) for finding in check.findings]


def _row(finding: Finding) -> tuple[Value, ...]:
    budget, place, baseline = finding.budget, finding.budget.place, finding.baseline
    return (
        budget.name,
        finding.status,
        budget.kind,
        None if budget.where.is_all else str(budget.where),
        budget.scenario.written if budget.scenario else None,
        finding.period.first.isoformat() if finding.period else None,
        finding.period.last.isoformat() if finding.period else None,
        finding.unit,
        _rounded(finding.limit, finding.unit),
        _rounded(finding.actual, finding.unit),
        None if finding.actual is None else exact_value(finding.actual),
        _rounded(finding.over, finding.unit),
        ratio_value(finding.share),
        None if baseline is None or baseline.amount is None else exact_value(baseline.amount),
        None if finding.change is None else exact_value(finding.change),
        finding.breaks.day.isoformat() if finding.breaks else None,
        finding.reason or None,
        place.file if place else None,
        place.line if place else None,
    )


def _rounded(amount: Fraction | None, unit: str) -> Value:
    """Money to its smallest coin; shares and counts as they are."""
    if amount is None:
        return None
    if unit in ("share", "days", *COUNTED):
        return amount.numerator if amount.denominator == 1 and unit != "share" else ratio_value(amount)
    return round_half_up(amount, minor_digits(unit))
