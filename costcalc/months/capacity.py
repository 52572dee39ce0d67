"""Capacity: what moved traffic pays for machines of one's own: whole replicas, beyond those that are paid for already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.months.flows import Flow
from costcalc.months.form import value_of
from costcalc.months.reading import Number, Reading
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.pricebook.selfhosted import SelfHosted

_HOUR = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Replicas:
    """The machines of one target in some days of a month."""

    target: str  # PROVIDER/MODEL
    month: Month
    day: date  # the first of these days
    days: int
    needed: Number  # replicas that carry the load, moved and own
    paid: Number  # of them, paid for already
    spare: Number  # that stand by and are paid for because of the move
    load: Number  # hours in which one replica alone would be busy with what moved
    busy: Number  # the share of their hours in which the needed replicas are busy, with their own load
    cost: Number  # report currency
    each: Number  # of it, one replica for these days
    begins: Number  # what the first replica brings: the spare ones and the fixed cost
    offered: Number  # busy hours that one replica has to give
    requests: Number | None  # that moved; None: the log does not say
    own: Number = 0  # hours likewise with what the log itself asks of the target

    def settled(self, settled: Callable[[Number], Number]) -> Replicas:
        """Every number as it is shown."""
        return replace(
            self, needed=settled(self.needed), paid=settled(self.paid), spare=settled(self.spare), load=settled(self.load),
            busy=settled(self.busy), cost=settled(self.cost), each=settled(self.each), begins=settled(self.begins),
            offered=settled(self.offered), own=settled(self.own),
            requests=None if self.requests is None else settled(self.requests),
        )  # fmt: skip


@dataclass
class Load:
    """What a target has to do in some days: flows that moved there, and its own."""

    facts: SelfHosted
    target: ResolvedModel
    day: date
    days: int
    moved: list[tuple[int, Flow, Number]] = field(default_factory=list)  # (segment, flow, hours of one replica)
    own: Number = 0
    paid: int = 0
    requests: Number | None = 0


def hours_of(facts: SelfHosted, counts: Mapping[str, Number], part: Number, reading: Reading) -> Number:
    """For how many hours a part of these counts keeps one replica busy."""
    hours: Number = 0
    for meter, count in counts.items():
        hours = count * (part / reading.number(facts.per_second[meter] * _HOUR)) + hours
    return hours


def replicas_for(load: Load, month: Month, exchange: Number, rise: Number, reading: Reading) -> Replicas:
    """The replicas that the load needs, and what those beyond the paid ones cost, with spare ones and the fixed cost."""
    moved = sum((value_of(each, flow.segment.floats) for _, flow, each in load.moved), reading.number(Fraction()))
    return replicas_of(load, moved, month, exchange, rise, reading)


def replicas_of(load: Load, moved: Number, month: Month, exchange: Number, rise: Number, reading: Reading) -> Replicas:
    """The same where it is known for how many hours what moves keeps one replica busy."""
    facts, hours, number = load.facts, load.days * 24, reading.number
    offered = number(hours * facts.utilisation)  # busy hours that one replica has to give
    needed = reading.ceil((moved + load.own) / offered)
    paid = reading.most(load.paid, reading.ceil(load.own / offered))
    extra = reading.most(needed - paid, 0)
    fixed = facts.fixed_per_month.amount * Fraction(load.days, month.days) if facts.fixed_per_month else Fraction()
    each = number(facts.gpu_hour.amount * facts.gpus * hours) * exchange * rise
    # The first machines of a target bring the spare ones and the fixed cost. Each is 1 or 0:
    first, any_needed = 1 - reading.least(paid, 1), reading.least(needed, 1)
    begins = (each * facts.spare + number(fixed) * exchange * rise) * first
    cost = each * extra + begins * any_needed
    busy = (moved + load.own) / (reading.most(needed, 1) * hours)
    return Replicas(
        f"{load.target.provider}/{load.target.model}", month, load.day, load.days, needed, paid, facts.spare * first,
        moved, busy, cost, each, begins, offered, load.requests, load.own,
    )  # fmt: skip


def break_even(
    owed: Number, each: Number, carried: Number, saved: Number, reading: Reading, free: Number = 0
) -> tuple[int, Number] | None:
    """The fewest further replicas that pay what is owed, and the volume at which they do; None: however many there are.

    `each`: what one costs; `carried`: the volume that one carries; `saved`: what a volume of 1 saves without its
    machines; `free`: the volume that replicas carry which are paid for already.
    """
    if free and owed <= saved * free:
        return 0, owed / saved
    gained = saved * carried - each
    if gained <= 0:
        return None
    count = max(1, reading.ceil((owed - saved * free) / gained))
    return count, (owed + each * count) / saved
