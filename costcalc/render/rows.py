"""Rows: a report's lines as typed columns, the same for CSV and for frames. Money is Decimal, counts are exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text, minor_digits, round_half_up, round_to_total
from costcalc.rating.model import Cost, LineKey, RateUsed, Rating
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.render.tree import UNPRICED, Table, figures_of, status_of, table_of
from costcalc.reports.cost import CostReport
from costcalc.reports.forecast import Estimate, Forecast
from costcalc.reports.lines import ReportLine
from costcalc.reports.projection import MonthLine, Projection

Value = str | int | Decimal | datetime | None
Rows = tuple[Sequence[str], Sequence[Sequence[Value]]]  # the header, and a row a line

RATIO_DIGITS = 12
UNALLOCATED = "unallocated"  # the name of what a log's own column leaves open: it has a line of its own
FX_COLUMNS = ("fx_from", "fx_rate", "fx_month")


def projection_rows(projection: Projection) -> Rows:
    """A row a line: its names, its cost before and with the rise, and how well it is known."""
    return _rows(projection.rating, projection.lines, shown_costs(projection))


def cost_rows(report: CostReport) -> Rows:
    """A row a line of what was spent."""
    return _rows(report.rating, report.lines, shown_costs(report))


def shown_costs(report: CostReport | Projection) -> Sequence[str]:
    """Which costs have a column."""
    if isinstance(report, CostReport):
        return ("mid",)
    has_range = report.total.low != report.total.high
    return ("before", "low", "mid", "high") if has_range else ("before", "mid")


def month_table_rows(projection: Projection) -> Rows:
    """A row a month; costs in coins that add up to the printed total, the exact ones beside them."""
    shown, _ = figures_of([month.cost for month in projection.months], projection.currency)
    digits = minor_digits(projection.currency)
    rates = fx_values(projection.rates_used)
    found = []
    for month, figures in zip(projection.months, shown, strict=True):
        values = _month_values(month, projection.currency)
        for name, column in COLUMN_NAMES.items():
            values[column] = getattr(figures, name)
        values["change"] = figures.change
        values["cost_frozen"] = (
            figures.before if month.frozen == month.cost.before else round_half_up(month.frozen, digits)
        )
        values |= {
            "cost_frozen_exact": exact_value(month.frozen),
            "cost_before_exact": exact_value(month.cost.before),
            "cost_exact": exact_value(month.cost.mid),
        }
        found.append(values | (fx_values(projection.rates_used, str(month.month)) if rates else {}))
    names = tuple(found[0]) if found else (*MONTH_COLUMNS, "cost_frozen_exact", "cost_before_exact", "cost_exact")
    return names, [tuple(values.values()) for values in found]


def month_rows(projection: Projection) -> Rows:
    """A row a month; exact amounts."""
    found = [_month_values(month, projection.currency) for month in projection.months]
    names = tuple(found[0]) if found else MONTH_COLUMNS
    return names, [tuple(values.values()) for values in found]


def forecast_rows(forecast: Forecast) -> Rows:
    """A row a day, of the log and to come; estimates are rounded to the smallest coin, for more would say nothing."""
    digits = minor_digits(forecast.currency)
    shown = iter(round_to_total([day.actual for day in forecast.days if day.actual is not None], digits))

    def rounded(estimate: Estimate | None) -> tuple[Decimal | None, ...]:
        if estimate is None:
            return None, None, None
        return tuple(round_half_up(value, digits) for value in (estimate.low, estimate.median, estimate.high))

    found = []
    for day in forecast.days:
        status = "actual" if day.coming is None else "estimate" if day.actual is None else "unfinished"
        actual = (next(shown), exact_value(day.actual)) if day.actual is not None else (None, None)
        found.append(
            (day.day.isoformat(), status, *actual, *rounded(day.coming), *rounded(day.running), forecast.currency)
        )
    return FORECAST_COLUMNS, found


FORECAST_COLUMNS = (
    "day", "status", "actual", "actual_exact", "low", "median", "high", "total_low", "total_median", "total_high", "currency",
)  # fmt: skip


def count_value(count: Fraction | None) -> int | Decimal | None:
    """A whole count as an integer; one that a bucket's hours cut, as a decimal."""
    if count is None:
        return None
    return count.numerator if count.denominator == 1 else ratio_value(count)


def ratio_value(ratio: Fraction | None) -> Decimal | None:
    return None if ratio is None else Decimal(exact_text(ratio, RATIO_DIGITS))


def exact_value(amount: Fraction) -> Decimal:
    return Decimal(exact_text(amount))


COLUMN_NAMES = {"before": "cost_before", "low": "cost_low", "mid": "cost", "high": "cost_high"}


