"""Annotations: workflow commands that put a finding on the budget's own line of a pull request.

Written as https://docs.github.com/actions/reference/workflow-commands-for-github-actions says; a text that came from
a log or a file can end neither its property nor its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from costcalc.problems import Place, Problem, problem_text, visible
from costcalc.render.check.phrases import sentence, worst_of_each
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Status

_LEVELS: dict[Status, str] = {"broken": "error", "incomplete": "error", "warn": "warning", "ok": "notice"}
_WORDS: dict[Status, str] = {"broken": "budget broken", "incomplete": "budget incomplete", "warn": "budget warns"}  # fmt: skip


def check_annotations(check: Check, root: Path | None = None) -> str:
    """A line for every budget that does not hold; files are named from `root`, the checkout."""
    return "".join(f"{line}\n" for line in _annotations(check, root))


def problem_annotations(problems: Sequence[Problem], root: Path | None = None) -> str:
    """A line for every problem of a file or a command line."""
    lines = [
        annotation("error", f"costcalc: {problem.code}", problem_text(problem), problem.place, root)
        for problem in problems
    ]
    return "".join(f"{line}\n" for line in lines)


def annotation(level: str, title: str, message: str, place: Place | None, root: Path | None = None) -> str:
    """One workflow command."""
    properties = [("title", title)]
    if place is not None:
        properties = [("file", _from(root, place.file)), *_position(place), *properties]
    written = ",".join(f"{name}={_property(visible(value))}" for name, value in properties)
    return f"::{level} {written}::{_data(_seen(message))}"


def _annotations(check: Check, root: Path | None) -> Iterator[str]:
    for finding, more in worst_of_each(check):
        title = f"{_WORDS[finding.status]}: {finding.budget.name}"
        text = sentence(finding, check.currency) + more
        yield annotation(_LEVELS[finding.status], title, text, finding.budget.place, root)


def _position(place: Place) -> Iterator[tuple[str, str]]:
    if place.line:
        yield "line", str(place.line)
    if place.column:
        yield "col", str(place.column)


def _from(root: Path | None, file: str) -> str:
    """The file as the checkout knows it, where it lies in it."""
    if root is None:
        return file.replace("\\", "/")
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return file.replace("\\", "/")


def _seen(text: str) -> str:
    """Control characters written out, line by line: a message may have several lines."""
    return "\n".join(visible(line) for line in text.split("\n"))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
