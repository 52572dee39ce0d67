"""Log: a ledger whose parts are priced when a budget asks for them, once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from costcalc.budget.model import ALL_USAGE, Budget
from costcalc.calendar import DayRange
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, fail
from costcalc.rating.earners import earning_within, with_earners
from costcalc.rating.model import Rating
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.reports.check.spend import Spend, days_of, spend_of
from costcalc.reports.check.usage import BudgetedUsage, missing_lengths
from costcalc.reports.prices.day import DayIn
from costcalc.reports.revenue import StatedRevenue
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.scenario.where import Where
from costcalc.usage.ledger import UsageLedger, first_day_of

UNKNOWN_REVENUE = StatedRevenue(source="configuration")
INTERVAL = Fraction(4, 5)  # of the forecast that says when a limit breaks


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """How a log is priced and judged."""

    today: DayIn  # the age of prices is counted to it
    basis: str = "auto"
    currency: str | None = None
    timezone: str = "UTC"
    earned: StatedRevenue = UNKNOWN_REVENUE
    allow_unpriced: bool = False  # what has no price does not make a finding incomplete
    allow_refused: bool = False


class BudgetedLog:
    """A ledger with its prices, and the parts of it that budgets mean."""

    def __init__(
        self, ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: CheckQuestion, budgets: Sequence[Budget],
        currency: str | None = None,
    ) -> None:  # fmt: skip
        """`currency`: of the report, where it is known already.

        CostcalcError: the log holds no usage; the ledger was counted without what the budgets ask for.
        """
        if missing := missing_lengths(ledger, budgets):
            raise CostcalcError(missing)
        days = days_of(ledger, options.timezone)
        if days is None:
            raise fail(
                "empty-log",
                "the log holds no usage: there is nothing to check",
                remedy="give a log with rows, or other days",
            )
        self.ledger, self.pricebook, self.fx, self.options = ledger, pricebook, fx, options
        self.days: DayRange = days
        self.usage: UsageSummary = summary_of(ledger, options.timezone)
        self.choice = BudgetedUsage(ledger, pricebook, fx, [budget.where for budget in budgets], options.timezone)
        self._spends: dict[tuple[object, ...], Spend] = {}
        self.currency = currency or options.currency or ""
        self.whole = self.spend(ALL_USAGE)
        self.currency = self.whole.currency

    def spend(self, where: Where, currency: str = "") -> Spend:
        """The usage meant, priced in this currency, or in the report's."""
        wanted = currency or self.currency
        key = (tuple(where.names.items()), where.lengths, where.hours, wanted)
        found = self._spends.get(key)
        if found is None:
            options = self.options
            found = self._spends[key] = spend_of(
                earning_within(self.ledger, self.choice.part(where)), self.pricebook, self.fx, wanted or None, options.basis, options.timezone, self.days
            )  # fmt: skip
        return found

    def rating_of(self, where: Where, days: DayRange) -> Rating:
        """The usage meant, of these days alone: what customers earn in them stands against what they cost in them."""
        options = RatingOptions(("day",), self.options.basis, self.currency or None, self.options.timezone)
        whole, part = (self._within(ledger, days) for ledger in (self.ledger, self.choice.part(where)))
        return Rater(earning_within(with_earners(whole), part), self.pricebook, self.fx, options).rating()

    def _within(self, ledger: UsageLedger, days: DayRange) -> UsageLedger:
        if days == self.days:
            return ledger
        timezone = self.options.timezone
        groups = [group for group in ledger.groups if days.first <= first_day_of(group, timezone) <= days.last]
        return replace(ledger, groups=groups, is_part=True)

    @property
    def lacks_rows(self) -> bool:
        """Whether rows were refused, or files not read, that nobody allowed to be."""
        return not self.usage.is_whole and not self.options.allow_refused

    def is_incomplete(self, spend: Spend, days: DayRange) -> bool:
        """Whether the cost of these days lacks something that nobody allowed to be missing."""
        return self.lacks_rows or (not self.options.allow_unpriced and self.lacks_prices(spend, days))

    @staticmethod
    def lacks_prices(spend: Spend, days: DayRange) -> bool:
        return any(days.first <= day <= days.last for day in spend.unpriced_days)
