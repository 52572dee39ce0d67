"""Comparison: several scenarios over one log, beside today's usage: months, margins and customers of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.files import collector_paused
from costcalc.months.earning import UNKNOWN, Income, undated
from costcalc.months.horizon import Horizon
from costcalc.months.reading import IN_PARTS
from costcalc.months.run import Run
from costcalc.rating.model import RateUsed, Rating
from costcalc.rating.totals import ASSUMED_MARGINS, AssumedMargin, Totals
from costcalc.reports.coverage import Coverage
from costcalc.reports.plan.ahead import customers_of, ends_of, lines_of, months_under, totals_by_customer
from costcalc.reports.plan.case import Case, coverage, totals
from costcalc.reports.plan.ending import ending
from costcalc.reports.plan.model import CustomerLine, LineAhead, OverMonths, PlanMonth, PlanOptions
from costcalc.reports.revenue import UNSTATED, StatedRevenue
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.scenario.items import Scenario
from costcalc.scenario.model import PriceChanges
from costcalc.scenario.revenue import NO_BUSINESS, Business, Fee

TODAY = "Today"  # the first row: today's usage at the announced list
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class ComparedScenario:
    """A scenario to be compared, at one pass-through."""

    name: str
    scenario: Scenario
    share: Fraction | None = None  # the pass-through; None: ranges whole, events in their documented scope
    called: str = ""  # the scenario's own name, where the name says the share too

    @property
    def short(self) -> str:
        """The scenario's name, whatever the pass-through."""
        return self.called or self.name

    @property
    def changes(self) -> PriceChanges:
        return self.scenario.changes(self.share)

    @property
    def leaves_open(self) -> bool:
        """Whether how much reaches tokens would decide a figure, and nobody has said it."""
        return self.share is None and self.scenario.asks_for_pass_through


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """What is compared, and against which floor."""

    choices: Sequence[ComparedScenario]
    by: tuple[str, ...] = ()  # lines beside customers; none where empty
    earned: StatedRevenue = UNSTATED
    floor: Fraction | None = None
    horizon_source: str = ""  # --months, scenarios; "": twelve months, which nobody asked for


@dataclass(frozen=True, slots=True)
class Alternative(OverMonths):
    """What one scenario comes to. Its months hold today's usage beside it, earning by the same rules."""

    choice: ComparedScenario
    months: Sequence[PlanMonth]
    customers: Sequence[CustomerLine]  # in the last month, worst first; empty where the log has no customers
    lines: Sequence[LineAhead]  # most expensive first; empty where none were asked for
    assumed: Sequence[AssumedMargin]  # in the last month; empty where the revenue is known
    revenue_source: str  # "": unknown
    coverage: Coverage | None  # of how much the last month's margin is; None: the revenue is unknown
    floor: Fraction | None
    notes: Sequence[str]
    is_priced: bool
    has_ranges: bool

    @property
    def name(self) -> str:
        return self.choice.name

    @property
    def profit_lost(self) -> Fraction | None:
        """The part of the last month's profit that is gone: 0.3 is 30%; None where there is none to lose."""
        before, after = self.last.before.profit, self.last.after.profit
        return None if before is None or after is None or before <= 0 else (before - after) / before

    @property
    def first_below_floor_at_worst(self) -> PlanMonth | None:
        """At the worst end of the ranges."""
        floor = self.floor
        if floor is None:
            return None
        return next((month for month in self.months if month.margins and month.margins[0] < floor), None)

    @property
    def changes_nothing(self) -> bool:
        """Whether every month comes to what today's usage does, at any end of the ranges."""
        return all(month.before == each for month in self.months for each in (month.low, month.after, month.high))

    @property
    def turned(self) -> list[CustomerLine]:
        """The customers that earn money today and lose it in the last month."""
        return [customer for customer in self.customers if customer.turns_unprofitable]

    @property
    def knows_customers_revenue(self) -> bool:
        return any(customer.last.revenue is not None for customer in self.customers)


