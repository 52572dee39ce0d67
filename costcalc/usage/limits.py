"""Limits: what counting may use of the machine, and what is said when that is not enough."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from costcalc.problems import CostcalcError, fail
from costcalc.records import dataclass

UNITS = {
    **{f"{prefix}B": 1_000**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}IB": 1_024**power for power, prefix in enumerate("KMGT", 1)},
}
LEAST_MEMORY = 64_000_000
MOST_THREADS = 1_024
LONGEST_LINE = 16 << 20  # bytes: of a longer row nothing is read, and it is refused
_MEMORY_OF_A_CORE = 32_000_000  # with less of it, reading a table of many gigabytes fails
# How the engine says that the disk is full.
_FULL = ("max_temp_directory_size", "No space left on device", "Disk quota exceeded", "File too large")


@dataclass(frozen=True, slots=True)
class Limits:
    """What counting may use of the machine; what does not fit into memory goes to a temporary folder."""

    memory: int = 256_000_000  # bytes; with Python and its libraries a scan stays under 400 MB
    threads: int | None = None  # None: every core, as far as each has enough memory

    @property
    def cores(self) -> int | None:
        """How many the engine is told to use; None: all that it finds."""
        most = max(1, self.memory // _MEMORY_OF_A_CORE)
        return self.threads or (most if (os.cpu_count() or 1) > most else None)

    @contextmanager
    def named(self) -> Iterator[None]:
        """What is not enough is said. CostcalcError: the engine has no memory left, or the disk no space."""
        import duckdb

        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise (disk_full() if _is_disk(error) else self._too_little()) from error
        except duckdb.Error as error:
            if _is_disk(error):
                raise disk_full() from error
            raise

    def _too_little(self) -> CostcalcError:
        fewer = "" if self.threads == 1 else ", or fewer cores, which need less (--threads 1)"
        return fail(
            "memory-limit",
            f"{shown_size(self.memory)} of memory are not enough to count this usage",
            remedy=f"allow more (--memory {shown_size(4 * self.memory)}){fewer}",
        )


USUAL = Limits()


def _is_disk(error: Exception) -> bool:
    return any(words in str(error) for words in _FULL)


def disk_full(where: str = "where temporary files go") -> CostcalcError:
    """The error that says it."""
    return fail(
        "disk-full",
        f"the disk is full {where}",
        remedy="free space there, set TMPDIR to a folder on a larger disk, or allow more memory (--memory)",
    )


def shown_size(size: int) -> str:
    """1GB, 256MB, 1.5GB: as `--memory` takes it."""
    unit, bytes_ = max(
        ((name, each) for name, each in UNITS.items() if "I" not in name and each <= size), key=lambda u: u[1]
    )
    return f"{size / bytes_:.4g}{unit}"
