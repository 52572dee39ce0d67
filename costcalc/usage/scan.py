"""The scan: logs of any format, counted once into a ledger. It labels what a price could tell apart and never sees one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path

from costcalc.asked import Asked
from costcalc.calendar import zone
from costcalc.problems import CostcalcError, Problem, fail, nearest_names
from costcalc.selectors import written_glob
from costcalc.usage.choice import check_some, counted_back, note_of, notes_of_rows_cut
from costcalc.usage.counting.counter import Counter
from costcalc.usage.counting.diagnose import MOST_PROBLEMS
from costcalc.usage.files.left import Left
from costcalc.usage.files.sources import ReadableFile, Workspace
from costcalc.usage.formats.names import canonical
from costcalc.usage.formats.read import with_formats
from costcalc.usage.ledger import CUSTOMER, UsageLedger
from costcalc.usage.limits import USUAL, Limits
from costcalc.usage.opening import looked_into, opened
from costcalc.usage.progress import Progress
from costcalc.usage.reading.readings import Reading, plan
from costcalc.usage.request import ScanRequest
from costcalc.usage.sql.engine import Engine
from costcalc.usage.sql.labels import COUNTED_ROWS
from costcalc.usage.store import Stored

__all__ = ["ScanRequest", "scan"]

Usage = str | Path | Sequence[str | Path]
_SHOWN = 8  # values of a log in an error


def scan(usage: object, request: ScanRequest, progress: Progress | None = None, limits: Limits = USUAL) -> UsageLedger:
    """The usage as a ledger. `usage`: a path, "-", a list of paths, or a pandas frame.

    CostcalcError: a file that cannot be read or understood. Refused rows do not raise: the ledger lists them.
    """
    _check_zone(request.timezone)
    there = _opened_there(usage, request, progress, limits) if request.remote else opened(usage, progress, limits)
    with with_formats(request.formats), there as (sources, engine, workspace, left, held):
        kept, logs, types = looked_into(sources, engine, left)
        readings: list[Reading] = []
        if logs:
            readings = plan(
                logs, request.mapping, request.usage_format, types, engine.keys, left, request.is_bill, request.rules
            )
        if not readings and not kept:
            raise CostcalcError(left.problems)
        request = _with_offered(request, readings, kept)
        counter = _counter(request)(
            engine, workspace, readings, request, keep=lambda: held.pop_all().close, stored=kept
        )
        counter.count()
        _check_matches(counter)
        asked = request
        if request.last:
            request = counted_back(request, counter)
        found = _without(counter.ledger(), left)
        check_some(found, request, counter)
        notes = [*found.notes, *note_of(asked, request.since, counter), *notes_of_rows_cut(request, counter)]
        if found.breakdown:
            engine.execute(
                f"DROP VIEW counted; DROP TABLE {COUNTED_ROWS}"
            )  # it may be larger than all that was made of it
        mapped = tuple(dict.fromkeys(setting for reading in readings for setting in reading.settings))
        parts = any(canonical(name) != CUSTOMER for name in request.where) or found.parts_customers
        is_part = bool(request.where) or found.is_part
        return replace(found, notes=notes, is_part=is_part, parts_customers=parts, asked=Asked(mapped))


def _opened_there(
    usage: object, request: ScanRequest, progress: Progress | None, limits: Limits
) -> AbstractContextManager[tuple[list[ReadableFile], Engine, Workspace, Left, ExitStack]]:
    from costcalc.usage.cluster.spark import extra

    with extra():
        from costcalc.usage.cluster.remote import opened_on
    return opened_on(request.remote, usage, progress, limits)


def _counter(request: ScanRequest) -> type[Counter]:
    """Who counts; nothing of a cluster is imported where none was asked for."""
    if not request.remote:
        return Counter
    from costcalc.usage.cluster.remote import RemoteCounter

    return RemoteCounter


def _with_offered(request: ScanRequest, readings: Sequence[Reading], stored: Sequence[Stored]) -> ScanRequest:
    """The request with the wished-for dimensions that every source has, and the labels of prices that any has."""
    offers = [{*reading.dimensions} for reading in readings]
    offers += [{canonical(name) for name in each.ledger.dimensions} for each in stored]
    asked = {canonical(name) for name in request.dimensions}
    wished = dict.fromkeys([*request.if_offered, *([CUSTOMER] if _states_revenue(readings, stored) else [])])
    more = [name for name in wished if canonical(name) not in asked]
    written = {source.header for each in readings for source in each.sources}
    headers = [[canonical(column) for column in header] for header in written]
    found = [
        name
        for name in more
        if all(canonical(name) in offer for offer in offers)
        and all(header.count(canonical(name)) < 2 for header in headers)  # of two such columns none is taken by guess
    ]
    found += [
        name
        for name in request.cuts.labels
        if canonical(name) not in {*asked, *map(canonical, found)} and any(canonical(name) in offer for offer in offers)
    ]
    return replace(request, dimensions=(*request.dimensions, *found)) if found else request


def _states_revenue(readings: Sequence[Reading], stored: Sequence[Stored]) -> bool:
    """Whether something is earned, which is earned by a customer."""
    stated = any(shape.revenue for reading in readings for shape in reading.spec.shapes)
    return stated or any(each.earns for each in stored)


def _without(ledger: UsageLedger, left: Left) -> UsageLedger:
    """The ledger with what was found and is not in it."""
    return replace(
        ledger,
        unread_files=ledger.unread_files + len(left.unread),
        problems=[*ledger.problems, *left.missing][:MOST_PROBLEMS],
        notes=[*ledger.notes, *left.notes()],
    )


def _check_matches(counter: Counter) -> None:
    """A filter that nothing in the log meets is a slip: its total of 0 would say that nothing was used."""
    problems = [_no_match(name, glob, counter.values(name)) for name, glob in counter.unmatched()]
    if problems:
        raise CostcalcError(problems)


def _no_match(name: str, glob: str, held: Sequence[str]) -> Problem:
    near, remedy = nearest_names(glob, held), "correct the value; * stands for any text, and case does not matter"
    if parts := next(
        (text for text in held if glob in [part.strip() for part in text.split(",")] and glob != text), ""
    ):
        near = tuple(dict.fromkeys((parts, *near)))
        remedy = f"a value with a comma stands in quotes: --where '{written_glob(name, parts)}'"
    shown = ", ".join(f'"{text}"' if "," in text else text for text in held[:_SHOWN])
    more = len(held) - _SHOWN
    return Problem(
        "nothing-matches",
        f"--where {written_glob(name, glob)}: no row has such a {name}",
        expected=f"what the log holds: {shown}{f' and {more:,} more' if more > 0 else ''}" if shown else "",
        nearest=near,
        remedy=remedy,
    )


def _check_zone(name: str) -> None:
    try:
        zone(name)
    except ValueError as error:
        raise fail("unknown-zone", str(error), expected="an IANA name such as Europe/Berlin") from error
