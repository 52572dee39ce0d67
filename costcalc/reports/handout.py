"""Handout: an outlook with all that a page needs to be forwarded: what a reader may turn, and where prices come from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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


def handout(case: Case, outlook: Outlook, pass_through: Fraction | None) -> Handout:
    """The outlook with its sliders and sources. `pass_through`: the one that the outlook was reckoned with."""
    return Handout(outlook, sliders(case, outlook, pass_through), tuple(sources_used(case, outlook)))
