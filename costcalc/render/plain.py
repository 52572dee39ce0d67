"""Plain: the page where the output cannot hold its signs: the same words with signs that every encoding knows."""

from __future__ import annotations

import re

from rich.text import Text

_GAP = re.compile(r"(?<=\S) {3,}")  # between two columns, with a blank to spare
_GAP_BEHIND = re.compile(r" {3,}(?=\S)")

_SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "…": "~",
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
    written = _with_arrows(text.plain).translate(_SIGNS)
    return Text(written.encode(encoding, "backslashreplace").decode(encoding), no_wrap=True, overflow="ignore")


def _with_arrows(line: str) -> str:
    """An arrow is two signs: a blank of the gap before it makes room, else one of the gap behind it."""
    head, *parts = line.split("→")
    for part in parts:
        gap = max((found.end() for found in _GAP.finditer(head)), default=0)
        if gap:
            head = f"{head[: gap - 1]}{head[gap:]}->{part}"
        else:
            head = f"{head}->{_GAP_BEHIND.sub(lambda found: found[0][1:], part, count=1)}"
    return head
