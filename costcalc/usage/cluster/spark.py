"""Spark: a session with a cluster over Spark Connect. What it gives are the first rows of a path, and the answers to SQL."""

from __future__ import annotations

import re
import socket
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from costcalc.problems import CostcalcError, Place, fail

SAMPLE_ROWS = 1_000  # that are looked at to tell how a path is read
_ADDRESS = re.compile(r"sc://(?P<host>[^:/;]+|\[[^\]]+\])(:(?P<port>\d{1,5}))?(/.*)?$")
_PORT, _PATIENCE = 15_002, 10  # seconds
_QUOTES = {"quote": '"', "escape": '"', "multiLine": "true"}  # quotes may hold newlines
_STORE = re.compile(r"[a-z][a-z0-9+.-]*:(//[^/]*)?", re.IGNORECASE)
_EXTRA = "pip install 'costcalc[spark]'"
_RAGGED = ("incorrect number of fields", "MALFORMED_RECORD", "MALFORMED_CSV")
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a sum that leaves its digits is an error
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # a row's columns are counted
    "spark.sql.caseSensitive": "true",
}


@contextmanager
def _in_a_program() -> Iterator[None]:
    """Pyspark takes a program without a file (`python -c`) for a test of its own, and ends it."""
    main = sys.modules["__main__"]
    is_bare = not hasattr(main, "__file__") and main.__spec__ is None
    if is_bare:
        main.__file__ = ""
    try:
        yield
    finally:
        if is_bare:
            del main.__file__


@contextmanager
def extra() -> Iterator[None]:
    """Within, what the extra brings is imported. CostcalcError: it is not installed."""
    try:
        yield
    except ImportError as error:
        raise fail("missing-extra", f"--engine spark needs {error.name}", remedy=_EXTRA) from error


