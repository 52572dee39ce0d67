"""Breakdown: what every group's prices make of its counts, added up by the engine for each set of names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from costcalc.meters import billable_counts, meters
from costcalc.problems import fail
from costcalc.rating.kinds import ChargeKey
from costcalc.rating.line import ReportLine
from costcalc.rating.linetable import ORDERED_BY, LineTable, Spot, TableParts, Unit
from costcalc.rating.model import ZERO, Charge, Cost, LineKey, Rating
from costcalc.rating.rate import Rater
from costcalc.rating.unpriced import Lacking, OpenUnpriced, PriceHints
from costcalc.records import dataclass
from costcalc.usage.counting.breakdown import REQUESTS, REVENUE, STATED, Breakdown, Weights

Prices = Mapping[str, Fraction]  # by meter, or another count of a breakdown: what one counted unit comes to

_TOKENS = ("input_tokens", "output_tokens")
_LARGEST_SCALE: int = 10**32  # of costs that stay exact; others are rounded once, half to even, to
_USUAL_SCALE: int = 10**24  # of these

_HOLDS: int = 10**36  # what sums may come to: a hundredth of what the engine's integers hold


class Share(NamedTuple):
    """A share of a group's time."""

    group: int  # its position in the ledger
    kind: ChargeKey
    weight: Fraction
    is_first: bool  # it carries the rows


