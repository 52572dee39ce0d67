"""Copies: one usage written in several rows. The row with the largest count stands for all that share its key; of equal
counts, what the rows say decides, so that the answer does not depend on the order in which threads read them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from costcalc.calendar import DAY_SECONDS
from costcalc.usage.formats.model import AGAIN, Dedupe, FormatSpec, Paths
from costcalc.usage.formats.paths import FILE, JsonColumns, SourceColumn, TableColumns, quoted, weight_of

if TYPE_CHECKING:
    from costcalc.usage.reading.readings import Reading

_Get = Callable[[str], SourceColumn | None]  # the column of a path
AGAIN_COLUMNS = ("again_rows", "again_tokens")
DIFFERING = "again_differing"  # rows whose key others have that say something else
APART = "again_apart"  # and whose others are of another day, or differ in what no two rows of one request do
REPLAYED = -1  # the verdict of a row whose usage stands elsewhere under another key
_KEY, _ALIKE, _APART = "key_", "key_alike", "key_apart"
SHARED = "key_shared"  # what a row says in the columns that another file has too
_OF_COPIES = (_KEY, "place", "copied")  # how the columns of a row begin that tell its copies


def has_copies(reading: Reading) -> bool:
    """Whether lines that were looked at say one usage twice; True too where they cannot tell."""
    dedupe = reading.spec.dedupe
    records = [record for source in reading.sources for record in source.records]
    paths = dedupe.key[0] if dedupe else ()
    ids = [held[0] for record in records if (held := [record[path] for path in paths if path in record])]
    return not ids or len(ids) > len(set(ids))


def copy_columns(
    keys: Sequence[str], failed: str, latest: str, total: str, moment: str, replay: str, parts: Sequence[str]
) -> dict[str, str]:
    """What a row needs so that its copies can be told: its key, its place among them, whether it is marked as a replay.

    `failed`: whether the call failed: it is no copy of one that was answered. `parts`: whether the row has members that
    are read one by one, for each list of them.
    """
    if not keys:
        return {}
    # The one written last first, then the largest count, then the earliest. The row and its parts are chosen apart: both take the one with parts.
    cases = " ".join(f"WHEN {present} THEN {i}" for i, present in enumerate(parts))
    written = f"-({latest}), " if latest else ""
    place = f"row({written}-({total}), {moment}, {f'CASE {cases} ELSE {len(parts)} END' if parts else 0})"
    found = {f"{_KEY}{i}": sql for i, sql in enumerate([*keys, *([failed] if failed else [])])}
    return {**found, "place": place, "copied": f"coalesce(lower({replay}) = 'true', false)"}


def is_of_copies(column: str) -> bool:
    """Whether the column is one of `copy_columns`."""
    return column.startswith(_OF_COPIES)


def again_reason(spec: FormatSpec) -> str:
    """Why copies are left out, in the words of the format's rule for those of its tables."""
    rules = (rule.reason for rule in spec.skip if ((AGAIN,), ("true",)) in rule.when.where)
    alike = spec.dedupe is not None and spec.dedupe.alike
    of = (
        "the same in every column, their id too; --map request_id==no counts them"
        if alike
        else "of each usage the largest counts, once"
    )
    return next(rules, f"copies of others: {of}")


def has_copies_told(columns: Collection[str]) -> bool:
    """Whether rows with these columns are each told from their copies."""
    return f"{_KEY}0" in columns


def has_alike_told(columns: Collection[str]) -> bool:
    """Whether rows with these columns may share a key and be no copies."""
    return _ALIKE in columns


