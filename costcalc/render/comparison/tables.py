"""A comparison for programs: JSON in full, and a row a scenario and month for CSV and frames."""

from __future__ import annotations

from decimal import Decimal

from costcalc.money import exact_text
from costcalc.render.comparison.columns import customer_figures, figures_of_months, line_figures
from costcalc.render.json_ import (
    Json,
    coverage_json,
    json_text,
    rate_json,
    ratio_text,
    settings_json,
    unpriced_json,
    usage_json,
)
from costcalc.render.plan.json_ import PlanWriter
from costcalc.render.plan.rows import MONTH_COLUMNS, month_values
from costcalc.render.rows import Rows, Value, names_of
from costcalc.reports.comparison import Alternative, Comparison
from costcalc.reports.plan.model import LineAhead

COMPARISON_SCHEMA = "costcalc.comparison/1"
COLUMNS = ("scenario", "pass_through", *MONTH_COLUMNS)


def comparison_rows(comparison: Comparison) -> Rows:
    """A row a scenario and month, today's usage first."""
    rows: list[tuple[Value, ...]] = []
    for each in comparison.alternatives:
        figures, _ = figures_of_months(each, comparison.currency)
        share = each.choice.share
        named = each.name, None if share is None else Decimal(exact_text(share))
        for month, shown in zip(each.months, figures, strict=True):
            rows.append((*named, *month_values(month, shown, comparison.currency).values()))
    return COLUMNS, rows


def comparison_json(comparison: Comparison) -> str:
    """The comparison as JSON, indented, with a line feed at its end."""
    write = _Writer(comparison.currency)
    rating = comparison.rating
    return json_text(
        {
            "schema": COMPARISON_SCHEMA,
            "currency": comparison.currency,
            "complete": comparison.is_complete,
            "usage": usage_json(comparison.usage, rating),
            "configuration": settings_json(comparison.usage, rating, comparison.revenue_sources),
            "months": [str(month) for month in comparison.months],
            "horizon_source": comparison.horizon_source or None,
            "floor": ratio_text(comparison.floor),
            "scenarios": [write.alternative(each, comparison) for each in comparison.alternatives],
            "worst_customers": [customer.name for customer in comparison.customers],
            "absent": list(comparison.absent),
            "basis": write.basis(rating),
            "unpriced": [unpriced_json(part, rating) for part in rating.unpriced],
            "assumptions": [write.assumption(part) for part in rating.assumptions],
            "exchange_rates": [rate_json(rate) for rate in comparison.rates_used],
        }
    )


class _Writer(PlanWriter):
    """What needs to know the currency."""

    __slots__ = ()

    def alternative(self, each: Alternative, comparison: Comparison) -> Json:
        figures, total = figures_of_months(each, comparison.currency)
        customers, lines = customer_figures(each, comparison.currency), line_figures(each, comparison.currency)
        below, worst = each.first_below_floor, each.first_below_floor_at_worst
        return {
            "name": each.name,
            "title": each.choice.scenario.name or None,
            "written": each.choice.scenario.written or None,
            "pass_through": ratio_text(each.choice.share),
            "leaves_pass_through_open": each.choice.leaves_open,
            "complete": each.is_priced and comparison.usage.is_whole,
            "has_ranges": each.has_ranges,
            "revenue_source": each.revenue_source or None,
            "coverage": coverage_json(each.coverage),
            "months": [self.month(month, shown) for month, shown in zip(each.months, figures, strict=True)],
            "total": self.ends(each.whole, total),
            "points_lost": ratio_text(each.last.erosion),
            "profit_lost": ratio_text(each.profit_lost),
            "first_month_below_floor": str(below.month) if below else None,
            "first_month_below_floor_at_worst": str(worst.month) if worst else None,
            "assumed_margins": [
                {"today": ratio_text(one.today), "before": ratio_text(one.before), "last_month": ratio_text(one.after)}
                for one in each.assumed
            ],
            "customers": [self.customer(line, *coins) for line, coins in zip(each.customers, customers, strict=True)],
            "lines": [self.line(line, coins, comparison) for line, coins in zip(each.lines, lines, strict=True)],
            "notes": list(each.notes),
        }

    def line(self, line: LineAhead, coins: tuple[Decimal, Decimal], comparison: Comparison) -> Json:
        return {
            "names": names_of(line.key, comparison.by),
            "before": self.money(line.last_before, coins[0]),
            "last_month": self.money(line.last_after, coins[1]),
        }
