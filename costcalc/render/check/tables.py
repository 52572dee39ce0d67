"""A check for programs: every finding in full as JSON, and a row a budget and period for CSV and frames."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.budget.model import COUNTED
from costcalc.money import minor_digits, round_half_up
from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.check.phrases import sentence
from costcalc.render.fields import Field, Rows, Value
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Finding


def _amount(of: str, unit: Callable[[Any, Check], str] = lambda finding, _: finding.unit) -> Field:
    """Exact, and as the page has it: money to its smallest coin, shares to a tenth of a percent."""

    def rounded(row: Any, check: Any) -> Decimal:
        found = unit(row, check)
        digits = 3 if found == "share" else 0 if found in ("days", *COUNTED) else minor_digits(found)
        return round_half_up(f.found(of, row, check), digits)

    return f.amount(of, rounded)


def _number(of: str) -> Field:
    """For CSV: money to its smallest coin; shares and counts as they are."""

    def value(finding: Finding, check: Any) -> Value:
        amount: Fraction | None = f.found(of, finding, check)
        if amount is None or finding.unit == "share":
            return f.ratio_value(amount)
        return (
            f.count_value(amount)
            if finding.unit in ("days", *COUNTED)
            else round_half_up(amount, minor_digits(finding.unit))
        )

    return f.value(value)


def _change_unit(finding: Finding, check: Check) -> str:
    return check.currency if finding.budget.kind == "max_rise" else finding.unit


def _by(breaks: Any, _: object) -> str:
    return "log" if breaks["of"].is_past else "forecast" if breaks["of"].by_forecast else "daily-rate"


def _where(budget: Any, _: object) -> str | None:
    return None if budget.where.is_all else str(budget.where)


FINDING = f.fields(
    status=f.text, says=f.text(lambda finding, check: sentence(finding, check.currency)), first_day=f.text("period.first"),
    last_day=f.text("period.last"), covered_first_day=f.text("covered.first"), covered_last_day=f.text("covered.last"),
    unit=f.text, limit=_amount("limit"), actual=_amount("actual"), over=_amount("over"), share=f.ratio,
    breaks=f.part(
        f.fields(
            day=f.text("of.day"), is_past=f.flag("of.is_past"), by=f.text(_by),
            daily_rate=_amount("of.daily_rate", lambda breaks, _: breaks["unit"]), earliest=f.text("of.earliest"),
            latest=f.text("of.latest"),
        ),
        lambda finding, _: finding.breaks and {"of": finding.breaks, "unit": finding.unit},
    ),
    baseline=_amount("baseline.amount", _change_unit), baseline_first_day=f.text("baseline.of.first"),
    baseline_last_day=f.text("baseline.of.last"), by_day=f.flag("is_by_day"), change=_amount("change", _change_unit),
    cost=f.amount, covers=f.ratio, coverage=common.COVERAGE, dear_end=_amount("dear"), source=f.said, reason=f.said,
)  # fmt: skip
BUDGET = f.fields(
    name=f.text, kind=f.text, where=f.text(_where), each=f.text, scenario=f.text("scenario.written"), prorate=f.flag,
    file=f.text("place.file"), line=f.integer("place.line"), column=f.integer("place.column"), note=f.said,
    findings=f.each(FINDING, lambda budget, check: check.of(budget)),
)  # fmt: skip
COMPARED = f.fields(
    files=f.texts(lambda compared, _: [source.path for source in compared.usage.sources]), first_day=f.text("usage.first_day"),
    last_day=f.text("usage.last_day"), cost=f.amount, before=f.amount, by_day=f.flag("is_by_day"), change=f.amount,
    rise=f.ratio, complete=f.flag("is_complete"),
)  # fmt: skip
CHECK = f.fields(
    schema=f.constant("costcalc.check/1"), currency=f.text, status=f.text, exit_code=f.integer, usage=common.USAGE,
    configuration=common.configuration("revenue_sources"), cost=f.amount("rating.total.before"),
    budgets=f.each(BUDGET), compared=f.part(COMPARED), basis=common.BASIS, unpriced=common.UNPRICED_LIST,
    assumptions=common.ASSUMPTIONS, exchange_rates=f.each(common.RATE, "rating.rates_used"),
)  # fmt: skip
COLUMNS = f.fields(
    budget=f.text("budget.name"), status=f.text, kind=f.text("budget.kind"),
    where=f.text(lambda finding, check: _where(finding.budget, check)), scenario=f.text("budget.scenario.written"),
    first_day=f.text("period.first"), last_day=f.text("period.last"), unit=f.text, limit=_number("limit"),
    actual=_number("actual"), actual_exact=f.decimal("actual"), over=_number("over"), share=f.ratio,
    baseline=f.decimal("baseline.amount"), change=f.decimal, breaks_on=f.text("breaks.day"), reason=f.said,
    file=f.text("budget.place.file"), line=f.integer("budget.place.line"),
)  # fmt: skip


def check_rows(check: Check) -> Rows:
    """A row a finding, in the order of the budgets."""
    return f.rows_with(COLUMNS, check.findings, check)
