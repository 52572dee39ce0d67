"""Outlook: what a scenario does to cost and margin month by month, by cause, and what would restore the margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.forecasts.capacity import Replicas
from costcalc.forecasts.earning import Owner
from costcalc.forecasts.horizon import Horizon
from costcalc.forecasts.members import Sums, add_up
from costcalc.forecasts.reading import IN_PARTS, End, Number, settled
from costcalc.forecasts.run import Run
from costcalc.rating.earners import CUSTOMER
from costcalc.rating.model import LineKey, RateUsed, Rating
from costcalc.reports.case import Case, OutlookOptions, Totals, coverage, rise_to, total_of, totals
from costcalc.reports.coverage import Coverage
from costcalc.reports.restoring import Restoring
from costcalc.reports.simulation import Simulation
from costcalc.reports.solve import restoring
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.items import Scenario
from costcalc.scenario.model import PriceChanges

SERVED = ("provider", "model")  # names of a line that a scenario changes


@dataclass(frozen=True, slots=True)
class OutlookMonth:
    """One month to come."""

    month: Month
    requests: Fraction | None
    tokens: Fraction
    before: Totals  # today's usage at the announced list
    after: Totals  # with the scenario
    low: Totals  # at the cheap end of every range
    high: Totals
    unpriced_tokens: Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """One cause of the bridge: what the months come to once it is in. Each is a full run of its own."""

    cause: str  # today, published, growth, mix, escalation, moves, efficiency, prices, fx, revenue
    name: str  # of prices: the provider
    last: Totals  # the last month
    whole: Totals  # all months


@dataclass(frozen=True, slots=True)
class OutlookLine:
    """One line: its cost at today's usage and announced prices, and with the scenario."""

    key: LineKey
    months_before: Sequence[Fraction]  # month by month, report currency
    months: Sequence[Fraction]

    @property
    def before(self) -> Fraction:
        """Of all months."""
        return sum(self.months_before, Fraction())

    @property
    def after(self) -> Fraction:
        return sum(self.months, Fraction())

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
        earned, then = self.today.profit, self.last.profit
        return earned is not None and then is not None and earned >= 0 > then


class OverMonths:
    """Months to come, and what they come to together."""

    months: Sequence[OutlookMonth]

    @property
    def last(self) -> OutlookMonth:
        return self.months[-1]

    @property
    def before(self) -> Totals:
        """Of all months."""
        return total_of(month.before for month in self.months)

    @property
    def after(self) -> Totals:
        return total_of(month.after for month in self.months)

    @property
    def low(self) -> Totals:
        return total_of(month.low for month in self.months)

    @property
    def high(self) -> Totals:
        return total_of(month.high for month in self.months)


@dataclass(frozen=True)
class Outlook(OverMonths):
    """The answer: a value, to be drawn, written or handed on."""

    scenario: Scenario
    changes: PriceChanges
    usage: UsageSummary
    rating: Rating  # of the log: what its prices rest on, and what has none
    currency: str
    by: tuple[str, ...]
    months: Sequence[OutlookMonth]
    bridge: Sequence[Step]
    lines: Sequence[OutlookLine]
    customers: Sequence[CustomerLine]  # worst first; empty where the log has no customers
    revenue_source: str  # "": unknown
    coverage: Coverage | None  # of how much the last month's margin is; None: the revenue is unknown
    floor: Fraction | None
    replicas: Sequence[Replicas]
    notes: Sequence[str]
    absent: Sequence[str]  # what the scenario names and the log does not use
    rates_used: Sequence[RateUsed]
    is_priced: bool
    has_ranges: bool
    answers: Restoring
    simulation: Simulation | None = None  # where draws were asked for

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole

    @property
    def today(self) -> Totals:
        """The last month at today's usage and list."""
        return self.bridge[0].last

    @property
    def first_below_floor(self) -> OutlookMonth | None:
        floor = self.floor
        if floor is None:
            return None
        return next((m for m in self.months if m.after.margin is not None and m.after.margin < floor), None)


def outlook(horizon: Horizon, options: OutlookOptions) -> Outlook:
    """What the scenario does to this usage in the months to come.

    CostcalcError: revenue that contradicts itself; an exchange rate that is not known; what `Horizon` refuses.
    """
    case = Case(horizon, options)
    usage = case.usage
    after = case.run(reading=IN_PARTS)
    steps = list(case.steps(after))
    frozen, announced = steps[0][2], steps[1][2]
    ends = ends_of(case, after)
    return Outlook(
        scenario=case.scenario,
        changes=options.changes,
        usage=usage,
        rating=horizon.rating,
        currency=horizon.currency,
        by=options.by,
        months=months_under(case, announced, after, ends),
        bridge=[
            Step(cause, name, totals(case, found)[-1], total_of(totals(case, found))) for cause, name, found in steps
        ],
        lines=lines_of(horizon, options.by, announced, after),
        customers=customers_of(case, totals_by_customer(case, frozen), after),
        revenue_source=case.source,
        coverage=coverage(case, after, frozen.months[-1]),
        floor=options.floor,
        replicas=after.replicas,
        notes=list(dict.fromkeys(note for run in (*ends, after) for note in run.notes)),
        absent=list(horizon.absent),
        rates_used=tuple(dict.fromkeys(rate for _, _, run in steps for rate in run.rates_used)),
        is_priced=after.is_complete and horizon.rating.is_complete,
        has_ranges=ends[0] is not after,
        answers=restoring(case, after, totals(case, frozen)[-1], options.floor),
    )


