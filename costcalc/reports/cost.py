"""Cost: what did it cost, by whatever is asked; the list beside what was billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.money import exact_sum
from costcalc.pricebook.fx import FxTable, NoRate
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.breakdown import by_line
from costcalc.rating.line import ReportLine
from costcalc.rating.model import RateUsed, Rating
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.records import dataclass
from costcalc.reports.allocating import allocated
from costcalc.reports.coverage import Coverage, coverage_of
from costcalc.reports.lines import OtherList, other_lists, with_lines
from costcalc.reports.revenue import Revenue
from costcalc.reports.usage import OfRating, UsageSummary, summary_of
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
class CostReport(OfRating):
    """The answer of `cost`."""

    usage: UsageSummary
    rating: Rating
    lines: Sequence[ReportLine]
    both: ListAndBilled | None  # None: no row states a cost, or none of those has a list price
    without_rate: Mapping[str, int]  # currency → rows whose list and stated cost it keeps apart: no rate is known
    other_lists: Sequence[OtherList]
    rates_used: Sequence[RateUsed]
    coverage: Coverage | None = None  # of how much the margins are; None: no row states a revenue

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def total(self) -> Fraction:
        """What it cost, in the report's currency; incomplete where something is unpriced or refused."""
        return self.rating.total.before


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
    rating = by_line(rater, rater.rating())
    if allocate == "proportional":
        rating = allocated(rating)
    lines = with_lines(rater, rating, rating.revenue)
    both, without_rate = _both(rater)
    usage = summary_of(ledger, options.timezone)
    return CostReport(
        usage,
        rating,
        lines,
        both,
        without_rate,
        other_lists(ledger, pricebook, fx, rater, rating),
        tuple(rater.rates_used),
        _coverage(rating, usage, ledger) if rating.revenue else None,
    )


def _coverage(rating: Rating, usage: UsageSummary, ledger: UsageLedger) -> Coverage:
    total = rating.total.before
    revenue = Revenue("rows", exact_sum(rating.revenue.values()), ledger.revenue_source)
    covered = exact_sum(charge.cost.before for charge in rating.charges if charge.has_revenue)
    return coverage_of(
        revenue, rating, usage, covered / total if total else None, parts_customers=ledger.parts_customers
    )


def _both(rater: Rater) -> tuple[ListAndBilled | None, dict[str, int]]:
    """The list beside the stated costs; and how many rows lack an exchange rate for that, by the currency it is from."""
    listed, stated = Fraction(), Fraction()
    found, without_rate = False, dict[str, int]()
    for kind, sums in rater.amounts.items():
        if not sums.has_cost:
            continue
        try:
            at_list = rater.list_cost(kind, sums)
            rate = rater.exchange(kind.cost_currency or rater.currency, kind.month)
        except NoRate as error:
            currency = error.pair[0]
            without_rate[currency] = without_rate.get(currency, 0) + sums.rows
            continue
        if at_list is None:
            continue
        found = True
        listed += at_list.before
        stated += sums.cost * rate
    return ListAndBilled(listed, stated) if found else None, without_rate
