"""Refusals: the rows that were wanted and could not be counted, each with its file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from costcalc.jsondoc import read_json
from costcalc.problems import Place, Problem
from costcalc.usage.counting.diagnose import (
    MOST_PROBLEMS,
    Refused,
    malformed_row,
    placed,
    problems_of,
    refused_rows,
    unknown_usage,
)
from costcalc.usage.files.records import Record, field_count, json_records, rows_at, table_records
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats.model import FormatSpec
from costcalc.usage.sql.copies import REPLAYED
from costcalc.usage.sql.engine import usage_key_pattern
from costcalc.usage.sql.labels import is_skip
from costcalc.usage.sql.rows import COUNTED, FIRST_SKIP, IN_PARTS, MALFORMED

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter


def is_refused(verdict: int) -> bool:
    """Whether rows of this verdict were wanted and could not be counted."""
    return verdict not in (COUNTED, IN_PARTS, REPLAYED) and not is_skip(verdict)


def idle(spec: FormatSpec) -> set[int]:
    """The verdicts of lines in which nothing was understood; a call that failed was."""
    return {FIRST_SKIP + i for i, rule in enumerate(spec.skip) if not rule.failed} | {MALFORMED}


def readable_lines(counter: Counter, files: Iterable[tuple[Any, ...]]) -> dict[str, set[int]]:
    """Lines that the engine could make nothing of, and that are whole JSON objects all the same: path → numbers."""
    found: dict[str, set[int]] = {}
    for number, file, verdict, _ in files:
        if verdict == MALFORMED:
            source = counter.readings[number].sources[file or 0]
            numbers = {row.number for row in _refused_rows(counter, number, source, (MALFORMED,), None)}
            records = rows_at(source, numbers, ())
            found[source.path] = {i for i, record in records.items() if _is_object(record)}
    return found


def refusals(counter: Counter, files: Iterable[tuple[Any, ...]]) -> list[Problem]:
    """The first refused rows of the scan, file by file, in the order of their lines."""
    refused: dict[tuple[int, int], set[int]] = {}
    for number, file, verdict, _ in files:
        if is_refused(verdict):
            refused.setdefault((number, file or 0), set()).add(verdict)
    problems: list[Problem] = []
    for number, reading in enumerate(counter.readings):
        for file, source in enumerate(reading.sources):
            if len(problems) >= MOST_PROBLEMS:
                return problems[:MOST_PROBLEMS]
            found = _broken_rows(counter, source)
            found += _refused_problems(counter, number, source, refused.get((number, file), ()))
            found += _unknown_lines(counter, number, source) if counter.unknown.get(number) else []
            problems += sorted(found, key=lambda problem: problem.place or Place(""))
    return problems[:MOST_PROBLEMS]


def _refused_rows(
    counter: Counter, number: int, source: ReadableFile, verdicts: Collection[int], most: int | None
) -> list[Refused]:
    rows = counter.rows_alone(number, source)
    return refused_rows(counter.engine, rows, verdicts, counter.chosen(rows), most)


def _refused_problems(
    counter: Counter, number: int, source: ReadableFile, verdicts: Collection[int]
) -> Iterator[Problem]:
    """The refused lines of a file, and those with a part that was refused."""
    readable, broken = counter.readable.get(source.path, set()), set(counter.rejected.get(source.path, ()))
    for parts in (None, *counter.held_parts(number)) if verdicts else ():
        rows = counter.rows_alone(number, source, parts)
        found = refused_rows(counter.engine, rows, verdicts, counter.chosen(rows), MOST_PROBLEMS + len(readable))
        told = [row for row in found if row.number not in readable][:MOST_PROBLEMS]
        yield from problems_of(told, rows, counter.alone(number, source), source, broken)


def _broken_rows(counter: Counter, source: ReadableFile) -> list[Problem]:
    """Rows that the engine or the repair left out."""
    copy = counter.repaired.get(source.path)
    if copy:
        broken = list(copy.refused)
    else:
        starts = sorted(set(counter.rejected.get(source.path, ())))[:MOST_PROBLEMS]
        broken = _records_at(source, starts) if starts else []
    mark = source.delimiter.encode()
    return [malformed_row(source, record, field_count(record.raw, mark)) for record in broken]


def _unknown_lines(counter: Counter, number: int, source: ReadableFile) -> list[Problem]:
    """The first lines that hold the key of a usage object and were skipped or read as nothing."""
    spec = counter.readings[number].spec
    numbers = {row.number for row in _refused_rows(counter, number, source, idle(spec), None)}
    pattern = usage_key_pattern(spec)
    records = (record for i, record in enumerate(json_records(source), 1) if i in numbers)
    found = [
        placed(unknown_usage(), source, record)
        for record in records
        if pattern.search(record.text) and _is_object(record)
    ]
    return found[:MOST_PROBLEMS]


def at_first(counter: Counter, number: int, problems: Mapping[str, Problem]) -> list[Problem]:
    """Each at the first counted row in which its column is above 0, or the first line with such a part."""
    rows_of: dict[str, Problem] = {}
    for source, parts in product(_holding_first(counter, number, problems), (None, *counter.held_parts(number))):
        if len(rows_of) == len(problems):
            break
        rows = counter.rows_alone(number, source, parts)
        columns = [column for column in problems if column not in rows_of and column in rows.watched]
        if not columns:
            continue
        firsts = ", ".join(f"min(CASE WHEN {column} > 0 THEN record END)" for column in columns)
        chosen = f"verdict = {COUNTED}{counter.chosen(rows)}"
        with counter.engine.in_order():
            found = counter.engine.fetch(f"SELECT {firsts} FROM ({rows.sql}) WHERE {chosen}")[0]
        first = {column: record for column, record in zip(columns, found, strict=True) if record is not None}
        records = rows_at(source, set(first.values()), set()) if first else {}
        rows_of |= {column: placed(problems[column], source, records.get(at)) for column, at in first.items()}
    return [rows_of.get(column, problem) for column, problem in problems.items()]


def _holding_first(counter: Counter, number: int, columns: Iterable[str]) -> list[ReadableFile]:
    """The sources of a reading: those of which a counted row has one of the columns, before all others."""
    sources, held = counter.readings[number].sources, [f"{each} > 0" for each in columns if each in counter.held]
    if len(sources) == 1 or not held:
        return [*sources]
    clause = f"reading = {number} AND verdict = {COUNTED} AND ({' OR '.join(held)}){counter.chosen()}"
    holding = {file for (file,) in counter.engine.fetch(f"SELECT DISTINCT file FROM counted WHERE {clause}")}
    return [source for _, source in sorted(enumerate(sources), key=lambda each: (each[0] not in holding, each[0]))]


def _is_object(record: Record) -> bool:
    try:
        return isinstance(read_json(record.raw), dict)
    except ValueError:
        return False


def _records_at(source: ReadableFile, starts: Sequence[int]) -> list[Record]:
    found = []
    wanted = set(starts)
    for record in table_records(source):
        if record.start in wanted:
            found.append(record)
        if record.start >= starts[-1]:
            break
    return found
