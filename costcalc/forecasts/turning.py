"""Turning: a run whose price changes can still be turned up and down: its amounts are polynomials in two knobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from costcalc.forecasts.reading import NEAR, End, Number, settled
from costcalc.scenario.model import PriceChange

Powers = tuple[int, int]  # of the rise, of the pass-through
FLAT: Powers = (0, 0)  # what no knob turns
RISE: Powers = (1, 0)
PASSED: Powers = (1, 1)  # a rise of which only a part is passed through


class Poly:
    """A polynomial in two knobs with exact coefficients. Times and plus, like a number; divided by numbers alone."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Powers, Any]) -> None:
        self.terms = terms

    def at(self, rise: Any, passed: Any) -> Any:
        """The value with the knobs at these places."""
        parts = (factor * rise ** powers[0] * passed ** powers[1] for powers, factor in self.terms.items())
        return sum(parts, Fraction())

    def __add__(self, more: Any) -> Poly:
        terms = dict(self.terms)
        for powers, factor in poly(more).terms.items():
            terms[powers] = terms.get(powers, Fraction()) + factor
        return Poly({powers: factor for powers, factor in terms.items() if factor})

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Poly:
        if not isinstance(factor, Poly):
            return Poly({powers: each * factor for powers, each in self.terms.items()} if factor else {})
        found: dict[Powers, Any] = {}
        for (a, b), one in self.terms.items():
            for (c, d), other in factor.terms.items():
                powers = (a + c, b + d)
                found[powers] = found.get(powers, Fraction()) + one * other
        return Poly({powers: each for powers, each in found.items() if each})

    __rmul__ = __mul__

    def __truediv__(self, divisor: Fraction | int) -> Poly:
        return Poly({powers: each / divisor for powers, each in self.terms.items()})

    def __neg__(self) -> Poly:
        return self * -1

    def __sub__(self, less: Any) -> Poly:
        return self + poly(less) * -1

    def __rsub__(self, more: Any) -> Poly:
        return poly(more) - self


def poly(number: Any) -> Poly:
    """A number of a run as a polynomial, whether a knob turns it or not."""
    return number if isinstance(number, Poly) else Poly({FLAT: number} if number else {})


@dataclass(frozen=True, slots=True)
class Turning(End):
    """An end of every range, with rises that stay open: `powers` says which knobs turn a change."""

    powers: Callable[[PriceChange], Powers] = lambda change: RISE
    places: Sequence[tuple[Fraction, Fraction]] = (
        (Fraction(1), Fraction(1)),
    )  # of the knobs: where they begin, their ends
    torn: list[bool] = field(
        default_factory=list, compare=False
    )  # what is less elsewhere on the sliders than where they begin

    def rise(self, change: PriceChange) -> Number:
        rise = float(change.rise(self.variant))
        return Poly({self.powers(change): rise} if rise else {})

    def is_less(self, one: Number, other: Number) -> bool:
        found = [self._sign(one, other, place) for place in self.places]
        if min(found) < 0 < max(found):
            self.torn.append(True)
        return found[0] > 0

    def _sign(self, one: Number, other: Number, place: tuple[Fraction, Fraction]) -> int:
        left, right = (poly(number).at(*map(float, place)) for number in (one, other))
        near = NEAR * abs(right)
        return int(right > left + near) - int(right < left - near)

    def settled(self, value: Number) -> Number:
        return (
            Poly({powers: settled(factor) for powers, factor in value.terms.items()})
            if isinstance(value, Poly)
            else settled(value)
        )
