"""CSV: one header, one row a line, plain numbers that add up to the printed total; harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from costcalc.render.rows import Rows, Value, cost_rows, projection_rows
from costcalc.reports.cost import CostReport
from costcalc.reports.projection import Projection

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def projection_csv(projection: Projection) -> str:
    """The lines of a projection. Lines end with a line feed; a cell of text that looks like a formula gets a `'`."""
    return _csv(projection_rows(projection))


def cost_csv(report: CostReport) -> str:
    """The lines of a cost report, written like those of a projection."""
    return _csv(cost_rows(report))


def _csv(rows: Rows) -> str:
    header, lines = rows
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in line] for line in lines)
    return text.getvalue()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case str():
            return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return str(value)
