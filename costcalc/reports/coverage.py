"""Coverage: of how much a margin is, where the cost or the revenue is not whole, and whether it can only be lower."""

from __future__ import annotations

from fractions import Fraction

from costcalc.rating.model import Rating
from costcalc.records import dataclass
from costcalc.reports.revenue import Revenue
from costcalc.reports.usage import UsageSummary


@dataclass(frozen=True, slots=True)
class Coverage:
    """The part of the business that a margin is of."""

    cost: Fraction | None  # the share of the known cost whose revenue is known; None: nothing was paid
    priced: Fraction | None  # the share of the tokens that has a price; None: there are none
    unread: int = 0  # rows that were refused, and files that may hold usage
    is_complete: bool = True  # all usage has a price; fees without one are no tokens
    is_bound: bool = False  # what is missing can only add to the cost: the margin is at most that
    parts_customers: bool = False  # some of a customer's usage was not chosen, and its revenue may be of all of it

    @property
    def is_whole(self) -> bool:
        return self.cost in (None, 1) and self.is_complete and not self.unread and not self.is_bound


def coverage_of(
    revenue: Revenue, rating: Rating, usage: UsageSummary, cost: Fraction | None, *, parts_customers: bool = False,
    is_priced_ahead: bool = True,
) -> Coverage:  # fmt: skip
    """`cost`: the share of it that stands against the revenue; `parts_customers`: some of a customer's usage was left out.

    `is_priced_ahead`: what the months to come ask for has a price.
    """
    complete = rating.is_complete and is_priced_ahead
    if revenue.kind == "rows":
        whole = not rating.earns_by_row
        lacks = rating.lacks_cost_of_earners or (whole and not (usage.is_whole and is_priced_ahead))
        parts_customers = whole and parts_customers
    else:
        lacks = not revenue.is_implied and not (complete and usage.is_whole)
        parts_customers = False
    unread = usage.refused_rows + usage.unread_files
    return Coverage(cost, rating.priced_share, unread, complete, lacks or parts_customers, parts_customers)
