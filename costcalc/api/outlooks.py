"""Outlooks: what a whole scenario does in the months to come; several of them on one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.plans import Income, earned_from, scenario_of, with_years
from costcalc.api.results import PlanResult
from costcalc.api.usage import scan
from costcalc.api.words import (
    Number,
    line_names,
    read_basis,
    read_currency,
    read_months,
    read_pass_through,
    read_share,
)
from costcalc.forecasts.horizon import Horizon, HorizonOptions, columns_for, lines_of, scenario_cuts
from costcalc.reports.handout import handout
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import Plan, PlanOptions
from costcalc.reports.revenue import UNSTATED, Earned, earning
from costcalc.reports.simulation import check_draws, simulation
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario
from costcalc.usage.ledger import Cuts, UsageLedger

if TYPE_CHECKING:
    from costcalc.reports.workings import Workings

MONTHS = 12  # to come, where neither the call nor the scenario says
WISHED = ("customer", "feature")  # columns that are kept apart wherever the log has them


def outlook(
    usage: object,
    *,
    scenario: str | Path | Scenario | None = None,
    hikes: object = (),
    pass_through: Number | None = None,
    revenue: Income | None = None,
    margin: Number | None = None,
    revenue_source: str | None = None,
    floor: Number | None = None,
    months: int | None = None,
    by: Sequence[str] | str = ("provider", "model"),
    currency: str | None = None,
    basis: str = "auto",
    prices: Prices | None = None,
    timezone: str = "UTC",
    simulate: int | None = None,
    seed: int = 1,
    **choose: Any,
) -> PlanResult:
    """Cost and margin of the months to come under a scenario: `outlook("usage.csv", scenario="hybrid")`.

    Arguments as for `project`; `months` goes before the scenario's own horizon. `simulate`: how often the ranges are
    drawn, 100 to 1,000,000; the same `seed` gives the same figures. CostcalcError with every problem.
    """
    if simulate is not None:
        check_draws(simulate, seed)
    prices = prices or read_prices()
    plan, choose = with_years(scenario_of(scenario, hikes, prices), choose)
    share = None if pass_through is None else read_pass_through(read_share(pass_through, "pass_through"))
    changes = changes_at(plan, share)
    options = PlanOptions(
        plan,
        changes,
        line_names(by),
        earned_from(revenue, margin, revenue_source),
        None if floor is None else read_share(floor, "floor"),
    )
    count = months_of([plan], months)
    horizon = horizon_of(
        usage, [plan], options.by, prices, count, currency or plan.currency, basis, timezone, choose, options.earned
    )
    report = plan_ahead(horizon, options)
    case = Case(horizon, options, report.usage)
    if simulate is not None:
        report = replace(report, simulation=simulation(case, simulate, seed))
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


def horizon_of(
    usage: object, plans: Sequence[Scenario], by: Sequence[str], prices: Prices, months: int, currency: str | None,
    basis: str, timezone: str, choose: dict[str, Any], earned: Earned = UNSTATED,
) -> Horizon:  # fmt: skip
    """The log, counted once with all that these scenarios ask for, and priced."""
    options = HorizonOptions(months, tuple(by), read_basis(basis), read_currency(currency), timezone)
    if isinstance(usage, UsageLedger):
        ledger = usage
    else:
        lines = lines_of(prices.pricebook, options, plans, scenario_cuts(prices.pricebook, timezone, plans, months))
        ledger = scan(
            usage, by=by, scenarios=plans, months=months, prices=prices, timezone=timezone, joining=lines, **choose
        )  # fmt: skip
    ledger = earning(earned, ledger, timezone)
    return Horizon(ledger, prices.pricebook, prices.fx, options, plans)
