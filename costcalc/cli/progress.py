"""Progress: on standard error, only on a terminal, only for work of more than about a second; then it vanishes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 1.0


@contextmanager
def scan_progress(what: str = "Counting usage") -> Iterator[Callable[[float], None] | None]:
    """A callback that takes the share done (0 to 1); None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(what)
    try:
        yield bar.show
    finally:
        bar.close()


class _Bar:
    def __init__(self, what: str) -> None:
        self._what, self._began = what, time.monotonic()
        self._live: object | None = None

    def show(self, share: float) -> None:
        if time.monotonic() - self._began < PATIENCE_SECONDS:
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        if self._live is None:
            self._live = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._live.start()
            self._task = self._live.add_task(self._what, total=1.0)
        assert isinstance(self._live, Progress)
        self._live.update(self._task, completed=min(max(share, 0.0), 1.0))

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()  # type: ignore[attr-defined]
