"""Lines of a breakdown: what every group's prices make of its counts, added up by the engine for each set of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from costcalc.meters import billable_counts, meters
from costcalc.problems import fail
from costcalc.rating.kinds import Kind
from costcalc.rating.model import ZERO, Basis, Cost, LineKey, Rating, Unpriced
from costcalc.rating.rate import Rater, as_one
from costcalc.records import dataclass
from costcalc.usage.breakdown import Breakdown, Factors, Part, Weights

_NOTHING = Fraction()
_TOKENS = {"input_tokens": 1, "output_tokens": 1}
_LARGEST_SCALE: int = 10**24  # of prices in the engine; one that has more digits is rounded once, half to even


@dataclass(frozen=True, slots=True)
class LineSum:
    """What one line of a report comes to."""

    cost: Cost
    tokens: Fraction
    unpriced: Fraction  # tokens
    requests: Fraction | None  # None: the log does not say
    bases: tuple[Basis, ...]

    def __add__(self, more: LineSum) -> LineSum:
        return LineSum(
            self.cost + more.cost,
            self.tokens + more.tokens,
            self.unpriced + more.unpriced,
            None if self.requests is None or more.requests is None else self.requests + more.requests,
            tuple(sorted({*self.bases, *more.bases})),
        )


class Place(NamedTuple):
    """Where the usage of some groups stands, and what turns its sums into amounts."""

    line: LineKey  # the names of the breakdown are still open
    unit: Fraction  # of a figure of its costs, in the report's currency
    bill: Cost | None  # of one unit of the stated cost; None: none is charged
    bases: tuple[Basis, ...]
    lacks: tuple[Unpriced, ...]  # what has no price, without its amounts
    weight: Fraction  # the share of its groups' time
    is_first: bool  # of the shares of a group: it carries the rows
    knows_requests: bool


Entry = tuple[int, Place, list[Factors]]  # a group, where a share of it stands, and what its counts add there


@dataclass
class Lines:
    """The lines of a ledger with a breakdown, from a rating of its groups by the names that these have."""

    rater: Rater
    breakdown: Breakdown
    by: tuple[str, ...]

    def sums(self) -> tuple[dict[LineKey, LineSum], list[Unpriced]]:
        """The sums by line, and what has no price on each of them.

        CostcalcError: a log so large that the engine's integers cannot hold its sums.
        """
        return self._added(self._entries())

    def unpriced(self) -> list[Unpriced]:
        """What has no price alone. CostcalcError: likewise."""
        return self._added(entry for entry in self._entries() if entry[1].lacks)[1]

    def _added(self, entries: Iterable[Entry]) -> tuple[dict[LineKey, LineSum], list[Unpriced]]:
        spots, names = _open(self.by, self.breakdown)
        places: dict[Place, int] = {}
        weights = [Weights(group, places.setdefault(place, len(places)), figures) for group, place, figures in entries]
        known = list(places)
        found: dict[LineKey, LineSum] = {}
        lacking: list[Unpriced] = []
        try:
            for part in self.breakdown.parts(names, weights):
                place = known[part.place]
                key = _filled(place.line, spots, part.names)
                own = _sum(place, part)
                found[key] = found[key] + own if key in found else own
                lacking += [_lacking(each, key, place, part) for each in place.lacks]
        except OverflowError as error:
            raise fail(
                "counts-too-large", f"the sums of this log are larger than costcalc can add up: {error}",
                remedy="choose a part of it with --since, --until or --where",
            ) from error  # fmt: skip
        return found, as_one(lacking)

    def _entries(self) -> Iterator[Entry]:
        """(group, place, what a unit of each count adds to the costs and to the tokens) of every share of a group."""
        for group, shares in enumerate(self.rater.shares):
            divisor = self.breakdown.divisors[group]
            knows = self.rater.ledger.groups[group].requests is not None
            for position, (kind, weight) in enumerate(shares):
                made, missing = self.rater.made[kind]
                is_bill = any(not charge.is_priced for charge in made)
                unit, factors = (
                    (Fraction(), [{}] * len(self._readings)) if is_bill or not made else self._priced(kind, weight)
                )
                bill = self.rater.bill_unit(kind) * Fraction(1, divisor) if is_bill else None
                bases = tuple(sorted({charge.basis for charge in made}))
                lacks = tuple(replace(each, tokens=Fraction(), requests=None, rows=0) for each in missing)
                place = Place(kind.line, unit, bill, bases, lacks, weight, position == 0, knows)
                yield group, place, [*factors, _TOKENS]

    @cached_property
    def _readings(self) -> tuple[str, ...]:
        return ("before", "low", "mid", "high") if self.rater.changes.changes else ("before",)

    def _priced(self, kind: Kind, weight: Fraction) -> tuple[Fraction, list[Factors]]:
        """What one unit of the figures is worth, and by reading what a unit of each count adds."""
        factors, rate = self._exact[kind]
        scale = self._scale
        return rate / scale * weight, [{name: round(each * scale) for name, each in of.items()} for of in factors]

    @cached_property
    def _scale(self) -> int:
        """The least number that makes all prices whole; of prices with more digits, as many as are kept."""
        prices = (each for factors, _ in self._exact.values() for of in factors for each in of.values())
        return min(lcm(*(price.denominator for price in prices)), _LARGEST_SCALE)

    @cached_property
    def _exact(self) -> Mapping[Kind, tuple[list[dict[str, Fraction]], Fraction]]:
        """By kind that a list prices: what a unit of each count costs in the list's currency, and its exchange rate."""
        return {
            kind: self._of_list(kind) for kind, (made, _) in self.rater.made.items() if any(c.is_priced for c in made)
        }

    def _of_list(self, kind: Kind) -> tuple[list[dict[str, Fraction]], Fraction]:
        assert kind.key is not None
        units = self.rater.unit_cost(kind.key, kind.month)
        rate = self.rater.exchange(self.rater.quotes.quote(kind.key).book.currency, kind.month)
        known = meters().by_name
        counted = {name: billable_counts({name: 1}, units) for name in units}
        found: list[dict[str, Fraction]] = []
        for reading in self._readings:
            price = {
                name: getattr(unit.contracted, reading) / rate / 10 ** known[name].decimals
                for name, unit in units.items()
            }
            found.append(
                {
                    name: sum(
                        (price[billed] * times for billed, times in counts.items() if billed in price), Fraction()
                    )
                    for name, counts in counted.items()
                }
            )
        return found, rate


