"""Plain: the page where the output cannot hold its signs: the same words with signs that every encoding knows."""

from __future__ import annotations

from rich.text import Text

_SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "…": "~",
        "→": ">",
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
    written = text.plain.translate(_SIGNS)
    return Text(written.encode(encoding, "backslashreplace").decode(encoding), no_wrap=True, overflow="ignore")
