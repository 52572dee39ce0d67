"""Reach: how far the amounts go when a reader turns the sliders, so that charts keep one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.forecasts.turning import poly
from costcalc.render.charts.months import NO_REACH, Reach
from costcalc.reports.handout import Handout
from costcalc.reports.plan.totals import Totals
from costcalc.reports.sliders import Knob, Sliders

Place = tuple[Fraction, Fraction]  # of both knobs


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
    places = list(_places(found))
    months = [turned(totals, place) for month in found.months for totals in month for place in places]
    bridge = [turned(last, place).cost for last, _ in found.bridge for place in places]
    margins = [each.margin for each in months if each.margin is not None]
    return Reaches(bridge, Reach([each.cost for each in months], margins))


def turned(totals: Totals, place: Place) -> Totals:
    """The totals with the knobs at a place."""
    covered = None if totals.covered is None else poly(totals.covered).at(place)
    return Totals(poly(totals.cost).at(place), Fraction(totals.other), totals.revenue, covered)


def start_of(sliders: Sliders) -> Place:
    """Where the knobs stand when the page opens."""
    return Fraction(1), sliders.passed.start * sliders.passed.tick


def _places(sliders: Sliders) -> Iterator[Place]:
    for rise in _ticks(sliders.rise):
        for passed in _ticks(sliders.passed):
            yield rise, passed


def _ticks(knob: Knob) -> list[Fraction]:
    return [tick * knob.tick for tick in dict.fromkeys((0, knob.start, knob.most))]
