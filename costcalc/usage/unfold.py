"""Unfolding: records that hold lists of records, taken apart before anything is read: a page of an API, a row's credits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from costcalc.usage.formatfile import formats
from costcalc.usage.formats import FormatSpec, Unfold

_LOOKED_AT = 20  # records, until one shows what they are
Record = dict[str, Any]


def unfold_of(records: Iterable[Mapping[str, Any]]) -> Unfold | None:
    """How records like these are taken apart; None: they are read as they are."""
    specs = [spec for spec in formats().values() if spec.unfold]
    for record, _ in zip(records, range(_LOOKED_AT), strict=False):
        for spec in specs:
            if spec.unfold and any(_is_of(spec, member) for member in unfolded(dict(record), spec.unfold)):
                return spec.unfold
    return None


def read_exact(line: str) -> Record | None:
    """The record of a line, its decimals as they are written; None: it is none."""
    try:
        record = json.loads(line, parse_float=str)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


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


def _is_of(spec: FormatSpec, record: Record) -> bool:
    return any(all(_has(record, name.split(".")) for name in names) for names in spec.recognise)


def _has(record: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(record, dict) or step not in record:
            return False
        record = record[step]
    return True
