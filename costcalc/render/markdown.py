"""Markdown: the same page for a pull request, in which a name from a log is text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
    Gap,
    Grid,
    Note,
    Tree,
    TreeNode,
)
from costcalc.render.opening import unfolded

_BAR_WIDTH = 48
_DRAWING_WIDTH = 76
_INDENT = "&nbsp;&nbsp;"
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~#$&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
# A page on a forge turns these into links and calls people; inside <code> it does not.
_LINKED = re.compile(r"@|#\d|\bGH-\d|://|www\.", re.IGNORECASE)
_ALIGN = {"name": ":--", "text": ":--", "number": "--:"}


def escaped(text: str) -> str:
    """The text as it is read, whatever Markdown or HTML it looks like."""
    safe = _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), visible(text))
    return f"<code>{safe}</code>" if _LINKED.search(text) else safe


def markdown_text(title: str, blocks: Sequence[Block]) -> str:
    """Any page as GitHub Markdown."""
    parts = [
        f"### {escaped(title)}",
        *("\n".join(_block(block)) for block in unfolded(blocks) if not isinstance(block, Gap)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Grid(columns, rows):
            yield from _grid(columns, rows)
        case Facts():
            yield from _facts(block)
        case FigureLine(cells):
            yield " · ".join(_cell(cell) for cell in cells)
        case Note(text, style):
            yield f"> **{escaped(text)}**" if style == "loud" else escaped(text)
        case Command(what, words):
            yield from (f"{escaped(what)}:", "", "```sh", " ".join(visible(word) for word in words), "```")
        case Bar(parts):
            yield f"`{bar_text(parts, _BAR_WIDTH)}` {' · '.join(escaped(part.name) for part in parts)}"
        case Drawing(lines):
            yield from ("```text", *map(visible, lines(_DRAWING_WIDTH)), "```")
        case Tree(roots):
            for root in roots:
                yield from _branch(root, 0)


def _branch(branch: Branch, level: int) -> Iterator[str]:
    """A list item of as many lines as are said, and its parts as items within it."""
    yield "  " * level + "- " + "<br>".join(_node(node) for node in branch.nodes)
    for part in branch.parts:
        yield from _branch(part, level + 1)


def _node(node: TreeNode) -> str:
    text, figure = escaped(node.text), escaped(node.amount)
    if node.style == "strong":
        text, figure = f"**{text}**", f"**{figure}**" if figure else ""
    return f"{text}: {figure}" if figure else text


def _facts(facts: Facts) -> Iterator[str]:
    label = ""
    for name, parts in facts.rows:
        label = name or label
        if facts.each_in_a_line:
            yield f"- {escaped(label)}: {' '.join(escaped(part) for part in _comma(parts))}"
        else:
            yield f"- **{escaped(label)}** {' · '.join(escaped(part) for part in parts)}"


def _comma(parts: Sequence[str]) -> Iterator[str]:
    *others, last = parts
    yield from (f"{part}," for part in others)
    yield last


def _grid(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    yield f"| {' | '.join(escaped(column.title) for column in columns)} |"
    yield f"| {' | '.join(_ALIGN[column.kind] for column in columns)} |"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(cell: Cell) -> str:
    text = escaped(cell.whole)
    return _INDENT * cell.indent + (f"**{text}**" if cell.style == "strong" and text else text)
