"""Processes measured: how long one ran and what memory it held, alone or in turn with another."""

from __future__ import annotations

import os
import signal
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

_MEGABYTE = 1024  # ru_maxrss counts kilobytes
_ANSWERS = (0, 3)  # exit codes: fine, or incomplete
MOST_PAIRS = 5
_ENOUGH_SECONDS = 8.0  # of pairs of one row


class Failed(Exception):
    """A process that did not answer, or not in time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished process."""

    seconds: float
    cpu: float  # seconds of the processor
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two commands in turn."""

    pairs: Sequence[tuple[Measured, Measured]]

    @property
    def ours(self) -> float:
        return statistics.median(a.seconds for a, _ in self.pairs)

    @property
    def other(self) -> float:
        return statistics.median(b.seconds for _, b in self.pairs)

    @property
    def ratio(self) -> float:
        return statistics.median(a.seconds / b.seconds for a, b in self.pairs)

    @property
    def cpu_ratio(self) -> float:
        return statistics.median(a.cpu / max(b.cpu, 1e-6) for a, b in self.pairs)

    @property
    def peak_mb(self) -> float:
        return max(a.peak_mb for a, _ in self.pairs)


def paired(ours: Sequence[str], other: Sequence[str], limit: float) -> Pairs:
    """A B A B … after a first pair that warms up; of what takes long the first pair is all."""
    first = measured(ours, limit), measured(other, limit)
    took = sum(each.seconds for each in first)
    if took > _ENOUGH_SECONDS:
        return Pairs([first])
    count = min(MOST_PAIRS, max(1, int(_ENOUGH_SECONDS / took)))
    return Pairs([(measured(ours, limit), measured(other, limit)) for _ in range(count)])


def measured(command: Sequence[str], limit: float = 300.0) -> Measured:
    """Failed: the command ends with an error, or not within `limit` seconds."""
    began = time.perf_counter()
    quiet = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[*((os.POSIX_SPAWN_DUP2, quiet, n) for n in (1, 2)), (os.POSIX_SPAWN_CLOSE, quiet)],
    )
    os.close(quiet)
    # The usual end: what it has in the temporary folder goes with it. Later, the other one.
    ends = [
        threading.Timer(limit + wait, os.kill, (process, number))
        for wait, number in ((0, signal.SIGTERM), (30, signal.SIGKILL))
    ]
    for end in ends:
        end.start()
    try:
        _, status, used = os.wait4(process, 0)
    except BaseException:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)
        raise
    finally:
        for end in ends:
            end.cancel()
    seconds = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in _ANSWERS:
        why = f"over {limit:.0f} s" if seconds >= limit else f"exit code {os.waitstatus_to_exitcode(status)}"
        raise Failed(why)
    return Measured(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / _MEGABYTE)
