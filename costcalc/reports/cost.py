"""Cost: what did it cost, by whatever is asked; the list beside what was billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.model import RateUsed, Rating
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.records import dataclass
from costcalc.reports.allocating import allocated
from costcalc.reports.lines import OtherList, ReportLine, other_lists, with_lines
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.usage.ledger import UsageLedger


@dataclass(frozen=True, slots=True)
class ListAndBilled:
    """Usage that has both a list price and a stated cost."""

    listed: Fraction
    stated: Fraction

    @property
    def discount(self) -> Fraction | None:
        """What the bill lies below the list, as a share; None where the list is 0."""
        return 1 - self.stated / self.listed if self.listed else None


@dataclass(frozen=True)
class CostReport:
    """The answer of `cost`."""

    usage: UsageSummary
    rating: Rating
    lines: Sequence[ReportLine]
    both: ListAndBilled | None  # None: no row states a cost, or none of those has a list price
    other_lists: Sequence[OtherList]
    rates_used: Sequence[RateUsed]

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def total(self) -> Fraction:
        """What it cost, in the report's currency; incomplete where something is unpriced or refused."""
        return self.rating.total.before

    @property
    def is_priced(self) -> bool:
        return self.rating.is_complete

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole


def cost(
    ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: RatingOptions, each: str | None = None,
    allocate: str = "none",
) -> CostReport:  # fmt: skip
    """What the ledger cost; `each` ("day" or "month") goes before the other names of a line.

    `allocate` "proportional": what belongs to no line is shared out among those that caused it.

    CostcalcError: a currency without a rate, or a dimension the ledger was counted without.
    """
    if each:
        options = replace(options, by=(each, *(name for name in options.by if name != each)))
    rater = Rater(ledger, pricebook, fx, options)
    rating = rater.rating()
    if allocate == "proportional":
        rating = allocated(rating)
    rating, lines = with_lines(rater, rating, rating.revenue)
    return CostReport(
        summary_of(ledger, options.timezone),
        rating,
        lines,
        _both(rater),
        other_lists(ledger, pricebook, fx, rater, rating),
        tuple(rater.rates_used),
    )


def _both(rater: Rater) -> ListAndBilled | None:
    listed, stated = Fraction(), Fraction()
    found = False
    for kind, sums in rater.amounts.items():
        if not sums.has_cost or (at_list := rater.list_cost(kind, sums)) is None:
            continue
        found = True
        listed += at_list.before
        stated += sums.cost * rater.exchange(kind.cost_currency or rater.currency, kind.month)
    return ListAndBilled(listed, stated) if found else None
