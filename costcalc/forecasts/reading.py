"""Reading: which value every range of a scenario takes in one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from costcalc.calendar import Month
from costcalc.forecasts.form import Form
from costcalc.scenario.figure import Figure
from costcalc.scenario.model import PriceChange, Variant

# A Fraction in a run; in a simulation an array of many draws. The arithmetic of a run is written once for both.
Number = Any

_ONE, _NONE = Fraction(1), Fraction()
_OTHER: dict[Variant, Variant] = {"low": "high", "mid": "mid", "high": "low"}


class Reading(Protocol):
    """What a run takes for each figure of a scenario."""

    @property
    def is_exact(self) -> bool:
        """Whether numbers are Fractions; equal ones then give equal prices."""

    @property
    def keeps_rows(self) -> bool:
        """Whether a run keeps what each kind of usage costs and earns, beside the months."""

    def nothing(self) -> Number:
        """What a long sum begins with: it is added to in place."""

    def number(self, value: Fraction | int) -> Number:
        """A figure that is no range."""

    def count(self, counts: Mapping[str, Fraction], name: str) -> Number:
        """A count of the log."""

    def of(self, figure: Figure) -> Number:
        """A figure that makes the bill dearer the higher it is."""

    def saving(self, figure: Figure) -> Number:
        """A figure that makes it cheaper."""

    def share(self, figure: Figure, saves: Callable[[], bool]) -> Number:
        """A share of requests that become others; it is asked where the ends differ whether that makes them cheaper."""

    def rise(self, change: PriceChange) -> Number:
        """A rise of a price."""

    def exchange(self, base: str, quote: str, rate: Fraction, month: Month) -> Number:
        """An exchange rate of a month to come."""

    def ceil(self, value: Number) -> Number:
        """The whole number at or above it."""

    def most(self, one: Number, other: Number) -> Number:
        """The larger one."""

    def least(self, one: Number, other: Number) -> Number:
        """The smaller one."""

    def is_less(self, one: Number, other: Number) -> bool:
        """Whether an amount is the smaller one; asked at the ends of ranges."""

    def middle(self, value: Number) -> Fraction:
        """The value by which requests are put into price bands."""


Note = Callable[[Form, Form], None]  # what is newly read from the cache, and how much can be


@dataclass(frozen=True, slots=True)
class End:
    """Every range at its cheap end, its middle or its dear end."""

    variant: Variant = "mid"
    in_parts: bool = False  # every amount as a form over the counts of a cell, so that its members' are known
    note: Note | None = None  # is told what decides between members of a cell

    @property
    def is_exact(self) -> bool:
        return True

    @property
    def keeps_rows(self) -> bool:
        return True

    def nothing(self) -> Number:
        return 0

    def number(self, value: Fraction | int) -> Number:
        return value

    def count(self, counts: Mapping[str, Fraction], name: str) -> Number:
        return Form({name: _ONE}) if self.in_parts else counts.get(name, _NONE)

    def of(self, figure: Figure) -> Number:
        return figure.at(self.variant)

    def saving(self, figure: Figure) -> Number:
        return figure.at(_OTHER[self.variant])

    def share(self, figure: Figure, saves: Callable[[], bool]) -> Number:
        asks = figure.is_range and self.variant != "mid"
        return self.saving(figure) if asks and saves() else self.of(figure)

    def rise(self, change: PriceChange) -> Number:
        return change.rise(self.variant)

    def exchange(self, base: str, quote: str, rate: Fraction, month: Month) -> Number:
        return rate

    def ceil(self, value: Number) -> Number:
        return math.ceil(value)

    def most(self, one: Number, other: Number) -> Number:
        return max(one, other)

    def least(self, one: Number, other: Number) -> Number:
        return min(one, other)

    def is_less(self, one: Number, other: Number) -> bool:
        return bool(one < other)

    def middle(self, value: Number) -> Fraction:
        found: Fraction = value
        return found


MIDDLE = End()
IN_PARTS = End(in_parts=True)
