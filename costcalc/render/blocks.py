"""Blocks: what a report's page is made of, before it is drawn on a screen or written as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal

from costcalc.records import dataclass

# What a text is, not how it looks: drawing decides on colours, and none of them is the only sign of anything.
Style = Literal["", "strong", "quiet", "loud", "worse", "better"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure or a name. The unit stands in a place of its own, so that figures stay aligned without it."""

    text: str = ""
    style: Style = ""
    value: str = ""  # what it is sorted by, where that is not its text
    unit: str = ""
    indent: int = 0

    @property
    def whole(self) -> str:
        """The text with its unit."""
        return f"{self.text} {self.unit}" if self.unit else self.text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a grid: a name (left, may be shortened), a number (right) or a text (left, wrapped)."""

    title: str
    kind: Literal["name", "number", "text"] = "number"
    drop: int = 0  # on a narrow screen the highest go first; 0 stays
    spills: bool = False  # the title may reach over the untitled column at its left
    joins: bool = False  # it says more of the column at its left: where there is no room both go below
    of: Callable[[Any], Cell] | None = None  # of a row; None: the row has its cells by keys
    has_unit: bool = False  # the unit stands in its first cell and in that of the total
    key: str = ""  # what rows of cells and the script of an HTML page call it

    def cell(self, row: Any) -> Cell:
        """Of a row, or of a heading among rows: that has its cells by keys."""
        return row.get(self.key, Cell()) if isinstance(row, dict) else self.of(row) if self.of else Cell()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the first column holds names."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def grid(columns: Iterable[Column | Literal[False]], rows: Iterable[Any], unit: str = "", total: Any = None) -> Grid:
    """A row for each of the rows, each column's cell of it, and the strong total. A column that is False is not there."""
    there = [column for column in columns if column]

    def cells(row: Any, unit: str) -> list[Cell]:
        return [_with_unit(column.cell(row), unit if column.has_unit else "") for column in there]

    found = [cells(row, "" if position else unit) for position, row in enumerate(rows)]
    return Grid(there, found if total is None else [*found, strong(cells(total, unit))])


def strong(cells: Iterable[Cell]) -> list[Cell]:
    return [Cell(cell.text, cell.style or "strong", cell.value, cell.unit, cell.indent) for cell in cells]


def _with_unit(cell: Cell, unit: str) -> Cell:
    """What is no figure (nothing, unpriced) has no unit."""
    return (
        Cell(cell.text, cell.style, cell.value, unit, cell.indent)
        if unit and cell.style not in ("quiet", "loud")
        else cell
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what they say. Parts stand in one line where they fit, or each in its own."""

    rows: Sequence[tuple[str, Sequence[str]]]
    each_in_a_line: bool = False


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A few figures side by side."""

    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence. A loud one is what nobody may overlook."""

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a reader should know besides. On a screen those that are loud, or the first, and how many more there are."""

    notes: Sequence[Note]

    @property
    def first(self) -> Sequence[Note]:
        return [note for note in self.notes if note.style == "loud"] or self.notes[:1]


@dataclass(frozen=True, slots=True)
class Command:
    """What to type next, as it can be pasted: words of a shell that stay whole, and what it answers."""

    what: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar: the character it is drawn with tells it from the others."""

    mark: str
    name: str
    share: Fraction
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole in its parts, drawn to scale."""

    parts: Sequence[BarPart]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart of characters, drawn to the width that there is."""

    lines: Callable[[int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A line of a branch: what is said, and at the right the figure that it comes to."""

    text: str
    figure: str = ""
    unit: str = ""
    style: Style = ""

    @property
    def amount(self) -> str:
        """The figure with its unit."""
        return f"{self.figure} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Branch:
    """What is said of a part, its head first, and the parts that it is made of."""

    nodes: Sequence[TreeNode]
    parts: Sequence[Branch] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Parts of parts, with the figures beneath each other at the right."""

    roots: Sequence[Branch]


@dataclass(frozen=True, slots=True)
class Folded:
    """What a screen says in short, with how to see the rest; `--all` and files have it whole."""

    short: Sequence[Block]
    whole: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Rest:
    """Details of a page, by what each part holds: a screen says how many lines they are, `--all` and files have them."""

    parts: Sequence[tuple[str, Sequence[Block]]]  # parts without blocks are none

    @property
    def whole(self) -> Sequence[Block]:
        return [block for _, blocks in self.parts for block in blocks]

    @property
    def held(self) -> Sequence[str]:
        return [name for name, blocks in self.parts if blocks]


Block = Grid | Facts | FigureLine | Note | Notes | Command | Bar | Drawing | Tree | Folded | Rest | Gap


def apart(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks after an empty line; nothing where there are none."""
    found = list(blocks)
    if found:
        yield Gap()
    yield from found


def noted(notes: Iterable[Note]) -> Iterator[Block]:
    """The notes in one; nothing where there are none."""
    found = list(notes)
    if found:
        yield Notes(found)
