"""A comparison for programs: JSON in full, and a row a scenario and month for CSV and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.comparison.columns import customer_figures, figures_of_months, line_figures
from costcalc.render.fields import Json, Rows
from costcalc.render.plan.json_ import CUSTOMER, MONTH
from costcalc.render.plan.months import MONTHS, MonthRow, rows_of_months
from costcalc.render.rows import names_of
from costcalc.reports.comparison import Alternative, Comparison

CHOICE = f.fields(scenario=f.text("name"), pass_through=f.decimal("choice.share"))


def comparison_rows(comparison: Comparison) -> Rows:
    """A row a scenario and month, today's usage first."""
    rows = [(each, row) for each in comparison.alternatives for row in _months(each, comparison)]
    return f.side_by_side(
        f.rows_with(CHOICE, [each for each, _ in rows], comparison),
        f.rows_with(MONTHS, [row for _, row in rows], comparison),
    )


def _months(each: Alternative, comparison: Comparison) -> list[MonthRow]:
    return rows_of_months(each.months, comparison.currency)[0]


Coins = Callable[[Alternative, str], Sequence[tuple[Decimal, Decimal]]]


def _with_coins(of: str, figures: Coins) -> Callable[[Alternative, Any], Iterator[Json]]:
    """Customers or lines, with what is shown of each today and in the last month."""
    return lambda each, comparison: (
        {"of": line, "today": today, "last": last, "by": comparison.by}
        for line, (today, last) in zip(getattr(each, of), figures(each, comparison.currency), strict=True)
    )


LINE = f.fields(
    names=f.names(lambda line, _: names_of(line["of"].key, line["by"])), before=f.amount("of.last_before", "today"),
    last_month=f.amount("of.last_after", "last"),
)  # fmt: skip
ALTERNATIVE = f.fields(
    name=f.text, title=f.said("choice.scenario.name"), written=f.said("choice.scenario.written"),
    pass_through=f.ratio("choice.share"), leaves_pass_through_open=f.flag("choice.leaves_open"),
    complete=f.flag(lambda each, comparison: each.is_priced and comparison.usage.is_whole), has_ranges=f.flag,
    revenue_source=f.said, coverage=common.COVERAGE, months=f.each(MONTH, _months),
    total=common.ends("whole", lambda each, comparison: figures_of_months(each, comparison.currency)[1]),
    points_lost=f.ratio("last.erosion"), profit_lost=f.ratio, first_month_below_floor=f.text("first_below_floor.month"),
    first_month_below_floor_at_worst=f.text("first_below_floor_at_worst.month"),
    assumed_margins=f.each(f.fields(today=f.ratio, before=f.ratio, last_month=f.ratio("after")), "assumed"),
    customers=f.each(CUSTOMER, _with_coins("customers", customer_figures)),
    lines=f.each(LINE, _with_coins("lines", line_figures)), notes=f.texts,
)  # fmt: skip
COMPARISON = f.fields(
    schema=f.constant("costcalc.comparison/1"), currency=f.text, complete=f.flag("is_complete"), usage=common.USAGE,
    configuration=common.configuration("revenue_sources"), months=f.texts, horizon_source=f.said, floor=f.ratio,
    scenarios=f.each(ALTERNATIVE, "alternatives"),
    worst_customers=f.texts(lambda report, _: [customer.name for customer in report.customers]), absent=f.texts,
    basis=common.BASIS, unpriced=common.UNPRICED_LIST, assumptions=common.ASSUMPTIONS,
    exchange_rates=common.EXCHANGE_RATES,
)  # fmt: skip
