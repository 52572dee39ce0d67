"""Rows: a report's lines as typed columns, the same for CSV and for frames. Money is Decimal, counts are exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text, minor_digits, round_half_up, round_to_total
from costcalc.rating.model import Cost, LineKey, RateUsed, Rating
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.render.tree import UNPRICED, Table, status_of, table_of
from costcalc.reports.cost import CostReport
from costcalc.reports.forecast import Estimate, Forecast
from costcalc.reports.lines import ReportLine
from costcalc.reports.plan.model import Plan

Value = str | int | Decimal | datetime | None
Rows = tuple[Sequence[str], Sequence[Sequence[Value]]]  # the header, and a row a line

RATIO_DIGITS = 12
UNALLOCATED = "unallocated"  # the name of what a log's own column leaves open: it has a line of its own
FX_COLUMNS = ("fx_from", "fx_rate", "fx_month")


def line_rows(report: CostReport | Plan) -> Rows:
    """A row a line over the log: its names, what it cost before and with the rise, and how well it is known."""
    return _rows(report.rating, lines_in(report), shown_costs(report))


def lines_in(report: object) -> Sequence[ReportLine]:
    """The lines over the log, of a report that has such."""
    if isinstance(report, CostReport):
        return report.lines
    return report.log.lines if isinstance(report, Plan) and report.log else ()


def shown_costs(report: CostReport | Plan) -> Sequence[str]:
    """Which costs have a column."""
    if isinstance(report, CostReport):
        return ("mid",)
    has_range = report.rating.total.low != report.rating.total.high
    return ("before", "low", "mid", "high") if has_range else ("before", "mid")


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
    has_revenue = any(line.earned for line in lines)
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
    earned = line.earned
    values: dict[str, Value] = {"revenue": exact_value(earned.after.revenue or Fraction()) if earned else None}
    if has_before:
        values["margin_before"] = ratio_value(earned.before.margin) if earned else None
    values["margin"] = ratio_value(earned.after.margin) if earned else None
    if has_before:
        values["hold"] = ratio_value(earned.hold) if earned else None
    return values


def names_of(key: LineKey, by: Sequence[str]) -> dict[str, str | None]:
    return dict(zip(by, key, strict=True))