@dataclass(frozen=True, slots=True)
class CustomerOutcome:
    """One customer in the last month, by alternative."""

    name: str | None
    lines: Sequence[CustomerLine]  # in the order of the alternatives

    @property
    def worst(self) -> tuple[int, Fraction]:
        return min(line.last.worst_first for line in self.lines)

    @property
    def dearest(self) -> Fraction:
        return max(line.last.cost for line in self.lines)


@dataclass(frozen=True)
class Comparison:
    """The answer: today's usage first, then the scenarios in the order given."""

    alternatives: Sequence[Alternative]
    usage: UsageSummary
    rating: Rating  # of the log: what its prices rest on, and what has none
    currency: str
    by: tuple[str, ...]
    floor: Fraction | None
    horizon_source: str
    absent: Sequence[str]  # what the scenarios name and the log does not use
    rates_used: Sequence[RateUsed]

    @property
    def today(self) -> Alternative:
        return self.alternatives[0]

    @property
    def scenarios(self) -> Sequence[Alternative]:
        return self.alternatives[1:]

    @property
    def revenue_sources(self) -> str:
        """Who says what is earned, of all alternatives together."""
        return ", ".join(dict.fromkeys(each.revenue_source for each in self.alternatives))

    @property
    def months(self) -> list[Month]:
        return [month.month for month in self.today.months]

    @property
    def customers(self) -> list[CustomerOutcome]:
        """Every customer: the lowest margin under any scenario first; where none is known, the most expensive."""
        nobody = Totals(Fraction())
        found: dict[str | None, list[CustomerLine]] = {}
        for position, alternative in enumerate(self.alternatives):
            for line in alternative.customers:
                empty = [CustomerLine(line.name, nobody, nobody) for _ in self.alternatives]
                found.setdefault(line.name, empty)[position] = line
        return sorted((CustomerOutcome(name, lines) for name, lines in found.items()), key=_worst_first)

    @property
    def is_priced(self) -> bool:
        return all(alternative.is_priced for alternative in self.alternatives)

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole


@collector_paused()
def comparison(horizon: Horizon, options: ComparisonOptions) -> Comparison:
    """Every scenario over the same months of one log.

    CostcalcError: what `Horizon` refuses; revenue that contradicts itself; an exchange rate that is not known.
    """
    baselines = _Baselines(horizon)
    today = ComparedScenario(TODAY, Scenario("", business=_shared_business(options.choices, horizon.last_day)))
    found: list[Alternative] = []
    rates: dict[RateUsed, None] = {}
    for choice in (today, *options.choices):
        alternative, used = _alternative(horizon, choice, options, baselines)
        found.append(alternative)
        rates |= dict.fromkeys(used)
    return Comparison(
        found,
        baselines.usage,
        horizon.rating,
        horizon.currency,
        options.by,
        options.floor,
        options.horizon_source,
        list(horizon.absent),
        tuple(rates),
    )


def _worst_first(row: CustomerOutcome) -> tuple[tuple[int, Fraction], Fraction, str]:
    return row.worst, -row.dearest, row.name or ""


@dataclass(frozen=True, slots=True)
class _Baseline:
    """Today's usage, run once for each way to earn."""

    business: Business
    income: Income
    frozen: Run  # at the list of the log's last day
    announced: Run  # at the announced list
    customers: Mapping[str | None, Totals]  # at the list of the log's last day
    rates_used: Sequence[RateUsed]


