"""Problems: what is wrong, where, what was expected, what is near, what to do. One problem is one value."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

INCOMPLETE_EXIT = 3  # unpriced or refused rows
INPUT_EXIT = 2  # a command line, a file people write, or an input that cannot be read


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was read: file, 1-based line and column; 0 where there is no such thing."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with its place and its remedy."""

    code: str  # stable, kebab-case: the gallery and `--json` name it
    message: str
    place: Place | None = None
    excerpt: str = ""  # the line it was found in
    width: int = 1  # characters to underline from the place's column
    expected: str = ""
    nearest: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(eq=False)
class CostcalcError(Exception):
    """The one base exception: it carries every problem of the run, sorted by place."""

    problems: Sequence[Problem]
    exit_code: int = field(default=INPUT_EXIT)

    def __post_init__(self) -> None:
        self.problems = sorted(self.problems, key=lambda p: (p.place or Place(""), p.code))
        super().__init__("\n".join(problem_text(problem) for problem in self.problems))


def fail(code: str, message: str, **details: object) -> CostcalcError:
    """An error of one problem, to be raised: `raise fail("empty-file", "…", place=…)`."""
    return CostcalcError([Problem(code, message, **details)])  # type: ignore[arg-type]


def nearest_names(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The known names that a reader may have meant, best first."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=limit, cutoff=0.55)
    return tuple(by_lower[candidate] for candidate in close)


def problem_text(problem: Problem, level: str = "error") -> str:
    """The problem as it is shown to a person, without colour and without control characters."""
    head = f"{problem.place}: " if problem.place else ""
    lines = [f"{head}{level}[{problem.code}]: {visible(problem.message)}"]
    pad = " "
    if problem.place and problem.place.line and problem.excerpt:
        number = str(problem.place.line)
        pad = " " * len(number)
        lines += [f"{pad} |", f"{number} | {visible(problem.excerpt)}"]
        if problem.place.column:
            lines.append(f"{pad} | {' ' * (problem.place.column - 1)}{'^' * max(1, problem.width)}")
    notes = {"expected": problem.expected, "nearest": ", ".join(problem.nearest), "remedy": problem.remedy}
    lines += [f"{pad} = {label + ':':<9} {visible(text)}" for label, text in notes.items() if text]
    return "\n".join(lines)


def visible(text: str) -> str:
    """The text with control characters written out, so that a name from a log cannot drive a terminal."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
