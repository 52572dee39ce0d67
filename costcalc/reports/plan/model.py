"""The answer of a plan: over the log at the new prices, month by month, by cause, by line and by customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from costcalc.calendar import Month, fiscal_year
from costcalc.money import exact_sum
from costcalc.rating.line import ReportLine
from costcalc.rating.model import Cost, LineKey, RateUsed, Rating
from costcalc.rating.rate import NO_CHANGES, RatingOptions
from costcalc.rating.totals import AssumedMargin, Ends, Outcome, Totals, added
from costcalc.records import dataclass
from costcalc.reports.coverage import Coverage
from costcalc.reports.lines import OtherList, Touched
from costcalc.reports.plan.answers import Answers
from costcalc.reports.revenue import UNSTATED, Revenue, StatedRevenue
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.items import Scenario
from costcalc.scenario.model import PriceChanges

if TYPE_CHECKING:
    from costcalc.months.capacity import Replicas
    from costcalc.reports.plan.published import ListChange
    from costcalc.reports.simulation import Simulation


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What is asked of a plan."""

    scenario: Scenario = Scenario("")
    changes: PriceChanges = NO_CHANGES  # the scenario's, at its pass-through
    by: tuple[str, ...] = ("provider", "model")
    earned: StatedRevenue = UNSTATED
    floor: Fraction | None = None


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What is asked of the log itself at the new prices."""

    basis: str = "auto"
    currency: str | None = None
    timezone: str = "UTC"
    months: int = 0  # to come, at the log's daily rate
    move_to: str | None = None
    alternatives: Mapping[Fraction, PriceChanges] = field(default_factory=dict)  # by pass-through, side by side

    def rating(self, by: tuple[str, ...]) -> RatingOptions:
        return RatingOptions(by, self.basis, self.currency, self.timezone)


@dataclass(frozen=True, slots=True)
class PassThrough:
    """The whole bill, if this share of the documented rises reaches the price of tokens."""

    share: Fraction
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class OverLog:
    """This same usage at the new prices."""

    outcome: Outcome
    changes: Sequence[Touched]
    lines: Sequence[ReportLine]
    assumed_margins: Sequence[AssumedMargin]  # empty where the revenue is known
    pass_throughs: Sequence[PassThrough]  # side by side where nobody said how much is passed through
    other_lists: Sequence[OtherList]
    names_customers: bool  # the log does


@dataclass(frozen=True, slots=True)
class PlanMonth(Ends):
    """One month to come."""

    month: Month
    requests: Fraction | None  # None: the log does not say
    tokens: Fraction
    today: Totals  # today's usage at the list of the log's last day
    before: Totals  # today's usage at the announced list
    low: Totals  # with the scenario, at the cheap end of every range
    after: Totals  # at the middle
    high: Totals  # at the dear end
    unpriced_tokens: Fraction
    contracted: Fraction = Fraction()  # over the log: of the revenue, what contracts say however much is used


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """One cause of the bridge: what the months come to once it is in. Each is a full run of its own."""

    cause: str  # today, published, growth, mix, escalation, moves, efficiency, prices, fx, revenue
    name: str  # of prices: the provider
    last: Totals  # the last month
    whole: Totals  # all months


@dataclass(frozen=True, slots=True)
class LineAhead:
    """One line in the months to come: its cost at today's usage and announced prices, and with the scenario."""

    key: LineKey
    months_before: Sequence[Fraction]  # month by month, report currency
    months: Sequence[Fraction]

    @property
    def before(self) -> Fraction:
        """Of all months."""
        return exact_sum(self.months_before)

    @property
    def after(self) -> Fraction:
        return exact_sum(self.months)

    @property
    def last_before(self) -> Fraction:
        return self.months_before[-1]

    @property
    def last_after(self) -> Fraction:
        return self.months[-1]


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """What one customer costs and earns in the last month."""

    name: str | None
    today: Totals  # at today's usage and list
    last: Totals
    rise_to_hold: Fraction | None = None  # of its own prices, back to today's margin; None: unknown
    rise_to_floor: Fraction | None = None  # None: unknown, or no floor was given

    @property
    def turns_unprofitable(self) -> bool:
        earned = self.today.profit
        return self.today.is_whole and earned is not None and earned >= 0 and self._loses

    @property
    def may_turn_unprofitable(self) -> bool:
        """Whether some of today's cost has no price, so that nobody knows whether the loss of then is there today already."""
        earned = self.today.profit
        return not self.today.is_whole and (earned is None or earned >= 0) and self._loses

    @property
    def _loses(self) -> bool:
        then = self.last.profit
        return then is not None and then < 0


