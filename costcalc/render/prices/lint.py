"""What lint found: a summary for the page (the problems themselves go to standard error), JSON and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from costcalc.problems import Problem
from costcalc.render.blocks import Block, Facts
from costcalc.render.fields import Rows, Value
from costcalc.render.prices.parts import Json
from costcalc.render.prices.words import file_text
from costcalc.render.words import counted
from costcalc.reports.prices.lint import LintReport

LINT_SCHEMA = "costcalc.prices-lint/1"


def lint_blocks(report: LintReport) -> Sequence[Block]:
    """How much was read, and how many problems of which kind there are."""
    read = (counted(report.files, "file"), counted(report.models, "model"), counted(report.prices, "price"))
    rows: list[tuple[str, tuple[str, ...]]] = [("read", read)]
    for label, problems in (("errors", report.errors), ("warnings", report.warnings)):
        kinds = Counter(problem.code for problem in problems)
        rows.append((label, tuple(f"{count:,} {code}" for code, count in kinds.most_common()) or ("none",)))
    return [Facts(rows)]


def lint_json(report: LintReport) -> Json:
    """See docs/prices.md."""
    return {
        "schema": LINT_SCHEMA,
        "files": report.files,
        "models": report.models,
        "prices": report.prices,
        "problems": [_problem(level, problem) for level, problem in _all(report)],
    }


def lint_rows(report: LintReport) -> Rows:
    """A row a problem."""
    header = ("level", "code", "file", "line", "column", "message", "expected", "remedy")
    lines: list[tuple[Value, ...]] = []
    for level, problem in _all(report):
        values = _problem(level, problem)
        lines.append(tuple(values[name] for name in header))
    return header, lines


def _all(report: LintReport) -> list[tuple[str, Problem]]:
    return [*(("error", each) for each in report.errors), *(("warning", each) for each in report.warnings)]


def _problem(level: str, problem: Problem) -> Json:
    place = problem.place
    return {
        "level": level,
        "code": problem.code,
        "file": file_text(place.file) if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": problem.message,
        "expected": problem.expected or None,
        "nearest": list(problem.nearest),
        "remedy": problem.remedy or None,
    }
