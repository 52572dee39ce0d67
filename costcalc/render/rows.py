"""Rows: a report's lines as typed columns, the same for CSV and for frames. Money is Decimal, counts are exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from costcalc.rating.line import UNPRICED, ReportLine
from costcalc.rating.model import LineKey, RateUsed, Rating
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.render import cells
from costcalc.render import fields as f
from costcalc.render.blocks import Cell, Column
from costcalc.render.columns import columns_of
from costcalc.render.fields import Field, Fields, Json, Rows, Value
from costcalc.render.tree import Row, Table, table_of
from costcalc.render.words import percent_text
from costcalc.reports.cost import CostReport
from costcalc.reports.plan.model import Plan

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


COLUMN_NAMES = {"before": "cost_before", "low": "cost_low", "mid": "cost", "high": "cost_high"}


def _rows(rating: Rating, lines: Sequence[ReportLine], costs: Sequence[str]) -> Rows:
    table = table_of(rating, lines)
    own = line_columns(costs, has_earned=any(line.earned for line in lines))
    fx = fx_columns(rating.rates_used, lambda row: _month_in(row["key"], rating.by))
    return rows_by_name(own | fx, rating.by, (placed(line, table) for line in lines), rating)


def all_columns(report: object, header: Sequence[str]) -> list[str]:
    """The columns that lines over a log may have: those of this header, and those that its figures give no cause for."""
    costs = ("before", "low", "mid", "high") if isinstance(report, Plan) else ("mid",)
    own = line_columns(costs, has_earned=isinstance(report, Plan)) | {name: f.value(name) for name in FX_COLUMNS}
    ours, _ = f.rows_with(own, [], report)
    return [*(name for name in header if name not in ours), *ours]


def rows_by_name(own: Fields, by: Sequence[str], rows: Iterable[Json], report: Any, first: int = 0) -> Rows:
    """Rows with the names of their lines, after so many columns of ours."""
    lines = list(rows)
    header, values = f.rows_with(own, lines, report)
    ours = own_names(header, by)
    both = zip(lines, values, strict=True)
    return (*ours[:first], *by, *ours[first:]), [
        (*said[:first], *named(row["key"], by), *said[first:]) for row, said in both
    ]


def fx_columns(rates: Sequence[RateUsed], month_of: Callable[[Any], object]) -> Fields:
    """Those of the exchange rate of a row's month, where any was used."""
    known = cache(lambda month: fx_values(rates, month))

    def column(name: str) -> Field:
        return f.value(lambda row, _: known((month := month_of(row)) and str(month))[name])

    return {name: column(name) for name in fx_values(rates)}


def placed(line: ReportLine, table: Table) -> Json:
    """A line with what its table says of it; of one without a price no cost is known."""
    row: Json = {"of": line, "key": line.key, "by": table.by, "status": line.status}
    if line.status == UNPRICED:
        return row
    return row | {"cost": line.cost, "figures": table.by_line[line.key], "share": table.share_of(line)}


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
    return dict(zip(FX_COLUMNS, (base, f.ratio_value(rate), str(of)), strict=True))


def _month_in(key: LineKey, by: Sequence[str]) -> str | None:
    for column, name in zip(by, key, strict=True):
        if column in ("day", "month") and name:
            return name[:7]
    return None


def own_names(values: Iterable[str], by: Sequence[str]) -> list[str]:
    """Our column names; one that somebody's own dimension has already is set apart."""
    return [f"costcalc_{name}" if name in by else name for name in values]


def _cost(end: str, title: str, drop: int = 0) -> Field:
    """Exact and as it is shown; the unit stands in the first and the last row of a page."""

    def cell(row: Row) -> Cell:
        return cells.UNPRICED if row.status == UNPRICED else cells.money(getattr(row.figures, end))

    return f.amount(f"cost.{end}", f"figures.{end}", column=Column(title, drop=drop, of=cell, has_unit=True))


def _share(row: Row) -> Cell:
    if row.share is None or row.status == UNPRICED:
        return cells.NONE
    return Cell("<1%" if row.share == 0 and row.cost.before > 0 else f"{row.share}%")


def _margin(row: Row) -> Cell:
    """Over the log as it was billed."""
    margin = row.of.earned.before.margin if row.of.earned else None
    return cells.NONE if margin is None else Cell(("≤ " if row.of.margin_is_bound else "") + percent_text(margin))


# What is said of a line: in data files of a row that `placed` makes, on pages of one that a tree draws.
COLUMNS = f.fields(
    requests=f.count("of.requests", column=Column("Requests", drop=8)),
    tokens=f.count("of.tokens", column=Column("Tokens", drop=7, of=lambda row: cells.tokens(row.of.tokens))),
    cost_before=_cost("before", "Before", 1), cost_low=_cost("low", "Low"), cost=_cost("mid", "Cost"), cost_high=_cost("high", "High"),
    change=f.value("figures.change", column=Column("Change", drop=2, of=lambda row: cells.change(row.figures.change, row.cost.change))),
    rise=f.ratio("of.cost.rise", column=Column("", drop=5, of=lambda row: cells.rise(row.cost.before, row.cost.mid))),
    currency=f.CURRENCY, share=f.ratio(column=Column("Share of bill", drop=6, spills=True, of=_share)),
    share_then=f.on_page(Column("Share", drop=6), lambda row, table: cells.share(row.cost.mid, table.total.cost.mid)),
    basis=f.text(lambda row, _: "+".join(row["of"].basis)), status=f.text, unpriced_tokens=f.count("of.unpriced_tokens"),
    revenue=f.decimal(lambda row, _: row["of"].earned and (row["of"].earned.after.revenue or Fraction())),
    margin_before=f.ratio("of.earned.before.margin"),
    margin=f.ratio("of.earned.after.margin", column=Column("Margin", drop=6, of=_margin)), hold=f.ratio("of.earned.hold"),
)  # fmt: skip
OF_A_MONTH = ("cost_before", "cost", "change", "rise", "share_then")  # what a page says of a line in the months to come


def page_columns(keys: Iterable[str], table: Table, titles: Mapping[str, str] | None = None) -> list[Column]:
    """These columns of a table of lines, in this order."""
    return columns_of({key: COLUMNS[key] for key in keys}, table, titles=titles)


_OF_A_RISE = ("change", "rise", "margin_before", "hold")  # nothing without a cost before
_OF_EARNED = ("revenue", "margin_before", "margin", "hold")


def line_columns(costs: Sequence[str], *, has_earned: bool = False) -> Fields:
    """What is said of a line, with these costs."""
    absent = {header for name, header in COLUMN_NAMES.items() if name not in costs}
    absent |= {*(() if "before" in costs else _OF_A_RISE), *(() if has_earned else _OF_EARNED)}
    return {name: field for name, field in COLUMNS.items() if name not in absent}


def names_of(key: LineKey, by: Sequence[str]) -> dict[str, str | None]:
    return dict(zip(by, key, strict=True))
