"""The scan: logs of any format, counted once into a ledger. It labels what a price could tell apart and never sees one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.calendar import instant_of_day
from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.usage import plain
from costcalc.usage.formats import FormatSpec
from costcalc.usage.labels import (
    count_statement,
    counted_table,
    groups_statement,
    is_skip,
    summary_statements,
)
from costcalc.usage.ledger import Cuts, SkippedRows, SourceFile, UsageGroup, UsageLedger
from costcalc.usage.rows import COUNTED, FIRST_SKIP, Column, RowBuilder, name_of, quoted
from costcalc.usage.sources import Source, Workspace, find_files, open_sources

if TYPE_CHECKING:
    import duckdb
    import pandas

MEMORY_LIMIT = "320MB"  # of the engine; with Python and its libraries a scan stays under 400 MB

Usage = str | Path | Sequence[str | Path]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What a scan shall label and choose."""

    cuts: Cuts = Cuts()
    dimensions: tuple[str, ...] = ()  # kept as group keys, besides provider and model
    since: date | None = None  # first day, in the report's zone
    until: date | None = None  # the day after the last one
    timezone: str = "UTC"  # the report's zone, and that of times written without one
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name → globs, one of which must match
    mapping: Mapping[str, str] = field(default_factory=dict)  # --map: meaning or dimension → column
    usage_format: str | None = None  # read as this format, whatever the file looks like


@dataclass(frozen=True, slots=True)
class Reading:
    """Sources that one statement reads together: one format and one set of columns."""

    spec: FormatSpec
    sources: tuple[Source, ...]
    columns: Mapping[str, Column]
    dimensions: Mapping[str, str]  # dimension's name without case and spaces → its name in the format


def scan(usage: Usage | pandas.DataFrame, request: ScanRequest, progress: Progress | None = None) -> UsageLedger:
    """The usage as a ledger. CostcalcError: a file that cannot be read or understood; refused rows come as problems."""
    workspace = Workspace()
    try:
        sources = open_sources(find_files(usage), workspace)  # type: ignore[arg-type]
        readings = plan(sources, request)
        return _Counter(readings, request, progress).ledger()
    finally:
        workspace.close()


def plan(sources: Sequence[Source], request: ScanRequest) -> list[Reading]:
    """How the sources will be read: one reading for all files that share a format and a header."""
    groups: dict[tuple[object, ...], list[Source]] = {}
    for source in sources:
        groups.setdefault((source.kind, source.delimiter, source.header), []).append(source)
    return [_reading(tuple(members), request) for members in groups.values()]


def _reading(sources: tuple[Source, ...], request: ScanRequest) -> Reading:
    first = sources[0]
    columns = {name: Column(f"c{i}") for i, name in reversed(list(enumerate(first.header)))}
    found = plain.understand(first.header, _samples(sources), request.mapping, first.shown)
    aliases = {name: column for name, column in request.mapping.items() if not plain.is_meaning(name)}
    spec = plain.plain_format(found, aliases, first.shown)
    if not any(source.samples for source in sources):
        raise fail("header-only", "the file has a header and no rows", place=Place(first.shown, 1), remedy="export the log again, or leave the file out")
    return Reading(spec, sources, columns, _dimension_names(spec))


