"""Records as JSON: what is read again is data of known kinds, and nothing that could run."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, time
from fractions import Fraction
from functools import lru_cache
from types import ModuleType
from typing import Any

# A list in the JSON is a value of some kind, named by its first member; all else stands for itself.
_KINDS: Mapping[type, tuple[str, Callable[[Any], Iterator[Any]]]] = {
    tuple: ("()", iter),
    list: ("[]", iter),
    frozenset: ("{}", lambda value: iter(sorted(value))),
    Fraction: ("/", lambda value: iter((value.numerator, value.denominator))),
    date: ("day", lambda value: iter((value.toordinal(),))),
    time: ("time", lambda value: iter((value.isoformat(),))),
}


def pack(value: object) -> str:
    """The value as JSON. TypeError: there is something in it that is neither a record nor of a kind known here."""
    return json.dumps(_packed(value), ensure_ascii=False, separators=(",", ":"))


def unpack(text: str, records: Collection[type]) -> Any:
    """The value again; `records`: the classes that may stand in it. ValueError, LookupError, TypeError: it is no such."""
    return _reader(tuple(records))(json.loads(text))


def packing(records: Collection[type]) -> tuple[Callable[[Any], list[str]], Callable[[Sequence[str]], Any]]:
    """`pack` and `unpack` as `cached` takes them: a value of these records as one line."""
    return lambda value: [pack(value)], lambda lines: unpack(lines[0], records)


def records_of(*modules: ModuleType) -> list[type]:
    """The records that these modules define."""
    return [
        found for module in modules for found in vars(module).values()
        if isinstance(found, type) and is_dataclass(found) and found.__module__ == module.__name__
    ]  # fmt: skip


def _packed(value: Any) -> Any:
    kind = value.__class__
    if value is None or kind in (str, int, bool):
        return value
    if kind in _KINDS:
        name, members = _KINDS[kind]
        return [name, *map(_packed, members(value))]
    if is_dataclass(value):
        return [kind.__name__, *map(_packed, _values(value))]
    if isinstance(value, Mapping):
        return ["map", *(_packed(each) for pair in value.items() for each in pair)]
    raise TypeError(f"{kind.__name__} cannot be packed")


def _values(record: Any) -> list[Any]:
    """What the record is made of, without the defaults at the end."""
    of = [field for field in fields(record) if field.init]
    while of and getattr(record, of[-1].name) == _default(of[-1]):
        of.pop()
    return [getattr(record, field.name) for field in of]


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


@lru_cache(maxsize=16)
def _reader(records: tuple[type, ...]) -> Callable[[Any], Any]:
    """What makes values of these records of what JSON says."""
    makers: dict[str, Callable[..., Any]] = {
        "()": lambda *members: members,
        "[]": lambda *members: [*members],
        "{}": lambda *members: frozenset(members),
        "map": lambda *each: dict(zip(each[::2], each[1::2], strict=True)),
        "/": Fraction,
        "day": date.fromordinal,
        "time": time.fromisoformat,
        **{kind.__name__: kind for kind in records},
    }

    def value(found: Any) -> Any:
        if found.__class__ is not list:
            return found
        return makers[found[0]](*[value(each) if each.__class__ is list else each for each in found[1:]])

    return value
