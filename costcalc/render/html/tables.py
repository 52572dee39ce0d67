"""Tables: rows with a caption and headers, scrolled where they are wide, sorted by a button where that helps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from costcalc.render.blocks import Cell, Column, Grid
from costcalc.render.html.markup import tag, text

# What the script of the page calls columns that data files call otherwise.
_SCRIPT = {
    "month": "name", "customer": "name", "cost_today": "today", "cost_before": "before", "cost_low": "low", "cost": "after",
    "cost_high": "high", "revenue": "paid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table; the first columns name the row."""

    identity: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Sequence[Cell]] = ()
    order: Mapping[str, str] | None = None  # the column by which the rows stand, and how; None: nobody sorts them
    marks: Sequence[str] = ()  # of rows, for the script; none: the row's number
    spare: Collection[str] | None = None  # columns left out on a phone; None: those that leave a narrow screen
    off_paper: Collection[str] = ()  # left out in print

    @classmethod
    def of(cls, identity: str, caption: str, columns: Sequence[Column], rows: Iterable[Any], foot: Iterable[Any] = (), **more: Any) -> HtmlTable:  # fmt: skip
        """Of rows whose cells the columns make."""

        def cells(row: Any) -> list[Cell]:
            return [column.cell(row) for column in columns]

        return cls(identity, caption, columns, [*map(cells, rows)], [*map(cells, foot)], **more)

    def html(self) -> str:
        head = tag("thead", tag("tr", "".join(self._heading(place) for place in range(len(self.columns)))))
        marks = self.marks or [str(number) for number in range(len(self.rows))]
        body = tag("tbody", "".join(map(self._row, self.rows, marks)))
        foot = tag("tfoot", "".join(self._row(row, "total") for row in self.foot)) if self.foot else ""
        table = tag("table", tag("caption", text(self.caption)) + head + body + foot, id=self.identity)
        return tag("div", table, "scroll", tabindex="0", role="region", aria_label=self.caption)

    def key(self, place: int) -> str:
        """What the script calls a column."""
        key = self.columns[place].key
        return _SCRIPT.get(key, key)

    def _heading(self, place: int) -> str:
        title = text(self.columns[place].title)
        if self.order is None:
            return tag("th", title, self._kind(place), scope="col")
        key = self.key(place)
        button = tag("button", title + '<span aria-hidden="true"></span>', type="button")
        return tag("th", button, self._kind(place), scope="col", data_k=key, aria_sort=self.order.get(key, "none"))

    def _row(self, row: Sequence[Cell], mark: str) -> str:
        cells = []
        for place, cell in enumerate(row):
            kind = " ".join(part for part in (self._kind(place), cell.style, "in" if cell.indent else "") if part)
            places = {"data_k": self.key(place)} | ({"data_v": cell.value} if cell.value else {})
            shown = text(f"{cell.text} {cell.unit}".strip() if cell.unit else cell.text)
            cells.append(tag("td", shown, kind, **places) if place else tag("th", shown, kind, scope="row", **places))
        return tag("tr", "".join(cells), data_i=mark)

    def _kind(self, place: int) -> str:
        column, key = self.columns[place], self.key(place)
        kinds = ["n" if column.kind == "number" else "w"]
        kinds += ["spare"] if (column.drop > 0 if self.spare is None else key in self.spare) else []
        kinds += ["screen"] if key in self.off_paper else []
        return " ".join(kinds)


def grid_html(grid: Grid, identity: str, caption: str) -> str:
    """A table of the page in the terminal, as it is."""
    columns = [replace(column, key=str(place)) for place, column in enumerate(grid.columns)]
    rows = [[Cell(cell.text, cell.style, unit=cell.unit) for cell in row] for row in grid.rows]
    return HtmlTable(identity, caption, columns, rows, spare=()).html()
