"""Price months: months to come at the log's daily rate under price changes alone, at every end of their ranges.

They assume nothing but that usage goes on: they are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from costcalc.calendar import Month
from costcalc.months.pricing import Lists
from costcalc.months.reading import Exact, Reading
from costcalc.months.run import Assumptions, Run, Running, RunPrices
from costcalc.months.segments import Names, Segments, Sorting, segments_of
from costcalc.months.usage import usage_by_kind
from costcalc.rating.cuts import model_cuts
from costcalc.rating.model import PriceKey, RateUsed
from costcalc.rating.quotes import Quotes
from costcalc.rating.rate import NO_CHANGES, Rater
from costcalc.scenario.model import PriceChanges, Variant
from costcalc.usage.ledger import Edges


@dataclass(frozen=True, slots=True)
class PriceMonths:
    """The runs that tell the months."""

    frozen: Run  # at the list of the log's last day
    before: Run  # at the announced list
    low: Run
    middle: Run
    high: Run
    segments: Segments

    @property
    def runs(self) -> tuple[Run, Run, Run, Run, Run]:
        return self.frozen, self.before, self.low, self.middle, self.high

    @property
    def rates_used(self) -> list[RateUsed]:
        """The exchange rates that they rest on."""
        return list(dict.fromkeys(rate for each in self.runs for rate in each.rates_used))


def by_price(rater: Rater) -> Sorting:
    """What prices alone tell apart: the lengths at which a model's own price changes."""
    cuts = rater.ledger.cuts

    @cache
    def of_model(provider: str, region: str, model: str) -> Edges:
        inputs, outputs = model_cuts(rater.pricebook.book(provider, region), model)
        return tuple(sorted(inputs & {*cuts.input_lengths})), tuple(sorted(outputs & {*cuts.output_lengths}))

    def edges(key: PriceKey | None, names: Names) -> Edges:
        return of_model(key.provider, key.region, key.model) if key else ((), ())

    return Sorting((), lambda names: (), edges)


def priced_months(
    rater: Rater, months: Sequence[Month], days_covered: int, last_day: date, changes: PriceChanges
) -> tuple[Segments, Callable[[Assumptions, Reading], Run]]:
    """The log at its daily rate, and what runs the months of it. `changes`: whose days its prices must know."""
    segments = segments_of(rater, days_covered, last_day, by_price(rater), usage_by_kind(rater))
    lists = Lists(rater.pricebook, rater.fx, Quotes(rater.pricebook, changes.days()), rater.currency)
    prices = RunPrices(lists, rater.fx, rater.commitments)
    return segments, lambda what, reading: Running(segments, what, prices, months, reading).result()


def rate_months(rater: Rater, months: Sequence[Month], days_covered: int, last_day: date) -> PriceMonths:
    """The months, run at every end; a rating must have been made before."""
    segments, run = priced_months(rater, months, days_covered, last_day, rater.changes)

    def priced(changes: PriceChanges, end: Variant = "mid", *, is_frozen: bool = False) -> Run:
        return run(Assumptions(changes=changes, is_frozen=is_frozen), Exact(end))

    frozen, before = priced(NO_CHANGES, is_frozen=True), priced(NO_CHANGES)
    mid = priced(rater.changes) if rater.changes else before
    low, high = (priced(rater.changes, "low"), priced(rater.changes, "high")) if rater.changes.has_range else (mid, mid)
    return PriceMonths(frozen, before, low, mid, high, segments)
