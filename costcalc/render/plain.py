"""Plain: the page where the output cannot hold its signs: the same words with signs that every encoding knows."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from rich.text import Text

from costcalc.render.words import ARROW

_SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "…": "~",
        ARROW: ">",  # of one that was cut off
        "↑": "^",
        "↓": "v",
        "·": "|",
        "█": "#",
        "▒": "x",
        "░": ".",
        "×": "x",
    }
    | {
        "─": "-",
        "│": "|",
        "┤": "|",
        "╭": "+",
        "╮": "+",
        "╰": "+",
        "╯": "+",
        "╌": ".",
        "╎": ":",
        "└": "+",
        "┴": "+",
        "├": "+",
        "÷": "/",
    }
    | dict(zip("▁▂▃▄▅▆▇", "1234567", strict=True))
)


def plain(text: Text, encoding: str) -> Text:
    """The line with every sign of the page replaced; a name that the encoding lacks is written with escapes."""
    written = text.plain.replace(ARROW * 2, "->").translate(_SIGNS)
    return Text(written.encode(encoding, "backslashreplace").decode(encoding), no_wrap=True, overflow="ignore")


def with_room(part: Any) -> Any:
    """A block, or a part of one, with every arrow twice: it is laid out with the room of the two signs that are written."""
    if isinstance(part, str):
        return part.replace(ARROW, ARROW * 2)
    if isinstance(part, list | tuple):
        return type(part)(map(with_room, part))
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{each.name: with_room(getattr(part, each.name)) for each in fields(part)})
    return part
