"""The session: DuckDB behind a lock. It reaches the files of the run and one folder of its own, and expands no name."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from costcalc.usage.formats.paths import quoted
from costcalc.usage.limits import USUAL, Limits

if TYPE_CHECKING:
    import duckdb

_SIGNS = re.compile(
    r"[*?\[]"
)  # what begins a pattern in a path; a class of one character stands for that character alone
_CHANGEABLE = ("preserve_insertion_order",)
AS_WRITTEN = "PRAGMA disable_optimizer"  # a statement runs as it is written


_open: WeakSet[duckdb.DuckDBPyConnection] = WeakSet()


def interrupt_sessions() -> None:
    """End what every session is at work on, so that a signal is not waited for; one that is closed has nothing to end."""
    import duckdb

    for session in tuple(_open):
        with suppress(duckdb.ConnectionException):
            session.interrupt()


def locked_session(
    folder: Path,
    files: Iterable[str | Path] = (),
    limits: Limits = USUAL,
    *,
    tells_progress: bool = False,
    is_quick: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A session that reads these files, reads and writes in the folder, and reaches nothing else: no extension either.

    `is_quick`: statements run as they are written, for to make their plans better takes longer than few rows do.
    """
    import duckdb

    session = duckdb.connect()
    _open.add(session)
    settings = {
        "TimeZone": "'UTC'",
        "memory_limit": f"'{limits.memory} B'",
        **({"threads": str(limits.cores)} if limits.cores else {}),
        # What does not fit goes here; left alone the engine would write into the current folder.
        "temp_directory": quoted(str(folder / "overflow")),
        # Left alone the engine draws a bar of its own on standard output.
        "enable_progress_bar_print": "false",
        "enable_progress_bar": "true" if tells_progress else "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "allow_persistent_secrets": "false",
        "allowed_directories": _listed([folder]),
        "allowed_paths": _listed(files),
        "allowed_configs": f"[{', '.join(map(quoted, _CHANGEABLE))}]",
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    first = f"{AS_WRITTEN}; " if is_quick else ""
    with limits.named():
        session.execute(first + "; ".join(f"SET {name} = {value}" for name, value in settings.items()))
    return session


def literal(path: str | Path) -> str:
    """An absolute path as SQL that means this file and no other: every character stands for itself."""
    return quoted(_spelled(path))


def can_spell(path: str | Path) -> bool:
    """Whether `literal` can say the path: it is UTF-8 and no backslash stands in a name."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return os.sep == "\\" or "\\" not in str(path)


def _spelled(path: str | Path) -> str:
    # An absolute path begins with no "~" and no "file:", which the engine would expand.
    assert os.path.isabs(path), path  # noqa: PTH117 -- there may be many files
    return _SIGNS.sub(r"[\g<0>]", str(path))


def _listed(paths: Iterable[str | Path]) -> str:
    """The paths as they are and as they are asked for: the lock compares both."""
    texts = dict.fromkeys(text for path in paths for text in (str(path), _spelled(path)))
    return f"from_json({quoted(json.dumps([*texts]))}, '[\"VARCHAR\"]')"  # a list of many would be parsed slowly
