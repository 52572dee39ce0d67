"""Lint: files that people write are read, and every problem of all of them is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from costcalc.problems import CostcalcError, Problem
from costcalc.render.words import counted


def lint_files(files: Sequence[Path], read: Callable[[Path], object], what: str) -> int:
    """Read each; say how many are sound. CostcalcError with every problem of every file."""
    problems: list[Problem] = []
    for path in files:
        try:
            read(path)
        except CostcalcError as error:
            problems += error.problems
    if problems:
        raise CostcalcError(problems)
    typer.echo(f"{counted(len(files), what)}: no problem found")
    return 0
