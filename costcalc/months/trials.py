"""Trials: what a run in terms comes to, draw by draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from costcalc.months.draws import Draws, middle_of, streams
from costcalc.months.run import MonthRun
from costcalc.months.terms import FactorSum, Listed, Scalar, Source, Values, listed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS = (0.1, 0.5, 0.9)
_AT_ONCE = 5000  # draws: what is drawn then stays in the processor's cache, and a million of them in memory

Quantiles = tuple[float, ...]  # at LEVELS


@dataclass(frozen=True, slots=True)
class MonthTrials:
    """One month, or all of them, over all draws."""

    cost: Quantiles
    margin: Quantiles  # empty: the revenue is unknown, or 0
    profit: Quantiles
    below: int | None = None  # draws whose margin is below the floor
    broken: int | None = None  # in this month or in one before it


@dataclass(frozen=True, slots=True)
class Alone:
    """What one input does by itself, all others at their middle: of the last month, at LEVELS."""

    at: int  # of the inputs
    cost: Quantiles
    profit: Quantiles


@dataclass(frozen=True, slots=True)
class _Line:
    """A month's figures as terms."""

    cost: FactorSum | Scalar
    costs: FactorSum | Scalar  # that the revenue is held against
    revenue: FactorSum | Scalar | None


class Trials:
    """A run in terms, to be held against any number of draws."""

    def __init__(self, reading: Draws, months: Sequence[MonthRun], *, in_part: bool) -> None:
        """`in_part`: only the part of the cost that has a revenue is held against it."""
        self.reading, self.factors = reading, reading.factors
        self.lines = [
            _Line(line.cost, line.covered + line.covered_other if in_part else line.cost + line.other, line.revenue)
            for line in months
        ]
        self.earns = all(line.revenue is not None for line in self.lines)
        self._middles = Values(self.factors, self._middle)

    def used(self) -> list[int]:
        """The inputs that anything depends on, in their order."""
        found = 0
        for line in self.lines:
            for number in (line.cost, line.costs, line.revenue or 0.0):
                for product, _ in listed(number):
                    found |= self.factors.inputs_of(product)
        return [at for at in range(len(self.reading.inputs.listed)) if found >> at & 1]

    def months_and_whole(self, draws: int, seed: int, floor: float | None) -> tuple[list[MonthTrials], MonthTrials]:
        """The quantiles of every month, and those of all months together: the sum of quantiles is none."""
        import numpy as np

        cost, profit, margin = self._figures(draws, seed)
        broken = np.zeros(draws, dtype=bool)
        found = []
        for at in range(len(self.lines) + 1):
            below = margin[at] < floor if self.earns and floor is not None else None
            if below is not None and at < len(self.lines):
                broken |= below
            found.append(
                MonthTrials(
                    _quantiles(cost[at]),
                    _quantiles(margin[at]) if self.earns else (),
                    _quantiles(profit[at]) if self.earns else (),
                    None if below is None else int(below.sum()),
                    None if below is None else int(broken.sum()),
                )
            )
        return found[:-1], found[-1]

    def _figures(self, draws: int, seed: int) -> tuple[Floats, Floats, Floats]:
        """Cost, profit and margin: a row a month, and one for all of them."""
        import numpy as np

        cost = np.zeros((len(self.lines) + 1, draws))
        profit, margin = (np.zeros(cost.shape if self.earns else (len(cost), 0)) for _ in range(2))
        lines = [(listed(line.cost), listed(line.costs), listed(line.revenue or 0.0)) for line in self.lines]
        for part, values in self._values(draws, seed, self.used()):
            earned_in_all = np.zeros(part.stop - part.start)
            for at, (own, costs, revenue) in enumerate(lines):
                cost[at, part] = values.of_terms(own)
                cost[-1, part] += cost[at, part]
                if self.earns:
                    earned = values.of_terms(revenue)
                    profit[at, part] = earned - (cost[at, part] if costs == own else values.of_terms(costs))
                    profit[-1, part] += profit[at, part]
                    margin[at, part] = _ratio(profit[at, part], earned)
                    earned_in_all += earned
            if self.earns:
                margin[-1, part] = _ratio(profit[-1, part], earned_in_all)
        return cost, profit, margin

    def alone(self, at: int, draws: int, seed: int) -> Alone:
        """The last month when only one input is drawn."""
        last = self.lines[-1]
        profit = last.revenue - last.costs if last.revenue is not None else None
        cost = self._alone(listed(last.cost), at, draws, seed)
        return Alone(at, cost, () if profit is None else self._alone(listed(profit), at, draws, seed))

    def _alone(self, terms: Listed, at: int, draws: int, seed: int) -> Quantiles:
        import numpy as np

        moving = [term for term in terms if self.factors.inputs_of(term[0]) >> at & 1]
        still = [term for term in terms if not self.factors.inputs_of(term[0]) >> at & 1]
        results = np.full(draws, self._middles.of_terms(still))
        if moving:
            for part, values in self._values(draws, seed, [at]):
                results[part] += values.of_terms(moving)
        return _quantiles(results)

    def _middle(self, source: Source) -> float:
        return middle_of(self.reading.inputs.listed[source[0]])

    def _values(self, draws: int, seed: int, wanted: Sequence[int]) -> Iterator[tuple[slice, Values]]:
        """Some draws at a time, of the inputs that are wanted; the others stay at their middle."""
        sources = streams(self.reading.inputs.listed, wanted, seed, len(self.reading.months))
        for begin in range(0, draws, _AT_ONCE):
            end = min(begin + _AT_ONCE, draws)
            taken = {at: source.take(end - begin) for at, source in sources.items()}

            def drawn(source: Source, taken: dict[int, Floats] = taken) -> Floats | float:
                held = taken.get(source[0])
                return self._middle(source) if held is None else held[source[1]]

            yield slice(begin, end), Values(self.factors, drawn)


def _ratio(profit: Floats, revenue: Floats | float) -> Floats:
    """The margin; none where nothing is earned."""
    import numpy as np

    earned = np.broadcast_to(revenue, profit.shape)
    found: Floats = np.divide(profit, earned, out=np.full_like(profit, np.nan), where=earned != 0)
    return found


def _quantiles(values: Floats) -> Quantiles:
    """At LEVELS, of the draws that have a value; empty where none has."""
    import numpy as np

    known = values[~missing] if (missing := np.isnan(values)).any() else values
    return tuple(float(found) for found in np.quantile(known, LEVELS)) if len(known) else ()
