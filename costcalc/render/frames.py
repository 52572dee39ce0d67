"""Frames: rows for pandas and Arrow. Integers stay integers, money stays Decimal; a float is there where it is asked for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from costcalc.problems import fail
from costcalc.render.fields import Rows

if TYPE_CHECKING:
    import pandas as pd

_INT64 = range(-(2**63), 2**63)


def frame(rows: Rows, *, exact: bool = True) -> pd.DataFrame:
    """A row a row, a column a column; where it need not be exact, decimals and columns without a value are floats."""
    import pandas as pd

    header, lines = rows
    columns = list(zip(*lines, strict=True)) if lines else [()] * len(header)
    # Built by position: two columns may have one name, where a log's dimension is called like a meter.
    series = [pd.Series(list(values), dtype=_dtype(values, exact=exact)) for values in columns]
    found = pd.concat(series, axis=1) if series else pd.DataFrame()
    found.columns = pd.Index(header)
    return found


def arrow_stream(parquet: bytes, schema: object) -> object:
    """The rows of a Parquet file as a stream of Arrow's C interface. CostcalcError: pyarrow is not installed."""
    try:
        from pyarrow import BufferReader
        from pyarrow.parquet import read_table
    except ImportError as error:
        raise fail("no-pyarrow", "Arrow needs pyarrow", remedy="pip install 'costcalc[pandas]'") from error
    stream: object = read_table(BufferReader(parquet)).__arrow_c_stream__(schema)
    return stream


def _dtype(values: tuple[Any, ...], *, exact: bool) -> Any:
    """Int64 (with missing values) for integers that fit, text and instants as they are, else objects or floats."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int} and all(value in _INT64 for value in values if value is not None):
        return "Int64"
    if kinds == {bool}:
        return "boolean"
    if not exact and kinds <= {int, Decimal}:
        return "float64"
    if kinds == {datetime}:
        return "datetime64[s, UTC]"
    return object
