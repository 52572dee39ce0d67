"""Handing on: a report's tables as rows by name, for CSV and Parquet alike."""

from __future__ import annotations

from costcalc.problems import fail
from costcalc.render.linerows import cells_of
from costcalc.render.rows import Rows, cost_rows, month_table_rows, projection_rows
from costcalc.reports.cost import CostReport
from costcalc.reports.lines import LinesInEngine
from costcalc.reports.outlook import Outlook
from costcalc.reports.projection import Projection

TABLES = ("lines", "months", "customers")


def rows_of(report: CostReport | Projection | Outlook, table: str = "lines") -> Rows:
    """The rows of one table: lines, months or customers. CostcalcError: the report has no such table."""
    if isinstance(report, Outlook):
        return _outlook_rows(report, table)
    if isinstance(report, Projection) and table == "months":
        if not report.months:
            raise fail("no-such-table", "there are no months to come to write", remedy="add --months 12")
        return month_table_rows(report)
    if table == "lines":
        return projection_rows(report) if isinstance(report, Projection) else cost_rows(report)
    raise fail("no-such-table", f'this answer has no table "{table}"', expected="lines")


def _outlook_rows(report: Outlook, table: str) -> Rows:
    from costcalc.render.outlook import rows

    if table == "customers":
        if not report.customers:
            raise fail(
                "no-such-table", "the log names no customers", expected="a column customer",
                remedy="map yours: --map customer=your_column",
            )  # fmt: skip
        return rows.outlook_customer_rows(report)
    return rows.outlook_month_rows(report) if table == "months" else rows.outlook_rows(report)


def table_csv(report: CostReport | Projection | Outlook, table: str = "lines") -> str:
    """One table as CSV."""
    from costcalc.render.csv_ import csv_text, lines_csv

    if table == "lines" and not isinstance(report, Outlook):
        return lines_csv(report)
    return csv_text(rows_of(report, table))


def table_parquet(report: CostReport | Projection | Outlook, table: str = "lines") -> bytes:
    """One table as Parquet: rounded money as decimals, exact money as text beside it."""
    if (
        table == "lines"
        and not isinstance(report, Outlook)
        and isinstance(report.lines, LinesInEngine)
        and report.lines
    ):
        return cells_of(report).parquet()
    return rows_parquet(rows_of(report, table))


def rows_parquet(rows: Rows) -> bytes:
    """The rows as Parquet. An exact amount may need more digits than a decimal has, so it stays text."""
    from costcalc.usage.tables import parquet_bytes

    header, lines = rows
    return parquet_bytes(header, lines, [name for name in header if name.endswith("_exact")])
