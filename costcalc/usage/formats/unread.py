"""Unread: numbers inside usage objects that no shape reads, and that their names say are counts. They are added up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from costcalc.problems import Problem
from costcalc.usage.formats.model import FormatSpec, RowParts, Shape, counted_in, paths_of
from costcalc.usage.formats.names import TOTALS, canonical, is_meaning, last_of
from costcalc.usage.formats.paths import UsageNames
from costcalc.usage.formats.uncounted import MOST, Watched, hint, map_option, words_of

# What is billed by its number besides tokens: searches, calls of tools, pictures, sound.
_BILLED = re.compile(r"search|quer|image|audio|video|character|sources|(calls?|requests?|invocations)$", re.IGNORECASE)
_NO_COUNT = re.compile(r"cost|price|ticks|latency|duration|speed|limit", re.IGNORECASE)
_NO_COUNT_ALONE = frozenset(("time", "times", "per", "max", "id", "ids"))  # within words they mean nothing: hyper, paid


def with_unread(watched: Iterable[Watched], spec: FormatSpec, names: UsageNames) -> tuple[Watched, ...]:
    """The counts that usage objects have and that one of the shapes does not read, and what is watched beside them."""
    beside = (seen for seen in watched if names.inside(seen.column) is None)
    return (*_unread(spec, names), *beside)[:MOST]


def _unread(spec: FormatSpec, names: UsageNames) -> list[Watched]:
    inner = {path.rpartition(".")[0] for path in names.paths}
    dimensions = {path for shape in spec.shapes for text in shape.dimensions.values() for path in text.paths}
    # Of a list the members are read.
    lists = {path.partition("[")[0] for path in paths_of(spec) if "[" in path} | {parts.path for parts in spec.parts}
    leaves = {relative for path in names.paths - inner if (relative := names.inside(path))}
    return [
        Watched(path, True, hint(path))
        for path in sorted(leaves)
        if _is_count(path)
        and last_of(path).lower() not in spec.ignored
        and canonical(last_of(path)) not in TOTALS
        and path not in dimensions
        and f"/{path}" not in dimensions
        and not any(f"{path}.".startswith(f"{listed}.") for listed in lists)
        and _is_left(spec, path)
    ]


def _is_left(spec: FormatSpec, path: str) -> bool:
    """Whether one of those that may read it does not."""
    if is_of_member(path):
        return any(not _reads_above(parts.shape, own) for parts in spec.parts if (own := parts.own(path)))
    return any(not reads(shape, path) for shape in spec.shapes if not shape.unseen)


def _reads_above(shape: Shape, path: str) -> bool:
    """Whether the shape counts what stands at the path, or an object that holds it: that is no count, and refused."""
    steps = path.split(".")
    return any(reads(shape, ".".join(steps[:end])) for end in range(2, len(steps) + 1))


def is_of_member(path: str) -> bool:
    """Whether the path is of the members of a list or a map."""
    return "[]." in path or "{}." in path


def watched_in(watched: Sequence[Watched], spec: FormatSpec, parts: RowParts | None) -> tuple[Watched | None, ...]:
    """What rows are asked for, each in its place: of lines what stands beside their parts; of parts what is their own,
    and what their lines have and no shape reads.
    """
    if parts is None:
        return tuple(None if is_of_member(seen.column) else seen for seen in watched)
    return tuple(_in_parts(seen, spec, parts) for seen in watched)


def _in_parts(seen: Watched, spec: FormatSpec, parts: RowParts) -> Watched | None:
    if is_of_member(seen.column):
        own = parts.own(seen.column)
        return replace(seen, column=own) if own else None
    return None if any(reads(shape, seen.column) for shape in spec.shapes) else seen


def reads(shape: Shape, path: str) -> bool:
    """Whether the shape counts what stands at the path."""
    paths = counted_in(shape)
    return path in paths or f"/{path}" in paths


def repeats_of(seen: Watched, meters: Mapping[str, str]) -> list[str]:
    """What the number may come to where it says again what was counted, as SQL over a row's meters."""
    read, written = meters.get("input_tokens", "0"), meters.get("output_tokens", "0")
    cached, stored = meters.get("cache_read_tokens", "0"), meters.get("cache_write_tokens", "0")
    again = {
        "input_tokens": [read, f"{read} - {cached}", f"{read} - {cached} - {stored}"],
        "output_tokens": [written, f"{written} - {meters.get('reasoning_tokens', '0')}"],
        "tokens": [f"{read} + {written}"],
    }
    return again.get(seen.meaning, [meters[seen.meaning]] if seen.meaning in meters else [])


def unread_problem(seen: Watched, amount: int) -> Problem:
    """A count that no figure holds."""
    name = last_of(seen.column)
    left = map_option(seen.column if is_meaning(name) else name, seen.column)
    is_map = "{}." in seen.column  # no dimension can be of it
    return Problem(
        "count-not-read",
        f"{seen.column}: {amount:,} in all, and no figure counts it",
        expected="the counters that `costcalc formats show` lists for this format",
        remedy=("" if is_map else f"if it is no usage of its own, leave it as a dimension: {left}; else ")
        + "report the shape, or turn the log into a plain table",
    )


def _is_count(path: str) -> bool:
    return is_billed(path) or bool(hint(path) and not _is_none(last_of(path)))


def is_billed(path: str) -> bool:
    """Whether the name says that it counts what is billed by its number, besides tokens."""
    name = last_of(path)
    return bool(_BILLED.search(name)) and not _is_none(name)


def _is_none(name: str) -> bool:
    return bool(_NO_COUNT.search(name) or words_of(name) & _NO_COUNT_ALONE)
