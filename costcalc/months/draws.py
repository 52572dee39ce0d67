"""Draws: the reading of a simulation, and the figures that it draws.

Floats live here and in what is made of it: a draw is an estimate, and no exact figure is made of one.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import Month
from costcalc.months.inputs import Input, InputKind, Inputs
from costcalc.months.reading import MIDDLE, Exact, Number
from costcalc.months.segments import Segment
from costcalc.months.terms import Factors, FactorSum, listed
from costcalc.scenario.figure import Figure
from costcalc.scenario.model import PriceChange

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_HALF, _ONCE = Fraction(1, 2), Fraction(1)
_P90 = 1.2815515655446004  # of the standard normal distribution
MIDDLES: dict[bool, float] = {False: 0.5, True: 1.0}  # of a place in a range, and of an exchange rate's walk


class Draws:
    """What a run takes for each figure: terms over the inputs, so that one run holds for all draws."""

    is_drawn = True
    keeps_rows = False
    prices_as = None  # no two runs of draws share their terms

    def __init__(self, inputs: Inputs, months: Sequence[Month]) -> None:
        self.inputs, self.months, self.factors = inputs, months, Factors()
        self._walks = {one.name: at for at, one in enumerate(inputs.listed) if one.kind == "fx"}
        self._places: dict[tuple[int, Fraction, Fraction], FactorSum] = {}

    def nothing(self) -> Number:
        return FactorSum(self.factors, {})

    @property
    def exact(self) -> Exact:
        return MIDDLE.exact

    def number(self, value: Fraction | int) -> Number:
        return float(value)

    def count(self, segment: Segment, name: str) -> Number:
        return segment.floats.get(name, 0.0)

    def of(self, figure: Figure) -> Number:
        at = self.inputs.by_figure.get(id(figure))
        return float(figure.mid) if at is None else self._between(at, figure.low, figure.high)

    saving = of  # a draw has no cheap end

    def share(self, figure: Figure, saves: Callable[[], bool]) -> Number:
        return self.of(figure)

    def raised(self, change: PriceChange) -> Number:
        known = self.inputs.by_change.get(id(change))
        if known is None:
            return float(change.factor("mid"))
        rise: Number = float(known.low) if known.place is None else self._between(known.place, known.low, known.high)
        if known.passed is not None:
            low, high, at = known.passed
            rise = self._between(at, low, high) * rise
        return 1 + rise

    def exchange(self, base: str, quote: str, rate: Fraction, month: Month) -> Number:
        """The rate, times what it has wandered to by then."""
        found: Number = float(rate)
        position = self.months.index(month)
        for currency, power in ((base, 1), (quote, -1)):
            if currency in self._walks:
                found = self.factors.drawn((self._walks[currency], position), _ONCE) ** power * found
        return found

    def ceil(self, value: Number) -> Number:
        return self.factors.ceil(value) if isinstance(value, FactorSum) else math.ceil(value)

    def most(self, one: Number, other: Number) -> Number:
        drawn = isinstance(one, FactorSum) or isinstance(other, FactorSum)
        return self.factors.chosen("most", one, other) if drawn else max(one, other)

    def least(self, one: Number, other: Number) -> Number:
        drawn = isinstance(one, FactorSum) or isinstance(other, FactorSum)
        return self.factors.chosen("least", one, other) if drawn else min(one, other)

    def is_less(self, one: Number, other: Number) -> bool:
        return self.middle(one) < self.middle(other)

    def middle(self, value: Number) -> float:
        return float(self.factors.middle(listed(value))) if isinstance(value, FactorSum) else float(value)

    def settled(self, value: Number) -> Number:
        return value

    def _between(self, at: int, low: Fraction, high: Fraction) -> FactorSum:
        """The low end + (high − low) × the place that is drawn."""
        found = self._places.get((at, low, high))
        if found is None:
            drawn = self.factors.drawn((at, 0), _HALF) * (high - low)
            found = self._places[at, low, high] = self.factors.whole(drawn + float(low))
        return found


class Stream:
    """The draws of one input, one after the other."""

    def __init__(self, drawn: Input, seed: int, repeated: int, months: int) -> None:
        """`repeated`: how many inputs of the same kind and name stand before it."""
        import numpy as np

        self.input, self.months = drawn, months
        # A stream belongs to what it draws, not to its place in the file: an input more does not shift the others.
        name = hashlib.sha256(f"{drawn.kind}\n{drawn.name}\n{repeated}".encode()).digest()
        key = tuple(int.from_bytes(name[at : at + 4], "big") for at in range(0, 16, 4))
        self.random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))

    def take(self, count: int) -> Floats:
        """The next draws. A row a month: where in its range a figure lies, or what a walk has come to."""
        import numpy as np

        if self.input.distribution == "walk":
            step = float(self.input.deviation) / math.sqrt(12)
            steps = self.random.standard_normal((count, self.months)).T
            return np.exp(step * np.cumsum(steps, axis=0))
        return np.clip(_places(self.input.distribution, self.random, count), *_limits(self.input))[np.newaxis]


def streams(inputs: Sequence[Input], wanted: Sequence[int], seed: int, months: int) -> dict[int, Stream]:
    """The streams of some inputs, from their beginning."""
    seen: dict[tuple[InputKind, str], int] = {}
    found = {}
    for at, one in enumerate(inputs):
        repeated = seen.get((one.kind, one.name), 0)
        seen[one.kind, one.name] = repeated + 1
        if at in wanted:
            found[at] = Stream(one, seed, repeated, months)
    return found


def middle_of(drawn: Input) -> float:
    """What a stream holds at the middle."""
    return MIDDLES[drawn.distribution == "walk"]


def _places(distribution: str, random: np.random.Generator, count: int) -> Floats:
    """Where in its range a figure lies: 0 is its low end, 1 its high end."""
    import numpy as np

    if distribution == "normal":
        return 0.5 + random.standard_normal(count) / (2 * _P90)
    even = random.random(count)
    if distribution == "uniform":
        return even
    return np.where(even < 0.5, np.sqrt(even / 2), 1 - np.sqrt((1 - even) / 2))


def _limits(drawn: Input) -> tuple[float, float]:
    """The places of what is the least and the most that can be."""
    width = drawn.high - drawn.low
    least = -math.inf if drawn.least is None else float((drawn.least - drawn.low) / width)
    most = math.inf if drawn.most is None else float((drawn.most - drawn.low) / width)
    return least, most
