"""Digits: JSON numbers of more digits than a double holds are quoted in a copy, so that the engine reads all of them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from costcalc.usage.engine import Engine, text_lines
from costcalc.usage.paths import quoted
from costcalc.usage.sources import Source, Workspace

_SAFE = 15  # significant digits that every double keeps
# A decimal after a key: an unescaped quote before a colon ends a key, wherever it stands.
_DECIMAL = r'([^\\]"\s*:\s*)(-?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?)'
_IN_BYTES = re.compile(_DECIMAL.encode())


def with_all_digits(engine: Engine, source: Source, workspace: Workspace) -> Source:
    """The JSON source, or a copy of it, line by line, whose decimals no double rounds."""
    if not _loses_digits(engine, source):
        return source
    copy = workspace.new_file(".jsonl")
    with Path(source.path).open("rb") as lines, copy.open("wb") as out:
        out.writelines(_IN_BYTES.sub(rb'\1"\2"', line) for line in lines)
    return replace(source, path=str(copy))


def _loses_digits(engine: Engine, source: Source) -> bool:
    """Whether some decimal is another one once a double held it."""
    numbers = f"unnest(regexp_extract_all(line, {quoted(_DECIMAL)}, 2)) AS number"
    long = f"length(replace(number, '.', '')) > {_SAFE}"
    exact = "TRY_CAST(number AS DECIMAL(38,24))"
    held = "TRY_CAST(CAST(TRY_CAST(number AS DOUBLE) AS VARCHAR) AS DECIMAL(38,24))"
    found = f"SELECT 1 FROM (SELECT {numbers} FROM {text_lines((source,))}) WHERE {long} AND {exact} <> {held} LIMIT 1"
    return bool(engine.fetch(found))
