"""Beside the figures: what the scan found of columns that no figure counts, and of totals that rows state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from costcalc.problems import Place, Problem
from costcalc.usage.counting.diagnose import placed
from costcalc.usage.files.records import rows_at
from costcalc.usage.formats import plain
from costcalc.usage.formats.uncounted import UncountedSums, uncounted_notes, uncounted_problems
from costcalc.usage.formats.unread import unread_problem
from costcalc.usage.sql.labels import token_meters
from costcalc.usage.sql.rows import COUNTED
from costcalc.usage.sql.totals import answers_nothing, differing_total, lacking_columns, lacking_parts, one_sided

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter


def sums_beside(counter: Counter, asked: Iterable[tuple[Any, ...]]) -> dict[int, UncountedSums]:
    """What the scan found of watched columns and stated totals, by reading."""
    found = {}
    names, unread = counter.token_meters(), dict.fromkeys(token_meters(), 0)
    for number, rows, above, below, *sums in asked:
        reading = counter.readings[number]
        counts, numbers = sums[: len(names)], sums[len(names) :]
        pairs = [
            (int(amount or 0), int(largest or 0)) for amount, largest in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        found[number] = UncountedSums(
            Place(reading.sources[0].shown, 1 if reading.sources[0].kind == "table" else 0),
            unread | {name: int(count or 0) for name, count in zip(names, counts, strict=True)},
            dict(zip((seen.column for seen in reading.watched), pairs, strict=False)),
            {meaning: column for column, meaning in reading.meanings.items()},
            reading.spec.name == plain.NAME,
            (int(rows or 0), int(above or 0), int(below or 0)),
        )
    return found


def uncounted(counter: Counter, number: int, sums: UncountedSums) -> list[Problem]:
    reading = counter.readings[number]
    found = uncounted_problems(reading.watched, sums) if reading.names is None else _unread(counter, number, sums)
    if reading.lacking:
        found.append(lacking_columns(reading.lacking, reading.spec.title or reading.spec.name, sums.place))
    if reading.lacking_parts:
        found.append(lacking_parts(reading.lacking_parts, reading.spec.title or reading.spec.name, sums.place))
    if sums.off[0]:
        found.append(counter.differing(number, sums))
    return found


def _unread(counter: Counter, number: int, sums: UncountedSums) -> list[Problem]:
    """The counts inside usage objects that no figure holds, each with the first line that has it."""
    reading = counter.readings[number]
    amounts = {f"uncounted_{i}": (seen, sums.amounts[seen.column][0]) for i, seen in enumerate(reading.watched)}
    missing = {column: unread_problem(*each) for column, each in amounts.items() if each[1]}
    return counter.at_first(number, missing) if missing else []


def notes_beside(counter: Counter, number: int, sums: UncountedSums) -> list[str]:
    found = uncounted_notes(counter.readings[number].watched, sums)
    if sums.lacks and counter.rows_of(number, f"verdict = {COUNTED} AND NOT {answers_nothing('model')}"):
        found.append(one_sided(sums, counter.readings[number].spec.name))
    if parts := counter.readings[number].lacking_optional:
        name = counter.readings[number].spec.name
        found.append(f"{name}: {sums.place.file} has no column {', '.join(parts)}: none of these are counted")
    return found


def differing(counter: Counter, number: int, sums: UncountedSums) -> Problem:
    """The first row whose stated total is another than what was read of it."""
    for source in counter.readings[number].sources:
        reading, rows = counter.alone(number, source), counter.rows_alone(number, source)
        first = f"SELECT record, off, m_in, m_out FROM ({rows.sql}) WHERE verdict = {COUNTED} AND off <> 0{counter.chosen(rows)} ORDER BY record LIMIT 1"
        first = first.replace(
            "m_in, m_out",
            ", ".join(name if name in rows.columns else "0" for name in ("m_input_tokens", "m_output_tokens")),
        )
        with counter.engine.in_order():
            found = counter.engine.fetch(first)
        if found:
            record, off, inputs, outputs = found[0]
            at = rows_at(source, {record}, set(counter.rejected.get(source.path, ()))).get(record)
            said = differing_total(reading.shown_total, sums.off, int(off), int(inputs) + int(outputs))
            if reading.names is not None:
                said = replace(said, remedy="look at how the log was written, or turn it into a plain table")
            return placed(said, source, at)
    raise AssertionError("a sum over rows that no source has")