def _samples(sources: Iterable[Source]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in sources:
        for row in source.samples:
            for column, text in zip(source.header, row, strict=False):
                found.setdefault(column, []).append(text)
    return found


def _dimension_names(spec: FormatSpec) -> dict[str, str]:
    return {plain.canonical(name): name for shape in spec.shapes for name in shape.dimensions}


class _Counter:
    """One engine session: counts every reading into one table, then asks that table."""

    def __init__(self, readings: Sequence[Reading], request: ScanRequest, progress: Progress | None) -> None:
        self.readings, self.request, self.progress = readings, request, progress
        self.offered = sorted({name for reading in readings for name in reading.dimensions.values()})
        self.kept = tuple(request.dimensions)
        filtered = (name for name in request.where if name not in ("provider", "model"))
        self.labels = (*self.kept, *(name for name in filtered if name not in self.kept))
        self._check_dimensions()
        self.engine = _engine()

    def ledger(self) -> UsageLedger:
        try:
            self.engine.execute(counted_table(len(self.labels)))
            for number, reading in enumerate(self.readings):
                self._count(number, reading)
            return self._summarised()
        finally:
            self.engine.close()

    def _check_dimensions(self) -> None:
        known = {plain.canonical(name) for name in self.offered}
        missing = [name for name in self.labels if plain.canonical(name) not in known]
        if missing:
            raise CostcalcError([_no_such_dimension(name, self.offered) for name in missing])

    def _count(self, number: int, reading: Reading) -> None:
        builder = RowBuilder(
            reading.spec,
            reading.columns,
            _relation(reading, number),
            self.request.timezone,
            tuple(reading.dimensions.get(plain.canonical(name), name) for name in self.labels),
            self._days(),
            ("filename",) if len(reading.sources) > 1 else (),
        )
        rows = builder.build()
        self.engine.execute(count_statement(rows, self.request.cuts, reading.spec.name, len(reading.sources) > 1))

    def _days(self) -> tuple[int | None, int | None]:
        days = (self.request.since, self.request.until)
        since, until = (instant_of_day(day, self.request.timezone) if day else None for day in days)
        return since, until

    def _where(self) -> list[tuple[str, Sequence[str]]]:
        chosen = []
        for name, globs in self.request.where.items():
            column = name if name in ("provider", "model") else f"d{self.labels.index(name)}"
            chosen.append((column, globs))
        return chosen

    def _summarised(self) -> UsageLedger:
        where = self._where()
        statement = groups_statement(len(self.labels), self.request.cuts, where, len(self.kept))
        groups = [_group(row, len(self.kept)) for row in self.engine.execute(statement).fetchall()]
        ask = summary_statements(where)
        verdicts = self.engine.execute(ask["verdicts"]).fetchall()
        first, last = self._covered(ask["covered"])
        names = tuple(meters().by_name)
        totals = {name: sum(group.quantities[i] for group in groups) for i, name in enumerate(names)}
        return UsageLedger(
            names,
            self.kept,
            groups,
            self.request.cuts,
            sources=self._source_files(ask["files"]),
            skipped=self._skipped(verdicts),
            refused_rows=sum(rows for _, verdict, rows in verdicts if verdict != COUNTED and not is_skip(verdict)),
            first_instant=first,
            last_instant=last,
            available_dimensions=tuple(self.offered),
            totals=totals,
        )

    def _covered(self, statement: str) -> tuple[int | None, int | None]:
        codes = {COUNTED}
        for reading in self.readings:
            codes |= {FIRST_SKIP + i for i, rule in enumerate(reading.spec.skip) if rule.covers}
        found = self.engine.execute(statement.format(codes=", ".join(map(str, sorted(codes))))).fetchall()
        first, last = found[0]
        return first, last

    def _source_files(self, statement: str) -> list[SourceFile]:
        rows: dict[str | None, int] = {}
        for file, verdict, count in self.engine.execute(statement).fetchall():
            rows[file] = rows.get(file, 0) + (count if verdict == COUNTED else 0)
        return [
            SourceFile(source.shown, reading.spec.name, rows.get(source.path if len(reading.sources) > 1 else None, 0))
            for reading in self.readings
            for source in reading.sources
        ]

    def _skipped(self, verdicts: Iterable[tuple[str, int, int]]) -> list[SkippedRows]:
        reasons = {reading.spec.name: reading.spec.skip for reading in self.readings}
        return [
            SkippedRows(name, reasons[name][verdict - FIRST_SKIP].reason, rows)
            for name, verdict, rows in verdicts
            if is_skip(verdict)
        ]


def _no_such_dimension(name: str, offered: Sequence[str]) -> Problem:
    return Problem(
        "unknown-column",
        f'the usage has no dimension "{name}"',
        expected=f"one of {', '.join(offered)}" if offered else "this usage has none besides provider and model",
        nearest=nearest_names(name, offered),
        remedy="name one of its columns, or --map it",
    )


def _engine() -> duckdb.DuckDBPyConnection:
    import duckdb

    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    engine.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    return engine


def _relation(reading: Reading, number: int) -> str:
    """The SQL that reads the sources with every column as text."""
    files = ", ".join(quoted(source.path) for source in reading.sources)
    first = reading.sources[0]
    columns = ", ".join(f"{quoted(f'c{i}')}: 'VARCHAR'" for i in range(len(first.header)))
    options = {
        "columns": "{" + columns + "}",
        "delim": quoted(first.delimiter),
        "quote": quoted('"'),
        "escape": quoted('"'),
        "header": "false",
        "skip": str(first.skip),
        "auto_detect": "false",
        "hive_partitioning": "false",
        "store_rejects": "true",
        "rejects_table": quoted(f"rejects_{number}"),
        "rejects_scan": quoted(f"rejects_scan_{number}"),
        "filename": "true" if len(reading.sources) > 1 else "false",
    }
    return f"read_csv([{files}], {', '.join(f'{name} = {value}' for name, value in options.items())})"


def _group(row: tuple[Any, ...], kept: int) -> UsageGroup:
    at, until, naive, provider, model, region, tier, thinking, input_over, output_over, basis, *rest = row
    dimensions, rest = tuple(rest[:kept]), rest[kept:]
    requests_known, cost_known, cost_currency, cost_kind, divisor, billed_meter, revenue_known, revenue_currency, name = rest[:9]
    rows, requests, cost, revenue, *quantities = rest[9:]
    return UsageGroup(
        at,
        until,
        naive,
        provider,
        model,
        region,
        tier,
        thinking,
        input_over,
        output_over,
        basis,
        dimensions,
        int(requests) if requests_known else None,
        tuple(int(count) for count in quantities),
        int(rows),
        Fraction(cost) / divisor if cost_known else None,
        cost_currency,
        cost_kind,
        billed_meter,
        Fraction(revenue) if revenue_known else None,
        revenue_currency,
        name,
    )
