"""Ids of requests that stand in two readings: downloads that overlap, whose columns are not the same.

A row counts once where the other file has all of its columns, and a row that says the same in them. Others count in both,
and are said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from costcalc.calendar import DAY_SECONDS
from costcalc.usage.formats.ids import IN_WIDER, in_two
from costcalc.usage.formats.model import Condition, Paths, Skip
from costcalc.usage.formats.names import canonical
from costcalc.usage.ledger import Loud
from costcalc.usage.sql.copies import SHARED, has_copies_told
from costcalc.usage.sql.rows import COUNTED, FIRST_SKIP, RowQuery

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter
    from costcalc.usage.files.sources import ReadableFile

_ALONE = 2_000_000  # more than there are readings: those that are read for their ids
_TOKENS = ("m_input_tokens", "m_output_tokens")


def settle_ids(counter: Counter) -> list[Loud]:
    """Rows that a wider reading has too are left out; what is said of other ids that two readings have on one day with the
    same tokens.
    """
    specs = [reading.spec for reading in counter.readings]
    numbers = [number for number, spec in enumerate(specs) if spec.dedupe and spec.dedupe.no_keys]
    if len(numbers) < 2:
        return []
    numbers.sort(key=lambda number: (-len(_columns(counter, number)), number))
    for place, number in enumerate(numbers):
        for wider in numbers[:place]:
            _leave_out(counter, number, wider)
    found = _in_two(counter, sorted(numbers))
    for number in numbers:
        counter.forget(_ALONE + number)
    return found


def without_others(rows: RowQuery, held: str, verdict: int, *, has_file: bool) -> RowQuery:
    """The rows with this verdict where others (SQL: id, said, at, …) say the same of the same id."""
    ended = [] if "ended" in rows.columns else ["ended"]
    kept = ", ".join(f'each."{name}"' for name in (*rows.columns, *ended, *(["file"] if has_file else [])))
    same = " AND ".join(f"{sql} = held.{name}" for name, sql in _said(rows, "each.").items())
    found = (
        f"CASE WHEN held.id IS NOT NULL AND each.verdict = {COUNTED} THEN {verdict} ELSE each.verdict END AS verdict"
    )
    return replace(rows, sql=f"SELECT {kept}, {found} FROM ({rows.sql}) AS each LEFT JOIN ({held}) AS held ON {same}")


def _said(rows: RowQuery, each: str = "") -> dict[str, str]:
    """What is compared of rows beside the texts that both have."""
    model = f"coalesce(lower(trim({each}model)), '')" if "model" in rows.columns else "''"
    tokens = {name: f"coalesce({each}{name}, 0)" if name in rows.columns else "0" for name in _TOKENS}
    return {"id": f"{each}key_0", "said": f"{each}{SHARED}", "at": f"{each}started", "model": model, **tokens}


def _leave_out(counter: Counter, number: int, wider: int) -> None:
    """The rows of a reading that a wider one has too are left out."""
    own, others = _columns(counter, number), _columns(counter, wider)
    if number in counter.elsewhere or not own or not {*own} <= {*others}:
        return
    kept = _rows(counter, wider, tuple(others[name] for name in own))
    said = ", ".join(f"{sql} AS {name}" for name, sql in _said(kept).items())
    held = f"SELECT DISTINCT {said} FROM ({kept.sql}) WHERE verdict = {COUNTED} AND key_0 IS NOT NULL"
    rows = _rows(counter, number, tuple(own.values()))
    verdict = FIRST_SKIP + len(counter.readings[number].spec.skip)
    asked = without_others(rows, held, verdict, has_file=False)
    if not counter.engine.fetch(f"SELECT count(*) FROM ({asked.sql}) WHERE verdict = {verdict}")[0][0]:
        return
    reading = counter.readings[number]
    dedupe = replace(reading.spec.dedupe, shared=tuple(own.values())) if reading.spec.dedupe else None
    never = Skip(Condition(((("",), ("",)),)), IN_WIDER, covers=True)  # the engine gives these rows its verdict
    spec = replace(reading.spec, dedupe=dedupe, skip=(*reading.spec.skip, never))
    counter.elsewhere[number] = held
    counter.count_again(number, replace(reading, spec=spec, copies=True))


def _columns(counter: Counter, number: int) -> dict[str, str]:
    """What a reading's copies say alike: name → column; none where two have one name, or the largest of an id counts."""
    dedupe = counter.readings[number].spec.dedupe
    alike: Sequence[str] = dedupe.alike if dedupe else ()
    found = {canonical(column): column for column in alike}
    return found if len(found) == len(alike) else {}


def _rows(counter: Counter, number: int, shared: Paths = ()) -> RowQuery:
    """A reading's rows, each with its id and with what it says in the columns that another reading has too."""
    reading = counter.readings[number]
    if shared and reading.spec.dedupe:
        reading = replace(reading, spec=replace(reading.spec, dedupe=replace(reading.spec.dedupe, shared=shared)))
    return counter.rows(_ALONE + number, replace(reading, copies=True))


def _in_two(counter: Counter, numbers: Sequence[int]) -> list[Loud]:
    each = [sql for number in numbers if (sql := _ids(counter, number))]
    if len(each) < 2:
        return []
    same = " AND ".join(f"one.{name} = other.{name}" for name in ("id", "day", *_TOKENS))
    found = counter.engine.fetch(
        f"WITH ids AS ({' UNION ALL '.join(each)}) SELECT one.reading, other.reading, count(DISTINCT one.id),"
        f" sum({' + '.join(f'one.{name}' for name in _TOKENS)}) FROM ids AS one JOIN ids AS other"
        f" ON one.reading < other.reading AND {same} GROUP BY ALL ORDER BY ALL"
    )
    readings = counter.readings
    return [
        in_two(
            readings[one].spec.name, _shown(readings[one].sources), _shown(readings[other].sources), ids, int(tokens)
        )
        for one, other, ids, tokens in found
    ]


def _shown(sources: Sequence[ReadableFile]) -> str:
    return sources[0].shown if len(sources) == 1 else f"{sources[0].shown} and {len(sources) - 1:,} more"


def _ids(counter: Counter, number: int) -> str:
    """The ids of a reading's counted rows with their days and tokens, as SQL; "" where it has none."""
    rows = counter.without_others(number, _rows(counter, number), has_file=False)
    if not has_copies_told(rows.columns):
        return ""
    said = _said(rows)
    tokens = ", ".join(f"{said[name]} AS {name}" for name in _TOKENS)
    counted = f"verdict = {COUNTED} AND key_0 IS NOT NULL"
    return f"SELECT DISTINCT {number} AS reading, key_0 AS id, started // {DAY_SECONDS} AS day, {tokens} FROM ({rows.sql}) WHERE {counted}"
