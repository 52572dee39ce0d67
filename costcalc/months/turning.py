"""Turning: a run whose rises stay open: every amount is a sum by the rises that multiply it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from costcalc.months.reading import NEAR, Number, RangePoint, settled
from costcalc.months.terms import Factors, FactorSum, Values, listed
from costcalc.scenario.model import PriceChange

Rises = tuple[int, ...]  # which rises multiply an amount, by their positions, ascending
UNRAISED: Rises = ()
ByRises = Mapping[Rises, Fraction]  # an amount: so much that nothing raises, so much that the first and third rise do
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class OpenRises(RangePoint):
    """An end of every range, with rises that stay open."""

    place: Callable[[PriceChange], int | None] = lambda _: None  # of a rise that stays open
    corners: Sequence[Sequence[float]] = ()  # what each open rise multiplies by: where they begin, at their ends
    torn: list[bool] = field(default_factory=list, compare=False)  # what is not less at every corner, but at some
    factors: Factors = field(default_factory=Factors, compare=False)

    @property
    def prices_as(self) -> Hashable:
        """Its open rises are factors of its own."""
        return id(self.factors)

    def nothing(self) -> Number:
        return FactorSum(self.factors, {})

    def raised(self, change: PriceChange) -> Number:
        at = self.place(change)
        return super(OpenRises, self).raised(change) if at is None else self.factors.drawn((at, 0), _ONE)

    def is_less(self, one: Number, other: Number) -> bool:
        found = [self._sign(one, other, corner) for corner in self.corners]
        if min(found) < 0 < max(found):
            self.torn.append(True)
        return found[0] > 0

    def _sign(self, one: Number, other: Number, corner: Sequence[float]) -> int:
        values = Values(self.factors, lambda source: corner[source[0]])
        left, right = float(values.of(one)), float(values.of(other))
        near = NEAR * abs(right)
        return int(right > left + near) - int(right < left - near)

    def settled(self, value: Number) -> Number:
        if not self.rounds or not isinstance(value, FactorSum):
            return super(OpenRises, self).settled(value)
        return FactorSum(self.factors, {product: float(settled(each)) for product, each in value.terms.items()})


def by_rises(number: Number) -> ByRises:
    """A number of such a run, whether anything turns it or not."""
    if not isinstance(number, FactorSum):
        return {UNRAISED: Fraction(number)} if number else {}
    made, products = number.factors.made, number.factors.products
    found: dict[Rises, Fraction] = {}
    for product, amount in listed(number):
        rises: list[int] = []
        for factor, power in products[product]:
            source = made[factor].source
            assert source is not None  # amounts are multiplied by rises, never by sums of them
            rises += [source[0]] * power
        place = tuple(sorted(rises))
        found[place] = found.get(place, Fraction()) + Fraction(amount)
    return found


def with_factors(amount: ByRises, factors: Sequence[Fraction]) -> Fraction:
    """What it comes to where each rise multiplies by so much."""
    return sum((each * prod(factors[at] for at in rises) for rises, each in amount.items()), Fraction())
