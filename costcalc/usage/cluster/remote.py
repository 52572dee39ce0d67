"""Remote: usage that a cluster reads. Its first rows are looked at here, as those of any file; then the cluster runs the
SELECT that the engine would run, and what comes back is the table of counted rows. All that follows is the same.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from costcalc.calendar import utc_midnight
from costcalc.files import temporary_folder
from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.records import dataclass
from costcalc.usage.cluster.spark import SAMPLE_ROWS, Cluster, no_file
from costcalc.usage.cluster.textlines import BROKEN, TextColumns
from costcalc.usage.cluster.translate import GUARD, to_spark
from costcalc.usage.counting.counter import Counter
from costcalc.usage.counting.diagnose import EXPLAINED, MOST_PROBLEMS, Refused, explained, shown_columns
from costcalc.usage.counting.refusals import idle, is_refused
from costcalc.usage.files.left import Left
from costcalc.usage.files.sources import Packed, ReadableFile, Workspace, open_source
from costcalc.usage.formats.model import RowParts, paths_of
from costcalc.usage.formats.paths import (
    FILE,
    JsonColumns,
    SourceColumn,
    SourceColumns,
    TableColumns,
    UsageNames,
    is_list_inside,
    quoted,
)
from costcalc.usage.formats.unread import with_unread
from costcalc.usage.limits import Limits
from costcalc.usage.progress import Progress
from costcalc.usage.reading.readings import Reading
from costcalc.usage.reading.usagenames import _paths
from costcalc.usage.sql.copies import rows_told_apart
from costcalc.usage.sql.engine import Engine, usage_key_pattern
from costcalc.usage.sql.labels import COUNTED_ROWS, count_statement
from costcalc.usage.sql.rows import BAD_TIME, IN_PARTS, MALFORMED, UNASSUMED, RowQuery

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)
_TABLE = re.compile(r"[\w-]+(\.[\w-]+)*")
_DELIMITERS = ",;\t|"
_PARQUET = (".parquet", ".pq", ".parq")
_HERE = "scan it without --engine spark"
_BROKEN = Problem(
    "malformed-json",
    "the line is not JSON",
    expected="one whole JSON object a line",
    remedy="correct or remove the lines; the others are counted",
)
_VALUES = r':\s*("([^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)'
_MOST_MONEY = 9e13  # of one group; above 10^14 its digits run out


@dataclass(frozen=True, slots=True)
class Remote:
    """What a cluster reads for one argument."""

    view: str  # its rows, by name
    types: Mapping[str, str]  # of Parquet and tables: column → the name of its type
    is_whole: bool = True  # all of its lines were looked at


class RemoteEngine(Engine):
    """The engine at home, where all but the counting is done, and the cluster that counts for it."""

    cluster: Cluster
    remotes: dict[str, Remote]  # by the argument

    def keys(self, source: ReadableFile) -> list[str]:
        """Every top-level key of the lines."""
        view = self.remotes[source.shown].view
        found = self.cluster.fetch(f"SELECT DISTINCT explode(json_object_keys(value)) AS k FROM {view}", source.shown)
        return sorted(map(str, found.column(0).to_pylist()))

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """The cluster's answer to a statement in the engine's own dialect."""
        found = self.cluster.fetch(to_spark(statement))
        return [*zip(*(column.to_pylist() for column in found.columns), strict=True)]

    def count(self, statement: str, shown: str) -> None:
        """What the cluster counts goes into the table of counted rows."""
        found = self.cluster.fetch(to_spark(statement), shown)
        for name in found.column_names:
            if name.startswith(GUARD):
                _check_money(name.removeprefix(GUARD), found.column(name).to_pylist(), shown)
                found = found.drop_columns([name])
        self.register("counted_there", found)
        self.execute(f"INSERT INTO {COUNTED_ROWS} BY NAME SELECT * FROM counted_there")
        self.session.unregister("counted_there")


def _check_money(name: str, sums: Sequence[float | None], shown: str) -> None:
    if any(amount is not None and amount > _MOST_MONEY for amount in sums):
        raise fail(
            "too-much-money", f"the {name} of a group is above {_MOST_MONEY:,.0f}: its digits would run out",
            place=Place(shown), remedy="scan parts of the log, or correct the amounts",
        )  # fmt: skip


@contextmanager
def opened_on(
    remote: str, usage: object, progress: Progress | None, limits: Limits
) -> Iterator[tuple[list[ReadableFile], Engine, Workspace, Left, ExitStack]]:
    """Usage that a cluster reads, as `scan` opens files. A source's path is a file with its first rows."""
    if isinstance(usage, str | Path):
        usage = [usage]
    if not isinstance(usage, Sequence):
        raise fail("bad-option", "a cluster reads paths and tables, no frame", remedy="leave --engine spark away")
    arguments = [*dict.fromkeys(map(str, usage))]
    problems = [problem for argument in arguments if (problem := _not_remote(argument))]
    if problems:
        raise CostcalcError(problems)
    with ExitStack() as held:
        cluster = Cluster(remote)
        held.callback(cluster.close)
        workspace = Workspace(held.enter_context(temporary_folder()), limits, progress)
        remotes: dict[str, Remote] = {}
        sources = [_opened(cluster, workspace, name, number, remotes) for number, name in enumerate(arguments)]
        engine = RemoteEngine(workspace.folder, [source.path for source in sources], progress, limits)
        engine.cluster, engine.remotes = cluster, remotes
        held.enter_context(closing(engine))
        yield sources, engine, workspace, Left(), held


