"""Problems: what is wrong, where, what was expected, what is near, what to do. One problem is one value."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import field

from costcalc.records import dataclass

INCOMPLETE_EXIT = 3  # unpriced or refused rows
INPUT_EXIT = 2  # a command line, a file people write, or an input that cannot be read

_WIDE_SPACES = "\u00a0\u3000"  # of French and Chinese text; harmless, though not "printable"
_CONTEXT_LIMIT = 100  # characters of a long line shown on each side of the mark
_MARK_LIMIT = 60  # characters underlined at most
MOST_PROBLEMS = 100  # of one file: whoever has more has another mistake


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


class IncompleteWarning(UserWarning):
    """A total lacks something: usage without a price, rows refused, or files not read."""


def nearest_names(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The known names that a reader may have meant, best first."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=limit, cutoff=0.55)
    return tuple(by_lower[candidate] for candidate in close)


def problem_text(problem: Problem, level: str = "error") -> str:
    """The problem as it is shown to a person, without colour and without control characters."""
    head = f"{visible(str(problem.place))}: " if problem.place else ""
    lines = [f"{head}{level}[{problem.code}]: {visible(problem.message)}"]
    pad = " "
    if problem.place and problem.place.line and problem.excerpt:
        number = str(problem.place.line)
        pad = " " * len(number)
        before, marked, after = _excerpt_parts(problem.excerpt, problem.place.column, problem.width)
        lines += [f"{pad} |", f"{number} | {before}{marked}{after}"]
        if problem.place.column:
            lines.append(f"{pad} | {' ' * _cells(before)}{'^' * max(1, _cells(marked))}")
    notes = {"expected": problem.expected, "nearest": ", ".join(problem.nearest), "remedy": problem.remedy}
    lines += [f"{pad} = {label + ':':<9} {visible(text)}" for label, text in notes.items() if text]
    return "\n".join(lines)


def _excerpt_parts(excerpt: str, column: int, width: int) -> tuple[str, str, str]:
    """What stands before the mark, under it and after it; a long line is cut around the mark."""
    start = max(column - 1, 0)
    end = min(start + max(width, 1), start + _MARK_LIMIT, len(excerpt))
    first = max(0, start - _CONTEXT_LIMIT)
    last = min(len(excerpt), end + _CONTEXT_LIMIT)
    before = ("…" if first else "") + visible(excerpt[first:start])
    after = visible(excerpt[end:last]) + ("…" if last < len(excerpt) else "")
    return before, visible(excerpt[start:end]), after


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes: two for a Chinese character, none for a combining mark."""
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


def visible(text: str) -> str:
    """The text with control characters written out, so that a name from a log cannot drive a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _WIDE_SPACES else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
