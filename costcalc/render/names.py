"""Names: cut in the middle to what a column holds, wrapped by the cells they take (two for a Chinese character)."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

_CUT = "…"
_JOINTS = "/-"  # behind which a long word may end a line


def shortened(text: str, width: int) -> str:
    """The text in at most `width` cells: what is too long loses its middle, because both ends tell names apart."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return _CUT[:width]
    tail = _last(text, (width - 1) // 2)
    return _first(text, width - 1 - cell_len(tail)) + _CUT + tail


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken between words where there are any."""
    lines, line = [], ""
    for word in _pieces(text, max(width, 8)):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def _pieces(text: str, width: int) -> Iterator[str]:
    for word in text.split(" "):
        rest = word
        while cell_len(rest) > width:
            piece = _first(rest, width)
            joint = max(piece.rfind(sign) for sign in _JOINTS) + 1
            if joint > width // 3:  # else so much room would be lost that it is cut where it ends
                piece = piece[:joint]
            yield piece
            rest = rest[len(piece) :]
        yield rest


def _first(text: str, width: int) -> str:
    taken, room = 0, width
    for char in text:
        room -= cell_len(char)
        if room < 0:
            break
        taken += 1
    return text[:taken]


def _last(text: str, width: int) -> str:
    return _first(text[::-1], width)[::-1]