def each_once(rows: str, columns: Sequence[str], tokens: str = "0") -> str:
    """Of rows with the columns that tell copies, each usage once; those without a key stay as they are.

    Rows that have a verdict have AGAIN_COLUMNS then: how many others said the same, and the tokens (`tokens`: of a row)
    that those hold; and DIFFERING and APART, where copies must be alike. One that is a replay of another stays with the verdict
    REPLAYED: it counts only so.
    """
    keys = [column for column in columns if column.startswith(_KEY)]
    own = [key for key in keys if key not in (_ALIKE, _APART, SHARED)]
    if not keys:
        return rows
    are_compared = own != keys
    kept = [column for column in columns if not is_of_copies(column)]
    listed = ", ".join(f'"{column}"' for column in kept)
    line = ", ".join(f'"{column}" := "{column}"' for column in kept)
    every = f"SELECT {listed}, {', '.join(keys)}, place, copied, {tokens} AS held FROM ({rows})"
    # An id that only one row has, as nearly all of them here, need not be grouped by.
    repeated = "SELECT key_0 FROM told WHERE key_0 IS NOT NULL GROUP BY key_0 HAVING count(*) > 1"
    several = "key_0 IN (SELECT key_0 FROM repeated)" if are_compared else "key_0 IS NOT NULL"
    # A minimum over whole rows: those that are equal in all that is asked are one and the same.
    best = (
        f"SELECT min(struct_pack(place := place, held := held, line := struct_pack({line}))) AS best, {', '.join(key for key in keys if key != _ALIKE)},"
        f" bool_and(copied) AS copied, count(*) AS lines, sum(held) AS held"
        f" FROM told WHERE {several} GROUP BY {', '.join(keys)}"
    )
    # Few rows are replays, if any: only their keys are looked for among the others. Joined: a cluster asks `IN` in filters alone.
    originals = "SELECT DISTINCT key_0 AS original FROM told WHERE NOT copied AND key_0 IN (SELECT key_0 FROM told WHERE copied)"
    told = f"WITH told AS MATERIALIZED ({every})"
    found = f"({best}) LEFT JOIN ({originals}) ON copied AND key_0 = original"
    if "verdict" not in kept:
        once = f"SELECT unnest(best.line) FROM {found} WHERE original IS NULL"
        return f"{told} SELECT {listed} FROM told WHERE key_0 IS NULL UNION ALL {once}"
    said = ", ".join(
        f"CASE WHEN replayed THEN {REPLAYED} ELSE best.line.verdict END AS verdict"
        if column == "verdict"
        else f'best.line."{column}" AS "{column}"'
        for column in kept
    )
    again = (
        f"lines - CASE WHEN replayed THEN 0 ELSE 1 END AS {AGAIN_COLUMNS[0]},"
        f" held - CASE WHEN replayed THEN 0 ELSE best.held END AS {AGAIN_COLUMNS[1]}"
    )
    marks = [*AGAIN_COLUMNS, *([DIFFERING, APART] if are_compared else [])]
    if are_compared:
        of_one = f"OVER (PARTITION BY {', '.join(own)})"
        days = [f"best.line.started // {DAY_SECONDS}"] if "started" in kept else []
        apart = " OR ".join(f"min({sql}) {of_one} <> max({sql}) {of_one}" for sql in (_APART, *days))
        again += f", CASE WHEN count(*) {of_one} > 1 THEN 1 ELSE 0 END AS {DIFFERING}, CASE WHEN {apart} THEN 1 ELSE 0 END AS {APART}"
    alone = f"SELECT {listed}, {', '.join(f'0 AS {mark}' for mark in marks)} FROM told WHERE"
    if are_compared:
        told += f", repeated AS MATERIALIZED ({repeated})"
        alone = f"{alone} key_0 IS NOT NULL AND key_0 NOT IN (SELECT key_0 FROM repeated) UNION ALL {alone}"
    alone += " key_0 IS NULL"
    return f"{told} {alone} UNION ALL SELECT {said}, {again} FROM (SELECT *, original IS NOT NULL AS replayed FROM {found})"


