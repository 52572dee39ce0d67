"""Long lines: what is longer than any usage is said where it stands, and the lines beside it are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from costcalc.usage.limits import LONGEST_LINE

TOO_LONG = "[longer than a line may be"  # in the place of such a line, in a copy
_STRETCH = LONGEST_LINE // 2  # a line that is too long fills one of these
_GLANCE = 1 << 16  # bytes: nearly every line is shorter
_LOOKED_AT = 256 * 1024


def first_lines(path: str) -> str:
    """The first line whole, where the first bytes of a file hold no end of it, and some more; "" if no line follows."""
    with Path(path).open("rb") as stream:
        line = next(_lines(stream), b"") or f"{TOO_LONG}\n".encode()
        more = stream.read(_LOOKED_AT)
    return (line + more).decode("utf-8", "replace") if more.strip() else ""


def without_long_lines(path: str, new_file: Callable[[str], Path]) -> str:
    """The path, or that of a copy in which a word stands for each line that is too long."""
    if not _has_one(path):
        return path
    target = new_file(".jsonl")
    with Path(path).open("rb") as stream, target.open("wb") as out:
        for line in _lines(stream):
            out.write(line or f"{TOO_LONG}\n".encode())
    return str(target)


def _has_one(path: str) -> bool:
    """Whether some line fills a stretch of the file. Most of it is not looked at."""
    stretches = range(0, Path(path).stat().st_size - _STRETCH + 1, _STRETCH)
    if len(stretches) < LONGEST_LINE // _STRETCH:
        return False
    with Path(path).open("rb") as stream:
        return any(_is_one_line(stream, start) for start in stretches)


def _is_one_line(stream: BinaryIO, start: int) -> bool:
    stream.seek(start)
    left = _STRETCH
    while left > 0 and (part := stream.read(min(left, _GLANCE))):
        if b"\n" in part:
            return False
        left -= len(part)
    return True


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Every line; empty bytes for one that is too long, of which nothing is kept."""
    while line := stream.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_STRETCH)
        yield b""
