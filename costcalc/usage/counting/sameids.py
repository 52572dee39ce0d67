"""Ids of requests that stand in two readings: downloads that overlap, whose columns are not the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from costcalc.usage.formats.ids import in_two
from costcalc.usage.ledger import Loud
from costcalc.usage.sql.copies import has_copies_told
from costcalc.usage.sql.rows import COUNTED

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter

_ALONE = 2_000_000  # more than there are readings: those that are read for their ids
_DAY = 86_400
_TOKENS = ("m_input_tokens", "m_output_tokens")


def ids_in_two(counter: Counter) -> list[Loud]:
    """What is said of ids that two readings have on one day with the same tokens: they count in both."""
    readings = counter.readings
    numbers = [i for i, reading in enumerate(readings) if reading.spec.dedupe and reading.spec.dedupe.no_keys]
    each = [sql for number in numbers if (sql := _ids(counter, number))] if len(numbers) > 1 else []
    if len(each) < 2:
        return []
    same = " AND ".join(f"one.{name} = other.{name}" for name in ("id", "day", *_TOKENS))
    found = counter.engine.fetch(
        f"WITH ids AS ({' UNION ALL '.join(each)}) SELECT one.reading, other.reading, count(DISTINCT one.id),"
        f" sum({' + '.join(f'one.{name}' for name in _TOKENS)}) FROM ids AS one JOIN ids AS other"
        f" ON one.reading < other.reading AND {same} GROUP BY ALL ORDER BY ALL"
    )
    for number in numbers:
        counter.forget(_ALONE + number)
    return [
        in_two(
            readings[one].spec.name, readings[one].sources[0].shown, readings[other].sources[0].shown, ids, int(tokens)
        )
        for one, other, ids, tokens in found
    ]


def _ids(counter: Counter, number: int) -> str:
    """The ids of a reading's rows with their days and tokens, as SQL; "" where it has none."""
    rows = counter.rows(_ALONE + number, replace(counter.readings[number], copies=True))
    if not has_copies_told(rows.columns):
        return ""
    tokens = (f"coalesce({name}, 0) AS {name}" if name in rows.columns else f"0 AS {name}" for name in _TOKENS)
    return (
        f"SELECT DISTINCT {number} AS reading, key_0 AS id, started // {_DAY} AS day, {', '.join(tokens)} FROM ({rows.sql})"
        f" WHERE verdict = {COUNTED} AND key_0 IS NOT NULL"
    )
