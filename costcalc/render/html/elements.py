"""Elements: what comes from a report as HTML: texts, sentences, facts, and tables that scroll and may be sorted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from costcalc.problems import visible
from costcalc.render.blocks import Block, Cell, Column, Drawing, Facts, Grid, Note

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
            shown = text(cell.whole)
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


_HIDES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def text(written: str) -> str:
    """The text as it is read, whatever HTML or control characters it looks like; for contents and attributes."""
    return escape(visible(written), quote=True)


def tag(name: str, content: str = "", kind: str = "", **attributes: str) -> str:
    """`<td class="n" data-k="after">…</td>`; the content is markup already, attributes are texts."""
    listed = {"class": kind, **attributes} if kind else attributes
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in listed.items())
    return f"<{name}{written}>{content}</{name}>"


def data(identity: str, value: Any) -> str:
    """A value for the page's script; nothing in it ends the element."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for sign, code in _HIDES.items():
        written = written.replace(sign, code)
    return f'<script type="application/json" id="{identity}">{written}</script>'


_DRAWING_WIDTH = 76
LOUD = '<span class="mark" aria-hidden="true">!</span> '


def blocks_html(blocks: Iterable[Block], name: str, caption: str) -> str:
    """Sentences, facts and tables; `caption` is what the tables are called."""
    return "".join(_block(block, f"{name}-{number}", caption) for number, block in enumerate(blocks))


def note_html(note: Note) -> str:
    if note.style == "loud":
        return tag("p", LOUD + text(note.text), "loud")
    return tag("p", text(note.text), note.style)


def facts_html(facts: Facts) -> str:
    """Labels with what they say, a list each."""
    found, label = [], ""
    for name, parts in facts.rows:
        label = name or label
        items = "".join(tag("dd", text(part)) for part in parts)
        found.append(tag("div", tag("dt", text(label)) + items))
    return tag("dl", "".join(found), "facts")


def _block(block: Block, identity: str, caption: str) -> str:
    match block:
        case Note():
            return note_html(block)
        case Facts():
            return facts_html(block)
        case Grid():
            return grid_html(block, identity, caption)
        case Drawing(lines):
            return tag("pre", text("\n".join(lines(_DRAWING_WIDTH))))
    return ""
