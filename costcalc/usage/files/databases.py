"""Databases: a table, or what a query gives, as a Parquet copy, some rows at a time. They are read and never written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from costcalc.problems import CostcalcError, Place, fail
from costcalc.usage.files.addresses import Address
from costcalc.usage.files.columns import check_names
from costcalc.usage.files.patience import patiently
from costcalc.usage.files.session import literal, locked_session
from costcalc.usage.files.stores import refused, unreachable
from costcalc.usage.formats.paths import name_of, quoted
from costcalc.usage.limits import LONGEST_LINE, Limits
from costcalc.usage.progress import ReadingStep

if TYPE_CHECKING:
    from costcalc.usage.files.sources import Workspace

_SQLITE = b"SQLite format 3"
_AT_ONCE = 10_000
_TABLES = """SELECT table_schema || '.' || table_name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1"""
Member = tuple[str, Path]


# --- servers -----------------------------------------------------------------------------------------------------


def table_of(address: Address, workspace: Workspace) -> Path:
    """What the address asks a server for, as Parquet. CostcalcError: it cannot be reached, or asks for nothing."""
    read = _of_mysql if address.scheme == "mysql" else _of_postgres
    return read(address, workspace)


def _asked(address: Address, quote: Callable[[str], str], tables: Callable[[], Sequence[str]]) -> str:
    """The statement. CostcalcError: neither a table nor a query is named."""
    if address.query:
        return address.query
    if address.table:
        return f"SELECT * FROM {'.'.join(map(quote, address.table.split('.')))}"
    raise fail(
        "no-table", "the address names no table", place=Place(address.shown), expected=f"{address.shown}?table=NAME, or ?query=SELECT …",
        nearest=tuple(tables()[:20]), remedy="add the table to the address, in quotes for the shell",
    )  # fmt: skip


def _of_postgres(address: Address, workspace: Workspace) -> Path:
    try:
        import pyarrow.parquet
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise unreachable(address, "reading it needs its driver", "pip install 'costcalc[postgres]'") from None
    target = workspace.new_file(".parquet")
    waits = "&" if "?" in address.target else "?"
    uri = address.target if "connect_timeout=" in address.target else f"{address.target}{waits}connect_timeout=15"
    try:
        with patiently(lambda: dbapi.connect(uri)) as connection, connection.cursor() as cursor:

            def ask(statement: str) -> None:
                patiently(lambda: cursor.execute(statement), cursor.adbc_cancel)

            def tables() -> list[str]:
                ask(_TABLES)
                return [str(row[0]) for row in cursor.fetchall()]

            ask("SET TRANSACTION READ ONLY")
            ask(_asked(address, lambda name: '"' + name.replace('"', '""') + '"', tables))
            batches = cursor.fetch_record_batch()
            check_names(batches.schema.names, Place(address.shown))
            schema, tell = _texts_of(batches.schema), _Teller(workspace, address.shown)
            with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
                while batch := patiently(lambda: next(batches, None), cursor.adbc_cancel):
                    columns = [_as(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
                    writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
                    tell(batch.num_rows, batch.nbytes)
    except (dbapi.Error, OSError, pyarrow.ArrowException) as error:
        raise refused(address, error) from error
    return target


def _texts_of(schema: Any) -> Any:
    """The columns with types of the engine's; what the driver cannot name (NUMERIC, enums) is its exact text."""
    import pyarrow as pa

    fields = []
    for field in schema:
        kind = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
        fields.append(pa.field(field.name, pa.string() if pa.types.is_binary(kind) else kind))
    return pa.schema(fields)


def _as(column: Any, kind: Any) -> Any:
    import pyarrow as pa

    column = column.storage if isinstance(column, pa.ExtensionArray) else column
    if column.type == kind:
        return column
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:  # bytes that are no text
        return pa.array([value and value.hex() for value in column.to_pylist()], kind)


def _of_mysql(address: Address, workspace: Workspace) -> Path:
    try:
        import pymysql
        from pymysql.cursors import SSCursor
    except ImportError:
        raise unreachable(address, "reading it needs its driver", "pip install 'costcalc[mysql]'") from None
    parts = urlsplit(address.target)
    words = {
        "user": parts.username,
        "password": parts.password,
        "host": parts.hostname,
        "database": parts.path.strip("/"),
    }
    given = {name: unquote(value) for name, value in words.items() if value}
    try:
        connection = patiently(
            lambda: pymysql.connect(**given, port=parts.port or 3306, charset="utf8mb4", connect_timeout=15)
        )
    except (pymysql.Error, OSError, ValueError) as error:
        raise refused(address, error) from error
    cursor = connection.cursor(SSCursor)

    def end() -> None:
        """At once: what is left of an answer is not waited for."""
        if result := connection._result:
            result.unbuffered_active = False
        cursor.connection = None
        connection._force_close()

    def ask(statement: str) -> None:
        patiently(lambda: cursor.execute(statement), end)

    def tables() -> list[str]:
        ask(_TABLES.replace("table_schema || '.' || table_name", "concat(table_schema, '.', table_name)"))
        return [str(row[0]) for row in cursor.fetchall()]

    try:
        ask("SET SESSION time_zone = '+00:00'")  # TIMESTAMP is an instant: its text is of the session's zone
        ask("START TRANSACTION READ ONLY")
        ask(_asked(address, lambda name: f"`{name.replace('`', '``')}`", tables))
        header = [column[0] for column in cursor.description or ()]
        batches = iter(lambda: patiently(lambda: cursor.fetchmany(_AT_ONCE), end) or None, None)
        return _written(header, chain.from_iterable(batches), address.shown, workspace)
    except (pymysql.Error, OSError, ValueError) as error:
        raise refused(address, error) from error
    finally:
        end()


