"""Frames: rows for pandas. Integers stay integers, money stays Decimal; nothing becomes a float."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from costcalc.render.fields import Rows

if TYPE_CHECKING:
    import pandas as pd

_INT64 = range(-(2**63), 2**63)


def frame(rows: Rows) -> pd.DataFrame:
    """A row a row, a column a column."""
    import pandas as pd

    header, lines = rows
    columns = list(zip(*lines, strict=True)) if lines else [()] * len(header)
    # Built by position: two columns may have one name, where a log's dimension is called like a meter.
    series = [pd.Series(list(values), dtype=_dtype(values)) for values in columns]
    found = pd.concat(series, axis=1) if series else pd.DataFrame()
    found.columns = pd.Index(header)
    return found


def _dtype(values: tuple[Any, ...]) -> Any:
    """Int64 (with missing values) for integers that fit, text and instants as they are, else objects."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int} and all(value in _INT64 for value in values if value is not None):
        return "Int64"
    if kinds == {bool}:
        return "boolean"
    if kinds == {datetime}:
        return "datetime64[s, UTC]"
    return object
