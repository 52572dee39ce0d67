"""Opening: usage as sources, with an engine that reaches nothing else and a folder for what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from costcalc.files import temporary_folder
from costcalc.problems import CostcalcError, Problem, fail
from costcalc.usage.files.arguments import find_files
from costcalc.usage.files.left import Left
from costcalc.usage.files.sources import ReadableFile, Workspace, open_sources
from costcalc.usage.limits import USUAL, Limits
from costcalc.usage.progress import Progress
from costcalc.usage.sql.engine import Engine, column_types
from costcalc.usage.store import Stored, is_ledger, read_ledger


@contextmanager
def opened(
    usage: object, progress: Progress | None = None, limits: Limits = USUAL
) -> Iterator[tuple[list[ReadableFile], Engine, Workspace, Left, ExitStack]]:
    """The usage as sources, an engine that reaches nothing else, what was left, and what ends all this."""
    left = Left()
    with ExitStack() as held:
        workspace = Workspace(held.enter_context(temporary_folder()), limits, progress)
        if isinstance(usage, str | Path | Sequence):
            named = find_files(usage)
            left = named.left
            sources = open_sources(named, workspace)
            engine = Engine(workspace.folder, [source.path for source in sources], progress, limits)
        elif type(usage).__name__ == "LazyFrame":  # whose columns are not known before it is run
            raise fail(
                "lazy-frame", "usage is a lazy frame, which has no rows yet", expected="a frame",
                remedy="collect it first: usage.collect()",
            )  # fmt: skip
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


def looked_into(
    sources: Sequence[ReadableFile], engine: Engine, left: Left
) -> tuple[list[Stored], list[ReadableFile], dict[str, Mapping[str, str]]]:
    """Stored ledgers, logs, and the types of those logs that have types. CostcalcError: a file that was named is damaged."""
    kept: list[Stored] = []
    logs: list[ReadableFile] = []
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
