"""Tables as Parquet: integers and decimals keep every digit, a fraction that no decimal holds stays text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from costcalc.files import temporary_folder
from costcalc.records import dataclass
from costcalc.usage.files.session import literal
from costcalc.usage.formats.paths import name_of, quoted
from costcalc.usage.sql.engine import Engine

Value = str | int | Decimal | datetime | None
Kind = Literal["text", "count", "decimal", "exact"]
_MOST_DIGITS = 38  # of DuckDB's and Parquet's decimals
_BIGINT = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column whose values are texts in the engine; "count": whole numbers, or decimals where one is none.

    "exact": decimals that stay text, since they may have more digits than Parquet's.
    """

    header: str
    sql: str
    kind: Kind = "text"


def parquet_bytes(header: Sequence[str], rows: Sequence[Sequence[Value]], as_text: Sequence[str] = ()) -> bytes:
    """The rows as a Parquet file: BIGINT, DECIMAL(38, scale), TIMESTAMP or text by column; `as_text` stay text."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    kinds = ["VARCHAR" if name in as_text else _kind(values) for name, values in zip(header, columns, strict=True)]
    names = _apart(header)
    with temporary_folder() as folder:
        engine = Engine(folder)
        try:
            lines = folder / "rows.jsonl"
            with lines.open("w", encoding="utf-8") as out:
                for row in rows:
                    out.write(json.dumps(dict(zip(names, map(_text, row), strict=True))) + "\n")
            if not rows:
                lines.write_text(json.dumps(dict.fromkeys(names)) + "\n", encoding="utf-8")
            read = ", ".join(f"{name_of(name)}: 'VARCHAR'" for name in names)
            cast = ", ".join(f"{name_of(n)}::{kind} AS {name_of(n)}" for n, kind in zip(names, kinds, strict=True))
            read_all = f"read_json({literal(lines)}, format='newline_delimited', columns={{{read}}})"
            return _written(engine, f"SELECT {cast} FROM {read_all}{'' if rows else ' LIMIT 0'}")
        finally:
            engine.close()


def parquet_of(engine: Engine, rows: str, order: str, columns: Sequence[TextColumn]) -> bytes:
    """The same of rows in an engine. `rows`: SQL of texts `t0` …, one for each column, and of their order."""
    table = "written"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {rows}")
    names = _apart([column.header for column in columns])
    cast = ", ".join(
        f"t{i}::{_kind_of(engine, table, f't{i}', column.kind)} AS {name_of(name)}"
        for i, (name, column) in enumerate(zip(names, columns, strict=True))
    )
    try:
        return _written(engine, f"SELECT {cast} FROM {table} ORDER BY {order}")
    finally:
        engine.execute(f"DROP TABLE {table}")


def _written(engine: Engine, rows: str) -> bytes:
    target = engine.folder / "rows.parquet"
    with engine.in_order():
        engine.execute(f"COPY ({rows}) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    try:
        return target.read_bytes()
    finally:
        target.unlink()


def _kind_of(engine: Engine, table: str, text: str, kind: Kind) -> str:
    """The type of a column, as `_kind` has it of values."""
    if kind in ("text", "exact"):
        return "VARCHAR"
    whole, decimals = f"length(ltrim(split_part({text}, '.', 1), '-'))", f"length(split_part({text}, '.', 2))"
    asked = f"max({whole}), max({decimals}), bool_and(TRY_CAST({text} AS BIGINT) IS NOT NULL AND {decimals} = 0)"
    digits, scale, is_whole = engine.fetch(f"SELECT {asked} FROM {table} WHERE {text} IS NOT NULL")[0]
    if digits is None:
        return "VARCHAR"
    if kind == "count" and is_whole:
        return "BIGINT"
    return f"DECIMAL({_MOST_DIGITS}, {scale})" if digits + scale <= _MOST_DIGITS else "VARCHAR"


def _kind(values: Sequence[Value]) -> str:
    found = {type(value) for value in values if value is not None}
    if found == {int} and all(value in _BIGINT for value in values if value is not None):
        return "BIGINT"
    if found == {datetime}:
        return "TIMESTAMPTZ"
    if found and found <= {int, Decimal}:
        scale = max(_scale(value) for value in values if value is not None)
        whole = max(len(str(abs(int(value)))) for value in values if isinstance(value, int | Decimal))
        return f"DECIMAL({_MOST_DIGITS}, {scale})" if whole + scale <= _MOST_DIGITS else "VARCHAR"
    return "VARCHAR"


def _scale(value: Value) -> int:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _apart(header: Sequence[str]) -> list[str]:
    """The names, told apart as Parquet asks: without regard to case."""
    found: list[str] = []
    for name in header:
        name = name or "unnamed"
        while name.lower() in {other.lower() for other in found}:
            name += "_"
        found.append(name)
    return found
