"""JSON that others wrote: nesting that no reader can hold is a slip like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_DECODER = json.JSONDecoder()


def read_json(text: str | bytes, **options: Any) -> Any:
    """The value, read with the options of `json.loads`. ValueError: it is no JSON, or nested too deep to be read."""
    with _too_deep_is_wrong():
        return json.loads(text, **options)


def json_end(text: str, start: int = 0) -> int:
    """Where the value that begins at `start` ends. ValueError: none begins there, or it is nested too deep."""
    with _too_deep_is_wrong():
        return _DECODER.raw_decode(text, start)[1]


@contextmanager
def _too_deep_is_wrong() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise ValueError("it is nested too deep") from None
