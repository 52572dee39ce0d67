"""Plan: the usage changes of a scenario held against the segments: which match, how far each has come, what each can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from costcalc.calendar import Month
from costcalc.months.lengths import LengthChange
from costcalc.months.matching import matches, matches_always, matches_now
from costcalc.months.reading import Number, Reading
from costcalc.months.segments import Segment
from costcalc.months.targets import Targets
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.changes import Efficiency, Escalation, Growth, Move, UsageChange, UsageChanges
from costcalc.scenario.revenue import OwnPrice

ONE = Fraction(1)
Change = UsageChange | OwnPrice


@dataclass(slots=True, eq=False)
class When:
    """Some days of one month within which no change of usage begins or ends."""

    month: Month
    first: Month  # the first month to come
    day: date
    days: int
    stages: dict[int, int] = field(default_factory=dict)  # how far changes have come, by the identity of each


@dataclass(frozen=True)
class UsagePlan:
    """The usage changes of a run, and the segments that they are applied to."""

    usage: UsageChanges
    lost: Sequence[OwnPrice]  # own price changes that cost customers
    targets: Targets
    has_price: Callable[
        [Any, str, date], bool
    ]  # whether a flow's tier has a price on a day: for a meter, or for any ("")
    cost_of: Callable[[Any, date, Month], Number | None]  # of a flow at a day's prices; None: not known by itself
    limits: dict[str, None] = field(default_factory=dict)  # what a change could not do, said once
    stretches: dict[tuple[int, ...], tuple[LengthChange, LengthChange]] = field(
        default_factory=dict
    )  # by the path of a flow
    _matching: dict[int, tuple[Change, ...]] = field(default_factory=dict)
    _shaping: dict[int, tuple[Change, ...]] = field(default_factory=dict)
    _now: dict[tuple[object, ...], bool] = field(default_factory=dict)
    _levels: dict[tuple[int, int, type], Number] = field(default_factory=dict)  # by growth or lever, and stage

    def matching(self, segment: Segment) -> tuple[Change, ...]:
        """What matches the segment's usage as the log has it; efficiency is asked later, of whatever serves it then."""
        found = self._matching.get(id(segment))
        if found is None:
            early: tuple[Change, ...] = (
                *self.usage.growth, *self.usage.mix, *self.usage.escalation, *self.usage.moves, *self.lost,
            )  # fmt: skip
            found = self._matching[id(segment)] = tuple(
                change for change in early if matches_always(change.where, segment)
            )
        return found

    def matches_now(self, change: Efficiency, flow: Any) -> bool:
        """Whether the usage of a flow is meant, whatever serves it now."""
        place = (id(change), id(flow.segment), id(flow.target), flow.tier)
        found = self._now.get(place)
        if found is None:
            found = matches_now(change.where, flow.segment, flow.provider, flow.model, flow.service_tier)
            self._now[place] = found
        return found

    def state(self, segment: Segment, when: When) -> tuple[int, ...]:
        """How far everything has come that shapes the segment's usage: while it stays, so do the flows."""
        shaping = self._shaping.get(id(segment))
        if shaping is None:
            mine = (change for change in self.matching(segment) if not _is_volume(change))
            shaping = self._shaping[id(segment)] = (*mine, *self.usage.efficiency)
        return tuple([self.stage(change, when) for change in shaping])

    def stage(self, change: Change, when: When) -> int:
        """0: not yet, or no more; else how many steps the change has come."""
        found = when.stages.get(id(change))
        if found is None:
            found = when.stages[id(change)] = self._stage(change, when)
        return found

    @staticmethod
    def _stage(change: Change, when: When) -> int:
        if isinstance(change, Growth):
            if change.shape == "table":
                return sum(month <= when.month for month in change.table)
            if change.shape != "step":
                return months_of_growth(change, when.month, when.first)
        if not change.span.holds_on(when.day):
            return 0
        return change.span.steps(when.month, when.first)

    @cached_property
    def weighs(self) -> bool:
        """Whether a share is a range, so that its cheap end is told by what the requests cost that become others."""
        usage = self.usage
        shares = (*(m.share for m in usage.mix), *(e.share for e in usage.escalation), *(m.share for m in usage.moves))
        return any(share.is_range for share in shares)

    def saves(self, flow: Any, instead: Sequence[Any], when: When, reading: Reading, *, else_: bool) -> bool:
        """Whether what a flow becomes costs less than it, at the prices of the day; `else_`: where that is not known."""
        found = [self.cost_of(part, when.day, when.month) for part in (flow, *instead)]
        costs = [cost for cost in found if cost is not None]
        return reading.is_less(sum(costs[1:]), costs[0]) if len(costs) == len(found) else else_

    def volume(self, segment: Segment, when: When, reading: Reading) -> Number:
        """How many times today's requests the segment has: with growth, without the customers that were lost."""
        scale: Number = reading.number(ONE)
        for change in self.matching(segment):
            if isinstance(change, Growth) and change.meters is None:
                scale = scale * self.level(change, when, reading)
            elif isinstance(change, OwnPrice) and change.span.holds_on(when.day):
                arrived = reading.number(change.span.arrived(when.month, when.first))
                scale = scale * (1 - reading.saving(change.lost) * arrived)
        return scale

    def level(self, growth: Growth, when: When, reading: Reading) -> Number:
        """The volume against today's."""
        stage = self.stage(growth, when)
        if not stage:
            return reading.number(ONE)
        place = (id(growth), stage, type(reading))
        found = self._levels.get(place)
        if found is None:
            found = self._levels[place] = _level(growth, stage, reading)
        return found

    def amount(self, change: Efficiency, when: When, reading: Reading) -> Number:
        """The lever as far as it has come: a cut is negative, a share positive."""
        place = (id(change), self.stage(change, when), type(reading))
        found = self._levels.get(place)
        if found is None:
            # The cheap end of a cut is its low end (-30% of -30..-10%), that of a share its high end.
            whole = reading.of(change.amount) if change.amount.low < 0 else reading.saving(change.amount)
            found = self._levels[place] = whole * reading.number(change.span.arrived(when.month, when.first))
        return found


