"""What holds of a page on every screen: no line is wider than it, and nothing that the page says is lost."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from costcalc.problems import visible
from costcalc.render.blocks import Bar, Block, Branch, Cell, Column, Command, Facts, FigureLine, Grid, Note, Tree
from costcalc.render.draw import WIDE, Page
from costcalc.render.names import shortened
from costcalc.render.opening import unfolded
from tests.render.made import drawn

WIDTHS = (60, 80, 100, WIDE - 1, WIDE, 120, 200)
_NAMES = range(12, 41)  # a name may be shortened to so many cells
_LONGEST = 18  # a longer word may be broken


def fits_every_screen(page: Page) -> None:
    """Width by width: goldens hold the page at 80 columns, and this says the same of all others."""
    for width in WIDTHS:
        text = drawn(page, width, notes=True)
        wide = [line for line in text.splitlines() if cell_len(line) > width]
        assert not wide, (width, wide)
        words = set(text.split())
        for block in unfolded(page.blocks(width >= WIDE)):
            lost = [said for said in _said(block) if not _stands(said, text, words)]
            assert not lost, (width, lost, text)
            if isinstance(block, Grid):
                lost = [cell.text for column, cell in _cells(block) if not _cell_stands(column, cell, text, words)]
                assert not lost, (width, lost, text)


def _said(block: Block) -> Iterator[str]:
    """The texts of a block that are always shown. A drawing is made for the width, and a table has columns that go."""
    match block:
        case Note(text):
            yield text
        case FigureLine(cells):
            yield from (cell.text for cell in cells)
        case Facts(rows):
            yield from (part for _, parts in rows for part in parts)
        case Command(_, words):
            yield from words
        case Bar(parts):
            yield from (part.name for part in parts)
        case Tree(roots):
            yield from (text for root in roots for text in _of_branch(root))


def _of_branch(branch: Branch) -> Iterator[str]:
    for node in branch.nodes:
        yield from (node.text, node.figure, node.unit)
    for part in branch.parts:
        yield from _of_branch(part)


def _cells(grid: Grid) -> Iterator[tuple[Column, Cell]]:
    """The cells of the columns that no screen gives up."""
    for row in grid.rows:
        yield from ((column, cell) for column, cell in zip(grid.columns, row, strict=True) if not column.drop)


def _cell_stands(column: Column, cell: Cell, text: str, words: set[str]) -> bool:
    if column.kind == "name":
        return any(shortened(visible(cell.text), room) in text for room in _NAMES)
    return _stands(f"{cell.text} {cell.unit}", text, words)


def _stands(said: str, text: str, words: set[str]) -> bool:
    return all(word in words if cell_len(word) <= _LONGEST else word[:8] in text for word in visible(said).split())