def _not_remote(argument: str) -> Problem | None:
    if _SCHEME.match(argument) or _TABLE.fullmatch(argument):
        return None
    remedy = f"write where it lies: file://{argument if argument.startswith('/') else '/' + argument} for a file of the cluster's own, or {_HERE}"
    return Problem("not-remote", "a cluster reads paths with their store, and tables by name", Place(argument),
                   expected="s3://…, gs://…, hdfs://…, file:///…, or catalog.schema.table", remedy=remedy)  # fmt: skip


def _opened(
    cluster: Cluster, workspace: Workspace, shown: str, number: int, remotes: dict[str, Remote]
) -> ReadableFile:
    view = f"usage_{number}"
    if not _SCHEME.match(shown):
        cluster.view_of_table(view, shown)
        return _typed(cluster.table(shown), workspace, shown, view, remotes)
    days = {file: day for file, day in cluster.files(shown).items() if not re.search(r"/[_.][^/]*$", file)}
    if not days:
        raise no_file(shown)
    files, changed = [*days], utc_midnight(min(days.values())) if len({*days.values()}) == 1 else 0
    _check_alike(files, shown)
    if files[0].lower().endswith(_PARQUET):
        cluster.view_of_parquet(view, files, shown)
        return _typed(cluster.parquet(files, shown), workspace, shown, view, remotes, changed)
    columns, lines = 0, cluster.lines(files[0])
    if next((line for line in lines if line.strip()), "").lstrip("\ufeff \t")[:1] not in ("{", "["):
        columns, lines = _rows(cluster, view, files, shown)
    else:
        cluster.view_of_lines(view, files, shown)
    remotes[shown] = Remote(view, {}, len(lines) < SAMPLE_ROWS)
    source = _sampled(lines, workspace, shown, changed)
    if source.kind == "table" and len(source.header) != columns:
        raise fail("not-on-a-cluster", "its columns cannot be told apart there", place=Place(shown), remedy=_HERE)
    return source


def _rows(cluster: Cluster, view: str, files: Sequence[str], shown: str) -> tuple[int, list[str]]:
    """Tables of one header as a view: how many columns they have, and the header and some rows as lines."""
    delimiter, header = cluster.header(files[0], _DELIMITERS)
    for file in files[1:]:
        # Columns are read by their position.
        if cluster.header(file, delimiter)[1] != header:
            raise fail(
                "mixed-files", f"it has other columns than {files[0]}", place=Place(file),
                remedy="name files of one header together, and the others as arguments of their own",
            )  # fmt: skip
    cluster.view_of_rows(view, files, shown, delimiter, len(header))
    rows = cluster.fetch(f"SELECT * FROM {view} LIMIT {SAMPLE_ROWS}", shown)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    return len(header), [text.getvalue().removesuffix("\n")]


def _check_alike(files: Sequence[str], shown: str) -> None:
    endings = {file.rpartition("/")[2].partition(".")[2].lower().removesuffix(".gz") for file in files}
    endings = {ending.rpartition(".")[2] for ending in endings}
    if len(endings) > 1:
        raise fail(
            "mixed-files", f"it holds files of several kinds: {', '.join(sorted(endings))}", place=Place(shown),
            remedy=f"name those of one kind: {shown.rstrip('/')}/*.{min(endings)}",
        )  # fmt: skip


