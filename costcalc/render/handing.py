"""Handing on: a report's tables as rows by name, for CSV, Parquet and frames alike."""

from __future__ import annotations

from costcalc.problems import fail
from costcalc.render.linerows import cells_of, values_of
from costcalc.render.rows import Rows, line_rows, lines_in
from costcalc.reports.cost import CostReport
from costcalc.reports.lines import LinesInEngine
from costcalc.reports.plan.model import Plan

TABLES = ("lines", "months", "customers")


def rows_of(report: CostReport | Plan, table: str = "lines") -> Rows:
    """The rows of one table: lines, months or customers. CostcalcError: the report has no such table."""
    if is_in_engine(report, table):
        cells = cells_of(report)
        return [column.header for column in cells.columns], [*values_of(cells)]
    if isinstance(report, Plan):
        return _plan_rows(report, table)
    if table != "lines":
        raise fail("no-such-table", f'this answer has no table "{table}"', expected="lines")
    return line_rows(report)


def is_in_engine(report: CostReport | Plan, table: str) -> bool:
    """Whether the engine holds the rows, and writes them."""
    lines = lines_in(report)
    return table == "lines" and isinstance(lines, LinesInEngine) and bool(lines)


def _plan_rows(plan: Plan, table: str) -> Rows:
    from costcalc.render.plan import rows

    if table == "lines":
        return line_rows(plan) if plan.log else rows.line_rows_ahead(plan)
    if table == "months":
        if not plan.months:
            raise fail("no-such-table", "there are no months to come to write", remedy="add --months 12")
        return rows.month_rows(plan)
    if plan.log:
        raise fail("no-such-table", f'this answer has no table "{table}"', expected="lines or months")
    if not plan.customers:
        raise fail(
            "no-such-table", "the log names no customers", expected="a column customer",
            remedy="map yours: --map customer=your_column",
        )  # fmt: skip
    return rows.customer_rows(plan)


def table_csv(report: CostReport | Plan, table: str = "lines") -> str:
    """One table as CSV."""
    from costcalc.render.csv_ import csv_text, engine_csv

    return engine_csv(report) if is_in_engine(report, table) else csv_text(rows_of(report, table))


def table_parquet(report: CostReport | Plan, table: str = "lines") -> bytes:
    """One table as Parquet: rounded money as decimals, exact money as text beside it."""
    return cells_of(report).parquet() if is_in_engine(report, table) else rows_parquet(rows_of(report, table))


def rows_parquet(rows: Rows) -> bytes:
    """The rows as Parquet. An exact amount may need more digits than a decimal has, so it stays text."""
    from costcalc.usage.tables import parquet_bytes

    header, lines = rows
    return parquet_bytes(header, lines, [name for name in header if name.endswith("_exact")])
