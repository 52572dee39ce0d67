"""Figure: a number of a scenario, or a range whose low, middle and high end are all computed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache, cached_property

from costcalc.calendar import Month, month_of
from costcalc.records import dataclass
from costcalc.scenario.model import Variant

# How a simulation draws from a range: evenly, most often in the middle, or as a bell whose P10 and P90 are its ends.
DISTRIBUTIONS = ("uniform", "triangular", "normal")


@dataclass(frozen=True)
class Figure:
    """One number, or a range written from low to high. A share is a fraction of 1: 0.08 is 8%."""

    low: Fraction
    high: Fraction
    distribution: str = ""  # of DISTRIBUTIONS; "": the scenario's own

    @property
    def is_range(self) -> bool:
        return self.low != self.high

    @cached_property
    def mid(self) -> Fraction:
        return (self.low + self.high) / 2

    def at(self, variant: Variant) -> Fraction:
        return self.mid if variant == "mid" else self.low if variant == "low" else self.high


def fixed(value: Fraction | int) -> Figure:
    """The figure that is no range."""
    return Figure(Fraction(value), Fraction(value))


@cache
def _parts(count: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(part, count) for part in range(count + 1))


NOTHING, ONCE = fixed(0), fixed(1)


@dataclass(frozen=True, slots=True)
class Span:
    """When a change holds: from a day to a day (exclusive), and over how many months it comes in."""

    from_day: date | None = None  # None: from the first month to come
    until_day: date | None = None
    ramp_months: int = 1  # 3: a third in the first month, two thirds in the second, all from the third on

    def holds_on(self, day: date) -> bool:
        return (self.from_day is None or day >= self.from_day) and (self.until_day is None or day < self.until_day)

    def arrived(self, month: Month, first: Month) -> Fraction:
        """The part of the change that has come in by a month; `first` is the first month to come."""
        return _parts(self.ramp_months)[self.steps(month, first)]

    def steps(self, month: Month, first: Month) -> int:
        """How many of the `ramp_months` it has come in by a month."""
        started = max(month_of(self.from_day), first) if self.from_day else first
        passed = (month.year - started.year) * 12 + month.month - started.month + 1
        return max(0, min(passed, self.ramp_months))

    def days(self) -> list[date]:
        return [day for day in (self.from_day, self.until_day) if day]
