"""Handouts to be looked at: usage and scenarios whose pages show all that a page can show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from costcalc.api.outlooks import horizon_of
from costcalc.api.plans import scenario_of
from costcalc.money import Money
from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.reports.handout import Handout, handout
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import Plan, PlanOptions
from costcalc.reports.revenue import StatedRevenue
from costcalc.reports.sliders import Sliders, Turns
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario
from tests.conftest import REPO_ROOT

USAGE = str(REPO_ROOT / "examples" / "usage.csv")
REVENUE = StatedRevenue(Money(Fraction(24_000), ""))


@dataclass(frozen=True)
class Made:
    """A handout, and the engine that can make it anew with other price changes."""

    horizon: Horizon
    options: PlanOptions
    turns: Turns
    handout: Handout

    @property
    def sliders(self) -> Sliders:
        assert isinstance(self.handout.sliders, Sliders), self.handout.sliders
        return self.handout.sliders

    def at(self, rise: int, passed: int) -> Plan:
        """The engine's own outlook with the sliders at these ticks."""
        sliders = self.sliders
        changes = self.turns.at(rise * sliders.rise.tick, passed * sliders.passed.tick)
        return plan_ahead(self.horizon, replace(self.options, changes=changes))


def made(
    usage: object, scenario: str | Scenario | None, hikes: object = (), share: Fraction | None = None,
    by: tuple[str, ...] = ("provider", "model"), floor: Fraction | None = None, earned: StatedRevenue = REVENUE,
    months: int = 12, prices: object = None,
) -> Made:  # fmt: skip
    """As `costcalc report` makes it."""
    from costcalc.api import read_prices

    plan = scenario_of(scenario, hikes)
    found = prices or read_prices()
    horizon = horizon_of(usage, [plan], HorizonOptions(plan.horizon or months, tuple(by)), found)
    return of_horizon(horizon, PlanOptions(plan, changes_at(plan, share), by, earned, floor), share)


def of_horizon(horizon: Horizon, options: PlanOptions, share: Fraction | None = None) -> Made:
    case = Case(horizon, options)
    found = handout(case, plan_ahead(horizon, options), share)
    return Made(horizon, options, Turns(options.scenario, share), found)
