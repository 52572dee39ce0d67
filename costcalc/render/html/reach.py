"""Reach: how far the amounts go when a reader turns the sliders, so that charts keep one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from costcalc.render.charts.months import NO_REACH, Reach
from costcalc.reports.handout import Handout
from costcalc.reports.sliders import Slider
from costcalc.scenario.model import VARIANTS


@dataclass(frozen=True, slots=True)
class Reaches:
    """For each chart."""

    bridge: Sequence[Fraction] = ()
    months: Reach = NO_REACH


def reach_of(handout: Handout) -> Reaches:
    """At both ends and in the middle of every slider; beyond them nothing can be turned."""
    found = handout.sliders
    if isinstance(found, str):
        return Reaches()
    places = list(product(_stops(found.rise), _stops(found.passed)))
    factors = {end: [found.factors(end, *place) for place in places] for end in VARIANTS}
    months = [
        totals.at(each) for month in found.months for end, totals in zip(VARIANTS, month, strict=True) for each in factors[end]
    ]  # fmt: skip
    bridge = [last.at(each).cost for last, _ in found.bridge for each in factors["mid"]]
    margins = [each.margin for each in months if each.margin is not None]
    return Reaches(bridge, Reach([each.cost for each in months], margins))


def _stops(slider: Slider) -> list[Fraction]:
    return [tick * slider.tick for tick in dict.fromkeys((0, slider.start, slider.most))]
