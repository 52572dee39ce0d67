"""Server-sent events: a stream as it came over the wire, `event:` and `data:` lines. The data of each is a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

_FIRST = re.compile(r"\s*(?:(?:event|id|retry|):[^\n]*\n\s*)*data:\s*[{\[]")
_DATA = "data:"
_END = "[DONE]"


def is_stream(text: str) -> bool:
    """Whether a file that begins like this is such a stream, with JSON as its data."""
    return _FIRST.match(text) is not None


def data_of(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The data of each event, as one line, and the line at which it begins. An event ends at a line without data."""
    start, held = 0, ""
    for number, line in enumerate(chain(lines, ("",)), 1):
        if line.startswith(_DATA):
            start = start if held else number
            held += line.removeprefix(_DATA).rstrip("\r\n")
        elif held:
            if held.strip() not in ("", _END):
                yield start, held.strip()
            held = ""
