"""Drawing: blocks on a screen of any width, or piped. Names come from logs: they are shown, never interpreted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from costcalc.problems import visible
from costcalc.records import dataclass
from costcalc.render.bars import widths
from costcalc.render.blocks import (
    Bar,
    BarPart,
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
    Style,
    Tree,
    TreeNode,
)
from costcalc.render.names import shortened, wrapped
from costcalc.render.opening import unfolded
from costcalc.render.plain import plain, with_room
from costcalc.render.words import counted

MARGIN = "  "
WIDE = 110  # from here on the page breathes
_SEPARATOR = " · "
_NAME_WIDTHS = (16, 24)  # a name keeps so much before a column is given up for it; where it is wide, more
_NAME_MOST = 40  # more of a name is never shown
_TEXT_WIDTH = 24
_BAR_WIDTH = 48
_LEAST_GAP = 2
_LEAST_FACT = 18  # columns beside a label
_TREE_WIDTH = 104  # further apart, a figure and what it belongs to are no longer read as one

_STYLES: dict[Style, str] = {
    "": "",
    "strong": "bold",
    "quiet": "dim",
    "loud": "bold yellow",
    "worse": "red",
    "better": "green",
}


@dataclass(frozen=True)
class Page:
    """A report's page: it is laid out when the width is known."""

    blocks: Callable[[bool], Sequence[Block]]  # whether there is room to breathe
    has_notes: bool = False  # every note, or the most important one and how many more

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width, 20)
        yield Text("")
        blocks = self.blocks(width >= WIDE)
        for block in unfolded(blocks) if self.has_notes else blocks:
            laid_out = with_room(block) if options.ascii_only else block
            for line in _draw(laid_out, width - len(MARGIN)):
                text = Text(MARGIN if line else "", no_wrap=True, overflow="ignore")
                for cell in line:
                    text.append(visible(cell.text), _STYLES[cell.style])
                text.rstrip()
                yield plain(text, options.encoding) if options.ascii_only else text
        yield Text("")


def _draw(block: Block, width: int) -> Iterator[list[Cell]]:
    match block:
        case Gap():
            yield []
        case FigureLine(cells):
            yield from _line([Cell(visible(cell.text), cell.style) for cell in cells], width)
        case Note(text, style):
            mark = "! " if style == "loud" else ""
            lines = wrapped(visible(text), width - len(mark))
            yield from ([Cell((mark if i == 0 else " " * len(mark)) + line, style)] for i, line in enumerate(lines))
        case Notes(notes):
            for note in block.first:
                yield from _draw(note, width)
            if left := len(notes) - len(block.first):
                yield [Cell(f"{counted(left, 'more note')}: --notes", "quiet")]
        case Folded(short):
            for part in short:
                yield from _draw(part, width)
        case Rest():
            yield from _rest(block, width)
        case Command(what, words):
            yield from (
                [Cell(line, "quiet")] for line in _command(visible(what), [visible(word) for word in words], width)
            )
        case Facts():
            yield from _facts(block, width)
        case Bar(parts):
            yield from _bar(parts, width)
        case Grid():
            yield from _grid(block, width)
        case Drawing(lines):
            yield from ([Cell(line)] for line in lines(width))
        case Tree(roots):
            room = min(width, _TREE_WIDTH)
            for root in roots:
                yield from _branch(root, "", "", room)


def _rest(rest: Rest, width: int) -> Iterator[list[Cell]]:
    """What it holds, and how to see it; what is loud is said all the same."""
    whole = [*unfolded(rest.whole)]
    for block in whole:
        if isinstance(block, Note) and block.style == "loud":
            yield from _draw(block, width)
    if left := sum(1 for block in whole for _ in _draw(block, width)):
        yield from _draw(Note(f"{counted(left, 'more line')} ({', '.join(rest.held)}): --all", "quiet"), width)


def _command(what: str, words: Sequence[str], width: int) -> Iterator[str]:
    """In a line of its own where it is long, and in several that a shell reads as one; a word is never cut."""
    whole = f"{what}: {' '.join(words)}"
    if cell_len(whole) <= width:
        yield whole
        return
    yield f"{what}:"
    line = words[0]
    for word in words[1:]:
        if cell_len(f"{line} {word} \\") > width:
            yield f"{line} \\"
            line = f"  {word}"
        else:
            line = f"{line} {word}"
    yield line


def _line(cells: Sequence[Cell], width: int) -> Iterator[list[Cell]]:
    """Side by side, closer where it is narrow; what does not fit stands beneath the second, or where no room is, the first."""
    gap = next((gap for gap in (4, 3, 2) if sum(cell_len(c.text) + gap for c in cells) - gap <= width), 2)
    line: list[Cell] = []
    end, start = 0, cell_len(cells[0].text) + gap
    if start + max((cell_len(cell.text) for cell in cells[1:]), default=0) > width:
        start = len(MARGIN)
    for cell in cells:
        if line and end + gap + cell_len(cell.text) > width:
            yield line
            line, end = [Cell(" " * start)], start
        elif line:
            line.append(Cell(" " * gap))
            end += gap
        line.append(cell)
        end += cell_len(cell.text)
    yield line


