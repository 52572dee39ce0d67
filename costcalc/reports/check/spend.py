"""Spend: what some usage came to, day by day: cost, tokens, requests, revenue, and what has no price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from costcalc.calendar import DAY_SECONDS, DayRange
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.model import LineKey, Rating
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.usage.ledger import UsageLedger, covered_days

ByDay = Mapping[date, Fraction]
_HOUR = 3600


@dataclass(frozen=True)
class Spend:
    """Usage priced in one currency, by the report's days."""

    ledger: UsageLedger
    rater: Rater
    rating: Rating  # by day; of a ledger with a breakdown what has no price is by its groups
    days: DayRange  # that the log covers; the first and the last may be covered in part

    @property
    def currency(self) -> str:
        return self.rating.currency

    @cached_property
    def cost(self) -> ByDay:
        return _by_day((c.line, c.cost.before) for c in self.rating.charges)

    @cached_property
    def covered_cost(self) -> ByDay:
        """Of those whose revenue is known."""
        return _by_day((c.line, c.cost.before) for c in self.rating.charges if c.has_revenue)

    @cached_property
    def revenue(self) -> ByDay:
        """Of what has a cost."""
        return _by_day(self.rating.revenue.items())

    @cached_property
    def tokens(self) -> ByDay:
        """Input and output, priced or not."""
        charged = [(c.line, c.tokens) for c in self.rating.charges]
        return _by_day([*charged, *((part.line, part.tokens) for part in self.rating.unpriced)])

    @cached_property
    def unpriced_tokens(self) -> ByDay:
        return _by_day((part.line, part.tokens) for part in self.rating.unpriced)

    @cached_property
    def unpriced_days(self) -> frozenset[date]:
        """Days whose cost is incomplete."""
        return frozenset(_day(part.line) for part in self.rating.unpriced)

    @cached_property
    def requests(self) -> ByDay | None:
        """None: a source does not say."""
        if self.ledger.requests is None:
            return None
        charged = [(c.line, c.requests or Fraction()) for c in self.rating.charges if c.carries_requests]
        # A single meter without a price is a part of a request that has a charge already.
        missing = [(part.line, part.requests or Fraction()) for part in self.rating.unpriced if not part.meter]
        return _by_day([*charged, *missing])

    @property
    def has_single_days(self) -> bool:
        """Whether every row lies on one day."""
        return self.longest_bucket <= DAY_SECONDS + _HOUR  # a day on which clocks go back has 25 hours

    @cached_property
    def longest_bucket(self) -> int:
        """Seconds."""
        return max((group.until - group.at for group in self.ledger.groups if group.until is not None), default=0)


def spend_of(
    ledger: UsageLedger,
    pricebook: Pricebook,
    fx: FxTable,
    currency: str | None,
    basis: str,
    timezone: str,
    days: DayRange,
) -> Spend:
    """The usage, priced. CostcalcError: a currency without a rate."""
    rater = Rater(ledger, pricebook, fx, RatingOptions(("day",), basis, currency, timezone))
    return Spend(ledger, rater, rater.rating(), days)


def days_of(ledger: UsageLedger, timezone: str) -> DayRange | None:
    """The days that a log covers; None: it holds no usage."""
    first, last = covered_days(ledger, timezone)
    return DayRange(first, last) if first and last else None


def within(amounts: ByDay, days: DayRange) -> Fraction:
    """What lies on these days."""
    return sum((amount for day, amount in amounts.items() if days.first <= day <= days.last), Fraction())


def first_day_above(amounts: ByDay, days: DayRange, limit: Fraction) -> date | None:
    """The first day on which what came together since the first one is above the limit."""
    total = Fraction()
    for day in sorted(day for day in amounts if days.first <= day <= days.last):
        total += amounts[day]
        if total > limit:
            return day
    return None


def _by_day(parts: Iterable[tuple[LineKey, Fraction]]) -> dict[date, Fraction]:
    found: dict[date, Fraction] = {}
    for line, amount in parts:
        if amount:
            day = _day(line)
            found[day] = found.get(day, Fraction()) + amount
    return found


def _day(line: LineKey) -> date:
    return date.fromisoformat(str(line[0]))
