"""The engine: one DuckDB session, set up for exact counting, and the relations it reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.problems import CostcalcError, Place, fail
from costcalc.records import dataclass
from costcalc.usage.files.columns import check_names
from costcalc.usage.files.session import literal, locked_session
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats.model import Dedupe, FormatSpec, RowParts
from costcalc.usage.formats.paths import FILE, JsonColumns, SourceColumns, TableColumns, quoted
from costcalc.usage.limits import LONGEST_LINE, USUAL, Limits
from costcalc.usage.progress import Progress, Reader, watched
from costcalc.usage.sql.copies import keys_of, lines_once, rows_told_apart
from costcalc.usage.sql.replies import replies_of
from costcalc.usage.sql.rows import failed_at_source

if TYPE_CHECKING:
    from costcalc.usage.reading.readings import Reading

_ROWS_AT_ONCE = 10_000
_FEW_FILES, _FEW_BYTES = (
    16,
    1 << 18,
)  # one thread has counted them before several have shared them out, or a plan is better
_LONGEST_BLANK = 10_000

_DAMAGED = "it begins like Parquet, and is cut or damaged"
_SWALLOWING = ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM")

_KINDS = {  # the engine's types → kinds of columns; the others are read as text
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
        "integer",
    ),
    "VARCHAR": "text",
    "TIMESTAMP WITH TIME ZONE": "instant",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"), "naive"),
    "DATE": "day",
    "BOOLEAN": "flag",
}


class NotRectangular(Exception):
    """The engine cannot tell the rows of a table apart: its newlines or quotes are mixed."""


class NotForeseen(Exception):
    """A JSON line is none, or holds something else than the lines that were looked at."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is none."""

    path: str
    start: int  # byte of its first character
    swallows: bool  # it may have taken good rows with it


def _row_start(path: str, start: int) -> int | None:
    """The engine counts bytes from 1 and points at the blank lines before a row; None: there is no row, only blanks."""
    start -= 1
    with Path(path).open("rb") as stream:
        stream.seek(start)
        while (char := stream.read(1)) in (b"\n", b"\r"):
            start += 1
        return start if (char + stream.readline(_LONGEST_BLANK)).strip() else None


class Engine:
    """One session. Times are UTC, order is free, memory is bounded, and it reaches no other files than those named."""

    def __init__(
        self,
        folder: Path,
        files: Iterable[str] = (),
        progress: Progress | None = None,
        limits: Limits = USUAL,
    ) -> None:
        """`folder`: for copies, and for what does not fit into memory; whoever made it removes it."""
        self.folder, self.progress, self.limits = folder, progress, limits
        files = list(files)
        self.reader = Reader({file: Path(file).stat().st_size for file in files} if progress else {})
        self.reads_little = few = _are_few(files)
        fitting = replace(limits, threads=limits.threads or 1) if few else limits
        self.session = locked_session(folder, files, fitting, tells_progress=progress is not None, is_quick=few)
        self.execute("SET preserve_insertion_order = false")

    def execute(self, statement: str) -> None:
        with self.limits.named():
            self.session.execute(statement)

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Rows keep the order of their file."""
        self.session.execute("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self.session.execute("SET preserve_insertion_order = false")

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        with self.limits.named():
            return self.session.execute(statement).fetchall()

    def columns(self, statement: str) -> dict[str, Any]:
        """The same as arrays of numbers, by the name of the column."""
        with self.limits.named():
            found: dict[str, Any] = self.session.execute(statement).fetchnumpy()
        return found

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows, some at a time; nothing else may be asked before their end."""
        with self.limits.named():
            cursor = self.session.execute(statement)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                yield from rows

    def insert(self, table: str, rows: Iterable[Sequence[str | int | None]]) -> None:
        """Rows of texts and integers, one by one in the order of the table's columns."""
        listed = [*rows]
        for start in range(0, len(listed), _ROWS_AT_ONCE):
            part = listed[start : start + _ROWS_AT_ONCE]
            # One text: the engine plans an expression for each value of VALUES.
            text = quoted(json.dumps([[None if value is None else str(value) for value in row] for row in part]))
            columns = ", ".join(f"row[{i}]" for i in range(1, len(part[0]) + 1))
            self.execute(
                f"INSERT INTO {table} SELECT {columns} FROM (SELECT unnest(from_json({text}, '[[\"VARCHAR\"]]')) AS row)"
            )

    def run(self, statement: str, sources: Sequence[ReadableFile], *, strictly: bool = False) -> None:
        """A statement over these sources, that may take long: the share that is done is told to the progress function.

        CostcalcError: the engine gave up; NotRectangular: at a table; NotForeseen: JSON lines are read strictly, and
        one is not as the first ones let expect.
        """
        import duckdb

        try:
            self._watched(statement, [source.path for source in sources if source.kind != "frame"])
        except duckdb.InvalidInputException as error:
            if "CSV Parser" in str(error) or "CSV Error" in str(error):
                raise NotRectangular from error
            if "JSON" in str(error) and strictly:
                raise NotForeseen from error
            raise _unreadable(error) from error
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException, duckdb.InterruptException):
            raise  # a bug of ours, or somebody pressed Ctrl-C
        except duckdb.Error as error:
            for source in sources:
                self._check_whole(source)
            raise _unreadable(error) from error

    def _check_whole(self, source: ReadableFile) -> None:
        """CostcalcError: the Parquet file is damaged."""
        if source.kind == "parquet":
            with naming(source):
                self.execute(f"SELECT max(hash(whole)) FROM read_parquet({literal(source.path)}) AS whole")

    def _watched(self, statement: str, paths: Sequence[str]) -> None:
        progress = self.progress
        with self.limits.named():
            watched(self.session, statement, progress and (lambda share: progress(self.reader.at(share, paths))))
        self.reader.finish(paths)

    def register(self, name: str, frame: object) -> None:
        self.session.register(name, frame)

    def rejects(self, number: int) -> list[Reject]:
        """The rows of a table that the engine could not read as rows."""
        scans = f"SELECT DISTINCT scan_id, file_id, file_path FROM rejects_scan_{number}"
        found = self.fetch(
            f"SELECT DISTINCT file_path, line_byte_position, error_type::VARCHAR FROM rejects_{number} JOIN ({scans}) USING (scan_id, file_id)"
        )
        starts = [(path, _row_start(path, start), kind) for path, start, kind in found]
        return [Reject(path, start, kind in _SWALLOWING) for path, start, kind in starts if start is not None]

    def has_rows(self, source: ReadableFile) -> bool:
        """Whether a Parquet file holds any row."""
        with naming(source):
            rows = self.fetch(f"SELECT sum(num_rows) FROM parquet_file_metadata({literal(source.path)})")[0][0]
        if self.progress and rows:
            self.reader.holds(source.path, rows)
        return bool(rows)

    def keys(self, source: ReadableFile) -> list[str]:
        """Every top-level key of the lines of a JSON source."""
        lines = f"read_ndjson_objects({literal(source.path)}, ignore_errors = true)"
        return [
            key for (key,) in self.fetch(f"SELECT DISTINCT unnest(json_keys(json)) AS key FROM {lines} ORDER BY key")
        ]

    def close(self) -> None:
        self.session.close()


