"""Arguments: the files that a usage argument names. A name that exists is that file; only a glob is expanded, here."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from costcalc.problems import CostcalcError, Place, Problem

SUFFIXES = frozenset([".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".gz", ".zst"])
_PATTERN = "*?["


def find_files(usage: str | Path | Sequence[str | Path]) -> list[str]:
    """The files that the arguments name: files, globs, folders (searched below) and "-", each once. CostcalcError: none there."""
    arguments = [usage] if isinstance(usage, str | Path) else list(usage)
    found: list[str] = []
    problems: list[Problem] = []
    for argument in arguments:
        names = _names_of(str(argument))
        if not names:
            problems.append(_not_there(str(argument)))
        found += names
    if problems or not arguments:
        raise CostcalcError(
            problems or [Problem("no-usage", "no file is named", remedy="name files, folders or globs")]
        )
    once = {name if name == "-" else os.path.realpath(name): name for name in reversed(found)}
    return list(reversed(once.values()))


def _names_of(argument: str) -> list[str]:
    if argument == "-" or not argument:
        return [argument] * bool(argument)
    return [name for place in _places(argument) for name in (_inside(place) if place.is_dir() else [str(place)])]


def _places(argument: str) -> list[Path]:
    """The file or folder of that name; else what the name matches as a glob."""
    home = os.path.expanduser(argument)  # noqa: PTH111 -- Path's own raises for a user that nobody knows
    for name in (argument, home):
        if os.path.exists(name):  # noqa: PTH110 -- Path's own raises for a name that is too long
            return [Path(name)]
    return [Path(name) for name in sorted(glob.glob(home, recursive=True))]  # noqa: PTH207 -- likewise for "**a"


def _inside(folder: Path) -> list[str]:
    files = (file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    return sorted(str(file) for file in files if not _is_hidden(file.relative_to(folder)))


def _is_hidden(inside: Path) -> bool:
    """Checkpoints, locks and the like, which the shell's globs leave out too."""
    return any(part.startswith(".") for part in inside.parts)


def _not_there(argument: str) -> Problem:
    if Path(argument).is_dir():
        message, remedy = "the folder holds no usage file", f"expected files ending in {' '.join(sorted(SUFFIXES))}"
    elif any(char in argument for char in _PATTERN):
        message, remedy = "no file matches the pattern", "check the pattern, or quote it for the shell"
    else:
        message, remedy = "cannot read the file: it does not exist", "check the path"
    return Problem("unreadable-file", message, Place(argument), remedy=remedy)
