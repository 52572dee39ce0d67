"""Tables: the rows of any report, by the name of the table, as CSV, Parquet and frames alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costcalc.problems import fail
from costcalc.rating.linetable import LineTable
from costcalc.render.fields import Rows
from costcalc.render.linerows import cells_of, values_of
from costcalc.render.rows import all_columns, line_rows, lines_in
from costcalc.render.written import part_of
from costcalc.reports.plan.model import Plan

if TYPE_CHECKING:
    import pandas as pd


def rows_of(report: object, table: str = "lines") -> Rows:
    """The rows of a table: of a plan lines, months or customers. CostcalcError: the report has no such table."""
    if _is_in_engine(report, table):
        cells = cells_of(report)  # type: ignore[arg-type]
        return [column.header for column in cells.columns], [*values_of(cells)]
    if isinstance(report, Plan):
        return _plan_rows(report, table)
    if table != "lines":
        raise fail("no-such-table", f'this answer has no table "{table}"', expected="lines")
    rows: Rows = part_of(report, "rows")(report)
    return rows


def csv_of(report: object, table: str = "lines") -> str:
    """A table as CSV, whose money adds up to what is printed."""
    from costcalc.render.csv_ import csv_text, engine_csv

    return engine_csv(report) if _is_in_engine(report, table) else csv_text(rows_of(report, table))  # type: ignore[arg-type]


def parquet_of(report: object, table: str = "lines") -> bytes:
    """A table as Parquet: money as decimals; an exact amount may need more digits than those have, and is text."""
    if _is_in_engine(report, table):
        return cells_of(report).parquet()  # type: ignore[arg-type]
    from costcalc.usage.tables import parquet_bytes

    header, lines = rows_of(report, table)
    return parquet_bytes(header, lines, [name for name in header if name.endswith("_exact")])


def frame_of(report: object, table: str = "lines", *, exact: bool = True) -> pd.DataFrame:
    """A table for pandas: the columns of the CSV; a month is text, 2026-10."""
    from costcalc.render.frames import frame

    found = frame(rows_of(report, table), exact=exact)
    if exact or table != "lines" or not lines_in(report) or not found.columns.is_unique:
        return found
    return found.reindex(columns=all_columns(report, list(found.columns)))


def _is_in_engine(report: object, table: str) -> bool:
    """Whether the engine holds the rows, and writes them."""
    lines = lines_in(report)
    return table == "lines" and isinstance(lines, LineTable) and bool(lines)


def _plan_rows(plan: Plan, table: str) -> Rows:
    from costcalc.render.plan.customers import customer_rows
    from costcalc.render.plan.lines import line_rows_ahead
    from costcalc.render.plan.months import month_rows

    if table == "lines":
        return line_rows(plan) if plan.log else line_rows_ahead(plan)
    if table == "months":
        if not plan.months:
            raise fail("no-such-table", "there are no months to come to write", remedy="add --months 12")
        return month_rows(plan)
    if plan.log:
        raise fail("no-such-table", f'this answer has no table "{table}"', expected="lines or months")
    if not plan.customers:
        raise fail(
            "no-such-table", "the log names no customers", expected="a column customer",
            remedy="map yours: --map customer=your_column",
        )  # fmt: skip
    return customer_rows(plan)
