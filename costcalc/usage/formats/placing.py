"""Placing: what is declared of a vendor's usage object, said of the place at which a format's records carry one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from costcalc.usage.formats.model import Condition, Excess, Paths, Shape, SummandBeside, Term, Text

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_BESIDE = "../"  # of a member of the body around the usage object
T = TypeVar("T")


def placed(shape: Shape, places: Paths) -> Shape:
    """The shape of an object at the first of these places that has it. Members lie in it, `../` beside it."""
    found: Shape = _placed(shape, places)
    read = {meter: tuple(term for term in terms if _is_read(term)) for meter, terms in found.meters.items()}
    return replace(found, meters={meter: terms for meter, terms in read.items() if terms})


def _is_read(term: Term | Excess | SummandBeside) -> bool:
    return bool(term.paths) if isinstance(term, Term) else all(map(_is_read, term.terms))


def _placed(value: T, places: Paths) -> Any:
    if isinstance(value, Text):
        return replace(value, paths=_paths(value.paths, places), after=_placed(value.after, places))
    if isinstance(value, Term):
        return replace(value, paths=_paths(value.paths, places))
    if isinstance(value, Condition):
        where, lacks = (
            tuple((_paths(paths, places), texts) for paths, texts in tests) for tests in (value.where, value.lacks)
        )
        present, absent, zero = (
            tuple(_paths(paths, places) for paths in each) for each in (value.present, value.absent, value.zero)
        )
        positive, balanced = _placed(value.positive, places), _placed(value.sums_to_zero, places)
        return Condition(where, lacks, present, absent, zero, positive, balanced)
    if isinstance(value, Mapping):
        return {key: _placed(member, places) for key, member in value.items()}
    if isinstance(value, tuple):
        return tuple(_placed(member, places) for member in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _placed(getattr(value, each.name), places) for each in fields(value)})
    return value


def _paths(paths: Paths, places: Paths) -> Paths:
    return tuple(dict.fromkeys(found for place in places for path in paths if (found := _at(path, place))))


def _at(path: str, place: str) -> str:
    """The path from where records begin; "" where a place has nothing of the kind."""
    if not place:
        return path.removeprefix(_BESIDE)
    above, _, name = place.rpartition(".")
    if "_" in name:
        path = _CAPITAL.sub(lambda capital: f"_{capital[1].lower()}", path)  # who spells the object so spells it all so
    is_text, is_beside = "::" in place, path.startswith(_BESIDE)
    if is_text and ("[" in path or is_beside):
        return ""  # of a text no lists are read, and nothing stands beside it
    if is_beside:
        path = path.removeprefix(_BESIDE)
        return f"{above}.{path}" if above else path
    return f"{place}{'' if place.endswith('::') else '.'}{path}"