def ends_of(case: Case, middle: Run) -> tuple[Run, Run]:
    """The runs at the cheap and at the dear end of every range."""
    if not case.options.changes.has_range and not case.scenario.has_ranges:
        return middle, middle
    return case.run(reading=End("low")), case.run(reading=End("high"))


def months_under(case: Case, announced: Run, after: Run, ends: tuple[Run, Run]) -> list[OutlookMonth]:
    """Each month at today's usage and with the scenario; low and high are its cheapest and its dearest run."""
    before, middle, low, high = (totals(case, run) for run in (announced, after, *ends))
    found = []
    for line, then, *three in zip(after.months, before, middle, low, high, strict=True):
        by_cost = sorted(three, key=lambda each: each.cost)
        found.append(
            OutlookMonth(line.month, line.requests, line.tokens, then, three[0], by_cost[0], by_cost[-1], line.unpriced)
        )
    return found


def lines_of(horizon: Horizon, by: Sequence[str], announced: Run, after: Run) -> list[OutlookLine]:
    """The lines, dearest first; what is served by another model then stands on that model's line."""
    found = [costs_by(horizon, by, run) for run in (after, announced)]
    keys = dict.fromkeys(key for costs in found for key in costs)
    then, before = [{key: costs.get(key) or [Fraction()] * len(horizon.months) for key in keys} for costs in found]
    add_up((then, before), [[month.cost for month in run.months] for run in (after, announced)])
    lines = [OutlookLine(key, before[key], then[key]) for key in keys]
    return sorted(lines, key=lambda line: (-line.after, -line.before, tuple(str(part or "") for part in line.key)))


def costs_by(horizon: Horizon, by: Sequence[str], run: Run) -> dict[LineKey, list[Number]]:
    """Cost by month of every line."""
    own = tuple(name for name in by if name not in SERVED)
    by_server: dict[tuple[str | None, ...], Sums] = {}
    for (index, provider, model), costs in run.rows.items():
        served = tuple(value for name, value in zip(SERVED, (provider, model or None), strict=True) if name in by)
        if served not in by_server:
            by_server[served] = Sums(own, len(costs))
        by_server[served].add(horizon.cells.cells[index].members, costs)
    names = [*(name for name in SERVED if name in by), *own]
    places = [names.index(name) for name in by]
    found: dict[LineKey, list[Number]] = {}
    for served, sums in by_server.items():
        for values, costs in sums.items():
            key = (*served, *values)
            found[tuple(key[at] for at in places)] = costs
    if any(month.shortfall for month in run.months):
        found["commitment shortfall", *(None for _ in by[1:])] = [month.shortfall for month in run.months]
    return found


def customers_of(case: Case, today: Mapping[str | None, Totals], after: Run) -> list[CustomerLine]:
    """Every customer in the last month, the lowest margin first; empty where the log has no such column."""
    if CUSTOMER not in case.horizon.ledger.names:
        return []
    then = totals_by_customer(case, after)
    none = Totals(Fraction())
    lines = [_customer(case, name, today.get(name, none), then.get(name, none)) for name in {**then, **today}]
    return sorted(lines, key=_worst_first)


def _customer(case: Case, name: str | None, today: Totals, last: Totals) -> CustomerLine:
    floor = case.options.floor
    return CustomerLine(
        name, today, last, rise_to(last, today.margin), rise_to(last, floor) if floor is not None else None
    )


def _worst_first(line: CustomerLine) -> tuple[bool, Fraction, Fraction, str]:
    margin = line.last.margin
    return margin is None, margin or Fraction(), -line.last.cost, line.name or ""


def totals_by_customer(case: Case, run: Run) -> dict[str | None, Totals]:
    """Cost and revenue of the last month by customer; a total is never shared out by guess."""
    if CUSTOMER not in case.horizon.ledger.names:
        return {}
    income, cells = case.income, case.horizon.cells.cells
    cost, covered = Sums((CUSTOMER,)), Sums((CUSTOMER,))
    for (index, _, _), series in run.rows.items():
        cost.add(cells[index].members, series[-1:])
        if income.covers(cells[index]):
            covered.add(cells[index].members, series[-1:])
    costs, covers = _of_customers(cost), _of_customers(covered)
    revenue, other = (_owned(case.horizon, amounts) for amounts in (run.revenue, run.other))
    known = any(owner[0] != "all" for owner in run.revenue)
    none = Fraction()

    def earned(name: str | None) -> Fraction | None:
        """None: nobody says what the customer pays."""
        return revenue.get(name, none) if known and (name in covers or not income.is_of_a_part) else None

    def against(name: str | None) -> Fraction | None:
        """None: all costs."""
        if not income.is_of_a_part:
            return None
        return covers[name] + other.get(name, none) if name in covers else none

    return {
        name: Totals(costs.get(name, none), other.get(name, none), earned(name), against(name))
        for name in {**costs, **revenue, **other}
    }


def _owned(horizon: Horizon, amounts: Mapping[Owner, Sequence[Number]]) -> dict[str | None, Fraction]:
    """What of the last month is somebody's."""
    sums = Sums((CUSTOMER,))
    pinned: dict[str | None, Number] = {}
    for (what, which), series in amounts.items():
        if what == CUSTOMER:
            pinned[str(which)] = pinned.get(str(which), 0) + series[-1]
        elif what == "cell":
            sums.add(horizon.cells.cells[int(which)].members, series[-1:])
    found = _of_customers(sums)
    return found | {name: found.get(name, 0) + settled(amount) for name, amount in pinned.items()}


def _of_customers(sums: Sums) -> dict[str | None, Number]:
    return {name: amount for (name,), (amount,) in sums.items()}
