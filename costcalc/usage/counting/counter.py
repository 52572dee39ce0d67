"""The counter: one engine session counts every reading into a table of groups, sets broken files right, and sums up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from costcalc.calendar import day_of, utc_day
from costcalc.files import collector_paused
from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.records import dataclass
from costcalc.usage.counting.batches import settle_batches
from costcalc.usage.counting.beside import differing, notes_beside, sums_beside, uncounted
from costcalc.usage.counting.breakdown import Breakdown
from costcalc.usage.counting.diagnose import (
    MOST_PROBLEMS,
)
from costcalc.usage.counting.digits import with_all_digits
from costcalc.usage.counting.foreseen import are_lengths_few, foresee, is_worth_a_look
from costcalc.usage.counting.groups import Grouping, Groups
from costcalc.usage.counting.mapped import check_mapped
from costcalc.usage.counting.overlaps import check_apart, check_kinds, check_stored
from costcalc.usage.counting.refusals import at_first, idle, is_refused, readable_lines, refusals
from costcalc.usage.counting.sameids import settle_ids, without_others
from costcalc.usage.counting.subagents import missing_agents
from costcalc.usage.counting.sums import are_days, settle_sums
from costcalc.usage.files.packs import packed
from costcalc.usage.files.records import (
    Repaired,
    has_overlong_row,
    repair,
)
from costcalc.usage.files.sources import ReadableFile, Workspace
from costcalc.usage.formats.failed import in_doubt
from costcalc.usage.formats.ids import of_one_id
from costcalc.usage.formats.model import RowParts
from costcalc.usage.formats.names import canonical
from costcalc.usage.formats.paths import SourceColumns, quoted
from costcalc.usage.formats.uncounted import UncountedSums
from costcalc.usage.formats.unread import is_of_member, watched_in
from costcalc.usage.ledger import CUSTOMER, OF_SUMS_BY, Loud, SkippedRows, SourceFile, UsageGroup, UsageLedger
from costcalc.usage.reading.readings import Reading
from costcalc.usage.reading.usagenames import is_small, looked_at, with_all_names, with_seen_paths
from costcalc.usage.request import NAMES, TIER, ScanRequest
from costcalc.usage.sql.copies import REPLAYED, again_reason, has_copies
from costcalc.usage.sql.engine import (
    Engine,
    NotForeseen,
    NotRectangular,
    file_number,
    lines_with_keys,
    naming,
    relation,
)
from costcalc.usage.sql.labels import (
    BESIDE,
    COUNTED_ROWS,
    UNFORESEEN,
    Foreseen,
    bounds_clause,
    count_statement,
    counted_columns,
    counted_view,
    days_statement,
    files_statement,
    held_statement,
    is_skip,
    left_out_statement,
    names_clause,
    names_table,
    reaching_statement,
    summary_statements,
    tier_of,
    token_meters,
    tokens_of,
    where_clause,
)
from costcalc.usage.sql.replies import repeats
from costcalc.usage.sql.rows import (
    BAD_COST,
    BAD_COUNT,
    BAD_TIME,
    COUNTED,
    FIRST_SKIP,
    IN_PARTS,
    MALFORMED,
    OUTSIDE,
    TOO_LARGE,
    UNASSUMED,
    RowBuilder,
    RowQuery,
)
from costcalc.usage.store import Stored, check_cuts, stored_rows, with_stored

_ALONE = 1_000_000  # more than there are readings: sources read by themselves
_READABLE = "lines that hold no usage"
_OF_A_RULE = f"reading >= 0 AND verdict >= {FIRST_SKIP}"
_WRITTEN = "SELECT DISTINCT coalesce(trim(provider), ''), coalesce(trim(model), '') FROM counted"


@dataclass(frozen=True, slots=True)
class RowTally:
    """What became of a file's rows."""

    counted: int = 0
    left_out: int = 0
    refused: int = 0

    def with_rows(self, verdict: int, rows: int) -> RowTally:
        """With some rows of one verdict more."""
        if verdict == COUNTED:
            return replace(self, counted=self.counted + rows)
        if verdict in (IN_PARTS, REPLAYED):
            return self  # its parts are counted in its place, or it is said as a copy
        if is_refused(verdict):
            return replace(self, refused=self.refused + rows)
        return replace(self, left_out=self.left_out + rows)