def _sampled(lines: Sequence[str], workspace: Workspace, shown: str, changed: int) -> ReadableFile:
    """What the first lines tell, as of any file that begins so. CostcalcError: it is read only at home."""
    sample = workspace.new_file(".sample")
    sample.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    try:
        source = open_source(str(sample), workspace, str(sample))
    except CostcalcError as error:
        at = Place(shown)
        raise CostcalcError([replace(each, place=at) for each in error.problems]) from error
    if isinstance(source, Packed) or source.path != str(sample):
        raise fail(
            "not-on-a-cluster", "it is one JSON document, or its records hold others: they are taken apart before they are read",
            place=Place(shown), remedy=f"{_HERE}, or keep its ledger: costcalc scan FILE -o ledger.parquet",
        )  # fmt: skip
    if any("\ufffd" in line for line in lines):
        raise fail(
            "not-on-a-cluster", "it is not UTF-8 text", place=Place(shown), remedy=f"turn it into UTF-8, or {_HERE}"
        )
    return replace(source, shown=shown, changed=changed)


def _typed(
    sample: Any, workspace: Workspace, shown: str, view: str, remotes: dict[str, Remote], changed: int = 0
) -> ReadableFile:
    import pyarrow.parquet

    path = workspace.new_file(".parquet")
    pyarrow.parquet.write_table(sample, path)
    remotes[shown] = Remote(view, {field.name: str(field.type) for field in sample.schema})
    return ReadableFile(shown, str(path), "parquet", changed=changed)


