"""Terms: a number that differs from draw to draw, as a sum of products of a few factors that many numbers share.

A simulation prices a thousand kinds of usage with a few dozen drawn figures. Terms add up the coefficients first, so
that the draws are gone through once, at the end, and only for what really differs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Scalar = Fraction | int | float
Product = tuple[tuple[int, int], ...]  # (number of a factor, power), ascending
Listed = tuple[tuple[int, float], ...]  # (number of a product, coefficient), ascending
Source = tuple[int, int]  # (number of an input, month or 0)
_ONE = 0  # the product of nothing
_MOST_PARTS = 1_000_000_000  # of a denominator: a third that became a float is a third again


@dataclass(frozen=True, slots=True)
class Factor:
    """What is multiplied: a drawn figure, or what is made of other numbers and stays whole."""

    kind: Literal["drawn", "sum", "ceil", "most", "least"]
    source: Source | None = None  # of what is drawn
    middle: Fraction | None = None  # of what is drawn
    parts: tuple[Listed, ...] = ()


@dataclass(frozen=True, eq=False)
class Factors:
    """The factors and products that the numbers of one run share."""

    made: list[Factor] = field(default_factory=list)
    products: list[Product] = field(default_factory=lambda: [()])
    _numbers: dict[Factor, int] = field(default_factory=dict)
    _ids: dict[Product, int] = field(default_factory=lambda: {(): _ONE})
    _times: dict[tuple[int, int], int] = field(default_factory=dict)
    _masks: dict[int, int] = field(default_factory=dict)
    _middles: dict[Listed, Fraction] = field(default_factory=dict)

    def drawn(self, source: Source, middle: Fraction) -> FactorSum:
        return self._alone(Factor("drawn", source, middle))

    def whole(self, number: FactorSum) -> FactorSum:
        """The same as one factor: 1 + x stays whole where it is multiplied."""
        return self._alone(Factor("sum", parts=(listed(number),)))

    def ceil(self, number: FactorSum) -> FactorSum:
        return self._alone(Factor("ceil", parts=(listed(number),)))

    def chosen(self, kind: Literal["most", "least"], one: FactorSum | Scalar, other: FactorSum | Scalar) -> FactorSum:
        return self._alone(Factor(kind, parts=(listed(one), listed(other))))

    def _alone(self, factor: Factor) -> FactorSum:
        number = self._numbers.get(factor)
        if number is None:
            number = self._numbers[factor] = len(self.made)
            self.made.append(factor)
        return FactorSum(self, {self._product(((number, 1),)): 1.0})

    def _product(self, product: Product) -> int:
        found = self._ids.get(product)
        if found is None:
            found = self._ids[product] = len(self.products)
            self.products.append(product)
        return found

    def times(self, one: int, other: int) -> int:
        """The product of two products."""
        if not one or not other:
            return one or other
        place = (one, other)
        found = self._times.get(place)
        if found is None:
            powers = dict(self.products[one])
            for number, power in self.products[other]:
                powers[number] = powers.get(number, 0) + power
            product = tuple(sorted(powers.items()))
            if 0 in powers.values():
                product = tuple(each for each in product if each[1])
            found = self._times[place] = self._product(product)
        return found

    def power(self, product: int, power: int) -> int:
        return self._product(tuple((number, each * power) for number, each in self.products[product] if power))

    def inputs_of(self, product: int) -> int:
        """The inputs that a product depends on, a bit each."""
        found = self._masks.get(product)
        if found is None:
            found = 0
            for number, _ in self.products[product]:
                factor = self.made[number]
                if factor.source is not None:
                    found |= 1 << factor.source[0]
                for part in factor.parts:
                    for inner, _ in part:
                        found |= self.inputs_of(inner)
            self._masks[product] = found
        return found

    def middle(self, terms: Listed) -> Fraction:
        """The value with every drawn figure at its middle."""
        found = self._middles.get(terms)
        if found is None:
            found = Fraction()
            for product, coefficient in terms:
                value = Fraction(coefficient).limit_denominator(_MOST_PARTS)
                for number, power in self.products[product]:
                    value *= self._middle_of(self.made[number]) ** power
                found += value
            self._middles[terms] = found
        return found

    def _middle_of(self, factor: Factor) -> Fraction:
        if factor.middle is not None:
            return factor.middle
        values = [self.middle(part) for part in factor.parts]
        match factor.kind:
            case "ceil":
                return Fraction(math.ceil(values[0]))
            case "most":
                return max(values)
            case "least":
                return min(values)
        return values[0]


class FactorSum:
    """A sum of products of factors, each with its coefficient. Times and plus, like a number."""

    __slots__ = ("factors", "terms")

    def __init__(self, factors: Factors, terms: dict[int, float]) -> None:
        self.factors, self.terms = factors, terms

    def __add__(self, more: Any) -> FactorSum:
        if type(more) is FactorSum:
            one, other = self.terms, more.terms
            if len(one) < len(other):
                one, other = other, one
            return _added(FactorSum(self.factors, one.copy()), other)
        if not more:
            return self
        found = FactorSum(self.factors, {**self.terms, _ONE: self.terms.get(_ONE, 0.0) + float(more)})
        # A literal, as in 1 + x, makes a factor; an amount is a term beside the others.
        return self.factors.whole(found) if type(more) is int else found

    __radd__ = __add__

    def __iadd__(self, more: Any) -> FactorSum:
        """In place: for a long sum that nobody else holds."""
        return _added(self, more.terms if type(more) is FactorSum else dict(listed(more)))

    def __sub__(self, less: Any) -> FactorSum:
        return self.__add__(less * -1)

    def __rsub__(self, whole: Any) -> FactorSum:
        return self.__mul__(-1).__add__(whole)

    def __mul__(self, factor: Any) -> FactorSum:
        if type(factor) is not FactorSum:
            scalar = float(factor)
            if len(self.terms) == 1:
                ((product, each),) = self.terms.items()
                return FactorSum(self.factors, {product: each * scalar})
            return FactorSum(self.factors, {product: each * scalar for product, each in self.terms.items()})
        many, one = (self, factor) if len(self.terms) >= len(factor.terms) else (factor, self)
        ((product, coefficient),) = (one if len(one.terms) == 1 else self.factors.whole(one)).terms.items()
        times = self.factors.times
        return FactorSum(
            self.factors, {times(each, product): value * coefficient for each, value in many.terms.items()}
        )

    __rmul__ = __mul__

    def __pow__(self, power: int) -> FactorSum:
        ((product, coefficient),) = self._single().terms.items()
        return FactorSum(self.factors, {self.factors.power(product, power): coefficient**power})

    def __truediv__(self, divisor: Any) -> FactorSum:
        return self.__mul__(divisor**-1 if type(divisor) is FactorSum else 1 / float(divisor))

    def __rtruediv__(self, number: Any) -> FactorSum:
        return self.__pow__(-1).__mul__(number)

    def _single(self) -> FactorSum:
        return self if len(self.terms) == 1 else self.factors.whole(self)


def _added(number: FactorSum, more: dict[int, float]) -> FactorSum:
    terms = number.terms
    for product, each in more.items():
        held = terms.get(product)
        terms[product] = each if held is None else held + each
    return number


def listed(number: FactorSum | Scalar) -> Listed:
    """A number by its terms, in one order."""
    if isinstance(number, FactorSum):
        return tuple(sorted(number.terms.items()))
    return ((_ONE, float(number)),) if number else ()


class Values:
    """What numbers come to in some draws; an input that is one figure leaves what depends on it alone a float."""

    def __init__(self, factors: Factors, drawn: Callable[[Source], Floats | float]) -> None:
        self.factors, self.drawn = factors, drawn
        self._powers: dict[tuple[int, int], Floats | float] = {}

    def of(self, number: FactorSum | Scalar) -> Floats | float:
        return self.of_terms(listed(number))

    def of_terms(self, terms: Sequence[tuple[int, float]]) -> Floats | float:
        products = self.factors.products
        return self._sum([(products[product], coefficient) for product, coefficient in terms], 0)

    def _sum(self, terms: Sequence[tuple[Product, float]], depth: int) -> Floats | float:
        """What begins with the same factor is added up before it is multiplied by it."""
        alone: float = 0.0
        inside: dict[tuple[int, int], list[tuple[Product, float]]] = {}
        for term in terms:
            product = term[0]
            if len(product) == depth:
                alone += term[1]
            else:
                inside.setdefault(product[depth], []).append(term)
        total: Floats | None = None
        for place, inner in inside.items():
            last = len(inner) == 1 and len(inner[0][0]) == depth + 1
            part = self._power(*place) * (inner[0][1] if last else self._sum(inner, depth + 1))
            if isinstance(part, float):
                alone += part
            elif total is None:
                total = part
            else:
                total += part
        if total is None:
            return alone
        return total + alone if alone else total

    def _power(self, number: int, power: int) -> Floats | float:
        found = self._powers.get((number, power))
        if found is None:
            if power == 1:
                found = self._value(self.factors.made[number])
            elif power < 0:
                found = 1.0 / self._power(number, -power)
            else:
                found = self._power(number, power - 1) * self._power(number, 1)  # the same on every machine
            self._powers[number, power] = found
        return found

    def _value(self, factor: Factor) -> Floats | float:
        import numpy as np

        if factor.source is not None:
            return self.drawn(factor.source)
        first, *further = [self.of_terms(part) for part in factor.parts]
        match factor.kind:
            case "ceil":
                return _plain(np.ceil(first))
            case "most":
                return _plain(np.maximum(first, further[0]))
            case "least":
                return _plain(np.minimum(first, further[0]))
        return first


def _plain(value: Any) -> Floats | float:
    """An array, or a float of the language."""
    found: Floats | float = value if getattr(value, "ndim", 0) else float(value)
    return found
