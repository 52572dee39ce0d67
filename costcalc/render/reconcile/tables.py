"""The lines of a reconciliation for CSV and pandas, and what stands beside them: taxes, credits, days apart."""

from __future__ import annotations

from costcalc.render.reconcile.figures import figures_of
from costcalc.render.rows import Rows, Value, count_value, exact_value, ratio_value
from costcalc.reports.reconcile.model import Line, Reconciliation

COLUMNS = (
    "class", "ours", "ours_exact", "invoice", "invoice_exact", "difference", "difference_exact", "ratio", "currency",
    "mapped", "invoice_rows", "unpriced_tokens",
)  # fmt: skip


def reconciliation_rows(report: Reconciliation) -> Rows:
    """The header and the rows."""
    figures = figures_of(report)
    first = {"day": "day", "month": "month", "total": "period"}[report.each]
    header = (first, *(f"invoice_{name}" if name in (first, *COLUMNS) else name for name in report.by), *COLUMNS)
    rows: list[tuple[Value, ...]] = []
    for line, coins in zip(report.lines, figures.lines, strict=True):
        shown = (
            line.kind,
            None if line.ours is None else coins.ours,
            None if line.ours is None else exact_value(line.ours),
            None if line.theirs is None else coins.theirs,
            None if line.theirs is None else exact_value(line.theirs),
            coins.between,
            exact_value(line.difference),
            _ratio(line),
            report.currency,
            "yes" if line.is_mapped else "no",
            line.rows,
            count_value(line.unpriced_tokens),
        )
        rows.append((line.period or None, *line.key, *shown))
    for part, other in zip(report.apart, figures.apart, strict=True):
        names = tuple(part.item if i == len(report.by) - 1 else None for i in range(len(report.by)))
        exact = exact_value(part.amount)
        rows.append((None, *names, part.kind, None, None, other, exact, other, exact, None, report.currency, None, part.rows, 0))  # fmt: skip
    return header, rows


def _ratio(line: Line) -> Value:
    return ratio_value(line.theirs / line.ours) if line.ours and line.theirs is not None else None
