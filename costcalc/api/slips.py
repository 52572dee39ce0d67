"""Slips: every problem of scenarios and budgets at once, though some are seen only once others are mended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from costcalc.files import is_stream
from costcalc.problems import CostcalcError, Place, Problem

T = TypeVar("T")


class Written(Protocol):
    """What stands in a file, and is asked for without what is wrong in it."""

    def places(self) -> set[Place]: ...

    def without(self: P, places: Collection[Place], /) -> P | None: ...


P = TypeVar("P", bound=Written)


def with_every_slip(ask: Callable[[Sequence[P]], T], parts: Sequence[P], usage: object) -> T:
    """What is asked of scenarios or budgets. CostcalcError: what is wrong, and what else is wrong with the other entries.

    A target is looked up before the log is read, a column while it is read and a name after it: the question is asked
    again without the entries that were refused, until nothing more is.
    """
    try:
        return ask(parts)
    except CostcalcError as error:
        problems = [*error.problems]
        if _is_there_again(usage):
            problems += _behind(problems, ask, parts)
        raise CostcalcError(problems, error.exit_code) from error


def _behind(problems: Sequence[Problem], ask: Callable[[Sequence[P]], object], parts: Sequence[P]) -> Iterator[Problem]:
    while wrong := _places(problems) & {place for part in parts for place in part.places()}:
        parts = [left for part in parts if (left := part.without(wrong)) is not None]
        if not parts:
            return
        try:
            ask(parts)
            return
        except CostcalcError as error:
            known = {place for part in parts for place in part.places()}
            problems = [problem for problem in error.problems if problem.place in known]
            yield from problems


def _places(problems: Sequence[Problem]) -> set[Place]:
    return {problem.place for problem in problems if problem.place}


def _is_there_again(usage: object) -> bool:
    """Whether the log can be read a second time: standard input and pipes cannot, and what lies elsewhere is asked for once."""
    return not any(name == "-" or "://" in name or is_stream(name) for name in _names(usage))


def _names(usage: object) -> Iterator[str]:
    if isinstance(usage, (list, tuple)):
        for each in usage:
            yield from _names(each)
    elif isinstance(usage, (str, Path)):
        yield str(usage)
