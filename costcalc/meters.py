"""Meters: what is counted. A part lies inside its whole; billable counts are the whole less its priced parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from costcalc.cache import cached
from costcalc.packed import packing
from costcalc.records import dataclass
from costcalc.yamldoc import Scalar, Sequence, read_yaml

ONLY = "_only"  # ends a word that means a meter without the parts that have a meter of their own


@dataclass(frozen=True, slots=True)
class Meter:
    """One kind of counted quantity."""

    name: str
    unit: str
    label: str
    part_of: str | None = None
    decimals: int = 0  # a count of 1.5 GPU hours is kept as 1_500_000 with six decimals

    @property
    def is_fee(self) -> bool:
        """A fee for each use: a batch halves the price of tokens, and a search in it costs what any does."""
        return self.unit == "search"


@dataclass(frozen=True, slots=True)
class Meters:
    """All declared meters and the groups that a selector may name."""

    by_name: Mapping[str, Meter]
    groups: Mapping[str, tuple[str, ...]]
    _inside: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def names_of(self, word: str) -> frozenset[str] | None:
        """The meters that a word covers, None where it names none: a group (`tokens`) or a meter with all that lies
        inside it (`input_tokens` with cached input), or a meter without its parts (`input_tokens_only`).
        """
        if word in self.groups:
            return frozenset().union(*(self.with_parts(name) for name in self.groups[word]))
        if word in self.by_name:
            return self.with_parts(word)
        name = word.removesuffix(ONLY)
        return frozenset({name}) if name != word and self.has_parts(name) else None

    def line_of(self, word: str) -> str | None:
        """The one meter whose price a word names: that of `input_tokens` and of `input_tokens_only` is one line."""
        name = word if word in self.by_name else word.removesuffix(ONLY)
        return name if self.names_of(word) and name in self.by_name else None

    def has_parts(self, name: str) -> bool:
        return name in self.by_name and len(self.with_parts(name)) > 1

    def in_a_request(self) -> list[str]:
        """The meters of which one request can have more."""
        return [name for name in self.by_name if name != "requests"]

    def words(self) -> list[str]:
        """All words that `names_of` knows."""
        return [*self.groups, *self.by_name, *(f"{name}{ONLY}" for name in self.by_name if self.has_parts(name))]

    def with_parts(self, name: str) -> frozenset[str]:
        """The meter and all that lies inside it."""
        found = self._inside.get(name)
        if found is None:
            found = self._inside[name] = self._look_inside(name)
        return found

    def _look_inside(self, name: str) -> frozenset[str]:
        inside = {name}
        for meter in self.by_name.values():
            if meter.part_of in inside:
                inside.add(meter.name)
        return frozenset(inside)


@lru_cache
def meters() -> Meters:
    """The meters declared in meters.yaml (wholes before their parts)."""
    file = Path(__file__).with_name("meters.yaml")
    found: Meters = cached("meters", [file], [Path(__file__)], lambda: (_read(file), True), *packing([Meter, Meters]))
    return found


def _read(file: Path) -> Meters:
    document = read_yaml(file)
    root = document.map_at(document.root, "meters.yaml", ("meters", "groups"))
    declared, groups = {}, {}
    for key, node in document.map_at(root.get("meters"), "meters"):
        entry = document.map_at(node, key.text, ("unit", "label", "part_of", "decimals"))
        words = {name.text: value.text for name, value in entry if isinstance(value, Scalar)}
        declared[key.text] = Meter(
            key.text, words["unit"], words["label"], words.get("part_of"), int(words.get("decimals", "0"))
        )
    for key, node in document.map_at(root.get("groups"), "groups"):
        if isinstance(node, Sequence):
            groups[key.text] = tuple(str(item) for item in node if isinstance(item, Scalar))
    document.check()
    return Meters(declared, groups)


def billable_counts(reported: Mapping[str, int], priced: Collection[str]) -> dict[str, int]:
    """Reported counts overlap, billable ones do not: leaf(U) = U − Σ of its priced parts.

    A part without a price is billed with its whole, so only priced meters (and unpriced wholes) come back.
    """
    known = meters().by_name
    leaves: dict[str, int] = {}
    for name, count in reported.items():
        meter = known[name]
        if name in priced or meter.part_of is None:
            leaves[name] = leaves.get(name, 0) + count
            whole = _priced_whole(meter, priced)
            if whole and count:
                leaves[whole] = leaves.get(whole, 0) - count
    return {name: count for name, count in leaves.items() if count}


def parts_within(reported: Mapping[str, int], priced: Collection[str]) -> dict[str, dict[str, int]]:
    """{meter: {part: its count}}: a priced part leaves the meter as `billable_counts` says, another is billed with it."""
    known = meters().by_name
    found: dict[str, dict[str, int]] = {}
    for name, count in reported.items():
        whole = _priced_whole(known[name], priced) if count else None
        if whole:
            found.setdefault(whole, {})[name] = count
    return found


def _priced_whole(meter: Meter, priced: Collection[str]) -> str | None:
    """The nearest enclosing meter that is billed: the part's count leaves it."""
    known = meters().by_name
    while meter.part_of is not None:
        meter = known[meter.part_of]
        if meter.name in priced or meter.part_of is None:
            return meter.name
    return None
