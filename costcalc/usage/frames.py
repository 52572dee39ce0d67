"""Frames: a frame of pandas, or whatever hands out Arrow (polars, DuckDB), as a usage source; integers and decimals stay exact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from costcalc.problems import Place, fail
from costcalc.usage.files.columns import check_names
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.sql.engine import Engine

NAME = "the frame"


def frame_source(frame: Any, engine: Engine) -> ReadableFile:
    """The frame, registered with the engine. CostcalcError: it has no rows."""
    if not hasattr(frame, "dtypes") or not hasattr(frame, "rename_axis"):  # pandas has both
        return _arrow_source(frame, engine)
    if len(frame) == 0:
        raise fail("header-only", "the frame has columns and no rows", place=Place(NAME))
    exact = frame.rename(columns=str).copy(deep=False)
    check_names(exact.columns, Place(NAME))
    for name in exact.columns:
        dtype = exact[name].dtype
        if dtype.kind == "f":
            _check_digits(name, exact[name])
        if dtype.kind not in "iufbM" and dtype.name not in ("category", "string", "str"):
            # The engine would guess one type for a column of objects; their texts lose nothing.
            exact[name] = exact[name].map(_text).astype("string")
    engine.register("frame", exact)
    return ReadableFile(NAME, "frame", "frame", header=tuple(exact.columns))


def _arrow_source(stream: Any, engine: Engine) -> ReadableFile:
    import pyarrow as pa

    table = pa.table(stream)
    if table.num_rows == 0:
        raise fail("header-only", "the frame has columns and no rows", place=Place(NAME))
    check_names(table.column_names, Place(NAME))
    for at, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            _check_digits(field.name, table.column(at).to_pandas())
        elif pa.types.is_decimal(field.type) or pa.types.is_string_view(field.type):
            # Its text is exact, and one kind of text is enough.
            table = table.set_column(at, field.name, table.column(at).cast(pa.string()))
    engine.register("frame", table)
    return ReadableFile(NAME, "frame", "frame", header=tuple(table.column_names))


def _check_digits(name: str, column: Any) -> None:
    """A float of 2**53 or more has lost digits before it came here. CostcalcError: there is one."""
    if (column.abs() >= 2**53).any():
        raise fail(
            "bad-count",
            f"{name}: floats of 2^53 or more have lost digits",
            place=Place(NAME),
            expected="integers, texts or Decimals",
            remedy=f'read the column as integers: dtype={{"{name}": "Int64"}}',
        )


def _text(value: Any) -> str | None:
    if value is None or value != value:  # NaN and NaT are not equal to themselves
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if type(value).__name__ == "Decimal" else str(value)
