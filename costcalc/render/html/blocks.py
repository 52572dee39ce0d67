"""Blocks: what a report's page says in the terminal, as HTML."""

from __future__ import annotations

from collections.abc import Iterable

from costcalc.render.blocks import Block, Drawing, Facts, Grid, Note
from costcalc.render.html.markup import tag, text
from costcalc.render.html.tables import grid_html

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
