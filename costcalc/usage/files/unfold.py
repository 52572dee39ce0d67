"""Unfolding: records that hold lists of records, taken apart before anything is read: a page of an API, a row's credits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from importlib import import_module
from itertools import combinations
from typing import Any

from costcalc.jsondoc import read_json
from costcalc.meters import meters
from costcalc.records import dataclass
from costcalc.usage.formats.model import READERS, FormatSpec, Unfold
from costcalc.usage.formats.names import canonical, meaning_by_name
from costcalc.usage.formats.read import formats
from costcalc.usage.formats.uncounted import hint

_LOOKED_AT = 20  # records, until one shows what they are
_DEEPEST = 2  # objects around a list
_TIMES = frozenset(["timestamp", "date", "month"])
Record = dict[str, Any]
Numbered = tuple[int, str]  # the line at which a record begins, and the record


def unfold_of(records: Iterable[Mapping[str, Any]]) -> Unfold | None:
    """How records like these are taken apart; None: they are read as they are."""
    ways = [(spec, unfold) for spec in formats().values() for unfold in spec.unfold]
    for record, _ in zip(records, range(_LOOKED_AT), strict=False):
        for spec, unfold in ways:
            if unfold.reader:
                if all(_has(record, key.split(".")) for key in unfold.of):
                    return unfold
            elif any(_is_of(spec, member) for member in unfolded(dict(record), unfold)):
                return unfold
        if (found := _plain_list(dict(record))) is not None:
            return found
    return None


def _plain_list(record: Record) -> Unfold | None:
    """The one list of a record whose members name a time, a model and a count, as a page of an API of one's own does."""
    if _is_plain(record, record) or any(_is_of(spec, record, spec.roots) for spec in formats().values()):
        return None
    lists = [steps for steps in _lists(record, ()) if _lists_usage(record, steps)]
    if len(lists) != 1:
        return None
    # Numbers beside the list are pages and sums; a time is the members' own.
    return Unfold(lists[0], without=tuple(dict.fromkeys(_numbers_beside(record, lists[0]))))


def _lists(record: Record, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in record.items():
        if isinstance(value, list) and any(isinstance(member, dict) for member in value):
            yield (*above, key)
        elif isinstance(value, dict) and len(above) < _DEEPEST:
            yield from _lists(value, (*above, key))


def _numbers_beside(record: Record, steps: tuple[str, ...]) -> Iterator[str]:
    for step in steps:
        for key, value in record.items():
            if isinstance(value, int | float) and meaning_by_name().get(canonical(key)) not in _TIMES:
                yield key
        record = record[step] if isinstance(record[step], dict) else {}


def _lists_usage(record: Record, steps: tuple[str, ...]) -> bool:
    members: Any = record
    for step in steps:
        members = members[step]
    own = [member for member in members if isinstance(member, dict)]
    return any(_is_plain(whole, member) for whole, member in zip(unfolded(record, Unfold(steps)), own, strict=False))


def _is_plain(record: Record, own: Record) -> bool:
    """Whether a record names a time and a model, and a count of its own."""
    found = {meaning_by_name().get(canonical(key)) for key, value in record.items() if isinstance(value, str | int)}
    counts = {meaning_by_name().get(canonical(key)) for key, value in own.items() if isinstance(value, int)}
    return "model" in found and bool(found & _TIMES) and bool(counts & {*meters().by_name})


def read_exact(line: str) -> Record | None:
    """The record of a line, its decimals as they are written; None: it is none."""
    try:
        record = read_json(line, parse_float=str)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


@dataclass
class TokensBeside:
    """Numbers of tokens that stand beside lists of records and are left out, and what the records' numbers come to."""

    stated: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)

    def add(self, record: Record, members: Sequence[Record], unfold: Unfold) -> None:
        whole: Any = record
        for step in unfold.list:
            for name in unfold.without if isinstance(whole, dict) else ():
                if isinstance(whole.get(name), int) and hint(name):
                    self.stated[name] = self.stated.get(name, 0) + whole[name]
            whole = whole.get(step) if isinstance(whole, dict) else None
        for member in members if self.stated else ():
            for name, value in member.items():
                if isinstance(value, int) and not isinstance(value, bool):
                    self.members[name] = self.members.get(name, 0) + value

    def note(self, file: str) -> str:
        """What is no sum of the records; "" where all are."""
        counts = list(self.members.values())
        sums = {*counts, *(one + other for one, other in combinations(counts, 2)), sum(counts)}
        other = [f"{name} ({count:,} in all)" for name, count in self.stated.items() if count not in sums]
        return (
            f"{file}: what stands beside its list of records is left out, and is no sum of them: {', '.join(other)}"
            if other
            else ""
        )


def taken_apart(lines: Iterable[Numbered], unfold: Unfold, beside: TokensBeside) -> Iterator[Numbered]:
    """The records that a file's lines hold. A line that is no record stays as it is, to be refused with its place."""
    if unfold.reader:
        module, _, function = READERS[unfold.reader].partition(":")
        yield from getattr(import_module(module), function)(lines)
        return
    for number, line in lines:
        record = read_exact(line)
        if record is None:
            yield number, line.strip()
            continue
        members = list(unfolded(record, unfold))
        if unfold.without:
            beside.add(record, members, unfold)
        for member in members:
            yield number, json.dumps(member)


def unfolded(record: Record, unfold: Unfold) -> Iterator[Record]:
    """The records that one record holds; a list without members leaves what stands beside it."""
    if unfold.keep:
        yield {key: value for key, value in record.items() if key != unfold.list[0]}
    yield from _members(record, unfold.list, {}, unfold)


def _members(record: Record, steps: tuple[str, ...], beside: Record, unfold: Unfold) -> Iterator[Record]:
    if steps[0] not in record:
        return
    inner, further = record[steps[0]], steps[1:]
    own = {key: value for key, value in record.items() if key != steps[0] and key not in unfold.without}
    beside = {**beside, **own}
    for member in inner if isinstance(inner, list) else [inner]:
        if not isinstance(member, dict):
            continue
        if further:
            yield from _members(member, further, beside, unfold)
        else:
            yield {**beside, unfold.under: member} if unfold.under else {**beside, **member}
    if isinstance(inner, list) and not inner and not unfold.keep:
        yield beside


def _is_of(spec: FormatSpec, record: Record, roots: Sequence[str] = (".",)) -> bool:
    places = [root.split(".") if root != "." else [] for root in roots]
    return any(
        all(any(_has(record, [*place, *name.split(".")]) for place in places) for name in names)
        for names in spec.recognise
    )


def _has(record: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(record, dict) or step not in record:
            return False
        record = record[step]
    return True
