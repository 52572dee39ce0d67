"""Joining: counted groups that the question does not tell apart are added up in the engine, before Python sees one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from costcalc.usage.ledger import Edges, Joining, Treated, Written
from costcalc.usage.sql.engine import Engine

Replaced = Sequence[tuple[int | None, ...]]  # numbers
_AT_ONCE = 10_000  # rows of one INSERT
_NAMES = ("k_provider", "k_model", "k_region")  # as a log names a model
MADE = ("names", "treated", "labelled", "times", "lengths", "shown")  # tables that what is joined rests on
MANY = 100  # unknown names of one reason: so many and more are one group, and a breakdown knows their names


def joined(engine: Engine, grouped: str, joining: Joining, *, opens: bool) -> tuple[str, bool]:
    """The table of groups as a relation, with the time and lengths of the first group that is treated like each.

    `opens`: very many names that no list has and that state no cost may stand under the first of them. Whether some
    do; the relation then has two columns more: `called`, how such a name is shown, and `written`, as the log has it.
    """
    names = ", ".join(_NAMES)
    engine.execute(f"CREATE TEMP TABLE names AS SELECT row_number() OVER (ORDER BY {names}) - 1 AS name, {names} FROM (SELECT DISTINCT {names} FROM {grouped})")  # fmt: skip
    written: list[Written] = [(provider, model, region) for _, provider, model, region in engine.fetch(f"SELECT name, {names} FROM names ORDER BY name")]  # fmt: skip
    treated = [joining.treated(each) for each in written]
    times: dict[Hashable, int] = {}
    lengths: dict[Edges, int] = {}
    time_of = [times.setdefault(each.times, len(times)) for each in treated]
    length_of = [lengths.setdefault(each.lengths, len(lengths)) for each in treated]
    first = {time: written[place] for place, time in reversed([*enumerate(time_of)])}
    stand_in = _stand_ins(written, treated) if opens else {}
    engine.execute("CREATE TEMP TABLE treated (name BIGINT, time BIGINT, length BIGINT, stand_in BIGINT)")
    insert(engine, "treated", [(place, time_of[place], length_of[place], stand_in.get(place)) for place in range(len(written))])  # fmt: skip
    same = " AND ".join(f"names.{name} IS NOT DISTINCT FROM {grouped}.{name}" for name in _NAMES)
    engine.execute(
        f"CREATE TEMP TABLE labelled AS SELECT {grouped}.*, name, time, length, stand_in FROM {grouped} JOIN names ON {same} JOIN treated USING (name)"
    )
    _replace(engine, "times", ("time", "k_naive", "k_from_at", "k_to_at"), lambda rows: _meant_times(rows, first, joining))  # fmt: skip
    _replace(engine, "lengths", ("length", "k_input_over", "k_output_over"), lambda rows: _meant_lengths(rows, [*lengths]))  # fmt: skip
    meant = {"times": ("k_from_at", "k_to_at"), "lengths": ("k_input_over", "k_output_over")}
    replaced = [f"{table}.meant_{name} AS {name}" for table, columns in meant.items() for name in columns]
    same_time = "labelled.time = times.time AND labelled.k_naive IS NOT DISTINCT FROM times.k_naive AND labelled.k_from_at = times.k_from_at AND labelled.k_to_at IS NOT DISTINCT FROM times.k_to_at"
    same_length = "labelled.length = lengths.length AND labelled.k_input_over IS NOT DISTINCT FROM lengths.k_input_over AND labelled.k_output_over IS NOT DISTINCT FROM lengths.k_output_over"
    more = ""
    if stand_in:
        _keep_shown(engine, written, treated, stand_in)
        is_open = "stand_in IS NOT NULL AND NOT k_cost_known"
        replaced.append(f"CASE WHEN {is_open} THEN heads_of.k_model ELSE labelled.k_model END AS k_model")
        more = (
            f", CASE WHEN {is_open} THEN coalesce(shown.text, labelled.k_model) END AS called"
            f", CASE WHEN {is_open} THEN labelled.k_model END AS written"
        )
    joins = " LEFT JOIN names AS heads_of ON heads_of.name = stand_in LEFT JOIN shown ON shown.name = labelled.name" if stand_in else ""  # fmt: skip
    relation = (
        f"(SELECT labelled.* EXCLUDE (name, time, length, stand_in) REPLACE ({', '.join(replaced)}){more} FROM labelled "
        f"JOIN times ON {same_time} JOIN lengths ON {same_length}{joins})"
    )
    return relation, bool(stand_in)


def _stand_ins(written: Sequence[Written], treated: Sequence[Treated]) -> dict[int, int]:
    """By the place of an unknown name, that of the first of the very many like it."""
    alike: dict[Hashable, list[int]] = {}
    for place, each in enumerate(treated):
        if each.unknown is not None and each.called:
            provider, _, region = written[place]
            alike.setdefault((provider, region, each.unknown, each.lengths), []).append(place)
    return {place: places[0] for places in alike.values() if len(places) >= MANY for place in places}


def _keep_shown(
    engine: Engine, written: Sequence[Written], treated: Sequence[Treated], stand_in: Iterable[int]
) -> None:
    """Names that are shown otherwise than they are written."""
    engine.execute("CREATE TEMP TABLE shown (name BIGINT, text VARCHAR)")
    engine.insert("shown", [(place, treated[place].called) for place in stand_in if treated[place].called != written[place][1]])  # fmt: skip


def _replace(engine: Engine, table: str, columns: Sequence[str], meant: Any) -> None:
    """A table of the different rows of some columns, with what stands for the last two of them (`meant_…`)."""
    names = ", ".join(columns)
    kinds = {"k_naive": "BOOLEAN"}
    listed = ", ".join(f"{name} {kinds.get(name, 'BIGINT')}" for name in (*columns, *(f"meant_{each}" for each in columns[-2:])))  # fmt: skip
    engine.execute(f"CREATE TEMP TABLE {table} ({listed})")
    insert(engine, table, meant(engine.fetch(f"SELECT DISTINCT {names} FROM labelled")))


def _meant_times(rows: Iterable[Sequence[Any]], first: dict[int, Written], joining: Joining) -> list[tuple[Any, ...]]:
    known: dict[Hashable, tuple[int, int | None]] = {}
    found = []
    for time, naive, at, until in sorted(rows, key=lambda row: (row[2], row[3] or 0)):
        place = (time, naive, joining.time(first[time], at, until, naive))
        found.append((time, naive, at, until, *known.setdefault(place, (at, until))))
    return found


def _meant_lengths(rows: Iterable[Sequence[Any]], lengths: Sequence[Edges]) -> list[tuple[int, ...]]:
    found = []
    for length, *labels in rows:
        over, output_over = (_largest(label, edges) for label, edges in zip(labels, lengths[length], strict=True))
        found.append((length, *labels, over, output_over))
    return found


def _largest(label: int, edges: Sequence[int]) -> int:
    position = bisect_right(edges, label)
    return edges[position - 1] if position else 0


def insert(engine: Engine, table: str, rows: Replaced) -> None:
    """Whole numbers into a table of whole numbers."""
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        # One text a column: the engine plans an expression for each value of VALUES.
        columns = (
            ", ".join("NULL" if n is None else str(int(n)) for n in column) for column in zip(*part, strict=True)
        )
        lists = ", ".join(f"unnest('[{column}]'::BIGINT[])" for column in columns)
        engine.execute(f"INSERT INTO {table} SELECT {lists}")
