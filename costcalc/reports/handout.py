"""Handout: a plan with all that a page needs to be forwarded: what a reader may turn, and where prices come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from costcalc.pricebook.model import Source
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import Plan
from costcalc.reports.sliders import Sliders, sliders
from costcalc.reports.sourcing import SourceUsed, sources_used


@dataclass(frozen=True)
class Handout:
    """One page's worth: a value, to be written as HTML."""

    plan: Plan
    sliders: Sliders | str  # or why there are none
    sources: tuple[SourceUsed, ...] = ()
    rates: Mapping[str, Source] = field(default_factory=dict)  # who says the exchange rates, by basis


def handout(case: Case, plan: Plan, pass_through: Fraction | None) -> Handout:
    """The plan with its sliders and sources. `pass_through`: the one that the plan was computed with."""
    bases = {rate.basis for rate in plan.rates_used}
    rates = {basis: source for basis, source in case.fx.sources.items() if basis in bases}
    return Handout(plan, sliders(case, plan, pass_through), tuple(sources_used(case, plan)), rates)
