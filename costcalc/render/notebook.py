"""Notebook: a report's page as HTML tables for a cell's output. No script, no style that a dark page would break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from costcalc.problems import visible
from costcalc.render.bars import bar_text
from costcalc.render.blocks import Bar, Block, Branch, Cell, Command, Drawing, Facts, Gap, Grid, Line, Note, Tree, Twig

_BAR_WIDTH = 48
_DRAWING_WIDTH = 96
_NAME = "text-align: left"
_FIGURE = "text-align: right; white-space: nowrap"
_SEPARATOR = " · "


def html_text(blocks: Sequence[Block]) -> str:
    """Any page as HTML, each block an element of its own."""
    inner = "\n".join(line for block in blocks for line in _block(block))
    return f"<div>\n{inner}\n</div>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Gap():
            return
        case Note(text, style):
            yield f"<p>{_marked(text, style)}</p>"
        case Command(what, words):
            yield f"<p>{_text(what)}:</p><pre>{_text(' '.join(words))}</pre>"
        case Line(cells):
            yield f"<p>{_SEPARATOR.join(_cell_text(cell) for cell in cells)}</p>"
        case Facts(rows, each_in_a_line):
            joint = "<br>" if each_in_a_line else _SEPARATOR
            yield _table("", [_fact(label, joint.join(_text(part) for part in parts)) for label, parts in rows])
        case Grid(columns, rows):
            styles = [_FIGURE if column.kind == "number" else _NAME for column in columns]
            titles = [
                f'<th style="{style}">{_text(column.title)}</th>' for column, style in zip(columns, styles, strict=True)
            ]
            yield _table("".join(titles), ["".join(map(_cell, row, styles)) for row in rows])
        case Bar(parts):
            yield f"<p><code>{_text(bar_text(parts, _BAR_WIDTH))}</code> {_SEPARATOR.join(_text(part.name) for part in parts)}</p>"
        case Drawing(lines):
            drawn = "\n".join(_text(line) for line in lines(_DRAWING_WIDTH))
            yield f"<pre>{drawn}</pre>"
        case Tree(roots):
            yield _table("", [row for root in roots for row in _branch(root, 0)])


def _table(titles: str, rows: Sequence[str]) -> str:
    head = f"<thead><tr>{titles}</tr></thead>\n" if titles else ""
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>\n{head}<tbody>\n{body}\n</tbody>\n</table>"


def _fact(label: str, text: str) -> str:
    return f'<th style="{_NAME}">{_text(label)}</th><td style="{_NAME}">{text}</td>'


def _cell(cell: Cell, style: str) -> str:
    indent = f"; padding-left: {2 * cell.indent + 1}em" if cell.indent else ""
    return f'<td style="{style}{indent}">{_cell_text(cell)}</td>'


def _cell_text(cell: Cell) -> str:
    return _marked(cell.whole, cell.style)


def _branch(branch: Branch, level: int) -> Iterator[str]:
    """A row for all that is said of a branch, the figure at the right; parts stand in."""
    for position, twig in enumerate(branch.twigs):
        yield _twig(twig, 2 * level + (1 if position else 0))
    for part in branch.parts:
        yield from _branch(part, level + 1)


def _twig(twig: Twig, indent: int) -> str:
    figure = _marked(twig.amount, twig.style)
    left = f"{_NAME}; padding-left: {indent + 1}em"
    return f'<td style="{left}">{_marked(twig.text, twig.style)}</td><td style="{_FIGURE}">{figure}</td>'


def _marked(text: str, style: str) -> str:
    """What must not be overlooked stands out by weight, not by colour."""
    shown = _text(text)
    return f"<strong>{shown}</strong>" if style in ("strong", "loud") and shown else shown


def _text(text: str) -> str:
    return escape(visible(text))
