"""Batches: an object that says what a batch came to, beside the lines of its output. They are one usage.

The lines count, since they name models and customers; the object is set aside where its counts prove that it sums
them up. Where they prove nothing, one of the files must be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import PurePath
from typing import TYPE_CHECKING

from costcalc.jsondoc import read_json
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.records import dataclass
from costcalc.usage.files.records import json_records
from costcalc.usage.reading.assume import meets
from costcalc.usage.reading.usagenames import is_small
from costcalc.usage.sql.rows import COUNTED, OUTSIDE

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter
    from costcalc.usage.files.sources import ReadableFile
    from costcalc.usage.reading.readings import Reading

SUMMED = "objects of batches whose output lines are counted: the same usage"
_READ = f"verdict IN ({COUNTED}, {OUTSIDE})"  # a period may hold a batch and not its lines
_NAMED = 3  # objects in a note
_PARTS = {"cache_read_tokens": "cached_tokens", "reasoning_tokens": "reasoning_tokens"}  # as an object calls them
_COLUMNS = ("requests", *(f"m_{name}" for name in ("input_tokens", "output_tokens", *_PARTS)))
Counts = Mapping[str, int]  # by column


@dataclass(frozen=True, slots=True)
class File:
    """One source of a reading."""

    reading: int
    position: int  # in the reading
    source: ReadableFile = field(compare=False)

    @property
    def clause(self) -> str:
        """What is true of its rows in the table of counts."""
        return f"(reading = {self.reading} AND coalesce(file, 0) = {self.position})"


Files = tuple[File, ...]  # that hold the lines of one batch


@dataclass(frozen=True, slots=True)
class Batch:
    """One object."""

    file: File
    record: int
    place: Place
    id: str
    names: tuple[str, ...]  # what files of its output are called after
    counts: Counts  # those that it states

    def sums_up(self, counts: Counts) -> bool:
        return {*_COLUMNS[:3]} <= {*self.counts} and all(counts[name] == count for name, count in self.counts.items())

    def is_named_by(self, file: File) -> bool:
        return any(name in PurePath(file.source.shown).name for name in self.names)


def settle_batches(counter: Counter) -> list[str]:
    """Sets aside the objects whose lines are counted; notes say which. CostcalcError: usage that may be told twice."""
    objects, outputs = (list(_files(counter.readings, which)) for which in (0, 1))
    if not objects or not outputs:
        return []
    batches = [batch for file in objects for batch in _batches(counter, file)]
    lines = [(files, _counts(counter, files)) for files in _by_batch(batches, outputs)]
    found: list[tuple[Batch, Files]] = []
    for batch in batches:
        equal = [files for files, counts in lines if batch.sums_up(counts)]
        again = [files for other, files in found if batch.id and other.id == batch.id and files in equal]
        free = [files for files in equal if files not in [each for _, each in found]]
        if again or free:
            found.append((batch, min(again or free, key=lambda files: not batch.is_named_by(files[0]))))
    _check_apart(objects, batches, lines, found)
    for file in objects:
        if records := [batch.record for batch, _ in found if batch.file == file]:
            counter.set_aside(file.reading, file.position, records, SUMMED)
    return _notes(found)


def _files(readings: Sequence[Reading], which: int) -> Iterator[File]:
    """The sources that hold objects (0), or lines of output (1)."""
    for number, reading in enumerate(readings):
        spec = reading.unassumed or reading.spec
        for condition in spec.batches[which : which + 1]:
            for position, source in enumerate(reading.sources):
                if any(meets(condition, record, spec.roots) for record in source.records):
                    yield File(number, position, source)


def _batches(counter: Counter, file: File) -> Iterator[Batch]:
    """The objects of a file that holds nothing else."""
    counts = _each(counter, file) if is_small([file.source]) else {}
    records = [(number, record) for number, record in enumerate(json_records(file.source), 1) if number in counts]
    said = {number: read_json(record.raw) for number, record in records}
    if any(each.get("object") != "batch" for each in said.values()):
        return
    for number, record in records:
        unsaid = {f"m_{meter}" for meter, name in _PARTS.items() if f'"{name}"' not in record.text}
        stated = {name: count for name, count in counts[number].items() if name not in unsaid}
        names = tuple(str(said[number][key]) for key in ("output_file_id", "id") if said[number].get(key))
        place = Place(file.source.shown, record.line)
        yield Batch(file, number, place, str(said[number].get("id") or ""), names, stated)


def _each(counter: Counter, file: File) -> dict[int, Counts]:
    """What each record of a file counts, by its number."""
    rows = counter.rows_alone(file.reading, file.source)
    names = [name for name in _COLUMNS if name in rows.columns]
    with counter.engine.in_order():
        found = counter.engine.fetch(f"SELECT record, {', '.join(names)} FROM ({rows.sql}) WHERE {_READ}")
    pairs = ((record, zip(names, numbers, strict=True)) for record, *numbers in found)
    return {record: {name: int(count) for name, count in each if count is not None} for record, each in pairs}


def _counts(counter: Counter, files: Files) -> Counts:
    sums = ", ".join(f"coalesce(sum({name}), 0)" if name in counter.held else "0" for name in _COLUMNS)
    clause = " OR ".join(file.clause for file in files)
    found = counter.engine.fetch(f"SELECT {sums} FROM counted WHERE {_READ} AND ({clause})")[0]
    return {name: int(count) for name, count in zip(_COLUMNS, found, strict=True)}


def _by_batch(batches: Sequence[Batch], outputs: Sequence[File]) -> list[Files]:
    """The files of output; together those that are called after one batch."""
    found: dict[object, list[File]] = {}
    for file in outputs:
        named = next((batch.names for batch in batches if batch.is_named_by(file)), None)
        found.setdefault(named or file, []).append(file)
    return [tuple(files) for files in found.values()]


def _check_apart(
    objects: Sequence[File],
    batches: Sequence[Batch],
    lines: Sequence[tuple[Files, Counts]],
    found: Sequence[tuple[Batch, Files]],
) -> None:
    """CostcalcError: an object that sums up none of the lines, beside lines of it, or lines that no object sums up."""
    claimed = [files for _, files in found]
    lone = [files for files, _ in lines if files not in claimed]
    problems = []
    for file in objects:
        own = [batch for batch in batches if batch.file == file]
        others = [batch for batch in own if batch not in [each for each, _ in found]]
        for batch in others:
            same = [files for other, files in found if batch.id and other.id == batch.id]
            if same or lone:
                files = (same or lone)[0]
                problems.append(_told_twice(batch.place, _shown(batch.counts), files, _shown(dict(lines)[files])))
        if lone and not own:
            problems.append(_told_twice(Place(file.source.shown), "", lone[0], _shown(dict(lines)[lone[0]])))
    if problems:
        raise CostcalcError(problems)


def _shown(counts: Counts) -> str:
    requests, inputs, outputs = (counts.get(name) for name in _COLUMNS[:3])
    said = f"{inputs or 0:,} tokens of input, {outputs or 0:,} of output"
    asked = "" if requests is None else f"{requests:,} request{'s' * (requests != 1)}, "
    return f" ({asked}{said})"


def _told_twice(place: Place, batch: str, files: Files, lines: str) -> Problem:
    shown = " and ".join(file.source.shown for file in files)
    return Problem(
        "told-twice",
        f"this holds what a batch comes to{batch}, and {shown} the results of one{lines}:"
        " the same usage may be in both, and the counts do not prove it",
        place,
        expected="a batch's object, its output file, or both with the same counts",
        remedy=f"name one of them: {place.file}, or {shown};"
        " if they are two batches, scan each into a ledger of its own (`costcalc scan`) and name the ledgers",
    )


def _notes(found: Sequence[tuple[Batch, Files]]) -> list[str]:
    said = [f"{batch.place} ({' and '.join(file.source.shown for file in files)})" for batch, files in found[:_NAMED]]
    said += [f"{len(found) - _NAMED:,} more"] * (len(found) > _NAMED)
    return (
        [f"batches told by their output lines, which are counted, and by their objects: {', '.join(said)}"]
        if said
        else []
    )
