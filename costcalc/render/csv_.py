"""CSV: one header, one row a line, plain numbers that add up to the printed total; harmless in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from costcalc.rating.linecells import LineCells
from costcalc.render.fields import Rows, Value
from costcalc.render.linerows import cells_of
from costcalc.reports.cost import CostReport
from costcalc.reports.plan.model import Plan

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NEEDS_QUOTES = re.compile(r"[,\"\r\n]")
# Control characters, and what turns the direction of the text around it.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# In the engine's own spelling: a name in which any of these is found is not written as it is.
_ODD = r'[\x00-\x1f\x7f-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069},"]|^[-=+@＝＋－＠]'


def engine_csv(report: CostReport | Plan) -> str:
    """The lines over the log as CSV, of lines that the engine holds."""
    cells = cells_of(report, _odd_names)
    return "\n".join([_row([column.header for column in cells.columns]), *cells.joined(), ""])


def csv_text(rows: Rows) -> str:
    """The rows as CSV. Lines end with a line feed; a cell of text that looks like a formula gets a `'`."""
    header, lines = rows
    return "".join(f"{_row(line)}\n" for line in (header, *lines))


def _row(values: Sequence[Value]) -> str:
    return ",".join(_quoted(_cell(value)) for value in values)


def _odd_names(cells: LineCells, place: int) -> dict[str, str]:
    """The names of lines that a spreadsheet must not see as they are, and what it sees."""
    return {name: _quoted(_harmless(name)) for name in cells.matching(place, _ODD)}


def _quoted(cell: str) -> str:
    """RFC 4180: quotes where a comma, a quote or a line break stands in the text."""
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case str():
            return _harmless(value)
    return str(value)


def _harmless(text: str) -> str:
    """The text with control characters written out, and never a formula."""
    seen = _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
    return f"'{seen}" if text.startswith(_FORMULA_STARTS) else seen
