"""Workings: what a workbook needs beside a report: every cost as a formula in the rises, and where prices come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from costcalc.calendar import month_of, months_from
from costcalc.months.price_months import priced_months
from costcalc.months.run import Assumptions, Run
from costcalc.months.turning import ByRises, OpenRises, Rises, by_rises, with_factors
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.rating.model import Charge, LineKey, Rating
from costcalc.rating.rate import Rater
from costcalc.reports.cost import CostReport
from costcalc.reports.lines import touches
from costcalc.reports.plan.ahead import costs_by, totals_by_customer
from costcalc.reports.plan.case import Case, totals
from costcalc.reports.plan.model import LogOptions, Plan, PlanOptions
from costcalc.reports.sliders import OpenRise, OpenTotals, Turns, open_totals
from costcalc.reports.sourcing import SourceUsed, sources_of, sources_used
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.scenario.model import VARIANTS, Variant
from costcalc.usage.ledger import CUSTOMER, UsageLedger

MOST_TERMS = 60  # sets of rises in one table: beyond that nobody could follow the columns


@dataclass(frozen=True)
class Workings:
    """Costs by the rises that multiply them; report currency."""

    rises: tuple[OpenRise, ...] = ()
    pass_through: Fraction = Fraction(1)  # where the report was computed
    lines: Mapping[LineKey, ByRises] = field(default_factory=dict)  # of the whole report
    months: tuple[ByRises, ...] = ()
    customers: Mapping[str | None, OpenTotals] = field(default_factory=dict)  # those of the sheet of customers
    covered: ByRises | None = None  # the part of the lines that the revenue is held against; None: all
    months_covered: tuple[ByRises, ...] = ()  # that part of each month, with other costs
    has_open_ends: bool = True  # whether low and high follow from the low and high rises alone
    static: str = ""  # why nothing can be turned
    unturned: Fraction = Fraction()  # cost that a rise reaches by a way of its own, so that no cell turns it
    sources: tuple[SourceUsed, ...] = ()

    def factors(self, variant: Variant = "mid") -> list[Fraction]:
        """What the rises in force multiply by, in their order."""
        return [each.factor(variant, Fraction(1), self.pass_through) for each in self.rises]


def cost_workings(report: CostReport, pricebook: Pricebook) -> Workings:
    """Nothing to turn: where the prices come from."""
    return Workings(static="A cost report changes no price.", sources=_sources(report.rating, report.usage, pricebook))


def log_workings(
    ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: PlanOptions, asked: LogOptions,
    pass_through: Fraction | None,
) -> Workings:  # fmt: skip
    """The workings of a plan over the log: its lines, its months to come."""
    turns = Turns(options.scenario, pass_through)
    rater = Rater(ledger, pricebook, fx, asked.rating(options.by), options.changes)
    rating, usage = rater.rating(), summary_of(ledger, asked.timezone)
    sources = _sources(rating, usage, pricebook)
    if why := _static(turns, rater):
        return Workings(static=why, sources=sources)
    found = _opened(turns, sources)
    lines: dict[LineKey, dict[Rises, Fraction]] = {}
    covered: dict[Rises, Fraction] = {}
    unturned = Fraction()
    for charge in rating.charges:
        amount, follows = _amount(charge, turns, found)
        _add(lines.setdefault(charge.line, {}), amount)
        if charge.has_revenue:
            _add(covered, amount)
        unturned += 0 if follows else charge.cost.mid
    by_customer = options.by == (CUSTOMER,)  # whose revenue stands against all of their cost
    customers = {key[0]: OpenTotals(lines[key], Fraction(), None, None) for key in lines} if by_customer else {}
    months = _month_run(rater, asked.months, usage, turns) if asked.months and usage.last_day else None
    found = replace(
        found,
        lines=lines,
        customers=customers,
        covered=covered,
        months=tuple(by_rises(month.cost) for month in months.months) if months else (),
        months_covered=tuple(by_rises(month.covered) for month in months.months) if months else (),
        unturned=unturned,
        has_open_ends=not unturned,
    )
    return _readable(found)


def workings_ahead(case: Case, plan: Plan, pass_through: Fraction | None) -> Workings:
    """The workings of months to come in full, and of their lines over all months."""
    sources = tuple(sources_used(case, plan))
    turns = Turns(case.scenario, pass_through)
    if why := _static(turns, case.horizon.rater):
        return Workings(static=why, sources=sources)
    open_case = Case(case.horizon, replace(case.options, changes=turns.changes), case.usage)
    after = open_case.run(reading=OpenRises(in_parts=True, place=turns.place_of))
    lines = costs_by(case.horizon, case.options.by, after)
    months = [open_totals(each) for each in totals(open_case, after)]
    customers = totals_by_customer(open_case, after) if plan.customers else {}
    found = replace(
        _opened(turns, sources),
        lines={key: by_rises(sum(costs, Fraction())) for key, costs in lines.items()},
        months=tuple(month.cost for month in months),
        months_covered=tuple(month.covered for month in months if month.covered is not None),
        customers={name: open_totals(each) for name, each in customers.items()},
        has_open_ends=not case.scenario.has_ranges,
    )
    return _readable(found)


def _static(turns: Turns, rater: Rater) -> str:
    if not turns.changes:
        return "No price changes: there is nothing to turn."
    if not turns.rises:
        return "The price changes are new rates, not rises: there is nothing to turn."
    if rater.commitments:
        return "A contract with a minimum spend bends the cost: the figures stand as they were computed."
    return ""


def _opened(turns: Turns, sources: tuple[SourceUsed, ...]) -> Workings:
    return Workings(turns.rises, turns.passed.start * turns.passed.tick, sources=sources)


def _amount(charge: Charge, turns: Turns, opened: Workings) -> tuple[ByRises, bool]:
    """A charge by the rises that touch it, and whether that is how the engine made it; if not, as it stands."""
    hits = [change for change in turns.changes if touches(change, charge)]
    shares: Mapping[str | None, Fraction] = charge.split or {charge.price_line: Fraction(1)}  # type: ignore[assignment]
    amount: dict[Rises, Fraction] = {}
    for meter, share in shares.items():
        mine = (turns.place_of(change) for change in hits if meter is None or change.selector.covers(meter))
        rises = tuple(sorted(place for place in mine if place is not None))
        _add(amount, {rises: charge.cost.before * share})
    follows = all(with_factors(amount, opened.factors(end)) == charge.cost.after(end) for end in VARIANTS)
    return (amount, True) if follows else ({(): charge.cost.mid}, False)


def _add(found: dict[Rises, Fraction], amount: ByRises) -> None:
    for rises, each in amount.items():
        found[rises] = found.get(rises, Fraction()) + each


def _month_run(rater: Rater, count: int, usage: UsageSummary, turns: Turns) -> Run:
    """Months to come at the log's daily rate, the rises left open."""
    assert usage.last_day is not None
    months = list(months_from(month_of(usage.last_day).next, count))
    _, run = priced_months(rater, months, usage.days, usage.last_day, turns.changes)
    return run(Assumptions(changes=turns.changes), OpenRises(place=turns.place_of, rounds=False))


def _readable(found: Workings) -> Workings:
    """The workings, unless they need more columns than anybody could follow."""
    terms = {rises for each in (*found.lines.values(), *found.months) for rises in each}
    if len(terms) <= MOST_TERMS:
        return found
    why = f"So many rises meet that a formula would need {len(terms)} columns: the figures stand as they were computed."
    return Workings(static=why, sources=found.sources)


def _sources(rating: Rating, usage: UsageSummary, pricebook: Pricebook) -> tuple[SourceUsed, ...]:
    keys = [charge.key for charge in rating.charges if charge.key and charge.is_priced]
    if not keys:
        return ()
    first = usage.first_day or min(key.day for key in keys)
    end = (usage.last_day or date.max - timedelta(days=1)) + timedelta(days=1)
    models: Iterable[ResolvedModel] = (ResolvedModel(key.provider, key.region, key.model, "") for key in keys)
    return tuple(sources_of(pricebook, models, first, end))
