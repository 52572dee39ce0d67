"""Progress: how far the reading of usage is, told while the engine or a copy is at work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.records import dataclass

if TYPE_CHECKING:
    import duckdb

COUNTING, COMPUTING = "Counting usage", "Counted; computing"
_POLL_SECONDS = 0.2
_SAMPLE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadingStep:
    """How far one step of the reading is."""

    what: str  # what is done: "Counting usage"
    read: int = 0  # bytes
    size: int | None = None  # bytes in all; None: the end is not known
    rows: int | None = None  # about so many of them are read; None: not known

    @property
    def share(self) -> float | None:
        """0 to 1; None where the end is not known."""
        return None if self.size is None else min(self.read / self.size, 1.0) if self.size else 1.0


Progress = Callable[[ReadingStep], None]


def watched(session: duckdb.DuckDBPyConnection, statement: str, tell: Callable[[float], None] | None) -> None:
    """Run a statement; the share of it that is done, 0 to 1, is told from another thread."""
    if tell is None:
        session.execute(statement)
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(session, tell, done), daemon=True)
    teller.start()
    try:
        session.execute(statement)
    finally:
        done.set()
        teller.join()


def _tell(session: duckdb.DuckDBPyConnection, tell: Callable[[float], None], done: threading.Event) -> None:
    while not done.wait(_POLL_SECONDS):
        percent = session.query_progress()
        if percent >= 0:
            tell(min(percent / 100, 1.0))


class Reader:
    """How much of a set of files is read; a file that is read again counts once."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        """`sizes`: the bytes of each file, by its path."""
        self._sizes, self._size = sizes, sum(sizes.values())
        self._finished: set[str] = set()
        self._rows_a_byte: float | None = None

    def holds(self, path: str, rows: int) -> None:
        """So many rows are in a file: the others have as many by their size, as far as is known."""
        self._rows_a_byte = rows / self._sizes[path]

    def at(self, share: float, paths: Sequence[str]) -> ReadingStep:
        """The step at which this share of some files is read, beside the files that are finished."""
        if self._rows_a_byte is None and paths:
            self._rows_a_byte = _lines_a_byte(paths[0])
        read = sum(self._sizes[path] for path in self._finished.difference(paths))
        read += round(share * sum(self._sizes[path] for path in paths))
        return ReadingStep(COUNTING, read, self._size or None, round(read * (self._rows_a_byte or 0)) or None)

    def finish(self, paths: Iterable[str]) -> None:
        self._finished.update(paths)


def _lines_a_byte(path: str) -> float:
    with Path(path).open("rb") as stream:
        begin = stream.read(_SAMPLE_BYTES)
    return begin.count(b"\n") / max(len(begin), 1)