class OverMonths:
    """Months to come, and what they come to together."""

    __slots__ = ()
    months: Sequence[PlanMonth]
    floor: Fraction | None

    @property
    def last(self) -> PlanMonth:
        return self.months[-1]

    @property
    def whole(self) -> Outcome:
        """All months."""
        return added(self.months)

    @property
    def first_below_floor(self) -> PlanMonth | None:
        """The first month whose margin with the scenario lies below the floor; None where none does."""
        floor = self.floor
        if floor is None:
            return None
        return next((m for m in self.months if m.after.margin is not None and m.after.margin < floor), None)


@dataclass(frozen=True)
class Plan(OverMonths):
    """The answer: a value, to be drawn, written or handed on. What was not asked for is None or empty."""

    scenario: Scenario
    changes: PriceChanges
    usage: UsageSummary
    rating: Rating  # of the log: what its prices rest on, and what has none
    by: tuple[str, ...]
    revenue: Revenue | None
    coverage: Coverage | None  # of how much the margin is; None: the revenue is unknown
    floor: Fraction | None
    answers: Answers
    rates_used: Sequence[RateUsed]
    is_priced: bool
    log: OverLog | None = None  # None: the scenario changes more than prices
    months: Sequence[PlanMonth] = ()
    bridge: Sequence[BridgeStep] = ()
    lines: Sequence[LineAhead] = ()  # of the months to come, most expensive first
    customers: Sequence[CustomerLine] = ()  # in the last month, worst first
    replicas: Sequence[Replicas] = ()
    published: Sequence[ListChange] = ()  # what the months of before hold beside today's list, what moves most first
    notes: Sequence[str] = ()
    absent: Sequence[str] = ()  # what the scenario names and the log does not use
    has_ranges: bool = False  # in the months to come
    simulation: Simulation | None = None  # where draws were asked for

    @cached_property
    def knows_customers_revenue(self) -> bool:
        """Whether it is known what any customer pays."""
        return any(customer.last.revenue is not None for customer in self.customers)

    @property
    def years(self) -> dict[str, list[int]]:
        """The positions of the months of each year, or fiscal year; none where all lie in one."""
        found: dict[str, list[int]] = {}
        for place, month in enumerate(self.months):
            found.setdefault(fiscal_year(month.month, self.scenario.fiscal_year_starts or 1), []).append(place)
        return found if len(found) > 1 else {}

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def outcome(self) -> Outcome:
        """What it comes to over the log; of a scenario that changes more than prices, over all months."""
        return self.log.outcome if self.log else self.whole

    @property
    def total(self) -> Cost:
        """The cost of that."""
        return self.outcome.cost

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole

    @property
    def revenue_source(self) -> str:
        """Who says what is earned; empty where nobody does."""
        return self.revenue.source if self.revenue else ""

    @property
    def revenue_share(self) -> Fraction | None:
        """The share of the cost whose revenue the log states; None where one revenue covers all."""
        return self.coverage.cost if self.coverage and self.revenue and self.revenue.kind == "rows" else None

    @property
    def has_other_contracts(self) -> bool:
        """Whether a contract ends or begins before the last month is over, so that today's usage earns something else then."""
        contracts = self.revenue.contracts if self.revenue else None
        return contracts is not None and contracts.change_by(self.last.month.last)

    @property
    def today(self) -> Totals:
        """The last month at today's usage and list."""
        return self.last.today
