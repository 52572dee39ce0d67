"""Columns: names that a typed source must not give twice, since the engine would take one of them in silence."""

from __future__ import annotations

from collections.abc import Iterable

from costcalc.problems import CostcalcError, Place, Problem


def check_names(columns: Iterable[str], place: Place) -> None:
    """Names that differ in case alone are one name to the engine. CostcalcError: there are such."""
    written: dict[str, list[str]] = {}
    for name in columns:
        written.setdefault(name.strip().lower(), []).append(name)
    problems = [
        Problem(
            "two-columns-one-meaning",
            f"{' and '.join(repr(name) for name in names)} are both called {word}",
            place,
            expected="one column for each name",
            remedy="rename or drop one of them",
        )
        for word, names in written.items()
        if len(names) > 1
    ]
    if problems:
        raise CostcalcError(problems)
