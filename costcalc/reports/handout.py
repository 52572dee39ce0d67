"""Handout: an outlook with all that a page needs to be forwarded: what a reader may turn, and where prices come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from costcalc.pricebook.model import Source
from costcalc.reports.case import Case
from costcalc.reports.outlook import Outlook
from costcalc.reports.sliders import Sliders, sliders
from costcalc.reports.sourcing import SourceUsed, sources_used


@dataclass(frozen=True)
class Handout:
    """One page's worth: a value, to be written as HTML."""

    outlook: Outlook
    sliders: Sliders | str  # or why there are none
    sources: tuple[SourceUsed, ...] = ()
    rates: Mapping[str, Source] = field(default_factory=dict)  # who says the exchange rates, by basis


def handout(case: Case, outlook: Outlook, pass_through: Fraction | None) -> Handout:
    """The outlook with its sliders and sources. `pass_through`: the one that the outlook was reckoned with."""
    bases = {rate.basis for rate in outlook.rates_used}
    rates = {basis: source for basis, source in case.fx.sources.items() if basis in bases}
    return Handout(outlook, sliders(case, outlook, pass_through), tuple(sources_used(case, outlook)), rates)
