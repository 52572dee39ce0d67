"""Copies: one usage written in several rows. The row with the largest count stands for all that share its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from costcalc.usage.formats import AGAIN, Dedupe
from costcalc.usage.paths import FILE, Columns, JsonColumns

if TYPE_CHECKING:
    from costcalc.usage.readings import Reading

_KEY = "key_"
_OF_COPIES = (_KEY, "weight", "copied")  # how the columns of a row begin that tell its copies
_SHIFT = 100_000_000_000_000_000  # above every instant in microseconds


def has_copies(reading: Reading) -> bool:
    """Whether lines that were looked at say one usage twice; True too where they cannot tell."""
    dedupe = reading.spec.dedupe
    records = [record for source in reading.sources for record in source.records]
    ids = [record[path] for record in records for path in (dedupe.key[:1] if dedupe else ()) if path in record]
    return not ids or len(ids) > len(set(ids))


def copy_columns(keys: Sequence[str], total: str, moment: str, replay: str) -> dict[str, str]:
    """What a row needs so that its copies can be told: its key, how much it counts, whether it is marked as a replay."""
    if not keys:
        return {}
    # Of equal counts the earliest row stays, whatever order the files are read in.
    weight = f"({total}) * {_SHIFT} - {moment}"
    found = {f"{_KEY}{i}": sql for i, sql in enumerate(keys)}
    return {**found, "weight": weight, "copied": f"coalesce(lower({replay}) = 'true', false)"}


def is_of_copies(column: str) -> bool:
    """Whether the column is one of `copy_columns`."""
    return column.startswith(_OF_COPIES)


def each_once(rows: str, columns: Sequence[str]) -> str:
    """Of rows with the columns that tell copies, each usage once; those without a key stay as they are."""
    keys = [column for column in columns if column.startswith(_KEY)]
    if not keys:
        return rows
    kept = ", ".join(f'"{column}"' for column in columns if not is_of_copies(column))
    line = ", ".join(f'"{column}" := "{column}"' for column in columns if not is_of_copies(column))
    every = f"SELECT {kept}, {', '.join(keys)}, weight, copied FROM ({rows})"
    best = (
        f"SELECT arg_max(struct_pack({line}), weight) AS line, key_0, bool_and(copied) AS copied"
        f" FROM told WHERE key_0 IS NOT NULL GROUP BY {', '.join(keys)}"
    )
    # Few rows are replays, if any: only their keys are looked for among the others.
    originals = "SELECT key_0 FROM told WHERE NOT copied AND key_0 IN (SELECT key_0 FROM told WHERE copied)"
    return (
        f"WITH told AS MATERIALIZED ({every}) SELECT {kept} FROM told WHERE key_0 IS NULL"
        f" UNION ALL SELECT unnest(line) FROM ({best}) WHERE NOT (copied AND key_0 IN ({originals}))"
    )


def lines_once(dedupe: Dedupe, columns: JsonColumns) -> str:
    """The same of LINES as they are, whose parts are read as rows."""
    keys = [column.sql for path in dedupe.key if (column := columns.get(path))]
    texts = [column.text for term in dedupe.largest if (column := columns.get(term.paths[0]))]
    total = " + ".join(f"coalesce(TRY_CAST({text} AS HUGEINT), 0)" for text in texts) or "0"
    moment = "coalesce(epoch_us(TRY_CAST(line.timestamp AS TIMESTAMPTZ)), 0)" if "timestamp" in columns.tree else "0"
    replay = column.sql if dedupe.replay and (column := columns.get(dedupe.replay)) else "NULL"
    found = copy_columns(keys, total, moment, replay)
    if not found:
        return f"(SELECT line, line.{FILE} AS file FROM LINES)"
    named = ", ".join(f"{sql} AS {name}" for name, sql in found.items())
    return f"({each_once(f'SELECT line, line.{FILE} AS file, {named} FROM LINES', ['line', 'file', *found])})"


def rows_told_apart(dedupe: Dedupe, columns: Columns, rows: Callable[[], str], held: Sequence[str] = ()) -> str:
    """The rows of a table, each with whether another one that shares its key stands for it.

    `rows`: SQL, asked for when every path is known. `held`: the keys of rows that were counted elsewhere, each as a SELECT.
    """
    keys = keys_of(dedupe, columns)
    counts = [column.text for term in dedupe.largest for path in term.paths if (column := columns.get(path))]
    weight = " + ".join(f"coalesce(TRY_CAST({count} AS HUGEINT), 0)" for count in counts) or "0"
    if not keys:
        return f"(SELECT *, {FILE}, false AS {AGAIN} FROM {rows()})"
    window = f"row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY {weight} DESC, {', '.join(counts) or 1})"
    again = " OR ".join([f"{window} > 1", *(f"({', '.join(keys)}) IN ({found})" for found in held)])
    return f"(SELECT *, {FILE}, {keys[0]} IS NOT NULL AND ({again}) AS {AGAIN} FROM {rows()})"


def keys_of(dedupe: Dedupe, columns: Columns) -> list[str]:
    """What the rows that say one usage share, as SQL; less where there are no such columns."""
    return [f"nullif(trim({column.text}), '')" for path in dedupe.key if (column := columns.get(path))]
