"""Elements: blocks as HTML, for a page of its own as for a notebook's cell: sentences, facts, trees, tables that scroll and may be sorted."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from costcalc.problems import visible
from costcalc.render.bars import bar_text
from costcalc.render.blocks import (
    Bar,
    Block,
    Branch,
    Cell,
    Column,
    Command,
    Drawing,
    Facts,
    FigureLine,
    Folded,
    Gap,
    Grid,
    Note,
    Notes,
    Rest,
    Tree,
)

# What the script of the page calls columns that data files call otherwise.
_SCRIPT = {
    "month": "name", "customer": "name", "cost_today": "today", "cost_before": "before", "cost_low": "low", "cost": "after",
    "cost_high": "high", "revenue": "paid", "share_then": "share",
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


_BAR_WIDTH, _DRAWING_WIDTH = 48, 96
_SEPARATOR = " · "
NAME, FIGURE = "text-align: left", "text-align: right; white-space: nowrap"
LOUD = '<span class="mark" aria-hidden="true">!</span> '


@dataclass(frozen=True, slots=True)
class PageStyle:
    """What differs between a page, whose rules of style know classes, and a notebook, which has none."""

    note: Callable[[Note], str]
    facts: Callable[[Facts], str]
    grid: Callable[[Grid, str, str], str]  # with its identity and caption


def blocks_html(blocks: Iterable[Block], name: str, caption: str) -> str:
    """The blocks as a part of a page; `caption` is what the tables are called."""
    return "".join(block_html(block, PAGE, f"{name}-{number}", caption) for number, block in enumerate(blocks))


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


PAGE = PageStyle(note_html, facts_html, grid_html)


def block_html(block: Block, look: PageStyle, identity: str = "", caption: str = "") -> str:
    """An element, or several, for any block."""
    match block:
        case Note():
            return look.note(block)
        case Notes(notes):
            return "".join(map(look.note, notes))
        case Folded() | Rest():
            return "".join(block_html(each, look) for each in block.whole)
        case Facts():
            return look.facts(block)
        case Grid():
            return look.grid(block, identity, caption)
        case Command(what, words):
            return tag("p", f"{text(what)}:") + tag("pre", text(" ".join(words)))
        case FigureLine(cells):
            return tag("p", _SEPARATOR.join(marked(cell.whole, cell.style) for cell in cells))
        case Bar(parts):
            legend = _SEPARATOR.join(text(part.name) for part in parts)
            return tag("p", f"{tag('code', text(bar_text(parts, _BAR_WIDTH)))} {legend}")
        case Drawing(lines):
            return tag("pre", "\n".join(map(text, lines(_DRAWING_WIDTH))))
        case Tree(roots):
            return table([row for root in roots for row in _branch(root, 0)])
        case Gap():
            return ""


def table(rows: Iterable[str], titles: str = "") -> str:
    """A table without a caption: what is said of each row is in it."""
    head = f"<thead><tr>{titles}</tr></thead>\n" if titles else ""
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>\n{head}<tbody>\n{body}\n</tbody>\n</table>"


def marked(written: str, style: str) -> str:
    """What must not be overlooked stands out by weight, not by colour."""
    shown = text(written)
    return f"<strong>{shown}</strong>" if style in ("strong", "loud") and shown else shown


def _branch(branch: Branch, level: int) -> Iterator[str]:
    """A row for all that is said of a branch, the figure at the right; parts stand in."""
    for position, node in enumerate(branch.nodes):
        left = f"{NAME}; padding-left: {2 * level + (2 if position else 1)}em"
        yield tag("td", marked(node.text, node.style), style=left) + tag(
            "td", marked(node.amount, node.style), style=FIGURE
        )
    for part in branch.parts:
        yield from _branch(part, level + 1)
