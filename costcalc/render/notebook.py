"""Notebook: a report's page as HTML tables for a cell's output. No script, no style that a dark page would break."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render.blocks import Block, Cell, Facts, Gap, Grid
from costcalc.render.html.elements import FIGURE, NAME, PageStyle, block_html, marked, table, tag, text
from costcalc.render.opening import unfolded


def html_text(blocks: Sequence[Block]) -> str:
    """Any page as HTML, each block an element of its own."""
    inner = "\n".join(block_html(block, _LOOK) for block in unfolded(blocks) if not isinstance(block, Gap))
    return f"<div>\n{inner}\n</div>"


def _facts(facts: Facts) -> str:
    joint = "<br>" if facts.each_in_a_line else " · "
    said = ((label, joint.join(text(part) for part in parts)) for label, parts in facts.rows)
    return table(tag("th", text(label), style=NAME) + tag("td", parts, style=NAME) for label, parts in said)


def _grid(grid: Grid, *_: str) -> str:
    styles = [FIGURE if column.kind == "number" else NAME for column in grid.columns]
    titles = [tag("th", text(column.title), style=style) for column, style in zip(grid.columns, styles, strict=True)]
    return table(("".join(map(_cell, row, styles)) for row in grid.rows), "".join(titles))


def _cell(cell: Cell, style: str) -> str:
    indent = f"; padding-left: {2 * cell.indent + 1}em" if cell.indent else ""
    return tag("td", marked(cell.whole, cell.style), style=f"{style}{indent}")


_LOOK = PageStyle(lambda note: tag("p", marked(note.text, note.style)), _facts, _grid)
