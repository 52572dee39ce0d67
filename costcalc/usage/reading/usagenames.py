"""Names inside usage objects: which paths the lines of a JSON log hold there. The first lines tell most of it; all of
them are asked where the log is small, or where a line has what the first ones lack. Of a large one, where to ask all
takes longer than to count, lines from all over it are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.jsondoc import read_json
from costcalc.usage.files.looks import Paths
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats.model import FormatSpec, paths_of
from costcalc.usage.formats.paths import INSIDE, JsonColumns, UsageNames
from costcalc.usage.formats.unread import is_of_member, with_unread
from costcalc.usage.reading.assume import name_under
from costcalc.usage.sql.engine import Engine, json_lines

if TYPE_CHECKING:
    from costcalc.usage.reading.readings import Reading

_SMALL = 16 << 20  # bytes of a log that is asked as a whole at once
_STRETCH = 64 << 10  # bytes of lines that are looked at in one place
_LOOKED_AT = 20  # one byte of so many, at most as many as are small


def first_names(spec: FormatSpec, sources: Sequence[ReadableFile]) -> UsageNames:
    """The names of the first lines."""
    names = UsageNames(spec.objects, frozenset())
    leaves = {leaf for source in sources for leaf in source.leaves}
    return replace(names, paths=frozenset(leaf for leaf in leaves if names.inside(f"{leaf}.") is not None))


def is_small(sources: Sequence[ReadableFile]) -> bool:
    """Whether asking every line takes no time that anyone notices."""
    return sum(source.size for source in sources) <= _SMALL


def seen_paths(
    sources: Sequence[ReadableFile], files: Sequence[ReadableFile], listed: Mapping[str, str]
) -> frozenset[str]:
    """Every path of the first lines of the sources, and of lines from all over the files that are read for them."""
    found = {leaf for source in sources for leaf in source.leaves}
    paths = Paths(found, listed)
    for file in files:
        for line in _strewn_lines(Path(file.path)):
            paths.add(line)
    return frozenset(found)


def with_seen_paths(reading: Reading) -> Reading:
    """The reading with what its lines were seen to hold, in lists and maps of parts too."""
    spec = reading.spec
    seen = seen_paths(reading.sources, reading.files, _listed(spec) | dict.fromkeys(_texts(spec), INSIDE))
    reading = replace(reading, seen=seen)
    members = {path for path in seen if is_of_member(path)}
    if reading.names is None or not members:
        return reading
    names = replace(reading.names, paths=reading.names.paths | members)
    return replace(reading, names=names, watched=with_unread(reading.watched, spec, names))


def _listed(spec: FormatSpec) -> dict[str, str]:
    """Where the lists and maps of parts stand, each with what marks its members."""
    roots = (*spec.roots, *spec.unseen_roots)
    return {name_under(root, parts.path): parts.mark for root in roots for parts in spec.parts}


def _texts(spec: FormatSpec) -> set[str]:
    """Where the texts stand that may hold JSON with something of the format's."""
    bases = {path.partition(INSIDE)[0] for path in paths_of(spec) if INSIDE in path}
    return {name_under(root, base) for root in (*spec.roots, *spec.unseen_roots) for base in bases}


def looked_at(sources: Sequence[ReadableFile]) -> tuple[int, int]:
    """How many bytes of how many are looked at, about."""
    sizes = [source.size for source in sources]
    return sum(_stretches(size) * min(_STRETCH, size) for size in sizes), sum(sizes)


def _stretches(size: int) -> int:
    return max(1, min(size // _LOOKED_AT, _SMALL) // _STRETCH)


def _strewn_lines(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    count = _stretches(size)
    left = 2 * count * _STRETCH  # of very long lines fewer are looked at
    with path.open("rb") as stream:
        # From the end on, where what a new version writes is first.
        for i in range(count, 0, -1):
            stream.seek(max(0, size * i // count - _STRETCH))
            left -= len(stream.readline())
            lines = stream.readlines(_STRETCH) if left > 0 else []
            left -= sum(map(len, lines))
            yield from lines


def with_all_names(engine: Engine, reading: Reading) -> Reading:
    """The reading with the names of every line in place of those that the first lines say."""
    if reading.names is None or reading.names.exact:
        return reading
    names = all_names(engine, reading)
    return replace(reading, names=names, watched=with_unread(reading.watched, reading.unassumed or reading.spec, names))


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
    paths, found, listed = list(objects), set[str](), _listed(spec)
    for place, structure in engine.fetch(asked) if objects else ():
        path = paths[place - 1]
        found |= {path, *_paths(read_json(structure), path, listed)}
    return UsageNames(spec.objects, frozenset(found), exact=True)


def _paths(structure: object, path: str, listed: Mapping[str, str]) -> Iterator[str]:
    """The paths below an object; of the members of a list or map, those of parts."""
    if path in listed:
        members = structure.values() if isinstance(structure, Mapping) else structure
        for member in members if isinstance(members, Iterable) else ():
            yield from _paths(member, path + listed[path], listed)
    elif isinstance(structure, Mapping):
        for key, inner in structure.items():
            if all(key.split(".")):  # no path can say an empty part, as of "..tokens"
                yield f"{path}.{key}"
                yield from _paths(inner, f"{path}.{key}", listed)