def _facts(facts: Facts, width: int) -> Iterator[list[Cell]]:
    labels = [shortened(visible(label), 20) for label, _ in facts.rows]
    room = max((cell_len(label) for label in labels), default=0) + 3
    if width - room < _LEAST_FACT:
        yield from _stacked(facts, labels, width)
        return
    for label, (_, parts) in zip(labels, facts.rows, strict=True):
        seen = [visible(part) for part in parts]
        lines = _each(seen, width - room) if facts.each_in_a_line else _flowing(seen, width - room)
        for position, line in enumerate(lines):
            style: Style = "" if facts.each_in_a_line else "quiet"
            yield [Cell(_padded(label if position == 0 else "", room), style), Cell(line)]


def _stacked(facts: Facts, labels: Sequence[str], width: int) -> Iterator[list[Cell]]:
    """Each label in a line of its own, and beneath it what it says."""
    inset = len(MARGIN)
    for label, (_, parts) in zip(labels, facts.rows, strict=True):
        seen = [visible(part) for part in parts]
        yield [Cell(label, "" if facts.each_in_a_line else "quiet")]
        for line in _each(seen, width - inset) if facts.each_in_a_line else _flowing(seen, width - inset):
            yield [Cell(MARGIN + line)]


def _each(parts: Iterable[str], width: int) -> Iterator[str]:
    for part in parts:
        lines = wrapped(part, width)
        if len(lines) > 1:  # the lines below stand in by two
            lines = wrapped(part, width - 2)
        for position, line in enumerate(lines):
            yield line if position == 0 else f"  {line}"


def _flowing(parts: Sequence[str], width: int) -> Iterator[str]:
    """The parts in as few lines as hold them; a line breaks between parts where it can."""
    line = ""
    for part in parts:
        longer = f"{line}{_SEPARATOR}{part}" if line else part
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        *full, line = wrapped(part, width)
        yield from full
    yield line