@dataclass
class BreakdownLines:
    """The lines of a ledger with a breakdown, from a rating of its groups by the names that these have."""

    rater: Rater
    breakdown: Breakdown
    by: tuple[str, ...]

    def table(self, more: Sequence[Charge] = (), *, earns: bool = False, as_whole: bool = False) -> LineTable:
        """The lines, in the order of a report. `more`: charges that no usage made, each a line of its own.

        `earns`: with what is earned; `as_whole`: some customers earn by all their rows together, and a line is a customer.
        CostcalcError: a log so large that the engine's integers cannot hold its sums.
        """
        places: dict[Spot, int] = {}
        costs = [[*self._prices(share), *([self._revenue(share)] if earns else [])] for share in self._shares]
        unit = Unit(self._scale(costs, more), lcm(*(share.weight.denominator for share in self._shares)))
        weights = []
        for share, cost in zip(self._shares, costs, strict=True):
            place = self._place(share)
            counted = [{name: each * unit.count for name, each in of.items()} for of in self._counts(share, place)]
            figures = [{name: round(each * unit.cost) for name, each in of.items()} for of in cost]
            whole = [{name: int(each) for name, each in of.items()} for of in counted]
            weights.append(Weights(share.group, places.setdefault(place, len(places)), [*figures, *whole]))
        wanted = TableParts(
            self.by, self.breakdown, weights, [*places], len(self._readings), unit, earns=earns, as_whole=as_whole
        )
        return LineTable(wanted, _shortfalls(more))

    def unpriced(self) -> OpenUnpriced:
        """What has no price, by line."""
        lacking = [
            Lacking(share.group, part, share.weight, share.is_first, self._place(share).knows_requests)
            for share in self._shares
            for part in self.rater.made[share.kind][1]
        ]
        return OpenUnpriced(
            self.breakdown, self.by, lacking, PriceHints(self.rater.pricebook, self.rater.ledger.sources)
        )

    @cached_property
    def _shares(self) -> list[Share]:
        return [
            Share(group, kind, weight, position == 0)
            for group, shares in enumerate(self.rater.shares)
            for position, (kind, weight) in enumerate(shares)
            if not kind.states_revenue_alone or kind.earns == "whole"
        ]

    def _place(self, share: Share) -> Spot:
        made, missing = self.rater.made[share.kind]
        is_used = not share.kind.states_revenue_alone
        knows = not is_used or self.rater.ledger.groups[share.group].requests is not None
        return Spot(
            share.kind.line, tuple(sorted({charge.basis for charge in made})), not missing, knows, share.kind.earns, is_used
        )  # fmt: skip

    def _revenue(self, share: Share) -> Prices:
        """What a unit of revenue comes to, as far as a cost stands against it or that of its customer may."""
        kind = share.kind
        if not kind.earns or (kind.earns == "row" and not self.rater.made[kind][0]):
            return {}
        has_any = self.rater.amounts[kind].revenue
        rate = self.rater.exchange(kind.revenue_currency or self.rater.currency, kind.month) if has_any else Fraction(1)
        return {REVENUE: rate * share.weight / 10**self.breakdown.revenue_digits}

    def _counts(self, share: Share, place: Spot) -> list[Prices]:
        """Tokens, those without a price, and requests."""
        tokens = dict.fromkeys(_TOKENS, share.weight)
        lacks = any(part.meter is None for part in self.rater.made[share.kind][1])
        return [tokens, tokens if lacks else {}, {REQUESTS: share.weight} if place.knows_requests else {}]

    @cached_property
    def _readings(self) -> tuple[str, ...]:
        return ("before", "low", "mid", "high") if self.rater.changes.changes else ("before",)

    def _scale(self, costs: Sequence[Sequence[Prices]], more: Sequence[Charge]) -> int:
        """The least number that makes all costs whole; of costs with more digits, as many as are kept.

        CostcalcError: the engine's integers cannot hold the sums.
        """
        parts = {each.denominator for prices in costs for of in prices for each in of.values()}
        parts |= {getattr(charge.cost, name).denominator for charge in more for name in self._readings}
        exact, largest = lcm(ORDERED_BY, *parts), self._largest(costs)
        if exact <= _LARGEST_SCALE and exact * largest < _HOLDS:
            return exact
        if _USUAL_SCALE * largest < _HOLDS:
            return _USUAL_SCALE
        raise fail(
            "counts-too-large", "the sums of this log are larger than costcalc can add up",
            remedy="choose a part of it with --since, --until or --where",
        )  # fmt: skip

    def _largest(self, costs: Sequence[Sequence[Prices]]) -> int:
        """What no sum of costs is larger than, roughly."""
        known = {name: i for i, name in enumerate(self.rater.ledger.meters)}
        sums = [0.0] * len(costs[0]) if costs else [0.0]
        for share, prices in zip(self._shares, costs, strict=True):
            group = self.rater.ledger.groups[share.group]
            stated = abs(group.billed or Fraction()) * self._stated_unit(share)
            earned = abs(group.revenue or Fraction()) * 10**self.breakdown.revenue_digits
            beside = {REQUESTS: float(group.requests or 0), STATED: float(stated), REVENUE: float(earned)}
            for i, of in enumerate(prices):
                sums[i] += sum(
                    (beside[name] if name in beside else group.quantities[known[name]]) * abs(float(each))
                    for name, each in of.items()
                )
        return 1 + int(max(sums))

    def _stated_unit(self, share: Share) -> int:
        """What a stated cost of 1 is counted as."""
        return int(self.breakdown.divisors[share.group] * 10**self.breakdown.stated_digits)

    def _prices(self, share: Share) -> list[Prices]:
        """By reading, what a unit of each count costs."""
        made = self.rater.made[share.kind][0]
        if any(not charge.is_priced for charge in made):
            of_bill = self.rater.bill_unit(share.kind) * (share.weight / self._stated_unit(share))
            return [{STATED: getattr(of_bill, reading)} for reading in self._readings]
        if not made:
            return [{} for _ in self._readings]
        if share.weight == 1:
            return self._of_list(share.kind)
        return [{name: each * share.weight for name, each in of.items()} for of in self._of_list(share.kind)]

    def _of_list(self, kind: ChargeKey) -> list[Prices]:
        found = self._listed.get(kind)
        if found is None:
            found = self._listed[kind] = [*self._linear(kind)]
        return found

    @cached_property
    def _listed(self) -> dict[ChargeKey, list[Prices]]:
        return {}

    def _linear(self, kind: ChargeKey) -> Iterator[Prices]:
        """By reading, what a unit of each count costs, its parts' own prices set against that of their whole."""
        assert kind.key is not None
        units = self.rater.unit_cost(kind.key, kind.month)
        known = meters().by_name
        counted = {name: billable_counts({name: 1}, units) for name in units}
        for reading in self._readings:
            price = {
                name: getattr(unit.contracted, reading) / 10 ** known[name].decimals for name, unit in units.items()
            }
            yield {
                name: sum((price[billed] * times for billed, times in counts.items() if billed in price), Fraction())
                for name, counts in counted.items()
            }


def _shortfalls(charges: Sequence[Charge]) -> list[ReportLine]:
    """A line for each name that such charges have."""
    found: dict[LineKey, Cost] = {}
    for charge in charges:
        found[charge.line] = found.get(charge.line, ZERO) + charge.cost
    bases = tuple(sorted({charge.basis for charge in charges}))
    return [ReportLine(key, cost, Fraction(), Fraction(), bases) for key, cost in found.items()]


def by_line(rater: Rater, rating: Rating) -> Rating:
    """The rating with what has no price by the names of its lines."""
    if rater.ledger.breakdown is None or not rating.unpriced:
        return rating
    return replace(rating, unpriced=BreakdownLines(rater, rater.ledger.breakdown, rating.by).unpriced())
