"""Assumptions: what the first rows of a log show is taken of all, and checked of each. A row that breaks one is not
counted wrongly: the scan then reads the log again without them. Reading only what is there takes half the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats.model import Condition, FormatSpec, Paths, Shape, Term, Text, Time, TimeKind

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:")
_SECONDS = re.compile(r"\d{9,10}(\.\d*)?")


def name_under(root: str, name: str) -> str:
    """The path of a name below a root."""
    return name if root == "." else f"{root}.{name}"


def assumed(spec: FormatSpec, sources: Sequence[ReadableFile]) -> FormatSpec:
    """The format with what the first rows let assume: their kind of time, their shapes, where their model stands."""
    kind = _kind_of_times(spec, sources)
    records = [record for source in sources for record in source.records]
    shapes = spec.shapes if kind is None else tuple(_with_times(shape, kind) for shape in spec.shapes)
    if records and len(shapes) > 1:
        shapes = tuple(_seen(shape, records, spec.roots) for shape in shapes)
        if all(shape.unseen for shape in shapes):
            return spec
        # A row of a shape that comes after all that were seen has none of the shapes before it.
        last = max(i for i, shape in enumerate(shapes) if not shape.unseen)
        spec, shapes = replace(spec, trimmed=True), shapes[: last + 1]
    undated = spec.undated and kind is None
    # Keys that only prove a line readable are looked at when a line seems not to be.
    return replace(spec, shapes=shapes, undated=undated, signs=())


# --- times -------------------------------------------------------------------------------------------------------


def _with_times(shape: Shape, kind: TimeKind) -> Shape:
    time = replace(shape.time, kind=kind) if shape.time else None
    return replace(shape, time=time, requests=_of_instants(shape))


def _of_instants(shape: Shape) -> Term | Literal["one", "plain", "first"] | None:
    return "one" if shape.requests == "plain" else shape.requests


def _kind_of_times(spec: FormatSpec, sources: Sequence[ReadableFile]) -> TimeKind | None:
    """How all the first rows write their time; None: in several ways, or in one that takes no more work than any."""
    times = {shape.time for shape in spec.shapes}
    time = next(iter(times))
    if len(times) > 1 or time is None or time.always or time.kind != "plain" or time.pattern or time.until:
        return None
    texts = [text for source in sources for text in _times_of(source, time, spec.roots)]
    if texts and all(len(text) > 10 and _DATED.match(text) for text in texts):
        return "iso-instant"
    return "unix" if texts and all(_SECONDS.fullmatch(text) for text in texts) else None


def _times_of(source: ReadableFile, time: Time, roots: Sequence[str]) -> list[str]:
    if source.kind == "json":
        return [_first(record, time.paths, roots) or "" for record in source.records]
    places = [i for i, name in enumerate(source.header) if name.lower() == time.paths[0].lower()]
    return [row[places[0]] for row in source.samples if places and len(row) > places[0]]


# --- shapes ------------------------------------------------------------------------------------------------------


def _seen(shape: Shape, records: Sequence[Mapping[str, str]], roots: Sequence[str]) -> Shape:
    """The shape as far as the first records need it; one that none of them has keeps its condition alone."""
    own = [record for record in records if meets(shape.when, record, roots)]
    if not own:
        return Shape(shape.name, shape.when, unseen=True)
    time = replace(shape.time, paths=_prefix(shape.time.paths, own, roots)) if shape.time else None
    tier, model = _needed(shape.service_tier, own, roots), _needed(shape.model, own, roots)
    return replace(shape, time=time, model=model, service_tier=tier)


def meets(condition: Condition, record: Mapping[str, str], roots: Sequence[str]) -> bool:
    """Whether a record has what must be there, and the values; other conditions are not looked at."""
    present = all(_first(record, paths, roots) is not None for paths in condition.present)
    return present and all(_is_one_of(_first(record, paths, roots), values) for paths, values in condition.where)


def _is_one_of(text: str | None, values: Sequence[str]) -> bool:
    found = (text or "").lower()
    return any(_is_like(found, value) for value in values)


def _is_like(text: str, value: str) -> bool:
    if value.startswith("*"):
        return value.strip("*") in text
    return text.startswith(value[:-1]) if value.endswith("*") else text == value


def _needed(text: Text, records: Sequence[Mapping[str, str]], roots: Sequence[str]) -> Text:
    """The text with only so many of its paths that each of the records has one; they are then required of all."""
    paths = _prefix(text.paths, records, roots)
    return text if paths == text.paths or text.after else replace(text, paths=paths, required=True)


def _prefix(paths: Paths, records: Sequence[Mapping[str, str]], roots: Sequence[str]) -> Paths:
    """The fewest of the paths, from the first on, of which each record has one; all of them where one has none."""
    for count in range(1, len(paths)):
        if all(_first(record, paths[:count], roots) for record in records):
            return paths[:count]
    return paths


def _first(record: Mapping[str, str], paths: Paths, roots: Sequence[str]) -> str | None:
    return next((record[path] for path in _absolute(paths, roots) if path in record), None)


def _absolute(paths: Paths, roots: Sequence[str]) -> Iterator[str]:
    for path in paths:
        yield from [path[1:]] if path.startswith("/") else (name_under(root, path) for root in roots)
