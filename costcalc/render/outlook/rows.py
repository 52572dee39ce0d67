"""Rows: an outlook as typed columns, for CSV and for frames: a row a month and line, or a row a month."""

from __future__ import annotations

from costcalc.render.outlook.customers import cost_columns
from costcalc.render.outlook.lines import tables_of
from costcalc.render.outlook.months import margins_of, month_figures
from costcalc.render.rows import UNALLOCATED, Rows, Value, exact_value, fx_values, named, ratio_value
from costcalc.reports.outlook import Outlook

LINE_COLUMNS = ("cost_before", "cost_before_exact", "cost", "cost_exact", "change", "currency")
MONTH_COLUMNS = (
    "month", "requests", "tokens", "cost_before", "cost_low", "cost", "cost_high", "change", "currency",
    "other_costs", "revenue", "margin_before", "margin_low", "margin", "margin_high", "unpriced_tokens",
)  # fmt: skip


def outlook_rows(outlook: Outlook) -> Rows:
    """A row a month and line; `cost` sums to the printed figure of each month, and over all months to the total."""
    found = []
    for position, (month, table) in enumerate(zip(outlook.months, tables_of(outlook), strict=True)):
        for line in outlook.lines:
            shown = table.by_line[line.key]
            before, after = line.months_before[position], line.months[position]
            amounts: tuple[Value, ...] = (
                shown.before,
                exact_value(before),
                shown.mid,
                exact_value(after),
                shown.change,
                outlook.currency,
            )
            rates = fx_values(outlook.rates_used, str(month.month)).values()
            found.append((str(month.month), *named(line.key, outlook.by), *amounts, *rates))
    ours = ("month", *LINE_COLUMNS, *fx_values(outlook.rates_used))
    own = [f"costcalc_{name}" if name in outlook.by else name for name in ours]
    return (own[0], *outlook.by, *own[1:]), found


def outlook_month_rows(outlook: Outlook) -> Rows:
    """A row a month; money in coins that add up to the printed total."""
    figures, _ = month_figures(outlook)
    rows: list[tuple[Value, ...]] = []
    for month, shown in zip(outlook.months, figures, strict=True):
        after, ends = month.after, margins_of(month)
        rows.append(
            (
                str(month.month),
                ratio_value(month.requests),
                ratio_value(month.tokens),
                shown.before,
                shown.low,
                shown.mid,
                shown.high,
                shown.change,
                outlook.currency,
                exact_value(after.other),
                None if after.revenue is None else exact_value(after.revenue),
                ratio_value(month.before.margin),
                ratio_value(ends[0]) if ends else None,
                ratio_value(after.margin),
                ratio_value(ends[1]) if ends else None,
                ratio_value(month.unpriced_tokens),
                *fx_values(outlook.rates_used, str(month.month)).values(),
            )
        )
    return (*MONTH_COLUMNS, *fx_values(outlook.rates_used)), rows


def outlook_customer_rows(outlook: Outlook) -> Rows:
    """A row a customer in the last month; money in coins that add up to the month's cost, worst margin first."""
    costs = [line.today.cost for line in outlook.customers], [line.last.cost for line in outlook.customers]
    today, last = cost_columns(outlook, *costs)
    rates = fx_values(outlook.rates_used, str(outlook.last.month)).values()
    rows: list[tuple[Value, ...]] = []
    for line, before, after in zip(outlook.customers, today, last, strict=True):
        then = line.last
        rows.append(
            (
                str(outlook.last.month), line.name or UNALLOCATED, before, after, exact_value(then.cost), outlook.currency,
                exact_value(then.other), None if then.revenue is None else exact_value(then.revenue),
                ratio_value(line.today.margin), ratio_value(then.margin), ratio_value(line.rise_to_hold),
                ratio_value(line.rise_to_floor), *rates,
            )
        )  # fmt: skip
    return (*CUSTOMER_COLUMNS, *fx_values(outlook.rates_used)), rows


CUSTOMER_COLUMNS = (
    "month", "customer", "cost_today", "cost", "cost_exact", "currency", "other_costs", "revenue", "margin_today", "margin",
    "rise_to_hold", "rise_to_floor",
)  # fmt: skip
