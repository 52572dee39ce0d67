"""The formats that are known, on the page and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, grid
from costcalc.render.fields import Json
from costcalc.usage.formats.model import FormatSpec

FORMATS = f.fields(
    schema=f.constant("costcalc.formats/1"), formats=f.each(f.fields(name=f.text, title=f.text), lambda found, _: found)
)


def formats_blocks(found: Sequence[FormatSpec]) -> Sequence[Block]:
    """A row a format."""
    return [grid([
        Column("Format", "name", of=lambda each: Cell(each.name)), Column("What it is", "text", of=lambda each: Cell(each.title)),
    ], found)]  # fmt: skip


def formats_json(found: Sequence[FormatSpec]) -> Json:
    return f.object_of(FORMATS, found, None)