def _rows(rating: Rating, lines: Sequence[ReportLine], columns: Sequence[str]) -> Rows:
    if not lines:  # the header of a line that is not there
        nothing = ReportLine((None,) * len(rating.by), Cost(), None, Fraction(), ())
        return _rows(rating, [nothing], columns)[0], []
    table = table_of(rating, lines)
    has_revenue = any(line.margin for line in lines)
    found = []
    fx: dict[str | None, dict[str, Value]] = {}
    for line in lines:
        values = _line_values(line, table, columns, rating.currency)
        if has_revenue:
            values |= _margin_values(line, "before" in columns)
        month = _month_in(line.key, rating.by)
        if month not in fx:
            fx[month] = fx_values(rating.rates_used, month)
        values |= fx[month]
        found.append(values)
    header = (*rating.by, *own_names(found[0], rating.by))
    return header, [(*named(line.key, rating.by), *values.values()) for line, values in zip(lines, found, strict=True)]


def named(key: LineKey, by: Sequence[str]) -> tuple[str | None, ...]:
    """The names of a line; where the log's own column says nothing, it says so."""
    return tuple(
        UNALLOCATED if not name and column not in PRICE_FIELDS else name for name, column in zip(key, by, strict=True)
    )


def fx_values(rates: Sequence[RateUsed], month: str | None = None) -> dict[str, Value]:
    """The exchange rate of a row and its month; empty where several were used, no columns where none was.

    `month`: of the row's usage, where the row has one.
    """
    if not rates:
        return {}
    used = {(rate.base, rate.rate, rate.month_used) for rate in rates if month in (None, str(rate.month))}
    if len(used) != 1:
        return dict.fromkeys(FX_COLUMNS)
    base, rate, of = used.pop()
    return dict(zip(FX_COLUMNS, (base, ratio_value(rate), str(of)), strict=True))


def _month_in(key: LineKey, by: Sequence[str]) -> str | None:
    for column, name in zip(by, key, strict=True):
        if column in ("day", "month") and name:
            return name[:7]
    return None


def own_names(values: Iterable[str], by: Sequence[str]) -> list[str]:
    """Our column names; one that somebody's own dimension has already is set apart."""
    return [f"costcalc_{name}" if name in by else name for name in values]


def _line_values(line: ReportLine, table: Table, columns: Sequence[str], currency: str) -> dict[str, Value]:
    figures, status = table.by_line[line.key], status_of(line, table.holes)
    known = status != UNPRICED
    values: dict[str, Value] = {"requests": count_value(line.requests), "tokens": count_value(line.tokens)}
    for column in columns:
        name = COLUMN_NAMES[column]
        values[name] = getattr(figures, column) if known else None
        values[f"{name}_exact"] = exact_value(getattr(line.cost, column)) if known else None
    if "before" in columns:
        values["change"] = figures.change if known else None
        values["rise"] = ratio_value(line.cost.rise)
    values["currency"] = currency
    values["share"] = ratio_value(table.share_of(line)) if known else None
    values["basis"] = "+".join(line.basis)
    values["status"] = status
    values["unpriced_tokens"] = count_value(line.unpriced_tokens)
    return values


def _margin_values(line: ReportLine, has_before: bool) -> dict[str, Value]:
    margin = line.margin
    values: dict[str, Value] = {"revenue": exact_value(margin.revenue) if margin else None}
    if has_before:
        values["margin_before"] = ratio_value(margin.before) if margin else None
    values["margin"] = ratio_value(margin.after) if margin else None
    if has_before:
        values["hold"] = ratio_value(margin.hold) if margin else None
    return values


MONTH_COLUMNS = (
    "month", "requests", "tokens", "cost_frozen", "cost_before", "cost_low", "cost", "cost_high", "change", "currency",
    "revenue", "margin_before", "margin", "unpriced_tokens",
)  # fmt: skip


def _month_values(month: MonthLine, currency: str) -> dict[str, Value]:
    cost, margin = month.cost, month.margin
    values = (
        str(month.month),
        ratio_value(month.requests),
        ratio_value(month.tokens),
        exact_value(month.frozen),
        exact_value(cost.before),
        exact_value(cost.low),
        exact_value(cost.mid),
        exact_value(cost.high),
        exact_value(cost.change),
        currency,
        exact_value(margin.revenue) if margin else None,
        ratio_value(margin.before) if margin else None,
        ratio_value(margin.after) if margin else None,
        ratio_value(month.unpriced_tokens),
    )
    return dict(zip(MONTH_COLUMNS, values, strict=True))


def names_of(key: LineKey, by: Sequence[str]) -> dict[str, str | None]:
    return dict(zip(by, key, strict=True))
