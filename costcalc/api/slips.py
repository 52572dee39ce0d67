"""Slips: every problem of a scenario at once, though some are seen only once others are mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from costcalc.files import is_stream
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.scenario.items import Scenario

T = TypeVar("T")


def with_every_slip(ask: Callable[[Sequence[Scenario]], T], plans: Sequence[Scenario], usage: object) -> T:
    """What is asked of scenarios. CostcalcError: what is wrong, and what else is wrong with the other entries.

    A target is looked up before the log is read, a column while it is read and a name after it: the question is asked
    again without the entries that were refused, until nothing more is.
    """
    try:
        return ask(plans)
    except CostcalcError as error:
        problems = [*error.problems]
        if _is_there_again(usage):
            problems += _behind(problems, ask, plans)
        raise CostcalcError(problems, error.exit_code) from error


def _behind(
    problems: Sequence[Problem], ask: Callable[[Sequence[Scenario]], object], plans: Sequence[Scenario]
) -> Iterator[Problem]:
    while wrong := _places(problems) & {place for plan in plans for place in plan.places()}:
        plans = [plan.without(wrong) for plan in plans]
        try:
            ask(plans)
            return
        except CostcalcError as error:
            known = {place for plan in plans for place in plan.places()}
            problems = [problem for problem in error.problems if problem.place in known]
            yield from problems


def _places(problems: Sequence[Problem]) -> set[Place]:
    return {problem.place for problem in problems if problem.place}


def _is_there_again(usage: object) -> bool:
    """Whether the log can be read a second time: standard input and pipes cannot, and what lies elsewhere is asked for once."""
    named = usage if isinstance(usage, (list, tuple)) else [usage]
    names = [str(each) for each in named if isinstance(each, (str, Path))]
    return not any(name == "-" or "://" in name or is_stream(name) for name in names)
