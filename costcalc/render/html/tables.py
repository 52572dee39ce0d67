"""Tables: rows with a caption and headers, scrolled where they are wide, sorted by a button where that helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from costcalc.render.blocks import Cell, Column, Grid
from costcalc.render.html.markup import tag, text

Order = Literal["", "ascending", "descending"]
Figure = Cell


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: what it is called here and to the script; a spare one is left out on a phone."""

    key: str
    title: str
    is_text: bool = False
    is_spare: bool = False
    is_off_paper: bool = False  # left out in print
    order: Order = ""  # in which the rows stand


def headings_of(columns: Sequence[Column]) -> list[Heading]:
    """Those of a table of the page: what leaves a narrow screen there is spare here."""
    return [Heading(each.key, each.title, each.kind != "number", each.drop > 0) for each in columns]


def rows_of(columns: Sequence[Column], rows: Iterable[Any]) -> list[Mapping[str, Cell]]:
    return [{column.key: column.cell(row) for column in columns} for row in rows]


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table; the first columns name the row."""

    identity: str
    caption: str
    headings: Sequence[Heading]
    rows: Sequence[Mapping[str, Figure]]
    foot: Sequence[Mapping[str, Figure]] = ()
    is_sortable: bool = False
    marks: Sequence[str] = field(default=())  # of rows, for the script; "": the row's number

    def html(self) -> str:
        head = tag("thead", tag("tr", "".join(self._heading(each) for each in self.headings)))
        body = tag("tbody", "".join(self._row(row, self._mark(number)) for number, row in enumerate(self.rows)))
        foot = tag("tfoot", "".join(self._row(row, "total") for row in self.foot)) if self.foot else ""
        table = tag("table", tag("caption", text(self.caption)) + head + body + foot, id=self.identity)
        return tag("div", table, "scroll", tabindex="0", role="region", aria_label=self.caption)

    def _mark(self, number: int) -> str:
        return self.marks[number] if self.marks else str(number)

    def _heading(self, heading: Heading) -> str:
        kind = _kind(heading)
        if not self.is_sortable:
            return tag("th", text(heading.title), kind, scope="col")
        button = tag("button", text(heading.title) + '<span aria-hidden="true"></span>', type="button")
        return tag("th", button, kind, scope="col", data_k=heading.key, aria_sort=heading.order or "none")

    def _row(self, row: Mapping[str, Figure], mark: str) -> str:
        cells = []
        for position, heading in enumerate(self.headings):
            figure = row.get(heading.key, Figure(""))
            kind = " ".join(part for part in (_kind(heading), figure.style, "in" if figure.indent else "") if part)
            places = {"data_k": heading.key} | ({"data_v": figure.value} if figure.value else {})
            if position == 0:
                cells.append(tag("th", text(figure.text), kind, scope="row", **places))
            else:
                cells.append(tag("td", text(figure.text), kind, **places))
        return tag("tr", "".join(cells), data_i=mark)


def grid_html(grid: Grid, identity: str, caption: str) -> str:
    """A table of the page in the terminal, as it is."""
    headings = [Heading(str(place), each.title, each.kind != "number") for place, each in enumerate(grid.columns)]
    rows = [{str(place): Cell(f"{cell.text} {cell.unit}".strip() if cell.unit else cell.text, cell.style) for place, cell in enumerate(row)} for row in grid.rows]  # fmt: skip
    return HtmlTable(identity, caption, headings, rows).html()


def _kind(heading: Heading) -> str:
    kinds = ["w" if heading.is_text else "n"]
    kinds += ["spare"] if heading.is_spare else []
    kinds += ["screen"] if heading.is_off_paper else []
    return " ".join(kinds)
