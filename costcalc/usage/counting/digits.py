"""Digits: JSON numbers of more digits than a double holds are quoted in a copy, so that the engine reads all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from costcalc.usage.files.sources import ReadableFile, Workspace
from costcalc.usage.formats.model import Shape
from costcalc.usage.formats.names import last_of
from costcalc.usage.formats.paths import FILE, quoted
from costcalc.usage.reading.readings import Reading
from costcalc.usage.sql.engine import Engine, text_lines

_SAFE = 15  # significant digits that every double keeps
_NUMBER = r"-?[0-9]+[.][0-9]+(?:[eE][-+]?[0-9]+)?"


def with_all_digits(engine: Engine, reading: Reading, workspace: Workspace) -> Reading:
    """The JSON reading, with copies of those of its files in which a double rounds an amount."""
    spec = reading.unassumed or reading.spec
    shapes = (*spec.shapes, *(parts.shape for parts in spec.parts))
    keys = {last_of(path) for shape in shapes for path in _amounts(shape)}
    if reading.seen is not None:  # no line has any other
        keys &= {last_of(path) for path in reading.seen}
    places = _losing(engine, reading.files, sorted(keys))
    files = tuple(_copied(source, workspace) if i in places else source for i, source in enumerate(reading.files))
    return replace(reading, pack=files[0]) if reading.pack else replace(reading, sources=files)


def _amounts(shape: Shape) -> Iterator[str]:
    yield from (path for cost in (shape.cost, shape.revenue) if cost for term in cost.terms for path in term.paths)


def _copied(source: ReadableFile, workspace: Workspace) -> ReadableFile:
    """A copy, line by line, whose decimals no double rounds."""
    copy = workspace.new_file(".jsonl")
    with Path(source.path).open("rb") as lines, copy.open("wb") as out:
        out.writelines(_AFTER_A_KEY.sub(rb'\1"\2"', line) for line in lines)
    return replace(source, path=str(copy))


# An unescaped quote before a colon ends a key, wherever it stands.
_AFTER_A_KEY = re.compile(rf'([^\\]"\s*:\s*)({_NUMBER})'.encode())


def _losing(engine: Engine, sources: tuple[ReadableFile, ...], keys: Sequence[str]) -> set[int]:
    """The positions of the files with some amount that is another one once a double held it."""
    if not keys:
        return set()
    names = re.escape(keys[0]) if len(keys) == 1 else f"(?:{'|'.join(map(re.escape, keys))})"
    # The name of the key comes first: it is found faster than any number. Most lines are told by their short numbers.
    pattern = quoted(rf'"{names}"\s*:\s*({_NUMBER})')
    numbers = f"unnest(regexp_extract_all(line, {pattern}, 1)) AS number"
    candidates = quoted(rf'"{names}"\s*:\s*-?[0-9.]{{{_SAFE + 2},}}')
    every = f"SELECT {FILE} AS file, {numbers} FROM {text_lines(sources)} WHERE regexp_matches(line, {candidates})"
    long = f"length(replace(number, '.', '')) > {_SAFE}"
    exact = "TRY_CAST(number AS DECIMAL(38,24))"
    held = "TRY_CAST(CAST(TRY_CAST(number AS DOUBLE) AS VARCHAR) AS DECIMAL(38,24))"
    return {file for (file,) in engine.fetch(f"SELECT DISTINCT file FROM ({every}) WHERE {long} AND {exact} <> {held}")}
