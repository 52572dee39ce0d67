"""JSON that others wrote: nesting that no reader can hold is a slip like any other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_DECODER = json.JSONDecoder()
_TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def read_json(text: str | bytes, **options: Any) -> Any:
    """The value, read with the options of `json.loads`. ValueError: it is no JSON, or nested too deep to be read."""
    with _too_deep_is_wrong():
        return json.loads(text, **options)


def json_end(text: str, start: int = 0) -> int:
    """Where the value that begins at `start` ends, however deep it is nested. ValueError: none begins there."""
    try:
        return _DECODER.raw_decode(text, start)[1]
    except RecursionError:
        return _bracket_end(text, start)


def _bracket_end(text: str, start: int) -> int:
    """The bracket that closes the one at `start`; what stands between them is for its reader to judge."""
    depth = 0
    for token in _TEXT_OR_BRACKET.finditer(text, start):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if not depth:
            return token.end()
    raise ValueError("its brackets are not closed")


@contextmanager
def _too_deep_is_wrong() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise ValueError("it is nested too deep") from None
