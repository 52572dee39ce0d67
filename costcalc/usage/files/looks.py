"""Looks: what the first lines of JSON files show. Of a file that begins as an earlier one did, no more is looked at."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import field, replace
from itertools import islice

from costcalc.jsondoc import read_json
from costcalc.records import dataclass
from costcalc.usage.files.unfold import unfold_of
from costcalc.usage.formats.model import Unfold
from costcalc.usage.formats.paths import INSIDE

_CLOSE_LOOKS = 20  # files that are looked into whatever they begin with
_CLOSE, _BRIEF, _BEGIN = 200, 50, 2  # lines: of one of those, of a later one that begins in a new way, of any other
_KEPT = 500  # files whose records are kept
_TEXTS = 4  # one text with JSON of so many is looked into: what it lacks is looked for in all
_DEEPEST = 5  # objects around a value
_SAMPLE_TEXT, _SAMPLE_JSON = 64, 4_096  # characters
Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Look:
    """What the first lines of a JSON file hold."""

    leaves: frozenset[str] = frozenset()  # every path
    scalars: tuple[str, ...] = ()  # the top-level keys that hold a single value
    records: tuple[Mapping[str, str], ...] = ()  # the lines' texts (their begin) and numbers, by path
    unfold: Unfold | None = None  # how they are taken apart into the records that are read


@dataclass
class Looks:
    """The looks of one run."""

    count: int = 0
    known: dict[Hashable, Look] = field(default_factory=dict)  # by how a file begins

    def at(self, text: str) -> Look:
        """The look at the lines of a text; where they are unfolded, the members have a look of their own."""
        begin = tuple(_shape(record) for record in islice(_objects(text, _BEGIN), _BEGIN))
        known = self.known.get(begin) if self.count >= _CLOSE_LOOKS else None
        if known is not None:
            return known
        found = _look(text, _CLOSE if self.count < _CLOSE_LOOKS else _BRIEF)
        self.count += 1
        self.known.setdefault(begin, replace(found, records=()))
        return found if self.count <= _KEPT else replace(found, records=())


@dataclass(slots=True)
class Paths:
    """Collects the paths of lines. Most lines have the keys of earlier ones: those are looked up, not spelled again."""

    found: set[str]
    # Where lists and maps of parts stand, and texts that may hold JSON, and what marks them.
    listed: Mapping[str, str] = field(default_factory=dict)
    known: set[tuple[str, ...]] = field(default_factory=set)
    texts: int = 0  # with JSON

    def add(self, line: bytes) -> None:
        """Every path of a line; none where it is no object."""
        for record in _objects(line.decode("utf-8", "replace"), 1):
            self._add(record, "", _DEEPEST)

    def _add(self, record: Object, prefix: str, depth: int) -> None:
        keys = (prefix, *record)
        if keys not in self.known:
            self.known.add(keys)
            self.found.update(prefix + key for key in record)
        for key, value in record.items():
            if isinstance(value, dict | list) and depth:
                self._add_inside(value, prefix + key, depth - 1)
            elif isinstance(value, str) and value.startswith("{") and self.listed.get(prefix + key) == INSIDE:
                self._add_text(value, prefix + key)

    def _add_text(self, text: str, path: str) -> None:
        self.texts += 1
        for inner in _objects(text, 1) if self.texts % _TEXTS == 1 else ():
            self._add(inner, path + INSIDE, _DEEPEST)

    def _add_inside(self, value: Object | list[object], path: str, depth: int) -> None:
        mark = self.listed.get(path)
        if mark is None and isinstance(value, dict):
            self._add(value, f"{path}.", depth)
        elif mark is not None:
            for member in value if isinstance(value, list) else value.values():
                if isinstance(member, dict):
                    self._add(member, f"{path}{mark}.", depth)


def _look(text: str, most: int) -> Look:
    records = list(_objects(text, most))
    flat = [dict(_flat(record)) for record in records]
    singles = (key for record in records for key, value in record.items() if not isinstance(value, dict | list))
    return Look(
        frozenset(path for record in flat for path in record),
        tuple(dict.fromkeys(singles)),
        tuple({path: _sample(value) for path, value in record.items() if _is_single(value)} for record in flat),
        unfold_of(records),
    )


def _shape(value: object, depth: int = 2 * _DEEPEST) -> Hashable:
    """The keys of a value and the kinds of what they hold, as deep as anything is read."""
    if isinstance(value, dict) and depth:
        return tuple((key, _shape(inner, depth - 1)) for key, inner in value.items())
    if isinstance(value, list) and depth:
        return frozenset(_shape(member, depth - 1) for member in value)
    return type(value).__name__


def _objects(text: str, most: int) -> Iterator[Object]:
    """The objects in the first lines; what is none is passed over."""
    for line in text.split("\n", most)[:most]:
        try:
            record = read_json(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _flat(record: Object, prefix: str = "", depth: int = _DEEPEST) -> Iterator[tuple[str, object]]:
    for key, value in record.items():
        yield prefix + key, value
        if isinstance(value, dict) and depth:
            yield from _flat(value, f"{prefix}{key}.", depth - 1)


def _is_single(value: object) -> bool:
    return isinstance(value, str | int | float)


def _sample(value: object) -> str:
    """The value as a text: the begin of a long one, unless it may hold JSON."""
    text = str(value)
    if len(text) <= _SAMPLE_TEXT or (text.startswith("{") and len(text) <= _SAMPLE_JSON):
        return text
    return text[:_SAMPLE_TEXT]
