"""Detection: which format each file has and why, what is taken from its columns, and what became of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from costcalc.problems import CostcalcError, Problem
from costcalc.records import dataclass
from costcalc.usage.counting.counter import Counter, RowTally
from costcalc.usage.files.left import Left
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats.model import RowParts
from costcalc.usage.formats.names import shown_path
from costcalc.usage.formats.read import with_formats
from costcalc.usage.ledger import SkippedRows, UsageLedger
from costcalc.usage.limits import USUAL, Limits
from costcalc.usage.opening import looked_into, opened
from costcalc.usage.reading.maps import MapRule
from costcalc.usage.reading.readings import Reading, plan, samples_of, shape_paths
from costcalc.usage.reading.recognition import candidates
from costcalc.usage.reading.usagenames import with_all_names
from costcalc.usage.request import ScanRequest

# In the place of a format. What is a copy or holds no usage is missing in no figure.
STORED, NOT_READ, COPY, NO_USAGE = "stored ledger", "not read", "copy", "no usage"


@dataclass(frozen=True, slots=True)
class Detection:
    """How one file is read."""

    path: str
    format: str
    why: str
    columns: Mapping[str, str] = field(default_factory=dict)  # column or path → what it is read as
    dimensions: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()  # columns and leaves that are neither read nor a dimension
    others: tuple[str, ...] = ()  # formats that it comes near to, with how many of their names it has
    rows: RowTally = RowTally()
    refused: tuple[Problem, ...] = ()  # the first of the rows that are refused, each with its line
    uncounted: tuple[Problem, ...] = ()  # usage that it holds and that is in no figure

    @property
    def is_read(self) -> bool:
        return self.format != NOT_READ

    @property
    def has_rows(self) -> bool:
        """Whether it is a log, or what was counted of one."""
        return self.is_log or self.format == STORED

    @property
    def is_log(self) -> bool:
        return self.format not in (STORED, NOT_READ, COPY, NO_USAGE)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.refused, *self.uncounted)


@dataclass(frozen=True, slots=True)
class Detections:
    """How each of several files is read, and what is said of all of them."""

    files: tuple[Detection, ...]
    left_out: tuple[SkippedRows, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every file is read, every row of them, and all that they count."""
        return not self.problems and all(file.is_read for file in self.files)

    @property
    def lacks(self) -> str:
        """What is missing, in words; "" where nothing is."""
        return "" if self.is_complete else "rows or files that could not be read"

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for file in self.files for problem in file.problems)


def detect(
    usage: str | Path | Sequence[str | Path],
    mapping: Mapping[str, str] | None = None,
    usage_format: str | None = None,
    rules: Sequence[MapRule] = (),
    limits: Limits = USUAL,
    formats: Sequence[Path] = (),
) -> Detections:
    """How each file is read; its rows are counted. CostcalcError: as `scan`, but for files that hold usage of another."""
    with with_formats(formats), opened(usage, limits=limits) as (sources, engine, workspace, left, _):
        kept, logs, types = looked_into(sources, engine, left)
        readings = plan(logs, mapping or {}, usage_format, types, engine.keys, left, rules=rules)
        if not readings and not kept:
            raise CostcalcError(left.problems)
        stored = {
            file.path.rpartition(" (")[0]: each.ledger.dimensions for each in kept for file in each.ledger.sources
        }
        found = [Detection(path, STORED, "costcalc scan wrote it", dimensions=names) for path, names in stored.items()]
        if not readings:
            return Detections((*found, *_not_read(left)))
        looked = [with_all_names(engine, reading) for reading in readings]  # a scan of a large log asks some lines
        counter = Counter(engine, workspace, looked, ScanRequest())
        counter.count_logs()
        ledger, tallies = counter.ledger(), counter.tallies()
        found += [
            _detection(reading, source, ledger, tallies.get((number, file), RowTally()))
            for number, reading in enumerate(counter.readings)
            for file, source in enumerate(reading.sources)
        ]
        return Detections((*found, *_not_read(left)), tuple(ledger.skipped), tuple(ledger.notes))


def _not_read(left: Left) -> Iterator[Detection]:
    for path, problems in left.unread.items():
        yield Detection(path, NOT_READ, problems[0].message)
    for path, problems in (*left.empty.items(), *left.other.items(), *left.answers.items()):
        yield Detection(
            path, NO_USAGE, problems[0].message if path in left.empty or path in left.answers else "it holds none"
        )
    for path, first in left.copies.items():
        yield Detection(path, COPY, f"it holds the same as {first}")


def _detection(reading: Reading, source: ReadableFile, ledger: UsageLedger, rows: RowTally) -> Detection:
    samples = samples_of([source], reading.types)
    present = {name.lower() for name in (*source.header, *source.leaves, *samples)}
    columns = {path: meaning for path, meaning in reading.meanings.items() if _is_in(path, present)}
    held = [parts for parts in reading.spec.parts if _is_in(parts.path, present)]
    columns |= {
        f"{parts.path}{path.removeprefix('*')}": meaning
        for parts in held
        for path, meaning in shape_paths(parts.shape)
        if path.startswith("*.")
    }
    dimensions = tuple(sorted({*reading.dimensions.values()}))
    others = [each for each in candidates(source) if each.spec.name != reading.spec.name and each.is_likely]
    return Detection(
        source.shown,
        reading.spec.name,
        reading.why,
        columns,
        dimensions,
        tuple(
            dict.fromkeys(shown_path(name) for name in _aside(reading, source, columns) if not _is_inside(name, held))
        ),
        tuple(f"{each.spec.name} ({each.score} names{_lacking(each.lacks)})" for each in others),
        rows,
        tuple(problem for problem in ledger.problems if problem.place and problem.place.file == source.shown),
        tuple(problem for problem in ledger.uncounted if _is_of(problem, source, reading)),
    )


def _lacking(names: Sequence[str]) -> str:
    return f", lacks {', '.join(names)}" if names else ""


def _is_of(problem: Problem, source: ReadableFile, reading: Reading) -> bool:
    """Whether it is said of this file; what has no place is said of the first one that is read so."""
    return problem.place.file == source.shown if problem.place else source == reading.sources[0]


def _is_in(path: str, present: set[str]) -> bool:
    bare = path.removeprefix("/").split("[")[0].lower()
    names = {bare, bare.replace("::", ".")}
    return any(name in names or name.endswith(f".{bare}") for name in present)


def _aside(reading: Reading, source: ReadableFile, columns: Mapping[str, str]) -> Iterator[str]:
    """The columns, or the innermost names of JSON, that are neither read nor a dimension, in their order."""
    texts = [text for shape in reading.spec.shapes for text in shape.dimensions.values()]
    taken = {path.removeprefix("/").lower() for path in (*columns, *(path for text in texts for path in text.paths))}
    taken |= {path.partition("::")[0] for path in taken}
    names = source.header or tuple(name for name in sorted(source.leaves) if not _is_above(name, source.leaves))
    for name in names:
        if not any(name.lower() == path or name.lower().endswith(f".{path}") for path in taken):
            yield name


def _is_inside(name: str, held: Sequence[RowParts]) -> bool:
    return any(name.startswith(f"{parts.path}.") for parts in held)


def _is_above(name: str, leaves: frozenset[str] | set[str]) -> bool:
    return any(other.startswith(f"{name}.") for other in leaves)
