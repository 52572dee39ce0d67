"""Joining: counted groups that the question does not tell apart are added up in the engine, before Python sees one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from costcalc.usage.engine import Engine
from costcalc.usage.ledger import Edges, Joining, Written

Replaced = Sequence[tuple[int | None, ...]]  # number, and what stands for the last two columns of its row
_AT_ONCE = 10_000  # rows of one INSERT
# What is looked at once for each distinct set of names; the last two of each are replaced.
_APART = {
    "times": ("k_provider", "k_model", "k_region", "k_naive", "k_from_at", "k_to_at"),
    "lengths": ("k_provider", "k_model", "k_region", "k_input_over", "k_output_over"),
}


def joined(engine: Engine, grouped: str, joining: Joining) -> str:
    """The table of groups as a relation, with the time and lengths of the first group that is treated like each."""
    meant: dict[str, Callable[[list[tuple[Any, ...]], Joining], Replaced]] = {
        "times": _meant_times,
        "lengths": _meant_lengths,
    }
    for table, columns in _APART.items():
        names = ", ".join(columns)
        engine.execute(
            f"CREATE TEMP TABLE {table} AS SELECT row_number() OVER () AS id, * FROM (SELECT DISTINCT {names} FROM {grouped})"
        )
        first, second = columns[-2:]
        engine.execute(f"CREATE TEMP TABLE meant_{table} (id BIGINT, {first} BIGINT, {second} BIGINT)")
        insert(engine, f"meant_{table}", meant[table](engine.fetch(f"SELECT id, {names} FROM {table}"), joining))
    replaced = ", ".join(
        f"meant_{table}.{name} AS {name}" for table, columns in _APART.items() for name in columns[-2:]
    )
    joins = " ".join(
        f"JOIN {table} ON {_same(table, columns, grouped)} JOIN meant_{table} ON meant_{table}.id = {table}.id"
        for table, columns in _APART.items()
    )
    return f"(SELECT {grouped}.* REPLACE ({replaced}) FROM {grouped} {joins})"


def _same(table: str, columns: Sequence[str], grouped: str) -> str:
    return " AND ".join(f"{table}.{name} IS NOT DISTINCT FROM {grouped}.{name}" for name in columns)


def _meant_times(rows: Iterable[Sequence[Any]], joining: Joining) -> list[tuple[int, int, int | None]]:
    first: dict[Hashable, tuple[int, int | None]] = {}
    found = []
    for number, provider, model, region, naive, at, until in sorted(rows, key=lambda row: (row[5], row[6] or 0)):
        written: Written = (provider, model, region)
        found.append(
            (number, *first.setdefault((written, naive, joining.time(written, at, until, naive)), (at, until)))
        )
    return found


def _meant_lengths(rows: Iterable[Sequence[Any]], joining: Joining) -> list[tuple[int, int, int]]:
    known: dict[Written, Edges] = {}
    found = []
    for number, provider, model, region, *labels in rows:
        written: Written = (provider, model, region)
        if written not in known:
            known[written] = joining.lengths(written)
        over, output_over = (_largest(label, edges) for label, edges in zip(labels, known[written], strict=True))
        found.append((number, over, output_over))
    return found


def _largest(label: int, edges: Sequence[int]) -> int:
    position = bisect_right(edges, label)
    return edges[position - 1] if position else 0


def insert(engine: Engine, table: str, rows: Replaced) -> None:
    """Whole numbers into a table of whole numbers."""
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        # One text a column: the engine plans an expression for each value of VALUES.
        columns = (", ".join("NULL" if n is None else str(n) for n in column) for column in zip(*part, strict=True))
        lists = ", ".join(f"unnest('[{column}]'::BIGINT[])" for column in columns)
        engine.execute(f"INSERT INTO {table} SELECT {lists}")
