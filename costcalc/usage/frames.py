"""Frames: a pandas frame as a usage source, its integers and decimals kept exact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.usage.engine import Engine
from costcalc.usage.sources import Source

NAME = "the frame"


def frame_source(frame: Any, engine: Engine) -> Source:
    """The frame, registered with the engine. CostcalcError: it has no rows."""
    if len(frame) == 0:
        raise fail("header-only", "the frame has columns and no rows", place=Place(NAME))
    exact = frame.rename(columns=str).copy(deep=False)
    _check_names(exact.columns)
    for name in exact.columns:
        dtype = exact[name].dtype
        if dtype.kind not in "iufbM" and dtype.name not in ("category", "string", "str"):
            # The engine would guess one type for a column of objects; their texts lose nothing.
            exact[name] = exact[name].map(_text).astype("string")
    engine.register("frame", exact)
    return Source(NAME, "frame", "frame", header=tuple(exact.columns))


def _check_names(columns: Any) -> None:
    """Names that differ in case alone are one name to the engine. CostcalcError: there are such."""
    written: dict[str, list[str]] = {}
    for name in columns:
        written.setdefault(name.strip().lower(), []).append(name)
    problems = [
        Problem(
            "two-columns-one-meaning",
            f"{' and '.join(repr(name) for name in names)} are both called {word}",
            Place(NAME),
            expected="one column for each name",
            remedy="rename or drop one of them",
        )
        for word, names in written.items()
        if len(names) > 1
    ]
    if problems:
        raise CostcalcError(problems)


def _text(value: Any) -> str | None:
    if value is None or value != value:  # NaN and NaT are not equal to themselves
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if type(value).__name__ == "Decimal" else str(value)
