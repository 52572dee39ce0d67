"""The lines of a reconciliation for CSV and pandas, and what stands beside them: taxes, credits, days apart."""

from __future__ import annotations

from fractions import Fraction

from costcalc.money import minor_digits, round_to_total
from costcalc.render.csv_ import csv_text
from costcalc.render.rows import Rows, Value, count_value, exact_value, ratio_value
from costcalc.reports.reconcile.model import Line, Reconciliation

COLUMNS = (
    "class", "ours", "ours_exact", "invoice", "invoice_exact", "difference", "difference_exact", "ratio", "currency",
    "mapped", "invoice_rows", "unpriced_tokens",
)  # fmt: skip


def reconciliation_csv(report: Reconciliation) -> str:
    """A row a line; after them the charges that are no usage. Both columns of amounts sum to the printed totals."""
    return csv_text(reconciliation_rows(report))


def reconciliation_rows(report: Reconciliation) -> Rows:
    """The header and the rows."""
    digits = minor_digits(report.currency)
    ours = round_to_total([line.ours or Fraction() for line in report.lines], digits)
    every = [*(line.theirs or Fraction() for line in report.lines), *(part.amount for part in report.apart)]
    theirs = round_to_total(every, digits)
    between = round_to_total([line.difference for line in report.lines], digits)
    first = {"day": "day", "month": "month", "total": "period"}[report.each]
    header = (first, *(f"invoice_{name}" if name in (first, *COLUMNS) else name for name in report.by), *COLUMNS)
    rows: list[tuple[Value, ...]] = []
    for line, mine, other, apart in zip(report.lines, ours, theirs, between, strict=False):
        shown = (
            line.kind,
            None if line.ours is None else mine,
            None if line.ours is None else exact_value(line.ours),
            None if line.theirs is None else other,
            None if line.theirs is None else exact_value(line.theirs),
            apart,
            exact_value(line.difference),
            _ratio(line),
            report.currency,
            "yes" if line.is_mapped else "no",
            line.rows,
            count_value(line.unpriced_tokens),
        )
        rows.append((line.period or None, *line.key, *shown))
    for part, other in zip(report.apart, theirs[len(report.lines) :], strict=True):
        names = tuple(part.item if i == len(report.by) - 1 else None for i in range(len(report.by)))
        exact = exact_value(part.amount)
        rows.append((None, *names, part.kind, None, None, other, exact, other, exact, None, report.currency, None, part.rows, 0))  # fmt: skip
    return header, rows


def _ratio(line: Line) -> Value:
    return ratio_value(line.theirs / line.ours) if line.ours and line.theirs is not None else None