def lines_once(dedupe: Dedupe, columns: JsonColumns, failed: str, parts: Sequence[str]) -> str:
    """The same of LINES as they are, whose parts are read as rows. `failed`, `parts`: as of `copy_columns`."""
    keys, texts = keys_of(dedupe, columns.get), counts_of(dedupe, columns.get)
    total = " + ".join(weight_of(text) for text in texts) or "0"
    moment = "coalesce(epoch_us(TRY_CAST(line.timestamp AS TIMESTAMPTZ)), 0)" if "timestamp" in columns.tree else "0"
    replay = column.sql if dedupe.replay and (column := columns.get(dedupe.replay)) else "NULL"
    found = copy_columns(keys, failed, latest_of(dedupe, columns.get), total, moment, replay, parts)
    if not found:
        return f"(SELECT line, line.{FILE} AS file FROM LINES)"
    named = ", ".join(f"{sql} AS {name}" for name, sql in found.items())
    return f"({each_once(f'SELECT line, line.{FILE} AS file, {named} FROM LINES', ['line', 'file', *found])})"


def rows_told_apart(
    dedupe: Dedupe,
    columns: TableColumns,
    rows: Callable[[], str],
    held: Sequence[str] = (),
    file: str = FILE,
    failed: str = "",
) -> str:
    """The rows of a table, each with whether another one that shares its key stands for it.

    `rows`: SQL, asked for when every path is known. `held`: the keys of rows that were counted elsewhere, each as a SELECT.
    `file`: the column with the position of a row's file; `failed`: as of `copy_columns`.
    """
    keys = keys_of(dedupe, columns.get)
    counts, latest = counts_of(dedupe, columns.get), latest_of(dedupe, columns.get)
    weight = " + ".join(weight_of(count) for count in counts) or "0"
    if not keys:
        return f"(SELECT *, {FILE}, false AS {AGAIN} FROM {rows()})"
    own = columns.get(AGAIN)
    written = [f"{latest} DESC"] if latest else []
    order = ", ".join(
        [*written, f"{weight} DESC", *(text for text in columns.asked if not own or text != own.text), file]
    )
    alike = ", ".join([*keys, *([failed] if failed else [])])
    window = f"row_number() OVER (PARTITION BY {alike} ORDER BY {order})"
    again = " OR ".join([f"{window} > 1", *(f"({', '.join(keys)}) IN ({found})" for found in held)])
    return f"(SELECT *, {FILE}, {keys[0]} IS NOT NULL AND ({again}) AS {AGAIN} FROM {rows()})"


def keys_of(dedupe: Dedupe, get: _Get) -> list[str]:
    """What the rows that say one usage share, as SQL; less where there are no such columns."""
    keys = [f"nullif(trim({text}), '')" for text in _texts(dedupe.key, get)]
    if not (keys and dedupe.no_keys):
        return keys
    none = f"lower({keys[0]}) IN ({', '.join(map(quoted, dedupe.no_keys))}) OR starts_with({keys[0]}, '=')"
    return [f"CASE WHEN {none} THEN NULL ELSE {keys[0]} END", *keys[1:]]


def compared_of(dedupe: Dedupe, get: _Get) -> dict[str, str]:
    """What a row says beside its key that copies say alike, no two rows of one request differ in, and another file has too."""
    alike, apart, shared = (
        _texts([(path,) for path in paths], get) for paths in (dedupe.alike, dedupe.apart, dedupe.shared)
    )
    found = {}
    if alike:
        found[_ALIKE] = f"hash({', '.join(alike)})"
        found[_APART] = f"hash({', '.join(apart)})" if apart else "0"
    if shared:  # what is empty in one file may not be there in the other
        texts = (f"coalesce(trim({text}), '')" for text in shared)
        found[SHARED] = f"hash({', '.join(texts)})"
    return found


def counts_of(dedupe: Dedupe, get: _Get) -> list[str]:
    """The texts of the counts by which a row is larger than its copies."""
    return _texts([term.paths for term in dedupe.largest], get)


def latest_of(dedupe: Dedupe, get: _Get) -> str:
    """When a row was last written, as a number; "" where no row says it."""
    texts = _texts([dedupe.latest], get)
    return f"coalesce(epoch_us(TRY_CAST({texts[0]} AS TIMESTAMPTZ)), 0)" if texts else ""


def _texts(wanted: Sequence[Paths], get: _Get) -> list[str]:
    found = ([column.text for path in paths if (column := get(path))] for paths in wanted)
    return [texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})" for texts in found if texts]