def by_line(rater: Rater, rating: Rating) -> Rating:
    """The rating with what has no price by the names of its lines."""
    if rater.ledger.breakdown is None or not rating.unpriced:
        return rating
    return replace(rating, unpriced=rater.with_advice(Lines(rater, rater.ledger.breakdown, rating.by).unpriced()))


def _open(by: Sequence[str], breakdown: Breakdown) -> tuple[list[int], list[str]]:
    """The names of a line that the breakdown fills in: where they stand, and which they are."""
    spots = [i for i, name in enumerate(by) if name in breakdown.dimensions]
    return spots, [by[spot] for spot in spots]


def _filled(line: LineKey, spots: Sequence[int], names: Sequence[str | None]) -> LineKey:
    found = list(line)
    for spot, name in zip(spots, names, strict=True):
        found[spot] = name
    return tuple(found)


def _sum(place: Place, part: Part) -> LineSum:
    *costs, tokens = part.figures
    cost = ZERO
    if place.unit:
        amounts = [_times(place.unit, amount) for amount in costs]
        cost = Cost(*(amounts if len(amounts) > 1 else amounts * 4))
    if place.bill is not None:
        cost = cost + place.bill * (part.stated * place.weight)
    counted = _times(place.weight, tokens)
    return LineSum(
        cost,
        counted,
        counted if any(each.meter is None for each in place.lacks) else _NOTHING,
        _times(place.weight, part.requests) if place.knows_requests else None,
        place.bases,
    )


def _times(unit: Fraction, count: int) -> Fraction:
    return Fraction(unit.numerator * count, unit.denominator)


def _lacking(unpriced: Unpriced, key: LineKey, place: Place, part: Part) -> Unpriced:
    return replace(
        unpriced,
        line=key,
        tokens=part.figures[-1] * place.weight if unpriced.meter is None else Fraction(),
        requests=part.requests * place.weight if place.knows_requests else None,
        rows=part.rows if place.is_first else 0,
    )
