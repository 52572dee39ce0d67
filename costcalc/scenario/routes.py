"""Routes: where moves and escalations lead. Circles, and two moves of the same usage, are found in the file alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations

from costcalc.problems import Place
from costcalc.scenario.changes import Escalation, Move, UsageChanges
from costcalc.scenario.figure import Span
from costcalc.scenario.where import Where
from costcalc.selectors import glob_matches
from costcalc.yamldoc import Document

Route = Move | Escalation

_ROUTED_BY = ("provider", "model")


def check_routes(document: Document, changes: UsageChanges) -> None:
    """Report moves that meet and routes that come back."""
    for first, second in combinations(changes.moves, 2):
        if _at_one_time(first.span, second.span) and _key(first.where) == _key(second.where):
            document.report(
                _place(document, second), "overlapping-moves",
                f'this move and the one in line {_line(first)} move the same usage at the same time ({first.where})',
                remedy="make one entry of both, end one before the other begins, or choose usage that differs",
            )  # fmt: skip
    for circle in _circles((*changes.escalation, *changes.moves)):
        lines = " and ".join(f"line {_line(route)}" for route in circle[:-1])
        steps = ", ".join(_target(route) for route in circle)
        document.report(
            _place(document, circle[-1]), "circular-moves",
            f"this and {lines} lead in a circle: {steps}, and back",
            remedy="take one of them out: moves choose among today's traffic, and none moves twice",
        )  # fmt: skip


def _circles(routes: Sequence[Route]) -> Iterable[tuple[Route, ...]]:
    """The circles of two or more routes, each once, its last route the last one written."""
    after = {
        position: [
            other
            for other, next_one in enumerate(routes)
            if other != position and _leads_to(route, next_one)
        ]
        for position, route in enumerate(routes)
    }  # fmt: skip
    for last in range(len(routes)):
        if path := _path_back(after, last):
            yield tuple(routes[position] for position in path)


def _path_back(after: dict[int, list[int]], last: int) -> list[int] | None:
    """The shortest way from a route back to it over earlier ones; the route itself stands at the end."""
    paths = [[step] for step in after[last] if step < last]
    seen: set[int] = set()
    for path in paths:  # grows while it is walked: breadth first
        if last in after[path[-1]]:
            return [*path, last]
        for step in after[path[-1]]:
            if step < last and step not in seen:
                seen.add(step)
                paths.append([*path, step])
    return None


def _leads_to(route: Route, other: Route) -> bool:
    """Whether what the route makes of its usage is what the other one chooses."""
    if not _names_models(route.where) or not _names_models(other.where):
        return False
    provider, _, model = _target(route).partition("/")
    named = other.where.names
    return (
        _at_one_time(route.span, other.span)
        and any(glob_matches(glob, provider) for glob in named.get("provider", ("*",)))
        and any(glob_matches(glob, _target(route) if "/" in glob else model) for glob in named["model"])
        and _may_meet(route.where, other.where)
    )


def _names_models(where: Where) -> bool:
    return "model" in where.names


def _may_meet(one: Where, other: Where) -> bool:
    """Whether usage can match both, beside its model: not where one column must have two values."""
    return all(
        any(glob_matches(a, b) or glob_matches(b, a) for a in one.names[name] for b in other.names[name])
        for name in one.names.keys() & other.names.keys()
        if name not in _ROUTED_BY
    )


def _at_one_time(one: Span, other: Span) -> bool:
    return _begins(one) < (other.until_day or date.max) and _begins(other) < (one.until_day or date.max)


def _begins(span: Span) -> date:
    return span.from_day or date.min


def _key(where: Where) -> object:
    """What a `where` says, whatever the order and the case in which it is written."""
    names = frozenset((name, frozenset(glob.lower() for glob in globs)) for name, globs in where.names.items())
    lengths = frozenset((length.meter, length.over, length.up_to) for length in where.lengths)
    return names, lengths, where.hours and (where.hours.opens, where.hours.closes, where.hours.timezone)


def _target(route: Route) -> str:
    return route.to if isinstance(route, Move) else route.first


def _line(route: Route) -> int:
    return route.place.line if route.place else 0


def _place(document: Document, route: Route) -> Place:
    return route.place or Place(document.file)
