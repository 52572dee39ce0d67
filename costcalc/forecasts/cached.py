"""Cached: which usage a share of cache reads, once raised, treats alike. Who is above the share already keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from costcalc.forecasts.cells import Cell, Names, whole_of
from costcalc.forecasts.matching import may_match
from costcalc.meters import meters
from costcalc.scenario.changes import Efficiency, Growth, Mix, UsageChanges
from costcalc.scenario.figure import NOTHING
from costcalc.scenario.model import VARIANTS


@dataclass(frozen=True, slots=True)
class Raised:
    """Of one scenario: the levers that raise a share, and what makes a request's parts of the input grow apart."""

    levers: Sequence[Efficiency]
    shifts: Sequence[Growth | Mix]


@dataclass(frozen=True)
class CachedShares:
    """The levers of several scenarios that raise the share of the input read from the cache."""

    raised: Sequence[Raised]  # by scenario
    kinds: Sequence[str]  # the names that a share is raised for one by one

    def own(self, names: Names) -> tuple[str | None, ...]:
        """What stays apart of some names; nothing where no lever means them."""
        return tuple(names[name] for name in self.kinds) if self._meaning(names) else ()

    def join(self, cells: Iterable[Cell], base: Callable[[Names], object]) -> list[Cell]:
        """The cells, those together that all levers treat alike at every stage; `base`: what else tells names apart."""
        found: dict[object, Cell] = {}
        for position, cell in enumerate(cells):
            place: object = position
            if self._meaning(cell.names) and not self._is_shifted(cell.names) and cell.billed is None:
                alike = self._alike(cell)
                place = (cell.kind, cell.edges, cell.requests is None, base(cell.names), alike)
            found[place] = _joined(found[place], cell) if place in found else cell
        return list(found.values())

    def _meaning(self, names: Names) -> list[Efficiency]:
        return [lever for one in self.raised for lever in one.levers if may_match(lever.where, names, None, None)]

    def _is_shifted(self, names: Names) -> bool:
        """Whether a share is no more that of today when it is raised."""
        return any(
            may_match(shift.where, names, None, None)
            for one in self.raised
            if any(may_match(lever.where, names, None, None) for lever in one.levers)
            for shift in one.shifts
        )

    def _alike(self, cell: Cell) -> tuple[int, ...]:
        """For every stage of every lever: below it, above it already, or short of input that can be read."""
        whole, cached = (whole_of(cell.leaves, name) for name in ("input_tokens", "cache_read_tokens"))
        plain = cell.leaves.get("input_tokens", Fraction())
        found = []
        for lever in self._meaning(cell.names):
            steps = range(1, lever.span.ramp_months + 1)
            for amount in (lever.amount.at(variant) * step / steps[-1] for variant in VARIANTS for step in steps):
                newly = whole * amount - cached
                limits = (plain / (1 + 1 / lever.reads_per_write.at(variant)) for variant in VARIANTS)
                found.append(-1 if newly <= 0 else sum(newly > limit for limit in limits))
        return tuple(found)


def cached_shares(usages: Sequence[UsageChanges], kinds: Sequence[str]) -> CachedShares:
    """What these scenarios raise."""
    raised = []
    for usage in usages:
        levers = [change for change in usage.efficiency if change.lever == "cache_read_share"]
        changes: list[Growth | Mix] = [*usage.growth, *usage.mix]
        if levers:
            raised.append(Raised(levers, [change for change in changes if _shifts(change)]))
    return CachedShares(raised, kinds)


def _shifts(change: Growth | Mix) -> bool:
    """Whether some parts of the input change and others do not."""
    inside = meters().with_parts("input_tokens")
    if isinstance(change, Growth):
        touched = inside & (change.meters or frozenset())
        return bool(touched) and touched != inside
    named = [one for name, one in change.meters.items() if name in inside]
    return any(one.more != NOTHING for one in named) or any(name in inside - {"input_tokens"} for name in change.meters)


def _joined(one: Cell, other: Cell) -> Cell:
    names = dict.fromkeys([*one.counts, *other.counts])
    none = Fraction()
    requests = None if one.requests is None or other.requests is None else one.requests + other.requests
    return replace(
        one,
        members=[*one.members, *other.members],
        counts={name: one.counts.get(name, none) + other.counts.get(name, none) for name in names},
        requests=requests,
    )
