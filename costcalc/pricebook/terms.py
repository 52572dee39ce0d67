"""Terms: what your contracts change about a list: discounts, commitments, and what your logs call a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date
from fractions import Fraction

from costcalc.money import Money
from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.selectors import Selector


@dataclass(frozen=True, slots=True)
class Discount:
    """A negotiated share off the list: it survives a rise. Several that match compound, in order."""

    selector: Selector
    share: Fraction  # 0.125 is 12.5% off
    place: Place
    from_day: date | None = None  # in the provider's zone
    until_day: date | None = None  # exclusive
    note: str = ""

    def applies_on(self, day: date) -> bool:
        return _holds(self.from_day, self.until_day, day)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the matching charges of a calendar month cost at least, used or not."""

    selector: Selector
    amount: Money  # a calendar month of the provider's zone
    place: Place
    from_day: date | None = None
    until_day: date | None = None  # exclusive
    note: str = ""

    def applies_on(self, day: date) -> bool:
        return _holds(self.from_day, self.until_day, day)


@dataclass(frozen=True)
class Terms:
    """All terms of the files read, in the order of the files and of their lines."""

    discounts: tuple[Discount, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)  # a log's name -> "provider/model" or "model"
    alias_places: Mapping[str, Place] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.discounts or self.commitments or self.aliases)

    def named(self, named: Callable[[str], str]) -> Terms:
        """The same with the providers of its selectors as the books call them: Alibaba Cloud is alibaba."""
        return replace(
            self,
            discounts=tuple(replace(each, selector=each.selector.sold_by(named)) for each in self.discounts),
            commitments=tuple(replace(each, selector=each.selector.sold_by(named)) for each in self.commitments),
        )

    def discounts_on(self, day: date, provider: str, *models: str) -> tuple[Discount, ...]:
        """The discounts of a model, by any of its names, on a price day of its provider."""
        return tuple(d for d in self.discounts if d.selector.matches(provider, *models) and d.applies_on(day))

    def days(self, provider: str, *models: str) -> set[date]:
        """The days on which a term of a model, by any of its names, begins or ends."""
        terms: Iterator[Discount | Commitment] = iter((*self.discounts, *self.commitments))
        matching = [term for term in terms if term.selector.matches(provider, *models)]
        return {day for term in matching for day in (term.from_day, term.until_day) if day}


def joined(parts: Iterable[Terms]) -> Terms:
    """One after the other; an alias of a later file wins."""
    listed = list(parts)
    return Terms(
        tuple(discount for terms in listed for discount in terms.discounts),
        tuple(commitment for terms in listed for commitment in terms.commitments),
        {name: target for terms in listed for name, target in terms.aliases.items()},
        {name: place for terms in listed for name, place in terms.alias_places.items()},
    )


def discounted(discounts: Iterable[Discount], meter: str) -> Fraction:
    """The share of the list that is left for a meter: 20% and then 10% off leave 0.8 × 0.9 = 72%."""
    share = Fraction(1)
    for discount in discounts:
        if discount.selector.covers(meter):
            share *= 1 - discount.share
    return share


def _holds(first: date | None, end: date | None, day: date) -> bool:
    return (first is None or day >= first) and (end is None or day < end)
