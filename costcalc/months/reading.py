"""Reading: which value every range of a scenario takes in one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from costcalc.calendar import Month
from costcalc.months.form import Form
from costcalc.scenario.figure import Figure
from costcalc.scenario.model import PriceChange, Variant

if TYPE_CHECKING:
    from costcalc.months.draws import Draws
    from costcalc.months.segments import Segment

# A float in a run; terms where draws or rises stay open. The arithmetic is written once for all.
Number = Any

DIGITS = 12  # of a figure of months to come that are kept: what lies beyond them is the machine's
NEAR = 1e-12  # of what is compared: two numbers nearer than that are one number, computed in two ways
NOTHING = 1e-9  # of the load of whole machines: for so little nobody starts another one
Note = Callable[[Form, Form], None]  # what is newly read from the cache, and how much can be
_OTHER: dict[Variant, Variant] = {"low": "high", "mid": "mid", "high": "low"}


Reading: TypeAlias = "RangePoint | Draws"  # what a run takes for each figure of a scenario


def settled(value: float) -> Fraction:
    """A float of a run as a figure: 0.1 + 0.2 is 0.3, and what is a whole coin stays one."""
    if not value:
        return Fraction()
    text = f"{value:.{DIGITS}g}"
    whole, _, decimals = text.partition(".")
    if decimals.isdigit():  # thrice as fast as reading it
        return Fraction(int(whole + decimals), 10 ** len(decimals))
    return Fraction(text)


@dataclass(frozen=True, slots=True)
class RangePoint:
    """Every range at its cheap end, its middle or its dear end."""

    variant: Variant = "mid"
    in_parts: bool = False  # every amount as a form over the counts of a segment, so that its members' are known
    note: Note | None = None  # is told what decides between members of a segment
    rounds: bool = True  # whether amounts are rounded as they are shown; not where they are solved with

    is_drawn = False  # whether a figure differs from draw to draw, so that nothing may be decided by what it comes to
    keeps_rows = True  # whether a run keeps what each kind of usage costs and earns, beside the months

    @property
    def prices_as(self) -> Hashable:
        """Equal for those that read prices and their changes alike."""
        return type(self), self.variant

    @property
    def exact(self) -> Exact:
        """The same end of every range in Fractions: by them requests are put into price bands."""
        return _EXACT[self.variant]

    def nothing(self) -> Number:
        """What a long sum begins with: it is added to in place."""
        return 0.0

    def number(self, value: Fraction | int) -> Number:
        """A figure that is no range."""
        return float(value)

    def count(self, segment: Segment, name: str) -> Number:
        """A count of the log."""
        return Form({name: 1.0}) if self.in_parts or segment.kinds else segment.floats.get(name, 0.0)

    def of(self, figure: Figure) -> Number:
        """A figure that makes the bill dearer the higher it is."""
        return float(figure.at(self.variant))

    def saving(self, figure: Figure) -> Number:
        """A figure that makes it cheaper."""
        return float(figure.at(_OTHER[self.variant]))

    def share(self, figure: Figure, saves: Callable[[], bool]) -> Number:
        """A share of requests that become others; it is asked where the ends differ whether that makes them cheaper."""
        asks = figure.is_range and self.variant != "mid"
        return self.saving(figure) if asks and saves() else self.of(figure)

    def raised(self, change: PriceChange) -> Number:
        """What a rise multiplies a price by."""
        return float(change.factor(self.variant))

    def exchange(self, base: str, quote: str, rate: Fraction, month: Month) -> Number:
        """An exchange rate of a month to come."""
        return float(rate)

    def ceil(self, value: Number) -> Number:
        """The whole number at or above it."""
        nearest = round(value)
        return nearest if abs(value - nearest) <= NOTHING * nearest else math.ceil(value)

    def most(self, one: Number, other: Number) -> Number:
        return max(one, other)

    def least(self, one: Number, other: Number) -> Number:
        return min(one, other)

    def is_less(self, one: Number, other: Number) -> bool:
        """Whether an amount is the smaller one; asked at the ends of ranges."""
        return bool(one < other - NEAR * abs(other))

    def middle(self, value: Number) -> float:
        """The value by which requests are put into price bands where their mean length decides."""
        return float(value)

    def settled(self, value: Number) -> Number:
        """An amount as it is shown: rounded once, to `DIGITS`."""
        return settled(value) if self.rounds else value


@dataclass(frozen=True, slots=True)
class Exact(RangePoint):
    """The same in Fractions: what requests' lengths are multiplied by, and what floats are held against."""

    def nothing(self) -> Number:
        return 0

    def number(self, value: Fraction | int) -> Number:
        return value

    def count(self, segment: Segment, name: str) -> Number:
        return Form({name: Fraction(1)}) if self.in_parts or segment.kinds else segment.counts.get(name, Fraction())

    def of(self, figure: Figure) -> Number:
        return figure.at(self.variant)

    def saving(self, figure: Figure) -> Number:
        return figure.at(_OTHER[self.variant])

    def raised(self, change: PriceChange) -> Number:
        return change.factor(self.variant)

    def exchange(self, base: str, quote: str, rate: Fraction, month: Month) -> Number:
        return rate

    def ceil(self, value: Number) -> Number:
        return math.ceil(value)

    def is_less(self, one: Number, other: Number) -> bool:
        return bool(one < other)

    def settled(self, value: Number) -> Number:
        return Fraction(value)


_EXACT: dict[Variant, Exact] = {"low": Exact("low"), "mid": Exact("mid"), "high": Exact("high")}
MIDDLE = RangePoint()
UNROUNDED = RangePoint(rounds=False)
IN_PARTS = RangePoint(in_parts=True)
