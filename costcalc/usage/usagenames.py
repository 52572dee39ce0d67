"""Names inside usage objects: which paths the lines of a JSON log hold there. The first lines tell most of it; all of
them are asked where the log is small, or where a line has what the first ones lack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.usage.engine import Engine, json_lines
from costcalc.usage.formats import FormatSpec
from costcalc.usage.paths import JsonColumns, UsageNames
from costcalc.usage.sources import Source

if TYPE_CHECKING:
    from costcalc.usage.readings import Reading

_SMALL = 16 << 20  # bytes of a log that is asked as a whole at once


def first_names(spec: FormatSpec, sources: Sequence[Source]) -> UsageNames:
    """The names of the first lines."""
    names = UsageNames(spec.objects, frozenset())
    leaves = {leaf for source in sources for leaf in source.leaves}
    return replace(names, paths=frozenset(leaf for leaf in leaves if names.inside(f"{leaf}.") is not None))


def is_small(sources: Sequence[Source]) -> bool:
    """Whether asking every line takes no time that anyone notices."""
    return sum(Path(source.path).stat().st_size for source in sources) <= _SMALL


def all_names(engine: Engine, reading: Reading) -> UsageNames:
    """The names of every line, under every root of the format."""
    spec = reading.unassumed or reading.spec
    roots = (*spec.roots, *spec.unseen_roots)
    columns = JsonColumns(roots)
    objects = {
        path: column.sql
        for root in roots
        for key in spec.objects
        if (column := columns.get("/" + (path := key if root == "." else f"{root}.{key}")))
    }
    # One reading of the lines asks for every object at once.
    each = ", ".join(f"CASE WHEN json_valid({sql}) THEN json_structure({sql}) END" for sql in objects.values())
    lines = json_lines(reading, columns)
    places = f"unnest([{each}]) AS structure, generate_subscripts([{each}], 1) AS place"
    asked = f"SELECT DISTINCT place, structure FROM (SELECT {places} FROM {lines}) WHERE structure IS NOT NULL"
    paths, found = list(objects), set[str]()
    for place, structure in engine.fetch(asked) if objects else ():
        path = paths[place - 1]
        found |= {path, *_paths(json.loads(structure), path)}
    return UsageNames(spec.objects, frozenset(found), exact=True)


def _paths(structure: object, path: str) -> Iterator[str]:
    if isinstance(structure, Mapping):
        for key, inner in structure.items():
            yield f"{path}.{key}"
            yield from _paths(inner, f"{path}.{key}")
