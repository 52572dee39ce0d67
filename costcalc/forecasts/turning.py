"""Turning: a run whose price changes can still be turned up and down: its amounts are polynomials in what stays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

from costcalc.forecasts.reading import NEAR, End, Number, settled
from costcalc.scenario.model import PriceChange

Product = tuple[int, ...]  # what is multiplied, by the positions of the open values, ascending
FLAT: Product = ()  # what nothing turns
RISE: Product = (0,)  # of two knobs: how far the rises go
PASSED: Product = (0, 1)  # and how much of them is passed through


class Poly:
    """A polynomial in open values with exact coefficients. Times and plus, like a number; divided by numbers alone."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Product, Any]) -> None:
        self.terms = terms

    def at(self, values: Sequence[Any]) -> Any:
        """The value where what is open has these values."""
        return sum((each * prod(values[i] for i in product) for product, each in self.terms.items()), Fraction())

    def __add__(self, more: Any) -> Poly:
        terms = dict(self.terms)
        for product, each in poly(more).terms.items():
            terms[product] = terms.get(product, Fraction()) + each
        return Poly({product: each for product, each in terms.items() if each})

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Poly:
        if not isinstance(factor, Poly):
            return Poly({product: each * factor for product, each in self.terms.items()} if factor else {})
        found: dict[Product, Any] = {}
        for one, left in self.terms.items():
            for other, right in factor.terms.items():
                both = tuple(sorted((*one, *other)))
                found[both] = found.get(both, Fraction()) + left * right
        return Poly({product: each for product, each in found.items() if each})

    __rmul__ = __mul__

    def __truediv__(self, divisor: Fraction | int) -> Poly:
        return Poly({product: each / divisor for product, each in self.terms.items()})

    def __neg__(self) -> Poly:
        return self * -1

    def __sub__(self, less: Any) -> Poly:
        return self + poly(less) * -1

    def __rsub__(self, more: Any) -> Poly:
        return poly(more) - self


def poly(number: Any) -> Poly:
    """A number of a run as a polynomial, whether anything turns it or not."""
    return number if isinstance(number, Poly) else Poly({FLAT: number} if number else {})


@dataclass(frozen=True, slots=True)
class Turning(End):
    """An end of every range, with rises that stay open."""

    opens: Callable[[PriceChange, float], Number] = lambda change, rise: (
        rise
    )  # a rise, as a polynomial where it is open
    places: Sequence[Sequence[Fraction]] = ()  # of the open values: where they begin, their ends
    torn: list[bool] = field(default_factory=list, compare=False)  # what is not less at every place, but at some

    def rise(self, change: PriceChange) -> Number:
        return self.opens(change, float(change.rise(self.variant)))

    def is_less(self, one: Number, other: Number) -> bool:
        found = [self._sign(one, other, place) for place in self.places]
        if min(found) < 0 < max(found):
            self.torn.append(True)
        return found[0] > 0

    def _sign(self, one: Number, other: Number, place: Sequence[Fraction]) -> int:
        left, right = (poly(number).at([*map(float, place)]) for number in (one, other))
        near = NEAR * abs(right)
        return int(right > left + near) - int(right < left - near)

    def settled(self, value: Number) -> Number:
        if not isinstance(value, Poly):
            return settled(value)
        return Poly({product: settled(each) for product, each in value.terms.items()})