def _bar(parts: Sequence[BarPart], width: int) -> Iterator[list[Cell]]:
    legend = _SEPARATOR.join(part.name for part in parts)
    room = min(_BAR_WIDTH if width < WIDE - len(MARGIN) else _BAR_WIDTH * 3 // 2, width)
    cells = widths([part.share for part in parts], room)
    bar = [Cell(part.mark * count, part.style) for part, count in zip(parts, cells, strict=True) if count]
    if room + 3 + cell_len(legend) <= width:
        yield [*bar, Cell("   "), Cell(legend, "quiet")]
    else:
        yield bar
        yield [Cell(legend, "quiet")]


def _branch(branch: Branch, first: str, others: str, width: int) -> Iterator[list[Cell]]:
    """A branch with its rails: `first` stands before its head, `others` before all that follows."""
    below = others + ("│  " if branch.parts else "   ")
    for position, node in enumerate(branch.nodes):
        yield from _node(node, first if position == 0 else below, below, width)
    for part in branch.parts:
        is_last = part is branch.parts[-1]
        yield from _branch(part, others + ("└─ " if is_last else "├─ "), others + ("   " if is_last else "│  "), width)


def _node(node: TreeNode, first: str, others: str, width: int) -> Iterator[list[Cell]]:
    """The text wrapped beside its figure, which stands in the last line at the right edge."""
    figure = visible(node.amount)
    room = width - max(cell_len(first), cell_len(others)) - (cell_len(figure) + _LEAST_GAP if figure else 0)
    lines = wrapped(visible(node.text), room)
    for position, line in enumerate(lines):
        rail = first if position == 0 else others
        cells = [Cell(rail, "quiet"), Cell(line, node.style)]
        if figure and position == len(lines) - 1:
            gap = width - cell_len(rail) - cell_len(line) - cell_len(figure)
            cells += [Cell(" " * gap), Cell(figure, "" if node.style == "quiet" else node.style)]
        yield cells


def _grid(grid: Grid, width: int) -> Iterator[list[Cell]]:
    rows = _aligned(grid)
    kept, sizes, gap = _layout(grid.columns, rows, width)
    room = sum(sizes) + gap * (len(kept) - 1) - width
    last = _last_group(grid.columns, kept)
    if room > 0 and len(kept) > last + 1:  # nothing is cut off: the last columns stand below, with the names again
        for part in ([*kept[:-last]], [kept[0], *kept[-last:]]):
            yield from _grid(_columns_of(grid, part), width)
            if part[-1] != kept[-1]:
                yield []
        return
    yield [Cell(_titles([grid.columns[i] for i in kept], sizes, gap), "quiet")]
    columns = [grid.columns[i] for i in kept]
    whole = _alike(rows, grid.columns, dict(zip(kept, sizes, strict=True)))
    for row in rows:
        yield from _row([row[i] for i in kept], columns, sizes, gap, whole)


def _alike(rows: Sequence[Sequence[Cell]], columns: Sequence[Column], sizes: Mapping[int, int]) -> set[str]:
    """Names that would be cut to what another one is cut to: they are written out, over several lines."""
    found: set[str] = set()
    for i, size in sizes.items():
        seen: dict[str, set[str]] = {}
        for row in rows if columns[i].kind == "name" else ():
            seen.setdefault(shortened(row[i].text, size - 2 * row[i].indent), set()).add(row[i].text)
        found |= {name for names in seen.values() if len(names) > 1 for name in names}
    return found


def _last_group(columns: Sequence[Column], kept: Sequence[int]) -> int:
    """How many of the columns go below together: the last one with those it joins."""
    count = 1
    while columns[kept[-count]].joins and count < len(kept) - 1:
        count += 1
    return count


def _columns_of(grid: Grid, kept: Sequence[int]) -> Grid:
    return Grid([grid.columns[i] for i in kept], [[row[i] for i in kept] for row in grid.rows])


def _aligned(grid: Grid) -> list[list[Cell]]:
    """The cells as text; figures without a unit leave its room empty, so that digits stand beneath digits."""
    units = [
        max((len(row[i].unit) + 1 for row in grid.rows if row[i].unit), default=0) for i in range(len(grid.columns))
    ]
    return [
        [
            Cell(
                visible(cell.text) + (f" {visible(cell.unit)}" if cell.unit else " " * room),
                cell.style,
                indent=cell.indent,
            )
            for cell, room in zip(row, units, strict=True)
        ]
        for row in grid.rows
    ]


def _layout(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int) -> tuple[list[int], list[int], int]:
    """Which columns are shown, how wide each is, and the gap between them."""
    kept = list(range(len(columns)))
    while True:
        natural = _natural_sizes(columns, rows, kept)
        least = {i: min(natural[i], _least(columns[i], width)) for i in kept}
        for gap in (4, 3, _LEAST_GAP):
            if sum(natural.values()) + gap * (len(kept) - 1) <= width:
                return kept, list(natural.values()), gap
        spare = width - sum(least.values()) - _LEAST_GAP * (len(kept) - 1)
        droppable = [i for i in kept if columns[i].drop]
        if spare >= 0 or not droppable:
            return kept, _filled(columns, kept, natural, least, spare), _LEAST_GAP
        kept.remove(max(droppable, key=lambda i: columns[i].drop))


def _filled(
    columns: Sequence[Column], kept: Sequence[int], natural: dict[int, int], least: dict[int, int], spare: int
) -> list[int]:
    """Names take what is to spare first, then texts."""
    sizes = dict(least)
    for kind in ("name", "text"):
        for i in kept:
            if columns[i].kind == kind and spare > 0:
                more = min(spare, natural[i] - sizes[i])
                sizes[i], spare = sizes[i] + more, spare - more
    return [sizes[i] for i in kept]


def _least(column: Column, width: int) -> int:
    return {"name": _NAME_WIDTHS[width >= WIDE - len(MARGIN)], "text": min(_TEXT_WIDTH, width // 2)}.get(
        column.kind, 10**6
    )


def _natural_sizes(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], kept: Sequence[int]) -> dict[int, int]:
    """What each column needs to show everything. A title that spills uses the room of an untitled neighbour."""
    sizes: dict[int, int] = {}
    before = 0
    for i in kept:
        title = cell_len(columns[i].title)
        if columns[i].spills and before:
            title -= before + _LEAST_GAP
        widest = max((2 * row[i].indent + cell_len(row[i].text) for row in rows), default=0)
        sizes[i] = max(min(widest, _NAME_MOST) if columns[i].kind == "name" else widest, title)
        before = 0 if columns[i].title else sizes[i]
    return sizes


def _titles(columns: Sequence[Column], sizes: Sequence[int], gap: int) -> str:
    line, end = "", 0
    for column, size in zip(columns, sizes, strict=True):
        end += size
        if column.kind == "number" and column.title:
            start = end - cell_len(column.title)
            line = shortened(line, start - 1) if cell_len(line) >= start > 1 else line  # a title never touches the next
            line = _padded(line, start) + column.title
        elif column.title:
            line = _padded(line, end - size) + column.title
        end += gap
    return line


def _row(
    cells: Sequence[Cell], columns: Sequence[Column], sizes: Sequence[int], gap: int, whole: Collection[str]
) -> Iterator[list[Cell]]:
    line: list[Cell] = []
    further: list[list[Cell]] = []
    for position, (cell, column, size) in enumerate(zip(cells, columns, sizes, strict=True)):
        if position:
            line.append(Cell(" " * gap))
        if column.kind == "name":
            indent = "  " * cell.indent
            room = size - len(indent)
            first, *others = wrapped(cell.text, room) if cell.text in whole else [shortened(cell.text, room)]
            before = sum(sizes[:position]) + gap * position
            further += [[Cell(" " * before + indent), Cell(other, cell.style)] for other in others]
            line.append(Cell(_padded(indent + first, size), cell.style))
        elif column.kind == "text":
            first, *others = wrapped(cell.text, size)
            before = sum(sizes[:position]) + gap * position
            further += [[Cell(" " * before), Cell(other, cell.style)] for other in others]
            line.append(Cell(_padded(first, size), cell.style))
        else:
            line.append(Cell(" " * (size - cell_len(cell.text)) + cell.text, cell.style))
    yield line
    yield from further


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
