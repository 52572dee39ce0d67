"""A plan's tables as typed columns, for CSV, Parquet and frames: lines, months and customers."""

from __future__ import annotations

from costcalc.money import minor_digits, round_half_up
from costcalc.render.plan.lines import lines_at, tables_of
from costcalc.render.rows import UNALLOCATED, Rows, Value, exact_value, fx_values, named, own_names, ratio_value
from costcalc.render.tree import UNPRICED, Figures, figures_of, status_of
from costcalc.reports.plan.model import Plan, PlanMonth

LINE_COLUMNS = (
    "month", "cost_before", "cost_before_exact", "cost", "cost_exact", "change", "rise", "currency", "share", "status",
)  # fmt: skip
MONTH_COLUMNS = (
    "month", "requests", "tokens", "cost_frozen", "cost_before", "cost_low", "cost", "cost_high", "change", "currency",
    "other_costs", "revenue", "margin_before", "margin_low", "margin", "margin_high", "unpriced_tokens",
    "cost_frozen_exact", "cost_before_exact", "cost_exact",
)  # fmt: skip
CUSTOMER_COLUMNS = (
    "month", "customer", "cost_today", "cost", "cost_exact", "currency", "other_costs", "revenue", "margin_today", "margin",
    "rise_to_hold", "rise_to_floor",
)  # fmt: skip


def line_rows_ahead(plan: Plan) -> Rows:
    """A row a month to come and line; `cost` sums to the printed figure of each month, and over all months to the total.

    The columns are those of lines over the log of which anything is known.
    """
    found: list[tuple[Value, ...]] = []
    for position, (month, table) in enumerate(zip(plan.months, tables_of(plan), strict=True)):
        rates = fx_values(plan.rates_used, str(month.month)).values()
        for line in lines_at(plan, position, table.holes):
            status, cost, shown = status_of(line, table.holes), line.cost, table.by_line[line.key]
            known: tuple[Value, ...] = (
                shown.before, exact_value(cost.before), shown.mid, exact_value(cost.mid), shown.change,
                ratio_value(cost.rise), plan.currency, ratio_value(table.share_of(line)), status,
            )  # fmt: skip
            if status == UNPRICED:
                known = (None, None, None, None, None, None, plan.currency, None, status)
            found.append((str(month.month), *named(line.key, plan.by), *known, *rates))
    ours = own_names((*LINE_COLUMNS, *fx_values(plan.rates_used)), plan.by)
    return (ours[0], *plan.by, *ours[1:]), found


def month_rows(plan: Plan) -> Rows:
    """A row a month; money in coins that add up to the printed total, exact costs beside them."""
    figures, _ = figures_of([month.cost for month in plan.months], plan.currency)
    rows = [
        (*month_values(month, shown, plan.currency).values(), *fx_values(plan.rates_used, str(month.month)).values())
        for month, shown in zip(plan.months, figures, strict=True)
    ]
    return (*MONTH_COLUMNS, *fx_values(plan.rates_used)), rows


def month_values(month: PlanMonth, shown: Figures, currency: str) -> dict[str, Value]:
    """What is said of a month to come, by column."""
    after, margins = month.after, month.margins
    values: tuple[Value, ...] = (
        str(month.month),
        ratio_value(month.requests),
        ratio_value(month.tokens),
        shown.before
        if month.today.cost == month.before.cost
        else round_half_up(month.today.cost, minor_digits(currency)),
        shown.before,
        shown.low,
        shown.mid,
        shown.high,
        shown.change,
        currency,
        exact_value(after.other),
        None if after.revenue is None else exact_value(after.revenue),
        ratio_value(month.before.margin),
        ratio_value(margins[0]) if margins else None,
        ratio_value(after.margin),
        ratio_value(margins[1]) if margins else None,
        ratio_value(month.unpriced_tokens),
        exact_value(month.today.cost),
        exact_value(month.before.cost),
        exact_value(after.cost),
    )
    return dict(zip(MONTH_COLUMNS, values, strict=True))


def customer_rows(plan: Plan) -> Rows:
    """A row a customer in the last month; money in coins that add up to the month's cost, worst margin first."""
    from costcalc.render.plan.customers import cost_columns

    costs = [line.today.cost for line in plan.customers], [line.last.cost for line in plan.customers]
    today, last = cost_columns(plan, *costs)
    rates = fx_values(plan.rates_used, str(plan.last.month)).values()
    rows: list[tuple[Value, ...]] = []
    for line, before, after in zip(plan.customers, today, last, strict=True):
        then = line.last
        rows.append(
            (
                str(plan.last.month), line.name or UNALLOCATED, before, after, exact_value(then.cost), plan.currency,
                exact_value(then.other), None if then.revenue is None else exact_value(then.revenue),
                ratio_value(line.today.margin), ratio_value(then.margin), ratio_value(line.rise_to_hold),
                ratio_value(line.rise_to_floor), *rates,
            )
        )  # fmt: skip
    return (*CUSTOMER_COLUMNS, *fx_values(plan.rates_used)), rows
