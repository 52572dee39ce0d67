"""A check as JSON: every finding in full; docs/json.md says what each field means."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.budget.model import COUNTED, Budget
from costcalc.money import exact_text, minor_digits, round_half_up
from costcalc.render.check.phrases import sentence
from costcalc.render.json_ import (
    Writer,
    coverage_json,
    day_text,
    json_text,
    rate_json,
    ratio_text,
    settings_json,
    unpriced_json,
    usage_json,
)
from costcalc.reports.check.check import Check, Compared
from costcalc.reports.check.finding import Breaks, Finding

CHECK_SCHEMA = "costcalc.check/1"

Json = dict[str, Any]


def check_json(check: Check) -> str:
    """The check as JSON, indented, with a line feed at its end."""
    write = Writer(check.currency)
    return json_text(
        {
            "schema": CHECK_SCHEMA,
            "currency": check.currency,
            "status": check.status,
            "exit_code": check.exit_code,
            "usage": usage_json(check.usage, check.rating),
            "configuration": settings_json(check.usage, check.rating, check.revenue_sources),
            "cost": write.money(check.rating.total.before),
            "budgets": [_budget(budget, check) for budget in check.budgets],
            "compared": _compared(check.compared, check) if check.compared else None,
            "basis": write.basis(check.rating),
            "unpriced": [unpriced_json(part, check.rating) for part in check.rating.unpriced],
            "assumptions": [write.assumption(part) for part in check.rating.assumptions],
            "exchange_rates": [rate_json(rate) for rate in check.rating.rates_used],
        }
    )


def _budget(budget: Budget, check: Check) -> Json:
    found = check.of(budget)
    return {
        "name": budget.name,
        "kind": budget.kind,
        "where": None if budget.where.is_all else str(budget.where),
        "each": budget.each,
        "scenario": budget.scenario.written if budget.scenario else None,
        "prorate": budget.prorate,
        "file": budget.place.file if budget.place else None,
        "line": budget.place.line if budget.place else None,
        "column": budget.place.column if budget.place else None,
        "note": budget.note or None,
        "findings": [_finding(finding, check) for finding in found],
    }


def _finding(finding: Finding, check: Check) -> Json:
    baseline = finding.baseline
    return {
        "status": finding.status,
        "says": sentence(finding, check.currency),
        "first_day": day_text(finding.period.first) if finding.period else None,
        "last_day": day_text(finding.period.last) if finding.period else None,
        "covered_first_day": day_text(finding.covered.first) if finding.covered else None,
        "covered_last_day": day_text(finding.covered.last) if finding.covered else None,
        "unit": finding.unit,
        "limit": _amount(finding.limit, finding.unit),
        "actual": _amount(finding.actual, finding.unit),
        "over": _amount(finding.over, finding.unit),
        "share": ratio_text(finding.share),
        "breaks": _breaks(finding.breaks, finding.unit) if finding.breaks else None,
        "baseline": _amount(baseline.amount, _change_unit(finding, check)) if baseline else None,
        "baseline_first_day": day_text(baseline.of.first) if baseline and baseline.of else None,
        "baseline_last_day": day_text(baseline.of.last) if baseline and baseline.of else None,
        "by_day": finding.is_by_day,
        "change": _amount(finding.change, _change_unit(finding, check)),
        "cost": _amount(finding.cost, check.currency),
        "covers": ratio_text(finding.covers),
        "coverage": coverage_json(finding.coverage),
        "dear_end": _amount(finding.dear, finding.unit),
        "source": finding.source or None,
        "reason": finding.reason or None,
    }


def _change_unit(finding: Finding, check: Check) -> str:
    return check.currency if finding.budget.kind == "max_rise" else finding.unit


def _breaks(breaks: Breaks, unit: str) -> Json:
    return {
        "day": day_text(breaks.day),
        "is_past": breaks.is_past,
        "by": "log" if breaks.is_past else "forecast" if breaks.by_forecast else "daily-rate",
        "daily_rate": _amount(breaks.daily_rate, unit),
        "earliest": day_text(breaks.earliest),
        "latest": day_text(breaks.latest),
    }


def _compared(compared: Compared, check: Check) -> Json:
    write = Writer(check.currency)
    return {
        "files": [source.path for source in compared.usage.sources],
        "first_day": day_text(compared.usage.first_day),
        "last_day": day_text(compared.usage.last_day),
        "cost": write.money(compared.cost),
        "before": write.money(compared.before),
        "by_day": compared.is_by_day,
        "change": write.money(compared.change),
        "rise": ratio_text(compared.rise),
        "complete": compared.is_complete,
    }


def _amount(amount: Fraction | None, unit: str) -> Json | None:
    """`exact` in full and `rounded` as the page has it: money to its coin, shares to a tenth of a percent."""
    if amount is None:
        return None
    digits = 3 if unit == "share" else 0 if unit in ("days", *COUNTED) else minor_digits(unit)
    return {"exact": exact_text(amount), "rounded": format(round_half_up(amount, digits), "f")}