class Cluster:
    """One session. CostcalcError: no such address, nothing answers there, or the extra is not installed."""

    def __init__(self, remote: str) -> None:
        self.remote = remote
        _check_address(remote)
        with extra(), warnings.catch_warnings(), _in_a_program():
            warnings.simplefilter("ignore")
            from pyspark.sql.connect.session import SparkSession
        with self._said():
            self.session: Any = SparkSession.builder.remote(remote).create()
            self._be_impatient()
            for name, value in _SETTINGS.items():
                self.session.conf.set(name, value)

    def _be_impatient(self) -> None:
        from pyspark.sql.connect.client.retries import DefaultPolicy

        self.session.client.set_retry_policies([DefaultPolicy(max_retries=3, max_backoff=2_000)])

    def close(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.session.client.close()

    def fetch(self, statement: str, shown: str = "") -> Any:
        """The answer to SQL of Spark, as an Arrow table."""
        with self._said(shown):
            return self.session.sql(statement).toArrow()

    def table(self, name: str) -> Any:
        """The first rows of a table."""
        with self._said(name):
            return self.session.table(name).limit(SAMPLE_ROWS).toArrow()

    def files(self, path: str) -> dict[str, date]:
        """The files that a path names (a file, a folder or a glob), and the UTC day of the last change of each."""
        with self._said(path):
            listed = self.session.read.format("binaryFile").load(path).select("path", "modificationTime").toArrow()
        start = _STORE.match(path)
        assert start is not None
        found = sorted((str(name), changed.date()) for name, changed in zip(*listed.to_pydict().values(), strict=True))
        # Sail names files without the store that they lie in.
        return {name if _STORE.match(name) else f"{start[0]}/{name.lstrip('/')}": day for name, day in found}

    def lines(self, path: str) -> list[str]:
        """Some lines of a file, in any order."""
        with self._said(path):
            return [str(line) for line in self._text(path).limit(SAMPLE_ROWS).toArrow().column(0).to_pylist()]

    def header(self, path: str, delimiters: str) -> tuple[str, tuple[str, ...]]:
        """The delimiter that splits the first line of a table into most columns, and these. Other lines come in any order."""
        found: list[tuple[str, tuple[str, ...]]] = []
        for delimiter in delimiters:
            try:
                with self._said(path):
                    names = self.session.read.options(header="true", sep=delimiter, **_QUOTES).csv(path).columns
            except CostcalcError:
                if delimiter == delimiters[-1] and not found:
                    raise
                continue
            found.append((delimiter, tuple(str(name).removeprefix("\ufeff").strip() for name in names)))
        return max(found, key=lambda each: len(each[1]))

    def parquet(self, paths: Sequence[str], shown: str) -> Any:
        """The first rows of Parquet files."""
        with self._said(shown):
            return self._parquet(paths).limit(SAMPLE_ROWS).toArrow()

    def view_of_table(self, view: str, name: str) -> None:
        with self._said(name):
            self.session.table(name).createOrReplaceTempView(view)

    def view_of_parquet(self, view: str, paths: Sequence[str], shown: str) -> None:
        with self._said(shown):
            self._parquet(paths).createOrReplaceTempView(view)

    def view_of_lines(self, view: str, paths: Sequence[str], shown: str) -> None:
        with self._said(shown):
            self._text([*paths]).createOrReplaceTempView(view)

    def view_of_rows(self, view: str, paths: Sequence[str], shown: str, delimiter: str, columns: int) -> None:
        """The rows of tables below their header; one that has not as many columns ends every statement."""
        options = {"header": "true", "sep": delimiter, "mode": "FAILFAST", "encoding": "UTF-8", **_QUOTES}
        schema = ", ".join(f"c{i} STRING" for i in range(columns))
        with self._said(shown):
            rows = self.session.read.schema(schema).options(**options).csv([*paths])
            rows.createOrReplaceTempView(view)

    def _text(self, paths: str | Sequence[str]) -> Any:
        return self.session.read.text(paths)

    def _parquet(self, paths: Sequence[str]) -> Any:
        return self.session.read.option("mergeSchema", "true").parquet(*paths)

    @contextmanager
    def _said(self, shown: str = "") -> Iterator[None]:
        """CostcalcError: what the cluster says that it cannot do."""
        import grpc
        from pyspark.errors import PySparkException

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except (PySparkException, grpc.RpcError) as error:
            raise self._failed(error, shown) from error

    def _failed(self, error: Exception, shown: str) -> CostcalcError:
        text = str(error)
        place = Place(shown) if shown else None
        reason = next(iter(text.strip().splitlines()), type(error).__name__)[:300]
        if any(sign in text for sign in _RAGGED):
            return fail(
                "malformed-row", f"a row has not the columns of the header: {reason}", place=place,
                remedy="correct the row, or scan the file without --engine spark: then the row alone is refused, with its line",
            )  # fmt: skip
        if "PATH_NOT_FOUND" in text:
            return no_file(shown)
        if _is_lost(error, text):
            return fail(
                "cluster-lost", f"{self.remote} does not answer any more: {reason}",
                remedy="start the server again, look at its log, and run the command again: nothing was written",
            )  # fmt: skip
        return fail(
            "cluster-failed", f"the cluster cannot do this: {reason}", place=place,
            remedy="check that the cluster reaches this path and may read it",
        )  # fmt: skip


def no_file(shown: str) -> CostcalcError:
    """That nothing lies where a path says."""
    return fail("unreadable-file", "the cluster finds no file there", place=Place(shown), remedy="check the path")


def _is_lost(error: Exception, text: str) -> bool:
    return type(error).__name__ == "RetriesExceeded" or any(
        sign in text for sign in ("UNAVAILABLE", "failed to connect", "Connection refused", "Socket closed", "RETRIES")
    )


def _check_address(remote: str) -> None:
    """CostcalcError: it is none, or nothing listens there: said at once, where the client would try for minutes."""
    match = _ADDRESS.match(remote)
    if match is None:
        raise fail(
            "bad-option", f'--remote "{remote}" is no address of a Spark Connect server', expected="sc://HOST:PORT"
        )
    host, port = match["host"].strip("[]"), int(match["port"] or _PORT)
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise fail(
            "cluster-unreachable", f"nothing answers at {host}:{port}: {getattr(error, 'strerror', None) or error}",
            remedy="start the server (sail spark server, or Spark's start-connect-server.sh), or correct the address",
        ) from error  # fmt: skip
