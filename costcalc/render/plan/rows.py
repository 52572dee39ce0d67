"""A plan's tables as typed columns, for CSV, Parquet and frames: lines, months and customers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from costcalc.money import minor_digits, round_half_up
from costcalc.render import fields as f
from costcalc.render.fields import Fields, Json, Rows
from costcalc.render.plan.json_ import customers_of, months_of
from costcalc.render.plan.lines import lines_at, tables_of
from costcalc.render.rows import UNALLOCATED, fx_columns, fx_values, line_columns, placed, rows_by_name
from costcalc.reports.plan.model import Plan


def line_rows_ahead(plan: Plan) -> Rows:
    """A row a month to come and line; `cost` sums to the printed figure of each month, and over all months to the total.

    The columns are those of lines over the log of which anything is known.
    """
    ahead = line_columns(("before", "mid"))
    own = f.fields(month=f.text("month")) | {key: field for key, field in ahead.items() if key not in _OF_THE_LOG}
    return rows_by_name(own | fx_columns(plan.rates_used), plan.by, _lines(plan), plan, 1)


_OF_THE_LOG = ("requests", "tokens", "basis", "unpriced_tokens")


def _lines(plan: Plan) -> Iterator[Json]:
    for position, (month, table) in enumerate(zip(plan.months, tables_of(plan), strict=True)):
        rates = fx_values(plan.rates_used, str(month.month))
        for line in lines_at(plan, position, table.holes):
            yield placed(line, table) | {"month": month.month, "fx": rates}


def month_rows(plan: Plan) -> Rows:
    """A row a month; money in coins that add up to the printed total, exact costs beside them."""
    rows = [row | {"fx": fx_values(plan.rates_used, str(row["of"].month))} for row in months_of(plan)]
    return f.rows_with(MONTH_COLUMNS | fx_columns(plan.rates_used), rows, plan)


def _frozen(row: Json, report: Any) -> Decimal:
    """What the month comes to at today's list; what no published change moves has one figure."""
    month = row["of"]
    if month.today.cost == month.before.cost:
        shown: Decimal = row["shown"].before
        return shown
    return round_half_up(month.today.cost, minor_digits(report.currency))


MONTH_COLUMNS: Fields = f.fields(
    month=f.text("of.month"), requests=f.computed("of.requests"), tokens=f.computed("of.tokens"),
    cost_frozen=f.value(_frozen), cost_before=f.value("shown.before"), cost_low=f.value("shown.low"), cost=f.value("shown.mid"),
    cost_high=f.value("shown.high"), change=f.value("shown.change"), currency=f.CURRENCY,
    other_costs=f.decimal("of.after.other"), revenue=f.decimal("of.after.revenue"),
    margin_before=f.ratio("of.before.margin"), margin_low=f.ratio("of.margins.0"), margin=f.ratio("of.after.margin"),
    margin_high=f.ratio("of.margins.1"), unpriced_tokens=f.computed("of.unpriced_tokens"),
    cost_frozen_exact=f.decimal("of.today.cost"), cost_before_exact=f.decimal("of.before.cost"),
    cost_exact=f.decimal("of.after.cost"),
)  # fmt: skip
CUSTOMER_COLUMNS = f.fields(
    month=f.text(lambda _, plan: plan.last.month), customer=f.text(lambda row, _: row["of"].name or UNALLOCATED),
    cost_today=f.value("today"), cost=f.amount("of.last.cost", "last"), currency=f.CURRENCY,
    other_costs=f.decimal("of.last.other"), revenue=f.decimal("of.last.revenue"), margin_today=f.ratio("of.today.margin"),
    margin=f.ratio("of.last.margin"), rise_to_hold=f.ratio("of.rise_to_hold"), rise_to_floor=f.ratio("of.rise_to_floor"),
)  # fmt: skip


def customer_rows(plan: Plan) -> Rows:
    """A row a customer in the last month; money in coins that add up to the month's cost, worst margin first."""
    rates = fx_values(plan.rates_used, str(plan.last.month))
    rows = ({**row, "fx": rates} for row in customers_of(plan))
    return f.rows_with(CUSTOMER_COLUMNS | fx_columns(plan.rates_used), rows, plan)
