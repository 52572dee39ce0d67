"""Mapped paths: what --map names inside of a text or list is in some row, or the command ends. It would count as 0."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from costcalc.problems import CostcalcError, Place, Problem
from costcalc.usage.reading.readings import Reading
from costcalc.usage.sql.engine import Engine
from costcalc.usage.sql.rows import COUNTED, OUTSIDE


def check_mapped(engine: Engine, readings: Sequence[Reading], held: Collection[str]) -> None:
    """CostcalcError: a path that no row of a reading has. `held`: the columns that counted rows have."""
    problems = []
    for number, reading in enumerate(readings):
        asked = {f"remark_{i}": each.text for i, each in enumerate(reading.spec.remarks) if each.must_be}
        sums = [f"sum({name})" if name in held else "0" for name in asked]
        rows_read = f"count_if(verdict IN ({COUNTED}, {OUTSIDE}))"
        rows = f"FROM counted WHERE reading = {number}"
        for count, *found in engine.fetch(f"SELECT {rows_read}, {', '.join(sums)} {rows}") if asked else ():
            absent = [option for option, true_of in zip(asked.values(), found, strict=True) if count and not true_of]
            problems += [_no_such_path(option, reading) for option in absent]
    if problems:
        raise CostcalcError(problems)


def _no_such_path(option: str, reading: Reading) -> Problem:
    return Problem(
        "unknown-path",
        f"{option}: no row holds anything there",
        Place(reading.sources[0].shown, 1),
        expected="the path of a value as the rows write it: COLUMN::key.key inside a text that holds JSON, calls[].in"
        " for the sum over a list",
        remedy="correct the path, or leave this --map out: what is nowhere would count as 0",
    )
