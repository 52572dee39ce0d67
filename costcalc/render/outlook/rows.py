"""Rows: an outlook as typed columns, for CSV and for frames: a row a month and line, or a row a month."""

from __future__ import annotations

from costcalc.render.outlook.lines import tables_of
from costcalc.render.outlook.months import margins_of, month_figures
from costcalc.render.rows import Rows, Value, exact_value, ratio_value
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
            found.append((str(month.month), *line.key, *amounts))
    own = [f"costcalc_{name}" if name in outlook.by else name for name in ("month", *LINE_COLUMNS)]
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
            )
        )
    return MONTH_COLUMNS, rows