def _are_few(files: Sequence[str]) -> bool:
    return 0 < len(files) <= _FEW_FILES and sum(Path(file).stat().st_size for file in files) <= _FEW_BYTES


def _unreadable(error: Exception) -> CostcalcError:
    reason = str(error).strip().splitlines()[0]
    return fail(
        "unreadable-file", f"the engine gave up: {reason}", remedy="split the file, or free memory and disk space"
    )


@contextmanager
def naming(source: ReadableFile) -> Iterator[None]:
    """What the engine cannot read of a Parquet file is said of that file. CostcalcError: it is cut or damaged."""
    import duckdb

    try:
        yield
    except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException, duckdb.InterruptException):
        raise  # as in `run`
    except duckdb.Error as error:
        remedy = "copy or export the file again"
        raise fail("unreadable-file", _DAMAGED, place=Place(source.shown), remedy=remedy) from error


def column_types(engine: Engine, source: ReadableFile) -> dict[str, str]:
    """The columns of a Parquet file or a frame, and the kinds of their types. CostcalcError: it is not whole."""
    if source.kind == "frame":
        found = engine.fetch("DESCRIBE SELECT * FROM frame")
    else:
        with naming(source):
            path = literal(source.path)
            names = engine.fetch(f"SELECT name FROM parquet_schema({path}) WHERE num_children IS NULL")
            check_names((name for (name,) in names), Place(source.shown))
            found = engine.fetch(f"DESCRIBE SELECT * FROM {_parquet((source,))}")
    return {name: _KINDS.get(kind, "number") for name, kind, *_ in found}


def relation(
    reading: Reading, columns: SourceColumns, number: int, parts: RowParts | None = None, numbered: bool = False
) -> str:
    """The SQL that reads a reading's sources; `numbered`: a line's parts with the number of the line as `record`."""
    if isinstance(columns, JsonColumns):
        return _json(reading, columns, parts, numbered)
    if not (reading.spec.dedupe and reading.spec.marks_copies and reading.copies):
        return _rows(reading, columns, number)
    assert isinstance(columns, TableColumns)
    held = [keys for other in reading.earlier if (keys := _keys_held(other, reading.spec.dedupe))]
    failed = failed_at_source(reading.spec, columns)
    return rows_told_apart(reading.spec.dedupe, columns, lambda: _rows(reading, columns, number), held, failed=failed)


def _rows(reading: Reading, columns: SourceColumns, number: int | None) -> str:
    """The rows of a table or a frame, now that every path is known; `number`: as of `_csv`."""
    kind = reading.sources[0].kind
    frame = f"(SELECT *, 0 AS {FILE} FROM frame)"
    read = frame if kind == "frame" else _parquet(reading.sources) if kind == "parquet" else _csv(reading, number)
    file = "" if kind == "frame" or reading.pack else f", {FILE}"
    return columns.with_insides(read, file) if isinstance(columns, TableColumns) else read


