"""Answers: files that costcalc wrote itself. They say again what a log beside them says, and are no usage."""

from __future__ import annotations

from costcalc.problems import Place, Problem
from costcalc.usage.files.sources import ReadableFile

_SCHEMA = "costcalc."  # begins what the JSON of an answer says under `schema`
_EXACT = "_exact"  # ends the name of an amount's second column, which has all its digits
_UNITS = {"currency", "unit"}


def is_answer(source: ReadableFile) -> bool:
    """Whether a file is an answer of costcalc: by its schema, or by amounts that stand there shown and exact."""
    if source.kind == "json":
        return any(record.get("schema", "").startswith(_SCHEMA) for record in source.records[:1])
    names = {*source.header}
    shown = {name.removesuffix(_EXACT) for name in names if name.endswith(_EXACT)}
    return bool(shown & names) and bool(_UNITS & names)


def answer_problem(source: ReadableFile) -> Problem:
    return Problem(
        "own-answer",
        "this file is an answer that costcalc wrote: its figures are made of a log, and are none",
        Place(source.shown),
        expected="the log itself, or what `costcalc scan` stores of it",
        remedy="name the log; in a folder such files are left aside",
    )
