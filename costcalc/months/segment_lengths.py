"""Lengths of segments: which labels can matter to usage of a model under the changes that match it; the rest are joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from costcalc.months.lengths import lengths_to_label
from costcalc.months.matching import may_match
from costcalc.months.segments import Names
from costcalc.months.targets import Targets
from costcalc.rating.model import PriceKey
from costcalc.scenario.changes import UsageChange, UsageChanges
from costcalc.scenario.where import Where
from costcalc.usage.ledger import Edges

Who = tuple[str, str, str]  # provider, region, model of a pricebook
Changed = TypeVar("Changed", bound=UsageChange)
ModelCuts = Callable[[str, str, str], tuple[frozenset[int], frozenset[int]]]


@dataclass
class Lengths:
    """The labels of a scan, and the scenarios that ask for them."""

    usages: Sequence[UsageChanges]
    wheres: Sequence[Where]
    scanned: Edges
    months: int
    model_cuts: ModelCuts
    targets: Targets
    _asked: dict[tuple[object, ...], Edges] = field(default_factory=dict)
    _found: dict[tuple[object, ...], Edges] = field(default_factory=dict)
    _stretched: dict[tuple[object, ...], set[int]] = field(default_factory=dict)

    def edges_for(self, key: PriceKey | None, names: Names) -> Edges:
        """The labels at which the price of such usage may change, now or once it is changed."""
        # A log has one price key for every day and length of the same names: ask the scenarios once for all of them.
        who = (key.provider, key.region, key.model) if key else None
        place = (who, *(names[name] for name in self.columns))
        found = self._asked.get(place)
        if found is None:
            found = self._asked[place] = self._edges(who, names)
        return found

    def edges_of(self, who: Who | None, provider: str, model: str) -> Edges:
        """The labels at which a change may tell apart usage of a model, whatever its other names."""
        return self._of(who, [_named(usage, provider, model) for usage in self.usages])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names that a change asks about; a model is asked for with its provider."""
        asked = [name for usage in self.usages for change in usage.all() for name in change.where.names]
        own = ["provider", "model"] if {"provider", "model"} & {*asked} else []
        return tuple(dict.fromkeys([*own, *asked]))

    def _edges(self, who: Who | None, names: Names) -> Edges:
        return self._of(who, [self._matching(usage, who, names) for usage in self.usages])

    def _of(self, who: Who | None, mine: Sequence[UsageChanges]) -> Edges:
        place = (who, *(id(c) for usage in mine for c in usage.all()))
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = (self._side(0, who, mine), self._side(1, who, mine))
        return found

    def _matching(self, usage: UsageChanges, who: Who | None, names: Names) -> UsageChanges:
        provider, model = (who[0], who[2]) if who else (names.get("provider") or "", names.get("model") or "")
        # What serves the usage later may be another model: efficiency is kept whatever model it names.
        return _kept(
            usage,
            lambda where: may_match(where, names, provider, model),
            lambda where: may_match(where, names, None, None),
        )

    def _side(self, side: int, who: Who | None, usages: Sequence[UsageChanges]) -> tuple[int, ...]:
        word = ("input", "output")[side]
        found = {
            cut
            for where in self.wheres
            for length in where.lengths
            if length.meter == f"{word}_tokens"
            for cut in (length.over, length.up_to)
            if cut
        }
        own = self.model_cuts(*who)[side] if who else ()  # what no book knows has no bands of its own
        for usage in usages:
            cuts = set(own)
            for name in (*(move.to for move in usage.moves), *(change.first for change in usage.escalation)):
                for target in self.targets.lists_of(name):
                    cuts |= self.model_cuts(target.provider, target.region, target.model)[side]
            found |= cuts | self._labelled(usage, tuple(sorted(cuts)), word)
        return tuple(sorted(found & {*self.scanned[side]}))

    def _labelled(self, usage: UsageChanges, cuts: tuple[int, ...], side: str) -> set[int]:
        place = (side, cuts, *(id(change) for change in usage.all()))
        found = self._stretched.get(place)
        if found is None:
            found = self._stretched[place] = lengths_to_label(usage, cuts, side, self.months)
        return found


def _named(usage: UsageChanges, provider: str, model: str) -> UsageChanges:
    """The changes that may concern usage of a model: those that name no other."""

    def may(where: Where) -> bool:
        asked = {name: globs for name, globs in where.names.items() if name in ("provider", "model")}
        return may_match(Where(asked), {}, provider, model)

    return _kept(usage, may, lambda _: True)


def _kept(usage: UsageChanges, may: Callable[[Where], bool], may_lean: Callable[[Where], bool]) -> UsageChanges:
    """The changes that may concern some usage; `may_lean`: those of efficiency."""

    def kept(changes: Sequence[Changed]) -> tuple[Changed, ...]:
        return tuple(change for change in changes if may(change.where))

    lean = tuple(change for change in usage.efficiency if may_lean(change.where))
    return UsageChanges(kept(usage.growth), kept(usage.mix), kept(usage.escalation), kept(usage.moves), lean)
