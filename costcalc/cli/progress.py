"""Progress: one line on standard error, only on a terminal, only for work of more than about a second; then it vanishes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costcalc.usage.progress import Progress, ReadingStep

PATIENCE_SECONDS = 1.0
_PAUSE_SECONDS = 0.1
_CLEAR = "\r\x1b[K"


@contextmanager
def scan_progress() -> Iterator[Progress | None]:
    """What shows how far the reading is; None where nobody watches. Standard output may go anywhere."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = _Line(time.monotonic)
    try:
        yield line.show
    finally:
        line.close()


class _Line:
    """The line: it has no colour, and is as wide as the terminal at most."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._begun = clock, clock()
        self._what, self._since, self._next = "", self._begun, self._begun + PATIENCE_SECONDS
        self._is_shown = False

    def show(self, step: ReadingStep) -> None:
        now = self._clock()
        if step.what != self._what:
            self._what, self._since = step.what, now
            self._next = now if self._is_shown else self._next
        if now < self._next:
            return
        self._next = now + _PAUSE_SECONDS
        self._write(_CLEAR + progress_text(step, now - self._since)[: _width() - 1])
        self._is_shown = True

    def close(self) -> None:
        if self._is_shown:
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80


def progress_text(step: ReadingStep, seconds: float) -> str:
    """`Counting usage: 34%, 3.4 of 10 GB, about 31,000,000 rows, 0:12 left`; `seconds`: since the step began."""
    from costcalc.problems import visible

    found = []
    share = step.share
    if share is not None:
        found.append(f"{int(share * 100)}%")
    if step.read:
        found.append(_bytes_text(step.read, step.size))
    if step.rows:
        found.append(f"about {step.rows:,} rows")
    if share:
        found.append(f"{_clock_text(seconds * (1 - share) / share)} left")
    return f"{visible(step.what)}{': ' if found else ''}{', '.join(found)}"


def _bytes_text(read: int, size: int | None) -> str:
    unit, scale = next(
        ((name, each) for name, each in (("GB", 10**9), ("MB", 10**6)) if (size or read) >= each), ("kB", 10**3)
    )
    return f"{read / scale:.1f} {unit}" if size is None else f"{read / scale:.1f} of {size / scale:.1f} {unit}"


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