# --- files -------------------------------------------------------------------------------------------------------


def tables_in(name: str, path: Path, workspace: Workspace, only: str = "") -> list[Member]:
    """Every table of a database file, or `only` one, called `logs.db/TABLE`. CostcalcError: damaged, or it is not there."""
    with path.open("rb") as stream:
        read = _of_sqlite if stream.read(len(_SQLITE)) == _SQLITE else _of_duckdb
    held: list[str] = []

    def is_wanted(table: str) -> bool:
        held.append(f"{name}/{table}")
        return not only or only == held[-1]

    found = list(read(name, path, workspace, is_wanted))
    if not found:
        reason = "the database does not hold it" if only else "the database holds no table"
        raise _damaged(only or name, reason, f"it holds {', '.join(held) or 'nothing'}")
    return found


def _of_sqlite(name: str, path: Path, workspace: Workspace, is_wanted: Callable[[str], bool]) -> Iterator[Member]:
    """Tables alone: a view or a virtual table would run what whoever made the file wrote."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            base.execute("PRAGMA query_only = ON")
            base.execute("PRAGMA trusted_schema = OFF")
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_LINE)  # a column that is computed may be of any length
            base.text_factory = lambda content: content.decode("utf-8", "replace")
            listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
            for (table,) in base.execute(listed).fetchall():
                if is_wanted(table):
                    rows = base.execute(f"SELECT * FROM {name_of(table)}")
                    header = [column[0] for column in rows.description]
                    yield f"{name}/{table}", _written(header, rows, f"{name}/{table}", workspace)
    except sqlite3.Error as error:
        raise _damaged(
            name, f"as a database of SQLite it is cut, damaged or locked ({error})", "copy it again"
        ) from error


def _of_duckdb(name: str, path: Path, workspace: Workspace, is_wanted: Callable[[str], bool]) -> Iterator[Member]:
    """Tables alone, without columns that are computed, for the same reason; the session reaches nothing else."""
    import duckdb

    path = path.absolute()
    session = locked_session(workspace.folder, [path, f"{path}.wal"], workspace.limits)
    listed = (
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'kept' AND NOT internal ORDER BY ALL"
    )
    kept = """SELECT column_name FROM information_schema.columns WHERE table_catalog = 'kept' AND table_schema = ?
        AND table_name = ? AND is_generated = 'NEVER' ORDER BY ordinal_position"""
    try:
        with workspace.limits.named(), session:
            session.execute(f"ATTACH {quoted(str(path))} AS kept (READ_ONLY)")
            for schema, table in session.execute(listed).fetchall():
                if is_wanted(shown := table if schema == "main" else f"{schema}.{table}"):
                    target = workspace.new_file(".parquet")
                    columns = ", ".join(name_of(each) for (each,) in session.execute(kept, [schema, table]).fetchall())
                    rows = f"SELECT {columns} FROM kept.{name_of(schema)}.{name_of(table)}"
                    session.execute(f"COPY ({rows}) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)")
                    yield f"{name}/{shown}", target
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise _damaged(
            name, f"as a database of DuckDB it is cut, damaged or locked ({said})", "copy it again"
        ) from error


def _damaged(name: str, reason: str, remedy: str) -> CostcalcError:
    return fail("unreadable-file", f"cannot read the file: {reason}", place=Place(name), remedy=remedy)


# --- rows --------------------------------------------------------------------------------------------------------


def _written(header: Sequence[str], rows: Iterable[Sequence[Any]], shown: str, workspace: Workspace) -> Path:
    """Rows as a Parquet copy of texts, which lose nothing; the engine writes it, so that no more than a row is held."""
    import duckdb

    check_names(header, Place(shown))
    lines, target, tell = workspace.new_file(".jsonl"), workspace.new_file(".parquet"), _Teller(workspace, shown)
    names = [f"c{number}" for number in range(len(header))]
    with lines.open("w", encoding="utf-8") as out:
        for row in rows:
            tell(1, out.write(json.dumps(dict(zip(names, map(_text, row), strict=True)), ensure_ascii=False) + "\n"))
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    chosen = ", ".join(f"{name} AS {name_of(called)}" for name, called in zip(names, header, strict=True))
    limits: Limits = workspace.limits
    read = f"read_json({literal(lines)}, format = 'newline_delimited', columns = {{{columns}}})"
    copied = f"COPY (SELECT {chosen} FROM {read}) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    try:
        with limits.named(), locked_session(workspace.folder, [lines], limits) as session:
            session.execute(copied)
    except duckdb.InvalidInputException as error:  # "maximum_object_size"
        reason = "it has a row of more than 16 MB"
        raise fail("unreadable-file", reason, place=Place(shown), remedy="leave long texts out with a query") from error
    lines.unlink()
    return target


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | time) else str(value)


class _Teller:
    """Tells how much of a table is read."""

    def __init__(self, workspace: Workspace, shown: str) -> None:
        self._progress, self._shown, self._rows, self._bytes = workspace.progress, shown, 0, 0

    def __call__(self, rows: int, size: int) -> None:
        before, self._rows, self._bytes = self._rows, self._rows + rows, self._bytes + size
        if self._progress and -(-before // _AT_ONCE) < -(-self._rows // _AT_ONCE):
            self._progress(ReadingStep(f"Reading {self._shown}", self._bytes, None, self._rows))
