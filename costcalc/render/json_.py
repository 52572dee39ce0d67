"""JSON: every figure of a report in full, versioned; docs/json.md says what each field means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.money import exact_text, minor_digits, round_half_up
from costcalc.rating.model import Assumption, Committed, Cost, ListAndContracted, RateUsed, Rating, Unpriced
from costcalc.render.rows import RATIO_DIGITS, names_of
from costcalc.render.tree import UNPRICED, Figures, Table, status_of, table_of
from costcalc.reports.cost import CostReport, ListAndBilled
from costcalc.reports.coverage import Coverage
from costcalc.reports.forecast import BudgetAnswer, Estimate, Forecast, ForecastDay
from costcalc.reports.lines import OtherList, ReportLine, Touched
from costcalc.reports.settings import settings_of
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.model import PriceChange

COST_SCHEMA = "costcalc.cost/1"
FORECAST_SCHEMA = "costcalc.forecast/1"
ENDS = ("low", "median", "high")  # of an estimate

Json = dict[str, Any]


def cost_json(report: CostReport) -> str:
    """The cost report as JSON, indented, with a line feed at its end."""
    write = Writer(report.currency)
    return json_text(
        {
            "schema": COST_SCHEMA,
            "currency": report.currency,
            "complete": report.is_complete,
            "usage": usage_json(report.usage, report.rating),
            "configuration": settings_json(report.usage, report.rating),
            "total": write.money(report.rating.total.before),
            "lines": write.spent_lines(report.rating, report.lines),
            "basis": write.basis(report.rating),
            "commitments": [write.committed(part) for part in report.rating.commitments],
            "list_and_contracted": write.contracted(report.rating.contracted) if report.rating.contracted else None,
            "list_and_stated": write.both(report.both) if report.both else None,
            "without_rate": [{"currency": currency, "rows": rows} for currency, rows in report.without_rate.items()],
            "unpriced": [unpriced_json(part, report.rating) for part in report.rating.unpriced],
            "assumptions": [write.assumption(part) for part in report.rating.assumptions],
            "other_lists": [write.spent_other_list(other) for other in report.other_lists],
            "exchange_rates": [rate_json(rate) for rate in report.rates_used],
        }
    )


def forecast_json(forecast: Forecast) -> str:
    """The forecast as JSON, indented, with a line feed at its end."""
    write = Writer(forecast.currency)
    history, period = forecast.history, forecast.period
    low, _, high = forecast.options.quantiles
    return json_text(
        {
            "schema": FORECAST_SCHEMA,
            "currency": forecast.currency,
            "complete": forecast.is_complete,
            "usage": usage_json(forecast.usage, forecast.rating),
            "configuration": settings_json(forecast.usage, forecast.rating),
            "history": history.state,
            "history_days": history.days,
            "history_first_day": day_text(history.first),
            "history_last_day": day_text(history.last),
            "begun_day": day_text(history.begun),
            "unfinished_day": day_text(history.unfinished),
            "quiet": {"first_day": day_text(history.quiet[0]), "last_day": day_text(history.quiet[1])}
            if history.quiet
            else None,
            "days_below_zero": history.below_zero,
            "period": {"first_day": day_text(period.first), "last_day": day_text(period.last)} if period else None,
            "first_day_to_come": day_text(forecast.starts),
            "interval": {
                "share": ratio_text(forecast.options.interval),
                "low": ratio_text(low),
                "high": ratio_text(high),
            },
            "spent": write.money(forecast.spent),
            "daily_rate": write.money(forecast.daily_rate) if forecast.daily_rate is not None else None,
            "coming": write.estimate(forecast.coming),
            "total": write.estimate(forecast.total),
            "months": [
                {"month": str(month.month), "days": month.days, "coming": write.estimate(month.coming)}
                for month in forecast.months
            ],
            "budget": write.budget(forecast.budget) if forecast.budget else None,
            "days": [write.day(day) for day in forecast.days],
            "repriced": {
                "charged": write.money(forecast.repriced.charged),
                "at_last_day": write.money(forecast.repriced.at_last_day),
            }
            if forecast.repriced
            else None,
            "price_steps": [
                {"from_day": day_text(step.day), "factor": ratio_text(step.factor)} for step in forecast.price_steps
            ],
            "without_commitments": forecast.without_commitments,
            "basis": write.basis(forecast.rating),
            "unpriced": [unpriced_json(part, forecast.rating) for part in forecast.rating.unpriced],
            "assumptions": [write.assumption(part) for part in forecast.rating.assumptions],
            "other_lists": [write.spent_other_list(other) for other in forecast.other_lists],
            "exchange_rates": [rate_json(rate) for rate in forecast.rates_used],
        }
    )


@dataclass(frozen=True, slots=True)
class Writer:
    """What needs to know the currency."""

    currency: str

    def money(self, amount: Fraction, rounded: Decimal | None = None) -> Json:
        shown = round_half_up(amount, minor_digits(self.currency)) if rounded is None else rounded
        return {"exact": exact_text(amount), "rounded": format(shown, "f")}

    def estimate(self, estimate: Estimate | None) -> Json | None:
        """Decimals rounded to the smallest coin: an estimate has no exact value."""
        if estimate is None:
            return None
        digits = minor_digits(self.currency)
        return {name: format(round_half_up(getattr(estimate, name), digits), "f") for name in ENDS}

    def day(self, day: ForecastDay) -> Json:
        return {
            "day": day_text(day.day),
            "actual": self.money(day.actual) if day.actual is not None else None,
            **(self.estimate(day.coming) or dict.fromkeys(ENDS)),
            **{f"total_{name}": value for name, value in (self.estimate(day.running) or dict.fromkeys(ENDS)).items()},
        }

    def budget(self, budget: BudgetAnswer) -> Json:
        return {
            "amount": self.money(budget.amount),
            "state": budget.state,
            "day": day_text(budget.day),
            "earliest": day_text(budget.earliest),
            "latest": day_text(budget.latest),
            "holds": ratio_text(budget.holds),
        }

    def cost(self, cost: Cost, figures: Figures | None = None) -> Json:
        shown = figures or self.rounded(cost)
        return {
            "before": self.money(cost.before, shown.before),
            "low": self.money(cost.low, shown.low),
            "with_the_scenario": self.money(cost.mid, shown.mid),
            "high": self.money(cost.high, shown.high),
            "change": self.money(cost.change, shown.change),
            "rise": ratio_text(cost.rise),
        }

    def rounded(self, cost: Cost) -> Figures:
        digits = minor_digits(self.currency)
        return Figures(*(round_half_up(amount, digits) for amount in (cost.before, cost.low, cost.mid, cost.high)))

    def spent_lines(self, rating: Rating, lines: Sequence[ReportLine]) -> list[Json]:
        table = table_of(rating, lines)
        return [
            line_json(line, table)
            | {
                "cost": self.money(line.cost.before, table.by_line[line.key].before) if line.basis else None,
                "revenue": self.money(line.earned.before.revenue or Fraction()) if line.earned else None,
                "margin": ratio_text(line.earned.before.margin) if line.earned else None,
                "margin_at_most": line.margin_is_bound,
            }
            for line in lines
        ]

    def basis(self, rating: Rating) -> list[Json]:
        costs: dict[str, Fraction] = {}
        for charge in rating.charges:
            costs[charge.basis] = costs.get(charge.basis, Fraction()) + charge.cost.before
        total = rating.total.before
        return [
            {"basis": basis, "cost": self.money(cost), "share": ratio_text(cost / total if total else None)}
            for basis, cost in costs.items()
        ]

    def change(self, change: PriceChange, touched: Touched | None) -> Json:
        is_rate = change.new_rate is not None
        return {
            "written": change.written,
            "selector": str(change.selector),
            "low": None if is_rate else ratio_text(change.low),
            "high": None if is_rate else ratio_text(change.high),
            "new_rate": exact_text(change.new_rate) if change.new_rate is not None else None,
            "from_day": day_text(change.from_day),
            "until_day": day_text(change.until_day),
            "event": change.event or None,
            "passed_through": ratio_text(change.passed_through),
            "cost_touched": self.money(touched.cost) if touched else None,
            "included": self.money(touched.included) if touched else None,
            "share": ratio_text(touched.share) if touched else None,
            "not_applied": self.money(touched.not_applied) if touched else None,
        }

    def assumption(self, part: Assumption) -> Json:
        return {
            "code": part.code,
            "text": part.text,
            "cost": self.money(part.cost),
            "total_low": self.money(part.low) if part.low is not None else None,
            "total_high": self.money(part.high) if part.high is not None else None,
        }

    def spent_other_list(self, other: OtherList) -> Json:
        return self.other_list(other) | {"total": self.money(other.total.before)}

    def other_list(self, other: OtherList) -> Json:
        return {"provider": other.provider, "region": other.region, "default_region": other.default_region}

    def committed(self, part: Committed) -> Json:
        return {
            "selector": str(part.commitment.selector),
            "month": str(part.month),
            "days": part.days,
            "due": self.money(part.due),
            "spent": self.money(part.spent.before),
            "shortfall": self.money(part.shortfall.before),
        }

    def contracted(self, both: ListAndContracted) -> Json:
        return {
            "listed": self.money(both.listed),
            "contracted": self.money(both.contracted),
            "discount": ratio_text(both.discount),
        }

    def both(self, both: ListAndBilled) -> Json:
        return {
            "listed": self.money(both.listed),
            "stated": self.money(both.stated),
            "discount": ratio_text(both.discount),
        }


def line_json(line: ReportLine, table: Table) -> Json:
    status = status_of(line, table.holes)
    return {
        "names": names_of(line.key, table.by),
        "status": status,
        "basis": list(line.basis),
        "requests": count_json(line.requests),
        "tokens": count_json(line.tokens),
        "unpriced_tokens": count_json(line.unpriced_tokens),
        "share": ratio_text(table.share_of(line)) if status != UNPRICED else None,
    }


def usage_json(usage: UsageSummary, rating: Rating) -> Json:
    return {
        "files": [{"path": file.path, "format": file.format, "rows": file.rows} for file in usage.sources],
        "first_day": usage.first_day.isoformat() if usage.first_day else None,
        "last_day": usage.last_day.isoformat() if usage.last_day else None,
        "days": usage.days,
        "timezone": usage.timezone,
        "is_estimate": usage.is_short,
        "requests": count_json(usage.requests),
        "tokens": count_json(usage.tokens),
        "priced_share": ratio_text(rating.priced_share),
        "refused_rows": usage.refused_rows,
        "unread_files": usage.unread_files,
        "problems": [
            {
                "code": problem.code,
                "message": problem.message,
                "file": problem.place.file if problem.place else None,
                "line": problem.place.line if problem.place else None,
            }
            for problem in usage.problems
        ],
        "uncounted": [
            {
                "code": problem.code,
                "message": problem.message,
                "file": problem.place.file if problem.place else None,
                "line": (problem.place.line or None) if problem.place else None,
                "remedy": problem.remedy,
            }
            for problem in usage.uncounted
        ],
        "skipped": [{"format": part.format, "reason": part.reason, "rows": part.rows} for part in usage.skipped],
        "notes": list(usage.notes),
    }


def settings_json(usage: UsageSummary, rating: Rating, revenue_source: str = "") -> list[Json]:
    """What the configuration set; a variable of the environment has no file."""
    return [
        {
            "key": setting.key,
            "value": setting.value,
            "file": setting.place.file if setting.place else None,
            "line": (setting.place.line or None) if setting.place else None,
        }
        for setting in settings_of(usage, rating, revenue_source)
    ]


def unpriced_json(part: Unpriced, rating: Rating) -> Json:
    """Usage without a price."""
    return {
        "provider": part.provider,
        "model": part.model,
        "meter": part.meter,
        "reason": part.reason,
        "nearest": list(part.nearest),
        "makers_model": part.makers_model or "",
        "tokens": count_json(part.tokens),
        "share": ratio_text(part.tokens / rating.tokens if rating.tokens else None),
        "requests": count_json(part.requests),
        "rows": part.rows,
        "names": names_of(part.line, rating.by),
    }


def rate_json(rate: RateUsed) -> Json:
    return {
        "base": rate.base,
        "quote": rate.quote,
        "rate": exact_text(rate.rate),
        "month": str(rate.month),
        "month_used": str(rate.month_used),
        "basis": rate.basis,
        "held": rate.held,
    }


def day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def coverage_json(coverage: Coverage | None) -> Json | None:
    """Of how much a margin is; None where there is none."""
    if coverage is None:
        return None
    return {
        "whole": coverage.is_whole,
        "cost": ratio_text(coverage.cost),
        "priced": ratio_text(coverage.priced),
        "complete": coverage.is_complete and not coverage.unread,
        "at_most": coverage.is_bound,
    }


def ratio_text(ratio: Fraction | None) -> str | None:
    return None if ratio is None else exact_text(ratio, RATIO_DIGITS)


def count_json(count: Fraction | None) -> int | str | None:
    """Whole counts are JSON integers; a bucket cut by hours gives a decimal, which is text."""
    if count is None or count.denominator == 1:
        return None if count is None else count.numerator
    return ratio_text(count)


def json_text(value: Json) -> str:
    """Text in full, but for what could drive a terminal: that is escaped, as JSON allows."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if text.isprintable():
        return text + "\n"
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text) + "\n"
