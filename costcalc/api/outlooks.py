"""Outlooks: what a whole scenario does in the months to come; several of them on one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from costcalc.api.books import Prices, Pricing
from costcalc.api.keywords import defaults_of, keywords
from costcalc.api.options import OutlookOptions
from costcalc.api.plans import Words, earned_of, floor_of, planned, scenario_of, share_of, with_years
from costcalc.api.results import PlanResult
from costcalc.api.slips import with_every_slip
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.api.words import line_names, read_months
from costcalc.months.horizon import Horizon, HorizonOptions, columns_for, lines_of, scenario_cuts
from costcalc.reports.handout import handout
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import Plan, PlanOptions
from costcalc.reports.revenue import UNSTATED, StatedRevenue
from costcalc.reports.simulation import check_draws, simulation
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario
from costcalc.usage.ledger import Cuts, UsageLedger

if TYPE_CHECKING:
    from costcalc.reports.workings import Workings

MONTHS = 12  # to come, where neither the call nor the scenario says
NOTHING_CHOSEN = defaults_of(OutlookOptions)
WISHED = ("customer", "feature")  # columns that are kept apart wherever the log has them


@keywords(OutlookOptions)
def outlook(usage: object, **words: Unpack[OutlookOptions]) -> PlanResult:
    """Cost and margin of the months to come under a scenario: `outlook("usage.csv", scenario="hybrid")`.

    `months` goes before the scenario's own horizon. `simulate`: how often the ranges are drawn, 100 to 1,000,000; the
    same `seed` gives the same figures. CostcalcError with every problem.
    """
    plan, pricing = planned(words)
    return with_every_slip(lambda plans: outlook_of(usage, words, plans[0], pricing), [plan], usage)


def outlook_of(usage: object, words: Words, plan: Scenario, pricing: Pricing) -> PlanResult:
    """The same of a scenario and prices that are read."""
    if words["simulate"] is not None:
        check_draws(words["simulate"], words["seed"])
    plan, choice = with_years(plan, words)
    share = share_of(words)
    options = PlanOptions(plan, changes_at(plan, share), line_names(words["by"]), earned_of(words), floor_of(words))
    asked = horizon_options(pricing, months_of([plan], words["months"]), options.by)
    horizon = horizon_of(usage, [plan], asked, pricing.prices, choice, options.earned)
    report = plan_ahead(horizon, options)
    case = Case(horizon, options, report.usage)
    if words["simulate"] is not None:
        report = replace(report, simulation=simulation(case, words["simulate"], words["seed"]))
    return PlanResult(report, partial(_workings, case, report, share), partial(handout, case, report, share))


def _workings(case: Case, report: Plan, share: Fraction | None) -> Workings:
    from costcalc.reports.workings import workings_ahead  # imported where a workbook is asked for

    return workings_ahead(case, report, share)


def asked_of_a_scan(
    scenarios: Sequence[str | Path | Scenario], months: int | None, prices: Prices, timezone: str
) -> tuple[tuple[str, ...], tuple[str, ...], Cuts]:
    """What a ledger must keep apart for these: columns, columns that are kept where the log has them, and cuts."""
    plans = [scenario_of(scenario, ()) for scenario in scenarios]
    cuts = scenario_cuts(prices.pricebook, timezone, plans, months_of(plans, months))
    return tuple(columns_for(plans)), WISHED, cuts


def months_of(plans: Sequence[Scenario], months: int | None) -> int:
    """How many months to come are looked at: those asked for, else the longest horizon, else twelve."""
    if months:
        return read_months(months)
    return max((plan.horizon for plan in plans if plan.horizon), default=MONTHS)


def horizon_options(pricing: Pricing, months: int, by: Sequence[str]) -> HorizonOptions:
    return HorizonOptions(months, tuple(by), pricing.basis, pricing.currency, pricing.timezone)


def horizon_of(
    usage: object, plans: Sequence[Scenario], options: HorizonOptions, prices: Prices,
    words: Words = NOTHING_CHOSEN,
    earned: StatedRevenue = UNSTATED,
) -> Horizon:  # fmt: skip
    """The log, counted once with all that these scenarios ask for, and priced."""
    pricing = Pricing(prices, options.basis, options.currency, options.timezone)
    lines = None
    if not isinstance(usage, UsageLedger):
        cuts = scenario_cuts(prices.pricebook, options.timezone, plans, options.months)
        lines = lines_of(prices.pricebook, options, plans, cuts)
    wanted = LedgerNeeds(options.by, scenarios=plans, months=options.months, joining=lines)
    return Horizon(ledger_of(usage, words, pricing, wanted, earned), prices.pricebook, prices.fx, options, plans)