@dataclass
class Counter:
    """Counts the readings of one scan, beside ledgers that were stored."""

    engine: Engine
    workspace: Workspace
    readings: list[Reading]
    request: ScanRequest
    unknown: dict[int, int] = field(default_factory=dict)  # reading → lines with a usage object that no shape knows
    repeats: dict[int, dict[str, tuple[int, int]]] = field(
        default_factory=dict
    )  # reading → why lines are no replies, how many, their tokens
    used: set[str] = field(default_factory=set)  # the meters that a reading can count
    rejected: dict[str, list[int]] = field(default_factory=dict)  # path → bytes at which rows begin that are no rows
    last_begun: int | None = None  # begin of the last instants' time, where groups no longer say it
    repaired: dict[str, Repaired] = field(default_factory=dict)  # path of the copy → what was left out of it
    keep: Callable[[], Callable[[], None]] | None = (
        None  # leaves the engine to a breakdown: how it ends it; None: there is none
    )
    breakdown: Breakdown | None = None
    elsewhere: dict[int, str] = field(default_factory=dict)  # reading → SQL of rows of another one that say its usage
    settled: list[str] = field(default_factory=list)  # notes of what one of two files counts
    stored: Sequence[Stored] = ()

    def count(self) -> None:
        """Every row is read. CostcalcError: a dimension that none of the readings has, or two that hold the same usage."""
        check_kinds(self.readings)
        self.count_logs()
        check_mapped(self.engine, self.readings, self.held)
        check_apart(self.engine, self.readings, self.used)
        for number, stored in enumerate(self.stored):
            rows = stored_rows(stored, self.request, number, self.labels)
            self._hold(rows)
            listed = ", ".join(f'{sql} AS "{name}"' for name, sql in rows.items())
            with naming(stored.source):
                self.engine.execute(f"INSERT INTO {COUNTED_ROWS} BY NAME SELECT {listed} FROM {stored.table}")
        self._choose_names()

    def count_logs(self) -> None:
        """Every row of the logs is read, whether or not two of them hold the same usage."""
        self.offered = sorted({name for reading in self.readings for name in reading.dimensions.values()})
        self.kept = tuple(self.request.dimensions)
        self.labels = (*self.kept, *(name for name in self.request.where_dimensions if name not in self.kept))
        self._check_dimensions()
        self.columns, self.held, self.is_filled = counted_columns(len(self.labels)), dict[str, None](), False
        for number, reading in enumerate(self.readings):
            self.readings[number] = replace(reading, pack=packed(reading.sources, self.workspace))
            self._count(number)
        sums = settle_sums(self)
        self.settled = [*settle_batches(self), *sums, *settle_ids(self)]

    def ledger(self) -> UsageLedger:
        """What was counted, as far as it was chosen. CostcalcError: a stored ledger is too coarse, or holds a log's usage again."""
        for stored in self.stored:
            check_cuts(self.engine, stored, self.request)
        if self.stored and self.readings:
            check_stored(
                self.engine,
                [each.ledger for each in self.stored],
                self.readings,
                self.request.cuts,
                self.chosen(),
                self._used(),
            )
        return with_stored(self._summarised(), self.stored)

    def tallies(self) -> dict[tuple[int, int], RowTally]:
        """What became of the rows of each file, once they are summed up: (reading, position of the file in it) → tally."""
        found: dict[tuple[int, int], RowTally] = {}
        for number, file, verdict, rows in self.engine.fetch(files_statement()):
            key = (number, file or 0)
            found[key] = found.get(key, RowTally()).with_rows(verdict, int(rows))
        for number, file, _, _, again, _ in self.engine.fetch(left_out_statement("", self.held)):
            key = (number, file or 0)
            found[key] = replace(found[key], left_out=found[key].left_out + int(again))
        for number, reading in enumerate(self.readings):
            for file, source in enumerate(reading.sources):
                copy, tally = self.repaired.get(source.path), found.get((number, file), RowTally())
                broken = len(set(self.rejected.get(source.path, ()))) + (copy.refused_rows if copy else 0)
                readable = len(self.readable.get(source.path, ()))
                tally = replace(tally, left_out=tally.left_out + readable, refused=tally.refused + broken - readable)
                if len(reading.sources) == 1:
                    unknown, again = self.unknown.get(number, 0), self._repeated(number)
                    left_out, refused = tally.left_out + again - unknown, tally.refused + unknown
                    tally = replace(tally, left_out=left_out, refused=refused)
                found[number, file] = tally
        return found

    def begin(self, since: date) -> None:
        """The rows before a day are left out, now that they are counted."""
        self.request = replace(self.request, since=since, last=None)
        before = bounds_clause(self.request.bound(None), self.request.bound(since))
        verdicts = f"({COUNTED}, {BAD_COUNT}, {BAD_COST}, {TOO_LARGE})"
        self._hold(["from_at", "to_at", "naive"])
        self.engine.execute(f"UPDATE {COUNTED_ROWS} SET verdict = {OUTSIDE} WHERE verdict IN {verdicts}{before}")

    def days(self, *, chosen: bool = False) -> tuple[date, date] | None:
        """The first and the last day of the log, whatever period was asked for; `chosen`: of the rows that `where` wants."""
        clause = self.chosen() if chosen else ""
        found: list[date] = []
        for naive, *instants in self.engine.fetch(days_statement(clause, [] if chosen else self._covering())):
            found += [self._day_of(at, naive=naive) for at in instants if at is not None]
        for each in () if chosen else self.stored:
            first, last = each.ledger.first_instant, each.ledger.last_instant
            if first is not None and last is not None:
                found += [self._day_of(at, naive=each.is_naive) for at in (first, max(first, last - 1))]
        return (min(found), max(found)) if found else None

    def _day_of(self, at: int, *, naive: bool) -> date:
        return utc_day(at) if naive else day_of(at, self.request.timezone)

    def holds(self, since: date | None, until: date | None, *, with_empty: bool = False) -> bool:
        """Whether a row that `where` wants begins in these days; `with_empty`: or one that says that there was no usage."""
        bounds = bounds_clause(self.request.bound(since), self.request.bound(until))
        covering = self._covering() if with_empty else []
        return bool(self.engine.fetch(held_statement(self.chosen(), bounds, covering)))

    def reaching_over(self, day: date, since: date | None) -> int:
        """How many rows of more than a day that `where` wants begin before a day, not before `since`, and end after it."""
        begun = bounds_clause(self.request.bound(since), self.request.bound(day))
        return int(self.engine.fetch(reaching_statement(self.chosen(), begun, self.request.bound(day)))[0][0])

    def unmatched(self) -> list[tuple[str, str]]:
        """The globs of `where` that match no row at all, each with its name."""
        written = self.engine.fetch(_WRITTEN) if self.request.where_names else []
        named = [(str(provider), str(model)) for provider, model in written]
        return [
            (name, glob)
            for name, globs in self.request.where.items()
            for glob in globs
            if (glob or len(globs) == 1)  # that no row is empty is no slip where other values are named
            and not (
                any(self.request.has_name(name, *who, glob) for who in named)
                if name in NAMES
                else self.engine.fetch(f"SELECT 1 FROM counted WHERE true{self._matching(name, glob)} LIMIT 1")
            )
        ]

    def values(self, name: str) -> list[str]:
        """Some of what the log has under a name, for near names."""
        column = name if name in NAMES else self._label(name)
        found = self.engine.fetch(
            f"SELECT DISTINCT {column} FROM counted WHERE {column} IS NOT NULL ORDER BY 1 LIMIT 1000"
        )
        return sorted(str(text) for (text,) in found)

    def _check_dimensions(self) -> None:
        known = {canonical(name) for name in self.offered}
        missing = [name for name in self.labels if canonical(name) not in known]
        problems = [_no_such_dimension(name, self.offered) for name in missing]
        problems += [
            problem
            for name in self.labels
            if name not in self.request.mapping
            for problem in _two_columns(name, self.readings)
        ]
        if problems and self.readings:
            raise CostcalcError(problems)

    # --- counting -----------------------------------------------------------------------------------------

    def _count(self, number: int) -> None:
        first = self.readings[number]
        if first.spec.may_sum and first.sources[0].kind in ("parquet", "frame") and not are_days(self, number):
            first = self.readings[number] = replace(first, spec=replace(first.spec, may_sum=()))
        self._count_once(number)
        if first.sources[0].kind != "json" or not self.rows_of(number, "cost_known OR revenue_known"):
            return
        counted = self.readings[number]
        first = replace(first, pack=counted.pack, seen=counted.seen)
        whole = with_all_digits(self.engine, first, self.workspace)
        if whole.files != self.readings[number].files:
            self.readings[number] = whole
            self.repeats.pop(number, None)
            self.unknown.pop(number, None)
            self.forget(number)
            self._count_once(number)

    def _count_once(self, number: int) -> None:
        reading = self.readings[number]
        if reading.sources[0].kind == "json":
            self._look_at_lines(number)
        elif reading.spec.dedupe and reading.sources[0].kind != "frame":
            # Rows that say one usage again are looked for where some do, or where all are asked at once.
            self.readings[number] = replace(reading, copies=bool(reading.earlier) or is_small(reading.files))
        if reading.spec.dedupe and reading.spec.dedupe.alike:
            self.readings[number] = replace(self.readings[number], copies=False)  # hardly any log has some
        if reading.sources[0].kind == "table":
            self._count_table(number)
        else:
            self._run(number)
        if self.readings[number].makes_assumptions and self.rows_of(
            number, f"verdict IN ({BAD_TIME}, {UNASSUMED}, {MALFORMED})"
        ):
            self._again_without_assumption(number)
        if self.readings[number].spec.search_for and self._left_over(number):
            self._look_again(number)
        if self.rows_of(number, f"verdict = {IN_PARTS}"):
            for parts in self.held_parts(number):
                self._run(number, parts)

    def _look_at_lines(self, number: int) -> None:
        """What lines may hold: all are asked where that is done at once; else it is what lines from all over it have."""
        reading = self.readings[number]
        if is_small(reading.files):
            if reading.names is not None:
                self._ask_names(number)
            return
        self.readings[number] = reading = replace(with_seen_paths(reading), copies=has_copies(reading))
        first = {leaf for source in reading.sources for leaf in source.leaves}
        new = (path for path in (reading.seen or frozenset()) - first if not is_of_member(path))
        if reading.names is not None and any(reading.names.inside(path) is not None for path in new):
            self._ask_names(number)

    def _run(self, number: int, parts: RowParts | None = None, *, looks: bool = True) -> None:
        reading, several = self.readings[number], len(self.readings[number].sources) > 1
        rows = self.without_others(number, self.rows(number, reading, parts), has_file=several)
        self.used.update(rows.meters)
        foreseen = self._foreseen(number, reading) if looks and parts is None else None
        cuts, name = self.request.cuts, reading.spec.name
        is_exact = bool(self.request.joining) and are_lengths_few(reading, cuts, reads_little=self.engine.reads_little)
        statement = count_statement(rows, cuts, number, name, several, foreseen, is_exact=is_exact)
        self._hold(statement.columns)
        try:
            with self.engine.in_order() if reading.tells_apart else nullcontext():
                is_whole = self._ran(number, statement.sql)
        except NotForeseen:
            self._again_without_assumption(number)
            return
        if not is_whole:
            self.readings[number] = replace(reading, pack=None)
            self.forget(number)
            self._run(number, parts)
            return
        if foreseen and self.rows_of(number, f"{UNFORESEEN} IN (input_over, output_over)"):
            self.forget(number)  # the log is being written
            self._run(number, looks=False)
            return
        if "reply" in rows.columns and self._has_repeats(number):
            if reading.copies:
                self._tell_apart(number)
            else:
                self.readings[number] = replace(reading, copies=True)
                self.forget(number)
                self._run(number, parts)

    def _foreseen(self, number: int, reading: Reading) -> Foreseen | None:
        """Not where a day of the log is still to be counted back from, nor where two readings are held side by side."""
        request, rows = self.request, self.rows(_ALONE + number, reading)
        asks = request.joining and not request.last and len(self.readings) == 1
        if not (asks and request.joining and is_worth_a_look(reading, rows, request.cuts)):
            return None
        found = foresee(self.engine, rows, request.cuts, request.joining, number)
        self.forget(_ALONE + number)
        return found

    def _hold(self, names: Iterable[str]) -> None:
        """The table has these columns from now on."""
        more = [name for name in names if name not in self.held]
        if not more:
            return
        self.held |= dict.fromkeys(more)
        listed = [f'"{name}" {self.columns[name]}' for name in (more if self.is_filled else self.held)]
        if self.is_filled:
            self.engine.execute("; ".join(f"ALTER TABLE {COUNTED_ROWS} ADD COLUMN {column}" for column in listed))
        else:
            self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {COUNTED_ROWS} ({', '.join(listed)})")
        self.engine.execute(counted_view(self.columns, self.held))

    def _ran(self, number: int, statement: str) -> bool:
        """Runs a statement that counts. False: the rows of a pack that are broken must be told by their own files."""
        reading, self.is_filled = self.readings[number], True
        try:
            self.engine.run(statement, reading.sources, strictly=reading.is_strict)
        except NotRectangular:
            if reading.pack is None:
                raise
            return False
        if reading.pack is None:
            return True
        if reading.pack.kind == "table":
            return not self.engine.rejects(number)
        return not self.rows_of(number, f"verdict = {MALFORMED}")

    def _count_table(self, number: int) -> None:
        """A table whose quotes or newlines are broken is copied without the broken rows, and counted from the copy."""
        try:
            self._run(number)
            rejected = self.engine.rejects(number)
        except NotRectangular:
            rejected = None
        files = self.readings[number].files  # of lines that end otherwise than the first the engine may read none
        lost = {source.path for source in files if source.mixes_newlines or has_overlong_row(source.path)}
        if rejected is not None and not lost and not any(reject.swallows for reject in rejected):
            for reject in rejected:
                self.rejected.setdefault(reject.path, []).append(reject.start)
            return
        broken = {*lost, *(reject.path for reject in rejected)} if rejected is not None else None
        reading = self.readings[number]
        sources = tuple(
            self._repaired(source) if broken is None or source.path in broken else source for source in reading.sources
        )
        self.readings[number] = replace(reading, sources=sources)
        self.forget(number)
        self._run(number)

    def _repaired(self, source: ReadableFile) -> ReadableFile:
        copy = repair(source, self.workspace.new_file(".csv"), MOST_PROBLEMS)
        self.repaired[copy.path] = copy
        return replace(source, path=copy.path, lines=copy.lines, skip=1)

    def count_again(self, number: int, reading: Reading) -> None:
        """Count once more, as the reading is now."""
        self.readings[number] = reading
        self.forget(number)
        self._run(number, looks=False)

    def sums_chosen(self) -> str:
        """The option that counts the rows that `where` wants, where they were left out because they sum others up."""
        found = self.engine.fetch(
            f"SELECT DISTINCT reading, verdict FROM counted WHERE {_OF_A_RULE}{self.chosen()} ORDER BY ALL"
        )
        reasons = [self._reason(number, verdict) for number, verdict in found]
        return next((reason.rpartition("; ")[2] for reason in reasons if reason.startswith(OF_SUMS_BY)), "")

    def _again_without_assumption(self, number: int) -> None:
        reading = self.readings[number]
        self._afresh(number, replace(reading, spec=reading.unassumed or reading.spec))

    def _afresh(self, number: int, reading: Reading) -> None:
        """Count once more, without what the first lines let assume."""
        self.readings[number] = replace(reading, unassumed=None, tells_apart=False, seen=None, copies=True)
        self.repeats.pop(number, None)
        self._ask_names(number)
        self.forget(number)
        self._run(number)

    def _has_repeats(self, number: int) -> bool:
        """Whether some of the counted lines are no replies of their own."""
        each = f"SELECT unnest(replies) AS reply FROM counted WHERE reading = {number}"
        asked = "count(*) > count(DISTINCT reply) OR coalesce(bool_or(reply = 0), false)"
        found = bool(self.engine.fetch(f"SELECT {asked} FROM ({each})")[0][0])
        self.engine.execute(f"UPDATE {COUNTED_ROWS} SET replies = NULL WHERE reading = {number}")
        return found

    def _tell_apart(self, number: int) -> None:
        """Count again, each reply once; and how many lines are none of their own."""
        reading = self.readings[number]
        assert reading.spec.replies is not None
        self.readings[number] = replace(reading, tells_apart=True)
        with self.engine.in_order():
            self.repeats[number] = repeats(self.engine, reading, reading.spec.replies)
        self.forget(number)
        self._run(number)

    def _ask_names(self, number: int) -> None:
        """Replace what the first lines say of the names in usage objects by what all of them say."""
        self.readings[number] = with_all_names(self.engine, self.readings[number])

    def _repeated(self, number: int) -> int:
        """How many lines are no replies of their own."""
        return sum(lines for lines, _ in self.repeats.get(number, {}).values())

    def _tokens(self, number: int) -> int:
        """Those of a reading's rows so far."""
        sums = f"SELECT coalesce(sum({tokens_of(self.held)}), 0) FROM counted WHERE reading = {number}"
        return int(self.engine.fetch(sums)[0][0])

    def forget(self, number: int) -> None:
        if self.is_filled:
            self.engine.execute(f"DELETE FROM {COUNTED_ROWS} WHERE reading = {number}")
        self.engine.execute(f"DROP TABLE IF EXISTS rejects_{number}; DROP TABLE IF EXISTS rejects_scan_{number}")

    def rows_of(self, number: int, condition: str) -> int:
        found = self.engine.fetch(
            f"SELECT coalesce(sum(row_count), 0) FROM counted WHERE reading = {number} AND {condition}"
        )
        return int(found[0][0])

    def _left_over(self, number: int) -> int:
        """How many lines hold the key of a usage object and were not understood."""
        nothing = f"(verdict IN ({', '.join(map(str, idle(self.readings[number].spec)))}))"
        if not self.rows_of(number, nothing):
            return 0
        understood = self.rows_of(number, f"NOT {nothing}") + self._repeated(number)
        holding = f"SELECT count(*) FROM {lines_with_keys(self.readings[number])}"
        if self.engine.fetch(holding)[0][0] <= understood:
            return 0
        # Lines that are no JSON hold the key too, and are refused already.
        return max(0, int(self.engine.fetch(f"{holding} AND json_valid(line)")[0][0]) - understood)

    def _look_again(self, number: int) -> None:
        """Read once more with every root of the format; what even then is not understood is refused."""
        reading = self.readings[number]
        spec = reading.spec
        if spec.unseen_roots:
            # Lines that look different may also be dated differently.
            spec = reading.unassumed or spec
            whole = replace(spec, roots=(*spec.roots, *spec.unseen_roots), unseen_roots=())
            self._afresh(number, replace(reading, spec=whole))
        self.unknown[number] = self._left_over(number)

    def rows(self, number: int, reading: Reading, parts: RowParts | None = None, numbered: bool = False) -> RowQuery:
        """The row-level SELECT of a reading; `numbered`: of one file, with the number of each row as `record`."""
        columns = self.columns_of(reading, parts)
        spec = replace(reading.spec, shapes=(parts.shape,)) if parts else reading.spec
        if parts or numbered or reading.tells_apart:
            spec = replace(spec, replies=None)
        builder = RowBuilder(
            spec,
            columns,
            lambda: self.relation_of(reading, columns, number, parts, numbered),
            self.request.timezone,
            tuple(reading.dimensions.get(canonical(name), name) for name in self.labels),
            self.request.bound(self.request.since),
            self.request.bound(self.request.until),
            ("record" if parts else "row_number() OVER () AS record",) if numbered else self.beside_of(reading, parts),
            reading.sources[0].changed if spec.undated else None,
            parts is not None,
            watched_in(reading.watched, reading.spec, parts),
            reading.sources[0].delimiter == ";",
            reading.copies,
        )
        return builder.build()

    def without_others(self, number: int, rows: RowQuery, *, has_file: bool) -> RowQuery:
        """The rows, told from those that are counted in another reading."""
        verdict = FIRST_SKIP + len(self.readings[number].spec.skip) - 1
        held = self.elsewhere.get(number)
        return without_others(rows, held, verdict, has_file=has_file) if held else rows

    def columns_of(self, reading: Reading, parts: RowParts | None = None) -> SourceColumns:
        """Where the paths of its format lie in its rows."""
        return reading.columns(parts)

    def relation_of(
        self, reading: Reading, columns: SourceColumns, number: int, parts: RowParts | None, numbered: bool
    ) -> str:
        """The SQL that reads its sources."""
        return relation(reading, columns, number, parts, numbered)

    def beside_of(self, reading: Reading, parts: RowParts | None) -> tuple[str, ...]:
        """What is kept of a row beside what its format reads."""
        return (f"{file_number(reading, parts)} AS file",) if len(reading.sources) > 1 else ()

    def rows_alone(self, number: int, source: ReadableFile, parts: RowParts | None = None) -> RowQuery:
        """The rows of one source, each with its number as `record`."""
        self.forget(_ALONE + number)
        return self.rows(_ALONE + number, self.alone(number, source), parts, numbered=True)

    def alone(self, number: int, source: ReadableFile) -> Reading:
        """The same reading of one source, every row as it stands there."""
        reading = self.readings[number]
        spec = replace(reading.spec, dedupe=None)
        return replace(reading, sources=(source,), pack=None, spec=spec, tells_apart=False, seen=None)

    def held_parts(self, number: int) -> list[RowParts]:
        """The lists of parts that the lines may have."""
        reading = self.readings[number]
        return [parts for parts in reading.spec.parts if reading.columns().parts_presence(parts.list)]

    def set_aside(self, number: int, position: int, records: Collection[int], reason: str) -> None:
        """Records of one source are not counted: others say their usage."""
        reading = self.readings[number]
        several = len(reading.sources) > 1
        rows = self.rows_alone(number, reading.sources[position])
        others = f"record NOT IN ({', '.join(map(str, records))})"
        rows = replace(rows, sql=f"SELECT *, {position} AS file FROM ({rows.sql}) WHERE {others}")
        before = self._tokens(number)
        with self.engine.in_order():
            statement = count_statement(rows, self.request.cuts, number, reading.spec.name, several)
            self._hold(["file", *statement.columns])
            self.engine.execute(
                f"DELETE FROM {COUNTED_ROWS} WHERE reading = {number} AND coalesce(file, 0) = {position}"
            )
            self.engine.execute(statement.sql)
        kinds = self.repeats.setdefault(number, {})
        lines, tokens = kinds.get(reason, (0, 0))
        kinds[reason] = (lines + len(records), tokens + before - self._tokens(number))

    # --- summing up ---------------------------------------------------------------------------------------

    def _choose_names(self) -> None:
        """Provider and model are chosen by all their names, once the log's own are known."""
        if not self.request.where_names:
            return
        wanted = [who for who in self.engine.fetch(_WRITTEN) if self.request.wants(*who)]
        self.engine.execute(names_table())
        if wanted:
            pairs = ", ".join(f"({quoted(provider)}, {quoted(model)})" for provider, model in wanted)
            self.engine.execute(f"INSERT INTO wanted VALUES {pairs}")

    def _matching(self, name: str, glob: str) -> str:
        return where_clause([(self._label(name), (glob,))])

    def _label(self, name: str, rows: RowQuery | None = None) -> str:
        return tier_of(_name_column(TIER, rows)) if name == TIER else f"d{self.labels.index(name)}"

    def chosen(self, rows: RowQuery | None = None) -> str:
        """` AND …`: what `where` asks of the counted rows, or of a row query as far as it has the columns."""
        tests = {name: globs for name, globs in self.request.where.items() if name not in NAMES}
        labels = {name: self._label(name, rows) for name in tests}
        held = [name for name in tests if rows is None or name == TIER or labels[name] in rows.columns]
        clause = where_clause([(labels[name], tests[name]) for name in held])
        if not self.request.where_names:
            return clause
        return clause + names_clause(*(_name_column(name, rows) for name in NAMES))

    def _covering(self) -> list[tuple[int, int]]:
        return [
            (number, FIRST_SKIP + i)
            for number, reading in enumerate(self.readings)
            for i, rule in enumerate(reading.spec.skip)
            if rule.covers
        ]

    def _summarised(self) -> UsageLedger:
        groups = self._groups()
        most = (
            _most(len(each.spec.remarks) for each in self.readings),
            _most(len(each.watched) for each in self.readings),
        )
        ask = summary_statements(self.chosen(), self._covering(), self.token_meters(), most, self.held)
        files = self.engine.fetch(ask["files"])
        first, last = self.request.covered(*self._covered(ask), naive=any(group.naive for group in groups))
        found = self.engine.fetch(ask["beside"])
        said = len(BESIDE) + most[0]  # of a reading: what stands beside, and its remarks
        remarked = [(number, *sums[:said]) for number, counted, *sums in found if counted]
        beside = sums_beside(self, [(number, *sums[said:]) for number, _, *sums in found])
        notes = self._notes(remarked) + [
            note for number, sums in beside.items() for note in notes_beside(self, number, sums)
        ]
        self.readable = readable = self._readable(files)
        problems = self._problems(files)
        return UsageLedger(
            tuple(meters().by_name),
            self.kept,
            groups,
            self.request.cuts,
            sources=self._source_files(files),
            skipped=self._skipped(files, ask["left out"], sum(map(len, readable.values()))),
            refused_rows=self._refused(files) - sum(map(len, readable.values())),
            problems=problems,
            uncounted=[problem for number, sums in beside.items() for problem in uncounted(self, number, sums)],
            first_instant=first,
            last_instant=last,
            available_dimensions=tuple(self.offered),
            notes=notes,
            joining=self.request.joining,
            breakdown=self.breakdown,
            last_begun=self.last_begun,
            undated_rows=sum(int(undated or 0) for _, undated, *_ in remarked),
        )

    def _covered(self, ask: Mapping[str, str]) -> tuple[int | None, int | None]:
        """The begin and the end of all time that is told of."""
        spans = [
            self.engine.fetch(ask["covered"])[0],
            *((s.ledger.first_instant, s.ledger.last_instant) for s in self.stored),
        ]
        return min((s for s, _ in spans if s is not None), default=None), max(
            (e for _, e in spans if e is not None), default=None
        )

    def _used(self) -> list[str]:
        """The meters that counted rows have."""
        used = self.used.union(*(each.meters for each in self.stored))
        return [name for name in meters().by_name if name in used]

    def _groups(self) -> list[UsageGroup]:
        used = self._used()
        asked = {canonical(label) for label in self.request.cuts.labels}
        keys = {f"d{i}": name for i, name in enumerate(self.kept)}
        priced = [key for key, name in keys.items() if canonical(name) in asked]
        others = [key for key in keys if key not in priced]
        request = self.request
        customer = next((key for key, name in keys.items() if name == CUSTOMER), None)
        opens = bool(self.keep and request.joining and request.joining.takes_apart)
        by = Grouping(priced, others, used, customer)
        groups = Groups(self.engine, request.cuts, self.chosen(), by, request.joining, opens=opens)
        self.last_begun = groups.last_begun
        if self.keep and opens and (others or groups.opens_models):
            self.breakdown = Breakdown(groups, {key: keys[key] for key in others}, self.keep())
        self.kept = tuple(keys[key] for key in (priced if self.breakdown else (*priced, *others)))
        with collector_paused():
            return [_group(row, len(self.kept), used) for row in (groups.heads() if self.breakdown else groups.rows())]

    def _refused(self, files: Iterable[tuple[Any, ...]]) -> int:
        counted: int = sum(rows for _, _, verdict, rows in files if is_refused(verdict))
        broken = sum(len(set(starts)) for starts in self.rejected.values())
        return counted + broken + sum(copy.refused_rows for copy in self.repaired.values()) + sum(self.unknown.values())

    def _source_files(self, files: Iterable[tuple[Any, ...]]) -> list[SourceFile]:
        rows: dict[tuple[int, int], int] = {}
        for number, file, verdict, count in files:
            rows[number, file or 0] = rows.get((number, file or 0), 0) + (count if verdict == COUNTED else 0)
        return [
            SourceFile(source.shown, reading.spec.name, rows.get((number, file), 0))
            for number, reading in enumerate(self.readings)
            for file, source in enumerate(reading.sources)
        ]

    def _skipped(self, files: Iterable[tuple[Any, ...]], asked: str, readable: int) -> list[SkippedRows]:
        counted: dict[tuple[str, str], tuple[int, int]] = {}

        def add(number: int, reason: str, rows: int, tokens: int = 0) -> None:
            before = counted.get((key := (self.readings[number].spec.name, reason)), (0, 0))
            counted[key] = (before[0] + rows, before[1] + tokens)

        unknown = dict(self.unknown)
        for number, _, verdict, rows in files:
            if is_skip(verdict):
                # Lines that no shape knows were passed over here, but they are refused.
                refused = min(rows, unknown.get(number, 0))
                unknown[number] = unknown.get(number, 0) - refused
                add(number, self._reason(number, verdict), rows - refused)
        for number, _, verdict, tokens, again, held in self.engine.fetch(asked):
            if is_skip(verdict):
                add(number, self._reason(number, verdict), 0, int(tokens))
            add(number, again_reason(self.readings[number].spec), int(again), int(held))
        for number, kinds in self.repeats.items():
            for reason, held_again in kinds.items():
                add(number, reason, *held_again)
        found = [SkippedRows(*key, rows, tokens) for key, (rows, tokens) in counted.items() if rows]
        readable -= sum(unknown.values())
        return [*found, SkippedRows(self.readings[0].spec.name, _READABLE, readable)] if readable > 0 else found

    def _reason(self, number: int, verdict: int) -> str:
        return self.readings[number].spec.skip[verdict - FIRST_SKIP].reason

    def token_meters(self) -> tuple[str, ...]:
        """Those that a reading can count."""
        return tuple(name for name in token_meters() if name in self.used)

    def _notes(self, remarked: Sequence[tuple[Any, ...]]) -> list[str]:
        """What a reader should know of these files, each with the rows that it is true of."""
        notes: list[str] = []
        found: dict[str, int] = {}
        for number, _, _, doubted, tokens, shared, apart, *counts in remarked:
            spec = self.readings[number].spec
            if doubted:
                notes.append(in_doubt(spec.name, int(doubted), int(tokens or 0)))
            if shared and spec.dedupe:
                column = self.readings[number].shown_column(spec.dedupe.key[0][0])
                notes.append(of_one_id(spec.name, column, int(shared), is_apart=bool(apart)))
            for remark, rows in zip(spec.remarks, counts, strict=False):
                said = Loud if remark.is_loud else str
                if remark.when is None:
                    found.setdefault(said(f"{spec.name}: {remark.text}"), 0)
                elif rows and not remark.must_be:
                    text = said(f"{spec.name}: rows that {remark.text}")
                    found[text] = found.get(text, 0) + int(rows)
        if rounded := sum(int(rows or 0) for _, _, rows, *_ in remarked):
            found["amounts with more than 24 decimals, rounded there"] = rounded
        notes += [type(text)(f"{text}: {rows:,}") if rows else text for text, rows in found.items()]
        return [
            *notes,
            *self.settled,
            *(_partly_looked_at(reading) for reading in self.readings if reading.names and not reading.names.exact),
            *missing_agents(self.readings),
            *(note for reading in self.readings for source in reading.sources for note in source.notes),
        ]

    # --- what a cluster says in another way -------------------------------------------------------------------

    def _readable(self, files: Sequence[tuple[Any, ...]]) -> dict[str, set[int]]:
        return readable_lines(self, files)

    def _problems(self, files: Sequence[tuple[Any, ...]]) -> list[Problem]:
        return refusals(self, files)

    def at_first(self, number: int, problems: Mapping[str, Problem]) -> list[Problem]:
        return at_first(self, number, problems)

    def differing(self, number: int, sums: UncountedSums) -> Problem:
        return differing(self, number, sums)


