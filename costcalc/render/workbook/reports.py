"""Workbooks of a cost report, a projection and a plan."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.rating.line import UNPRICED
from costcalc.rating.model import LineKey
from costcalc.render.rows import named
from costcalc.render.tree import table_of
from costcalc.render.workbook.book import Workbook, WorkbookSheet, cell, widths_of
from costcalc.render.workbook.sheets import facts_of, write_assumptions, write_sources, write_unpriced
from costcalc.reports.cost import CostReport
from costcalc.reports.workings import Workings


def cost_xlsx(report: CostReport, workings: Workings) -> bytes:
    """The lines of a cost report with their sum, and what they rest on."""
    book = Workbook(report.currency)
    lines = book.sheets["Lines"]
    table = table_of(report.rating, report.lines)
    by = report.rating.by
    lines.text(0, 0, "Lines", "title")
    lines.header(3, [*by, "Requests", "Tokens", "Cost", "Status"], len(by))
    row = 4
    for row, line in enumerate(report.lines, 4):
        write_names(lines, row, line.key, by)
        lines.number(row, len(by), line.requests, "count")
        lines.number(row, len(by) + 1, line.tokens, "count")
        lines.number(row, len(by) + 2, None if line.status == UNPRICED else table.by_line[line.key].mid)
        lines.text(row, len(by) + 3, line.status)
    total, column = table.total.figures.mid, len(by) + 2
    at = row + 1
    lines.text(at, 0, "Total", "text", "total")
    for blank in range(1, column):
        lines.text(at, blank, "", "text", "total")
    summed = f"ROUND(SUM({cell(4, column)}:{cell(row, column)}),{book.digits})"
    lines.formula(at, column, summed, total, "currency", "total")
    lines.finish([*name_widths([line.key for line in report.lines], by), 14, 18, 18, 16], 4, len(by))
    summary = book.sheets["Summary"]
    summary.text(0, 0, "What it cost", "title")
    summary.text(2, 0, "Cost")
    summary.formula(2, 1, f"Lines!{cell(at, column)}", total, "currency")
    write_completeness(summary, 3, report.is_complete)
    summary.finish([34, 22])
    no_months(book, "costcalc cost … --each month writes the months of the log as lines.")
    write_assumptions(
        book, workings, facts_of(report.usage, report.rating, report.other_lists, report.currency), None, ""
    )
    write_unpriced(book, report.rating)
    write_sources(book, workings, report.rates_used)
    return book.content()


def write_names(sheet: WorkbookSheet, row: int, key: LineKey, by: Sequence[str]) -> None:
    for column, name in enumerate(named(key, by)):
        sheet.text(row, column, name)


def name_widths(keys: Sequence[LineKey], by: Sequence[str]) -> list[int]:
    return list(widths_of([tuple(by), *(named(key, by) for key in keys)], 14))


def no_months(book: Workbook, why: str) -> None:
    book.sheets["Months"].text(0, 0, "Months", "title")
    book.sheets["Months"].text(2, 0, why, "quiet")
    book.sheets["Months"].finish([60])


def write_completeness(sheet: WorkbookSheet, row: int, is_complete: bool) -> None:
    if not is_complete:
        sheet.text(
            row, 0, "Incomplete: something has no price or could not be read; see Unpriced and Assumptions.", "strong"
        )