class RemoteCounter(Counter):
    """Counts on the cluster; what it gives is summed up at home."""

    engine: RemoteEngine

    def _count(self, number: int) -> None:
        reading = self.readings[number]
        if not reading.sources[0].changed:  # a table, or files of several days
            spec = replace(reading.spec, undated=False)
            reading = replace(
                reading, spec=spec, unassumed=reading.unassumed and replace(reading.unassumed, undated=False)
            )
        spec = replace(reading.spec, may_sum=())  # nobody looks whether its rows are of days
        self.readings[number] = replace(reading, spec=spec, pack=None)
        self._run(number)
        broken = f"verdict IN ({BAD_TIME}, {UNASSUMED}, {MALFORMED})"
        if self.readings[number].makes_assumptions and self.rows_of(number, broken):
            self._again_without_assumption(number)
        if self.readings[number].spec.search_for and self._left_over(number):
            self._look_again(number)
        if self.rows_of(number, f"verdict = {IN_PARTS}"):
            raise _refused(self.readings[number], "its lines hold lists of parts")

    def _run(self, number: int, parts: RowParts | None = None, *, looks: bool = True) -> None:
        reading = self.readings[number]
        rows = self.rows(number, reading)
        self.used.update(rows.meters)
        if "reply" in rows.columns:
            self._check_replies(reading, rows)
            rows = replace(rows, columns=tuple(name for name in rows.columns if name != "reply"))
        several = len(reading.sources) > 1
        statement = count_statement(rows, self.request.cuts, number, reading.spec.name, several)
        self._hold(statement.columns)
        self.is_filled = True
        self.engine.count(statement.sql, reading.sources[0].shown)

    def _check_replies(self, reading: Reading, rows: RowQuery) -> None:
        """CostcalcError: lines repeat replies, and which one counts depends on the order of lines, which a cluster does not keep."""
        asked = "count(reply), count(DISTINCT reply), count_if(reply = 0)"
        ((named, different, none),) = self.engine.ask(f"SELECT {asked} FROM ({rows.sql})")
        if named > different or none:
            raise _refused(
                reading, "lines of it repeat replies or tell them in events, and their order decides what counts"
            )

    def _ask_names(self, number: int) -> None:
        """What the usage objects of every line hold."""
        reading = self.readings[number]
        if reading.names is None or reading.names.exact:
            return
        spec = reading.unassumed or reading.spec
        paths = [
            key if root == "." else f"{root}.{key}"
            for root in (*spec.roots, *spec.unseen_roots)
            for key in spec.objects
        ]
        columns = TextColumns()
        objects = {path: column.sql for path in paths if (column := columns.get(f"/{path}"))}
        found = set[str]()
        asked = ", ".join(f"{_structure(sql)} AS s{i}" for i, sql in enumerate(objects.values()))
        for source in reading.sources if objects else ():
            for row in self.engine.ask(
                f"SELECT DISTINCT {asked} FROM (SELECT value AS json FROM {self._view(source)}) AS line"
            ):
                for path, structure in zip(objects, row, strict=True):
                    found |= {path, *_paths_in(structure, path)} if structure else set()
        names = UsageNames(spec.objects, frozenset(found), exact=True)
        self.readings[number] = replace(reading, names=names, watched=with_unread(reading.watched, spec, names))

    def _left_over(self, number: int) -> int:
        reading = self.readings[number]
        pattern = usage_key_pattern(reading.spec).pattern
        whole = f"regexp_matches(value, {quoted(pattern)}) AND json_object_keys(value) IS NOT NULL"
        asked = (f"SELECT count(*) FROM {self._view(source)} WHERE {whole}" for source in reading.sources)
        understood = self.rows_of(number, f"verdict NOT IN ({', '.join(map(str, idle(reading.spec)))})")
        return max(0, sum(int(self.engine.ask(each)[0][0]) for each in asked) - understood)

    def _view(self, source: ReadableFile) -> str:
        return self.engine.remotes[source.shown].view

    # --- how rows are laid out there --------------------------------------------------------------------------

    def columns_of(self, reading: Reading, parts: RowParts | None = None) -> SourceColumns:
        if reading.spec.keeps_to_paths and any(map(is_list_inside, paths_of(reading.spec))):
            raise _refused(reading, "--map adds up what a list holds, which a cluster's JSON functions do not")
        columns = reading.columns(parts)
        if reading.sources[0].kind == "json":
            first = reading.sources[0]
            texts = TextColumns(reading.spec.roots, "", reading.names)
            assert isinstance(columns, JsonColumns)
            texts.as_written = columns.as_written
            texts.keys = frozenset(key for key in first.scalars if "." in key)
            for sign in reading.spec.signs:
                texts.presence(f"/{sign}")
            return texts
        assert isinstance(columns, TableColumns)
        known = columns.columns
        if reading.sources[0].kind == "parquet":
            known = {name: self._typed(reading, column) for name, column in known.items()}
        return TableColumns(known, None)

    def _typed(self, reading: Reading, column: SourceColumn) -> SourceColumn:
        """A whole number that is kept as a fraction is written as one: engines write 1E7 in ways of their own."""
        kind = self.engine.remotes[reading.sources[0].shown].types.get(column.sql.strip('"'), "")
        if kind not in ("double", "float"):
            return column
        whole = f"{column.sql} = CAST({column.sql} AS BIGINT) AND abs({column.sql}) < 1000000000000000"
        written = f"CASE WHEN {whole} THEN CAST(CAST({column.sql} AS BIGINT) AS VARCHAR) || '.0' ELSE CAST({column.sql} AS VARCHAR) END"
        return replace(column, sql=written)

    def relation_of(
        self, reading: Reading, columns: SourceColumns, number: int, parts: RowParts | None, numbered: bool
    ) -> str:
        kind = reading.sources[0].kind
        several = len(reading.sources) > 1
        asked = "value AS json" if kind == "json" else "*"
        where = " WHERE value <> ''" if kind == "json" else ""
        each = [
            f"SELECT {asked}{f', {i} AS {FILE}' if several else ''} FROM {self._view(source)}{where}"
            for i, source in enumerate(reading.sources)
        ]
        rows = f"({' UNION ALL '.join(each)})"
        if kind == "json":
            return f"{rows} AS line"
        if reading.spec.dedupe and reading.spec.marks_copies:
            assert isinstance(columns, TableColumns)
            file = FILE if several else "0"
            return rows_told_apart(reading.spec.dedupe, columns, lambda: rows, file=file).replace(
                f"SELECT *, {FILE},", "SELECT *,"
            )
        return rows

    def beside_of(self, reading: Reading, parts: RowParts | None) -> tuple[str, ...]:
        broken = (f"{BROKEN} AS broken",) if reading.sources[0].kind == "json" else ()
        return (*((f"{FILE} AS file",) if len(reading.sources) > 1 else ()), *broken)

    # --- what is said of rows ---------------------------------------------------------------------------------

    def _readable(self, files: Any) -> dict[str, set[int]]:
        """Lines that hold no usage, and are whole all the same."""
        found: dict[str, set[int]] = {}
        for number in {number for number, _, verdict, _ in files if verdict == MALFORMED}:
            reading = self.readings[number]
            rows = self.rows(number, reading)
            asked = f"SELECT count_if(verdict = {MALFORMED} AND NOT broken) FROM ({rows.sql})"
            found[reading.sources[0].path] = set(range(int(self.engine.ask(asked)[0][0])))
        return found

    def _problems(self, files: Sequence[tuple[Any, ...]]) -> list[Problem]:
        """The refused rows of each argument, by what is wrong, with how many there are: a cluster numbers no lines."""
        found: dict[tuple[int, int], int] = {}
        for number, _, verdict, rows in files:
            if is_refused(verdict):
                found[number, verdict] = found.get((number, verdict), 0) + rows
        firsts = {number: self._firsts(number) for number in sorted({number for number, _ in found})}
        problems: list[Problem] = []
        for (number, verdict), count in found.items():
            reading = self.readings[number]
            if verdict == MALFORMED:
                count -= len(self.readable.get(reading.sources[0].path, ()))
            if count > 0:
                of = ", ".join(source.shown for source in reading.sources)
                problem = firsts[number].get(verdict, _BROKEN)
                said = f"{problem.message}: {count:,} such row{'s' * (count != 1)} (a cluster numbers no lines)"
                problems.append(replace(problem, message=said, place=Place(of)))
        return problems[:MOST_PROBLEMS]

    def _firsts(self, number: int) -> dict[int, Problem]:
        """What is wrong with one row of each verdict. A filter in place of groups would end in an error of Sail."""
        reading = self.readings[number]
        rows = self.rows(number, reading)
        shown = shown_columns(rows)
        packed = ", ".join(f'"v{i}" := {sql}' for i, sql in enumerate([*shown.values(), "verdict"]))
        asked = f"SELECT verdict, min(struct_pack({packed})) AS example FROM ({rows.sql}) GROUP BY verdict"
        found = {}
        for verdict, example in self.engine.ask(asked):
            if verdict in EXPLAINED:
                values = dict(zip(shown, example.values(), strict=False))
                found[verdict] = explained(Refused(0, verdict, values), rows, reading)[0]
        return found

    def at_first(self, number: int, problems: Mapping[str, Problem]) -> list[Problem]:
        place = Place(self.readings[number].sources[0].shown)
        return [replace(problem, place=place) for problem in problems.values()]

    def differing(self, number: int, sums: Any) -> Problem:
        reading = self.readings[number]
        what = f"{reading.shown_total} is another than input and output of {sums.off[0]:,} rows: {sums.off[1]:,} more, {sums.off[2]:,} less"
        return Problem(
            "differing-total", what, Place(reading.sources[0].shown), remedy=_HERE + " to see the first of them"
        )

    def rows_alone(self, number: int, source: ReadableFile, parts: RowParts | None = None) -> RowQuery:
        raise _refused(self.readings[number], "it sums up a batch whose lines stand beside it")

    def _notes(self, remarked: Sequence[tuple[Any, ...]]) -> list[str]:
        # What is known of the files at home is known of their first rows alone.
        nothing = self.workspace.new_file(".nothing")
        nothing.touch()
        notes = []
        for number, reading in enumerate(self.readings):
            parts = [each.shown for each in reading.sources if not self.engine.remotes[each.shown].is_whole]
            if parts and reading.names and not reading.names.exact:
                first = f"{SAMPLE_ROWS:,} lines"
                notes.append(
                    f"{', '.join(parts)}: counts of other names than the first {first} have were not looked for"
                )
            names = reading.names and replace(reading.names, exact=True)
            sources = tuple(replace(source, path=str(nothing)) for source in reading.sources)
            self.readings[number] = replace(reading, names=names, sources=sources)
        return [*super()._notes(remarked), *notes]


def _structure(sql: str) -> str:
    """An object without its values: of a log there are few of them."""
    return f"regexp_replace({sql}, {quoted(_VALUES)}, ':0', 'g')"


def _paths_in(structure: str, path: str) -> Iterator[str]:
    try:
        found = json.loads(structure)
    except ValueError:
        return
    yield from _paths(found, path, {})


def _refused(reading: Reading, why: str) -> CostcalcError:
    names = ", ".join(source.shown for source in reading.sources)
    return fail("not-on-a-cluster", f"{reading.spec.name}: {why}", place=Place(names),
                remedy=f"{_HERE}, and keep its ledger: costcalc scan FILE -o ledger.parquet")  # fmt: skip
