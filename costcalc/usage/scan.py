"""The scan: logs of any format, counted once into a ledger. It labels what a price could tell apart and never sees one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from costcalc.asked import Asked
from costcalc.calendar import zone
from costcalc.files import temporary_folder
from costcalc.problems import CostcalcError, Problem, fail, nearest_names
from costcalc.records import dataclass
from costcalc.usage.arguments import find_files
from costcalc.usage.choice import check_some, counted_back, note_of
from costcalc.usage.counter import Counter
from costcalc.usage.diagnose import MOST_PROBLEMS
from costcalc.usage.engine import Engine, column_types
from costcalc.usage.formatfile import with_formats
from costcalc.usage.labels import COUNTED_ROWS
from costcalc.usage.ledger import CUSTOMER, UsageLedger
from costcalc.usage.left import Left
from costcalc.usage.limits import USUAL, Limits
from costcalc.usage.maps import MapRule
from costcalc.usage.names import canonical
from costcalc.usage.progress import Progress
from costcalc.usage.readings import Reading, plan
from costcalc.usage.request import ScanRequest
from costcalc.usage.sources import Source, Workspace, open_sources
from costcalc.usage.store import Stored, is_ledger, read_ledger
from costcalc.usage.usagenames import with_all_names

__all__ = ["Detection", "ScanRequest", "detect", "scan"]

Usage = str | Path | Sequence[str | Path]
STORED, NOT_READ = "stored ledger", "not read"  # in the place of a format


@dataclass(frozen=True, slots=True)
class Detection:
    """How one file would be read."""

    path: str
    format: str
    why: str
    columns: Mapping[str, str]  # column or path → what it is read as
    dimensions: tuple[str, ...]
    uncounted: tuple[str, ...] = ()  # columns that look like counts and are in no figure


def scan(usage: object, request: ScanRequest, progress: Progress | None = None, limits: Limits = USUAL) -> UsageLedger:
    """The usage as a ledger. `usage`: a path, "-", a list of paths, or a pandas frame.

    CostcalcError: a file that cannot be read or understood. Refused rows do not raise: the ledger lists them.
    """
    _check_zone(request.timezone)
    opened = _opened_there(usage, request, progress, limits) if request.remote else _opened(usage, progress, limits)
    with with_formats(request.formats), opened as (sources, engine, workspace, left, held):
        kept, logs, types = _looked_into(sources, engine, left)
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
        _check_matches(request, counter.unmatched(), counter)
        asked = request
        if request.last:
            request = counted_back(request, counter)
        found = _without(counter.ledger(), left)
        check_some(found, request, counter)
        notes = [*found.notes, *note_of(asked, request.since, counter)]
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
) -> AbstractContextManager[tuple[list[Source], Engine, Workspace, Left, ExitStack]]:
    from costcalc.usage.remote import opened_on

    return opened_on(request.remote, usage, progress, limits)


def _counter(request: ScanRequest) -> type[Counter]:
    """Who counts; nothing of a cluster is imported where none was asked for."""
    if not request.remote:
        return Counter
    from costcalc.usage.remote import RemoteCounter

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


def detect(
    usage: Usage,
    mapping: Mapping[str, str] | None = None,
    usage_format: str | None = None,
    rules: Sequence[MapRule] = (),
    limits: Limits = USUAL,
    formats: Sequence[Path] = (),
) -> list[Detection]:
    """How each file would be read. CostcalcError: as `scan`."""
    with with_formats(formats), _opened(usage, limits=limits) as (sources, engine, _, left, _):
        kept, logs, types = _looked_into(sources, engine, left)
        readings = plan(logs, mapping or {}, usage_format, types, engine.keys, left, rules=rules)
        if not readings and not kept:
            raise CostcalcError(left.problems)
        stored = {
            file.path.rpartition(" (")[0]: each.ledger.dimensions for each in kept for file in each.ledger.sources
        }
        found = [Detection(path, STORED, "costcalc scan wrote it", {}, names) for path, names in stored.items()]
        looked = [with_all_names(engine, reading) for reading in readings]
        found += [_detection(reading, source) for reading in looked for source in reading.sources]
        return [*found, *_not_read(left)]


def _not_read(left: Left) -> Iterator[Detection]:
    for files, otherwise in ((left.unread, ""), (left.empty, ""), (left.other, "it holds no usage")):
        for path, problems in files.items():
            yield Detection(path, NOT_READ, otherwise or problems[0].message, {}, ())


def _without(ledger: UsageLedger, left: Left) -> UsageLedger:
    """The ledger with what was found and is not in it."""
    return replace(
        ledger,
        unread_files=ledger.unread_files + len(left.unread),
        problems=[*ledger.problems, *left.missing][:MOST_PROBLEMS],
        notes=[*ledger.notes, *left.notes()],
    )


@contextmanager
def _opened(
    usage: object, progress: Progress | None = None, limits: Limits = USUAL
) -> Iterator[tuple[list[Source], Engine, Workspace, Left, ExitStack]]:
    """The usage as sources, an engine that reaches nothing else, what was left, and what ends all this."""
    left = Left()
    with ExitStack() as held:
        workspace = Workspace(held.enter_context(temporary_folder()), limits, progress)
        if isinstance(usage, str | Path | Sequence):
            named = find_files(usage)
            left = named.left
            sources = open_sources(named, workspace)
            engine = Engine(workspace.folder, [source.path for source in sources], progress, limits)
        elif hasattr(usage, "columns") or hasattr(usage, "__arrow_c_stream__"):
            from costcalc.usage.frames import frame_source

            engine = Engine(workspace.folder, progress=progress, limits=limits)
            sources = [frame_source(usage, engine)]
        else:
            raise TypeError(
                f"usage is a path, a list of paths, a frame or a table of Arrow, not {type(usage).__name__}"
            )
        held.enter_context(closing(engine))
        yield sources, engine, workspace, left, held


def _looked_into(
    sources: Sequence[Source], engine: Engine, left: Left
) -> tuple[list[Stored], list[Source], dict[str, Mapping[str, str]]]:
    """Stored ledgers, logs, and the types of those logs that have types. CostcalcError: a file that was named is damaged."""
    kept: list[Stored] = []
    logs: list[Source] = []
    types: dict[str, Mapping[str, str]] = {}
    problems: list[Problem] = []
    for source in sources:
        try:
            if source.kind == "parquet" and is_ledger(engine, source):
                kept.append(read_ledger(engine, source, len(kept)))
                continue
            if source.kind in ("parquet", "frame"):
                types[source.path] = column_types(engine, source)
                is_empty = source.kind == "parquet" and not engine.has_rows(source)
                source = replace(source, header=tuple(types[source.path]), is_empty=is_empty)
        except CostcalcError as error:
            if source.is_named:
                problems += error.problems
            else:
                left.unread[source.shown] = error.problems
            continue
        logs.append(source)
    if problems:
        raise CostcalcError(problems)
    return kept, logs, types


def start_of_format(log: str, name: str) -> str:
    """A commented format file for logs like this one. CostcalcError: it cannot be read, or a format reads it already."""
    from costcalc.usage.formatstart import start_of

    with _opened([log]) as (sources, engine, _, left, _):
        kept, logs, types = _looked_into(sources, engine, left)
        if kept or len(logs) != 1:
            raise fail("not-one-log", f"{log} is not one log", remedy="name one file that holds rows of usage")
        return start_of(logs[0], name, types.get(logs[0].path, {}))


def _detection(reading: Reading, source: Source) -> Detection:
    present = {name.lower() for name in source.header} | {leaf.lower() for leaf in source.leaves}
    found = {path: meaning for path, meaning in reading.meanings.items() if _is_in(path, present)}
    uncounted = tuple(seen.column for seen in reading.watched if seen.is_named)
    dimensions = tuple(sorted({*reading.dimensions.values()} - {*uncounted}))
    return Detection(source.shown, reading.spec.name, reading.why, found, dimensions, uncounted)


def _is_in(path: str, present: Collection[str]) -> bool:
    bare = path.removeprefix("/").split("[")[0].split("::")[0].lower()
    return any(name == bare or name.endswith(f".{bare}") for name in present)


def _check_matches(request: ScanRequest, missing: Collection[str], counter: Counter | None) -> None:
    """A filter that nothing in the log meets is a slip: its total of 0 would say that nothing was used."""
    problems = [
        Problem(
            "nothing-matches",
            f"--where {name}={glob}: no row has such a {name}",
            nearest=nearest_names(glob, counter.values(name) if counter else ()),
            remedy="correct the value; * stands for any text, and case does not matter",
        )
        for name, globs in request.where.items()
        if name in missing
        for glob in globs
    ]
    if problems:
        raise CostcalcError(problems)


def _check_zone(name: str) -> None:
    try:
        zone(name)
    except ValueError as error:
        raise fail("unknown-zone", str(error), expected="an IANA name such as Europe/Berlin") from error