def check_overlaps(usage: UsageChanges, segments: Sequence[Segment]) -> None:
    """CostcalcError: two moves, or two escalations, that match the same usage at the same time."""
    problems: dict[tuple[int, int], Problem] = {}
    sides: tuple[tuple[Sequence[Move | Escalation], str], ...] = (
        (usage.moves, "moves"), (usage.escalation, "escalations"),
    )  # fmt: skip
    for changes, what in sides:
        for segment in segments:
            mine = [change for change in changes if matches(change.where, segment)]
            for position, one in enumerate(mine):
                for other in mine[position + 1 :]:
                    if (id(one), id(other)) not in problems and _meet(one, other):
                        problems[id(one), id(other)] = _overlap(one, other, segment, what)
    if problems:
        raise CostcalcError(list(problems.values()))


def _level(growth: Growth, stage: int, reading: Reading) -> Number:
    if growth.shape == "table":
        return 1 + reading.of(growth.table[sorted(growth.table)[stage - 1]])
    rate = reading.of(growth.rate)
    if growth.shape == "compound":
        return (1 + rate) ** stage
    return 1 + rate * (reading.number(Fraction(stage, growth.span.ramp_months)) if growth.shape == "step" else stage)


def _is_volume(change: Change) -> bool:
    """Whether a change makes more or fewer of the same requests."""
    return isinstance(change, OwnPrice) or (isinstance(change, Growth) and change.meters is None)


def months_of_growth(growth: Growth, month: Month, first: Month) -> int:
    """How many months a growth by the month has grown by the end of one; `first` is the first month to come."""
    from_day, until_day = growth.span.from_day, growth.span.until_day
    started = max(Month(from_day.year, from_day.month), first) if from_day else first
    last = month.next
    if until_day:
        last = min(last, Month(until_day.year, until_day.month))
    return max(0, (last.year - started.year) * 12 + last.month - started.month)


def _meet(one: Move | Escalation, other: Move | Escalation) -> bool:
    first = max(one.span.from_day or date.min, other.span.from_day or date.min)
    end = min(one.span.until_day or date.max, other.span.until_day or date.max)
    return first < end


def _overlap(one: Move | Escalation, other: Move | Escalation, segment: Segment, what: str) -> Problem:
    first = f" (the first in line {one.place.line})" if one.place else ""
    where = ", ".join(f"{name} {text}" for name, text in segment.names.items() if text)
    return Problem(
        f"overlapping-{what}",
        f"two {what} match the same usage at the same time{first}: {where}",
        place=other.place,
        expected="usage that one of them alone matches",
        remedy="narrow one of them with where, or end it with until on the day the other begins",
    )
