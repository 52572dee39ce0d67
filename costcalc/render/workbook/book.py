"""Book: a workbook being written: its sheets, its formats, and text that is never a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

from costcalc.money import minor_digits
from costcalc.problems import fail

Number = Decimal | Fraction | int
SHEETS = ("Summary", "Months", "Providers", "Customers", "Lines", "Assumptions", "Unpriced", "Sources")
_MOST_TEXT = 32_767  # characters that a cell holds
# What XML cannot hold, and what turns the direction of the text around it.
_WIDEST = 48  # characters of a column
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


_KINDS: dict[str, dict[str, Any]] = {
    "total": {"bold": True, "top": 1},
    "input": {"font_color": "#1D4ED8", "bg_color": "#EFF6FF", "border": 1, "border_color": "#93C5FD"},
}


class Workbook:
    """Sheets by name. Money is shown in the report's currency; what a cell stores is the nearest double."""

    def __init__(self, currency: str) -> None:
        """CostcalcError: XlsxWriter is not installed."""
        try:
            import xlsxwriter
        except ImportError:
            raise fail(
                "missing-extra", "a workbook is written by XlsxWriter, which is not installed",
                remedy="pip install 'costcalc[xlsx]'",
            ) from None  # fmt: skip
        self.currency, self.digits = currency, minor_digits(currency)
        self._target = BytesIO()
        self.file = xlsxwriter.Workbook(
            self._target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.file.set_properties({"title": "costcalc", "comments": "Blue cells may be changed: every figure follows."})
        self.file.set_calc_mode("auto")
        coins = "0" * self.digits
        money = f"#,##0.{coins}" if coins else "#,##0"
        self._looks: dict[str, dict[str, Any]] = {
            "text": {}, "quiet": {"font_color": "#6B7280"},
            "title": {"bold": True, "font_size": 15}, "strong": {"bold": True},
            "header": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "bg_color": "#F3F4F6"},
            "header right": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right", "bg_color": "#F3F4F6"},
            "money": {"num_format": f"{money};[Red]-{money}"}, "currency": {"num_format": f'{money} "{self._code}";[Red]-{money} "{self._code}"'},
            "percent": {"num_format": "0.0%;[Red]-0.0%"}, "points": {"num_format": '+0.0" points";[Red]-0.0" points"'},
            "count": {"num_format": "#,##0"}, "exact": {"num_format": "#,##0.00########", "font_color": "#6B7280"},
            "rate": {"num_format": "0.00######"}, "factor": {"num_format": "0.00######", "font_color": "#6B7280"},
        }  # fmt: skip
        self._formats: dict[tuple[str, str], Any] = {}
        self.sheets = {name: WorkbookSheet(self, self.file.add_worksheet(name)) for name in SHEETS}

    @property
    def _code(self) -> str:
        """Three letters: whatever else stood in a number format would be one."""
        return "".join(letter for letter in self.currency if letter.isalpha())

    def look(self, name: str, kind: str = "") -> Any:
        """A format: "total" has a line above, "input" is a cell to be changed."""
        found = self._formats.get((name, kind))
        if found is None:
            more = _KINDS.get(kind, {})
            found = self._formats[name, kind] = self.file.add_format({**self._looks[name], **more})
        return found

    def name(self, name: str, place: str) -> None:
        """A cell by a name, to be used in formulas: place is `Assumptions!$B$4`."""
        self.file.define_name(name, f"={place}")

    def content(self) -> bytes:
        """The file."""
        self.file.close()
        return self._target.getvalue()


class WorkbookSheet:
    """One sheet. Rows and columns count from 0."""

    def __init__(self, book: Workbook, sheet: Any) -> None:
        self.book, self.sheet = book, sheet
        sheet.hide_gridlines(2)

    def text(self, row: int, column: int, text: str | None, look: str = "text", kind: str = "") -> None:
        """Text as text: whatever it begins with, it is never a formula, and never a link."""
        seen = _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text or "")
        self.sheet.write_string(row, column, seen[:_MOST_TEXT], self.book.look(look, kind))

    def number(self, row: int, column: int, number: Number | None, look: str = "money", kind: str = "") -> None:
        if number is None:
            self.sheet.write_blank(row, column, None, self.book.look(look, kind))
        else:
            self.sheet.write_number(row, column, float(number), self.book.look(look, kind))

    def formula(
        self, row: int, column: int, formula: str, value: Number | None, look: str = "money", kind: str = ""
    ) -> None:
        """A formula with the figure that it gives now, for whoever opens the file without computing."""
        shown = "" if value is None else float(value)
        self.sheet.write_formula(row, column, f"={formula}", self.book.look(look, kind), shown)

    def header(self, row: int, names: Sequence[str], left: int = 1) -> None:
        """Names of columns; those after the first `left` stand over figures."""
        for column, name in enumerate(names):
            self.text(row, column, name, "header" if column < left else "header right")

    def finish(self, widths: Sequence[int], frozen: int | None = None, names: int = 0) -> None:
        """Widths in characters; rows above `frozen` and columns of names stay; printed a page wide, its head on each."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        if frozen is not None:
            self.sheet.freeze_panes(frozen, names)
            self.sheet.repeat_rows(max(frozen - 1, 0))
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&F · &A&R&P / &N")


def cell(row: int, column: int) -> str:
    """$C$5."""
    return f"${letters(column)}${row + 1}"


def span(first: tuple[int, int], last: tuple[int, int]) -> str:
    """$C$5:$F$9."""
    return f"{cell(*first)}:{cell(*last)}"


def letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def widths_of(rows: Sequence[Sequence[str | None]], least: int) -> Iterator[int]:
    """As wide as the longest text of each column, within bounds."""
    for column in zip(*rows, strict=True):
        yield min(_WIDEST, max(least, *(len(text or "") + 2 for text in column)))