def _keys_held(reading: Reading, dedupe: Dedupe) -> str:
    """The keys of a reading's rows, as a SELECT; "" where it has not all of them."""
    columns = reading.columns()
    keys = keys_of(dedupe, columns.get)
    if len(keys) < len(dedupe.key):
        return ""
    rows = json_lines(reading, columns) if isinstance(columns, JsonColumns) else _rows(reading, columns, None)
    return f"SELECT {', '.join(keys)} FROM {rows} WHERE {keys[0]} IS NOT NULL"


def file_number(reading: Reading, parts: RowParts | None) -> str:
    """SQL of the position of a row's source, in rows of `relation`."""
    if reading.sources[0].kind != "json":
        return FILE
    return "file" if parts or (reading.spec.replies and reading.tells_apart) else f"line.{FILE}"


def _csv(reading: Reading, number: int | None) -> str:
    """`number`: of the tables that take what is no row; None: it is passed over."""
    first = reading.files[0]
    columns = {f"c{i}": "VARCHAR" for i in range(len(first.header))}
    if reading.pack:
        columns = {FILE: "BIGINT", **columns}
    names = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
    options = {
        "columns": "{" + names + "}",
        "delim": quoted(first.delimiter),
        "quote": quoted('"'),
        "escape": quoted('"'),
        "header": "false",
        "skip": str(first.skip),
        "auto_detect": "false",
        "hive_partitioning": "false",
    }
    if number is None:
        options["ignore_errors"] = "true"
    else:
        tables = {"rejects_table": quoted(f"rejects_{number}"), "rejects_scan": quoted(f"rejects_scan_{number}")}
        options |= {"store_rejects": "true", **tables}
    return f"read_csv({_files(reading.files)}, {_options(options)})"


def _parquet(sources: tuple[ReadableFile, ...]) -> str:
    return f"read_parquet({_files(sources)}, {_options({'hive_partitioning': 'false'})})"


def _json(reading: Reading, columns: JsonColumns, parts: RowParts | None, numbered: bool) -> str:
    spec, file = reading.spec, f"line.{FILE} AS file"
    listed = columns.list_sql() if parts else ""
    earlier = spec.parts[: spec.parts.index(parts)] if parts else ()
    others = [sql for other in earlier if (sql := columns.parts_presence(other.list))]
    once = replies_of(spec.replies, columns, spec.search_for) if spec.replies and reading.tells_apart else ""
    if spec.dedupe and listed:
        every = [sql for each in spec.parts if (sql := columns.parts_presence(each.list))]
        once = lines_once(spec.dedupe, columns, failed_at_source(spec, columns), every)
    lines = json_lines(reading, columns, strictly=reading.is_strict)  # now that every path is known
    if once:
        lines, file = once.replace("LINES", lines), "file"
    if not listed:
        return lines
    members = f"unnest({listed}) AS part, generate_subscripts({listed}, 1) AS part_no"
    chosen = " AND ".join([f"len({listed}) > 0", *(f"NOT ({sql})" for sql in others)])
    if numbered:
        lines, file = f"(SELECT line, row_number() OVER () AS record FROM {lines})", "record"
    return f"(SELECT line, {members}, {file} FROM {lines} WHERE {chosen})"


def json_lines(reading: Reading, columns: JsonColumns, *, strictly: bool = False) -> str:
    """The lines with the columns that were asked for, each a struct called `line`; `strictly`: any line that is no
    object, or holds something else where others hold an object or a text with JSON, ends the statement (NotForeseen).
    """
    more = {FILE: "BIGINT"} if reading.pack else {}
    options = {
        "columns": columns.types(more),
        "format": quoted("newline_delimited"),
        "ignore_errors": "false" if strictly else "true",
        "hive_partitioning": "false",
    }
    return columns.with_insides(
        f"read_json({_files(reading.files)}, {_options(options)})", bool(reading.pack), strictly
    )


def usage_key_pattern(spec: FormatSpec) -> re.Pattern[str]:
    """Where one of the keys that the format searches for begins an object; not inside a quoted JSON text."""
    keys = "|".join(spec.search_for)
    return re.compile(rf'(^|[^\\])"({keys})"\s*:\s*\{{\s*"')


def lines_with_keys(reading: Reading) -> str:
    """The lines, as text, in which one of the keys that the format searches for begins an object."""
    pattern = usage_key_pattern(reading.spec).pattern
    return f"{text_lines(reading.files)} WHERE regexp_matches(line, {quoted(pattern)})"


def text_lines(sources: tuple[ReadableFile, ...]) -> str:
    """The lines of text files as they are, in a column called `line`."""
    options = (
        "header = false, auto_detect = false, delim = '\\0', quote = '', escape = '', columns = {'line': 'VARCHAR'}"
    )
    size = f"max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE}, strict_mode = false"
    return f"read_csv({_files(sources)}, {options}, {size})"


def _files(sources: tuple[ReadableFile, ...]) -> str:
    return "[" + ", ".join(literal(source.path) for source in sources) + "]"


def _options(options: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in options.items())