def _partly_looked_at(reading: Reading) -> str:
    looked, size = looked_at(reading.files)
    return (
        f"{reading.sources[0].shown}: lines from all over it ({looked / size:.0%} of {size >> 20:,} MB) were looked at for"
        " counts of other names than its first lines have; `costcalc formats detect` looks at every line"
    )


def _most(counts: Iterable[int]) -> int:
    return max(counts, default=0)


def _name_column(name: str, rows: RowQuery | None) -> str:
    return name if rows is None or name in rows.columns else quoted(rows.constants.get(name, ""))


def _no_such_dimension(name: str, offered: Sequence[str]) -> Problem:
    return Problem(
        "unknown-column",
        f'the usage has no dimension "{name}"',
        expected=f"provider, model, service_tier, or a column of the log: {', '.join(offered) or 'it has no other'}",
        nearest=nearest_names(name, (*NAMES, TIER, *offered)),
        remedy="name one of these, or --map it",
    )


def _two_columns(name: str, readings: Iterable[Reading]) -> list[Problem]:
    """A dimension that two columns of a file are called: neither is taken by guess."""
    problems = []
    for source in (source for reading in readings for source in reading.sources):
        columns = [column for column in source.header if canonical(column) == canonical(name)]
        if len(columns) > 1:
            called = " and ".join(f'"{column}"' for column in columns)
            place, expected = Place(source.shown, 1), "one column for each name"
            text, remedy = f"{called} are both called {name}", "rename one of them in the file"
            problems.append(Problem("two-columns-one-meaning", text, place, expected=expected, remedy=remedy))
    return problems


def _group(row: tuple[Any, ...], kept: int, used: Sequence[str]) -> UsageGroup:
    at, until, naive, provider, model, region, tier, thinking, assumed, input_over, output_over, basis, mix, *rest = row
    (
        requests_known,
        cost_known,
        cost_currency,
        cost_kind,
        divisor,
        billed_meter,
        revenue_known,
        revenue_currency,
        name,
        earns,
        earns_in,
    ) = rest[:11]
    dimensions, (rows, requests, cost, revenue, *counts) = tuple(rest[11 : 11 + kept]), rest[11 + kept :]
    counted = dict(zip(used, counts, strict=True))
    quantities = (counted.get(name, 0) for name in meters().by_name)
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
        tuple(map(int, quantities)),
        int(rows),
        Fraction(cost) / divisor if cost_known else None,
        cost_currency,
        cost_kind,
        billed_meter,
        Fraction(revenue) if revenue_known else None,
        revenue_currency,
        name,
        mix,
        assumed,
        earns,
        earns_in,
    )