class _Baselines:
    """Today's usage for every scenario: most of them earn alike."""

    def __init__(self, horizon: Horizon) -> None:
        self.horizon = horizon
        self.usage = summary_of(horizon.ledger, horizon.options.timezone)
        self._found: list[_Baseline] = []

    def of(self, case: Case) -> _Baseline:
        what, income = case.today, case.income
        business = what.business
        for known in self._found:
            if (known.business, known.income) == (business, income):
                return known
        frozen = self.horizon.run(replace(what, is_frozen=True), IN_PARTS)
        announced = self.horizon.run(replace(what, income=income), IN_PARTS)
        rates = (*frozen.rates_used, *announced.rates_used)
        found = _Baseline(business, income, frozen, announced, totals_by_customer(case, frozen), rates)
        self._found.append(found)
        return found


def _alternative(
    horizon: Horizon, choice: ComparedScenario, options: ComparisonOptions, baselines: _Baselines
) -> tuple[Alternative, Sequence[RateUsed]]:
    """What a scenario comes to, and the exchange rates that it took."""
    asked = PlanOptions(choice.scenario, choice.changes, options.by, options.earned, options.floor)
    case = Case(horizon, asked, baselines.usage)
    earning = _at_half(case) or case  # the same runs say what margins become that nobody has stated
    base = baselines.of(earning)
    after = earning.run(reading=IN_PARTS)
    ends = ends_of(earning, after)
    shown = [base.frozen, base.announced, after, *ends]
    assumed = _assumed(earning, base.announced, after) if earning is not case else []
    if earning is not case:
        shown = [_unearned(run) for run in shown]
    found = Alternative(
        choice,
        months_under(case, *shown),
        customers_of(case, base.customers, shown[2]),
        lines_of(horizon, options.by, base.announced, after) if options.by else (),
        assumed,
        case.source,
        coverage(case, after.months, base.announced.months[-1]),
        options.floor,
        [
            *ending(horizon.pricebook, ((provider, model) for _, provider, model in after.rows), horizon.months[-1]),
            *dict.fromkeys(note for run in (*ends, after) for note in run.notes),
        ],
        after.is_complete and horizon.rating.is_complete,
        ends[0] is not after,
    )
    return found, (*base.rates_used, *after.rates_used)


def _at_half(case: Case) -> Case | None:
    """The case earning a margin of 50% today, where its revenue is unknown and any total of it would do."""
    rating, own_prices = case.horizon.rating, case.scenario.business.own_prices
    if case.income != UNKNOWN or not rating.total.before or not rating.is_complete:
        return None
    if not all(price.where.is_all for price in own_prices):
        return None
    return Case(case.horizon, replace(case.options, earned=StatedRevenue(margin=_HALF)), case.usage)


def _assumed(case: Case, announced: Run, after: Run) -> list[AssumedMargin]:
    """What becomes of margins of 40 to 80%. A total of revenue stands in every month in proportion to itself."""
    before, last = totals(case, announced)[-1], totals(case, after)[-1]
    found = []
    for margin in ASSUMED_MARGINS:
        ratio = _HALF / (1 - margin)
        then, now = (_earning(each, ratio).margin for each in (before, last))
        if then is not None and now is not None:
            found.append(AssumedMargin(margin, then, now))
    return found


def _unearned(run: Run) -> Run:
    """The run without the revenue that nobody has stated."""
    return replace(run, months=[replace(month, revenue=None) for month in run.months], revenue={})


def _earning(totals: Totals, ratio: Fraction) -> Totals:
    return replace(totals, revenue=totals.revenue and totals.revenue * ratio)


def _shared_business(choices: Sequence[ComparedScenario], day: date) -> Business:
    """What today earns and pays by the scenarios: the rules in force, where all that have any say the same."""
    said = [_unplaced(now) for choice in choices if (now := undated(choice.scenario.business, day))]
    return said[0] if said and all(business == said[0] for business in said) else NO_BUSINESS


def _unplaced(business: Business) -> Business:
    """The rules without where they stand in a file."""
    return Business(_fees(business.revenue), (), _fees(business.other_costs))


def _fees(fees: Sequence[Fee]) -> tuple[Fee, ...]:
    return tuple(replace(fee, where=replace(fee.where, place=None), place=None, note="") for fee in fees)
