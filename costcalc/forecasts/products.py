"""Products: amounts that stay open in many rises at once, as sums of products of them with exact coefficients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from costcalc.forecasts.reading import End, Number, settled
from costcalc.scenario.model import PriceChange

Factors = tuple[int, ...]  # which rises are multiplied, by their positions, in order; () is what none turns


class Products:
    """A sum of products of rises. Times and plus, like a number; divided by numbers alone."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Factors, Any]) -> None:
        self.terms = terms

    def at(self, rises: Sequence[Fraction]) -> Any:
        """The value where the rises are these."""
        return sum((each * prod(rises[i] for i in factors) for factors, each in self.terms.items()), Fraction())

    def __add__(self, more: Any) -> Products:
        terms = dict(self.terms)
        for factors, each in products(more).terms.items():
            terms[factors] = terms.get(factors, Fraction()) + each
        return Products({factors: each for factors, each in terms.items() if each})

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Products:
        if not isinstance(factor, Products):
            return Products({factors: each * factor for factors, each in self.terms.items()} if factor else {})
        found: dict[Factors, Any] = {}
        for one, left in self.terms.items():
            for other, right in factor.terms.items():
                both = tuple(sorted((*one, *other)))
                found[both] = found.get(both, Fraction()) + left * right
        return Products({factors: each for factors, each in found.items() if each})

    __rmul__ = __mul__

    def __truediv__(self, divisor: Fraction | int) -> Products:
        return Products({factors: each / divisor for factors, each in self.terms.items()})

    def __neg__(self) -> Products:
        return self * -1

    def __sub__(self, less: Any) -> Products:
        return self + products(less) * -1

    def __rsub__(self, more: Any) -> Products:
        return products(more) - self


def products(number: Any) -> Products:
    """A number as a sum of products, whether a rise turns it or not."""
    return number if isinstance(number, Products) else Products({(): number} if number else {})


@dataclass(frozen=True, slots=True)
class Opened(End):
    """An end of every range, with rises that stay open: `place` says which one a change is; None: it is none."""

    place: Callable[[PriceChange], int | None] = lambda change: None

    def rise(self, change: PriceChange) -> Number:
        found = self.place(change)
        return float(change.rise(self.variant)) if found is None else Products({(found,): 1.0})

    def settled(self, value: Number) -> Number:
        if not isinstance(value, Products):
            return settled(value)
        return Products({factors: settled(each) for factors, each in value.terms.items()})
