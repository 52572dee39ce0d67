"""Sliders: what a reader may turn of a plan's price changes, and every amount that then moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import lcm

from costcalc.months.reading import RangePoint
from costcalc.months.run import Run
from costcalc.months.turning import ByRises, OpenRises, by_rises, with_factors
from costcalc.rating.model import LineKey
from costcalc.rating.totals import Totals, total_of
from costcalc.reports.plan.ahead import costs_by, totals_by_customer
from costcalc.reports.plan.case import Case, totals
from costcalc.reports.plan.model import Plan
from costcalc.scenario.events import reaches_tokens
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.model import PriceChange, PriceChanges, Variant

MOST_CHARACTERS = 3_000_000  # of all coefficients together; more would make a page slow
TOO_LARGE = "The sliders' figures would make this page too large: there are none."
_OF_A_CUSTOMER, _OF_A_LINE = 48, 20  # characters at least: a page holds the figures of each
MOST = 2  # times the scenario's rises: the far end of the slider
_LEAST_TICKS = 20  # up to where the slider of a single hike begins
_PERCENT = Fraction(1, 100)
_TURNED = ("prices", "fx", "revenue")  # steps of the bridge in which prices have changed


@dataclass(frozen=True, slots=True)
class Slider:
    """A slider from 0 to `most` ticks, which begins where the plan was computed."""

    most: int
    start: int
    tick: Fraction  # what one tick turns: a share of the scenario's rises, or of what is passed through
    shown: Fraction  # what one tick is called: 1/100 is one percent
    is_hike: bool = False  # it shows the hike itself, not a share of the scenario's


@dataclass(frozen=True, slots=True)
class OpenRise:
    """A rise that may be turned, and whether what is passed through scales it."""

    change: PriceChange
    is_passed: bool

    def factor(self, variant: Variant, rise: Fraction, passed: Fraction) -> Fraction:
        """What it multiplies by, so many times as far up, with so much of it passed through."""
        return 1 + self.change.rise(variant) * rise * (passed if self.is_passed else 1)


@dataclass(frozen=True, slots=True)
class OpenTotals:
    """Totals whose costs move with the rises."""

    cost: ByRises
    other: Fraction
    revenue: Fraction | None
    covered: ByRises | None  # the part of all costs that the revenue is held against; None: all of them

    def at(self, factors: Sequence[Fraction]) -> Totals:
        """The totals where each rise multiplies by so much."""
        covered = None if self.covered is None else with_factors(self.covered, factors)
        return Totals(with_factors(self.cost, factors), self.other, self.revenue, covered)


@dataclass(frozen=True)
class Sliders:
    """Amounts by the rises that multiply them; report currency."""

    rise: Slider
    passed: Slider
    what_passes: str  # all, ranges, events, both
    hike: PriceChange | None  # the only one there is
    ranges: tuple[bool, ...]  # whether anything is a range: beside prices, of what is raised, of what is passed through
    fixed: tuple[PriceChange, ...]  # new rates: no slider turns them
    rises: tuple[OpenRise, ...]
    months: tuple[tuple[OpenTotals, OpenTotals, OpenTotals], ...]  # low, middle, high end of every range
    bridge: tuple[tuple[OpenTotals, OpenTotals], ...]  # of each step: the last month, all months
    lines: Mapping[LineKey, ByRises]  # the last month
    customers: Mapping[str | None, OpenTotals]  # the last month

    def factors(self, variant: Variant, rise: Fraction, passed: Fraction) -> list[Fraction]:
        """What every rise multiplies by with the sliders at these places."""
        return [each.factor(variant, rise, passed) for each in self.rises]


def sliders(case: Case, plan: Plan, pass_through: Fraction | None) -> Sliders | str:
    """What may be turned, or why nothing can be. `pass_through`: that of the plan."""
    turns = Turns(case.scenario, pass_through)
    if not plan.changes:
        return "The scenario changes no price: there is nothing to slide."
    if not turns.rises:
        return "The scenario's prices are new rates, not rises: there is nothing to slide."
    if any(month.after.known_cost is None for month in plan.months):
        return "A month of which nothing has a price has no cost to slide, so there are no sliders."
    if case.horizon.rater.commitments:
        return "A contract with a minimum spend bends the cost, so there are no sliders."
    if _OF_A_CUSTOMER * len(plan.customers) + _OF_A_LINE * len(plan.lines) > MOST_CHARACTERS:
        return TOO_LARGE
    turned = _Turned(case, turns)
    found = Sliders(
        turns.rise,
        turns.passed,
        turns.what_passes,
        turns.hike,
        turns.ranges,
        tuple(change for change in turns.changes if change.new_rate is not None),
        turns.rises,
        turned.months(),
        turned.bridge(plan),
        turned.lines(),
        turned.customers(plan),
    )
    if turned.torn:
        return "Which end of a share is the cheap one changes with the prices, so there are no sliders."
    return found


class Turns:
    """Which slider turns which price change of a scenario, and where the sliders stand."""

    def __init__(self, scenario: Scenario, pass_through: Fraction | None) -> None:
        self.scenario, self.pass_through = scenario, pass_through
        listed = [(change, self._takes(item)) for item in scenario.items for change in self._whole(item)]
        self.changes = PriceChanges(tuple(change for change, _ in listed))
        self.what_passes = self._what_passes([change for change, taken in listed if taken])
        opened: dict[PriceChange, bool] = {}
        for change, taken in listed:
            if change.new_rate is None:
                passes = taken and (not change.event or change.passed_through is not None)
                opened[change] = self.what_passes == "all" or passes
        self.rises = tuple(OpenRise(change, is_passed) for change, is_passed in opened.items())
        self._places = {change: place for place, change in enumerate(opened)}
        self._named = {_name(change): place for change, place in reversed(self._places.items())}
        turned = [change for change, _ in listed if change.new_rate is None]
        self.hike = turned[0] if len(turned) == 1 and not turned[0].is_range and not turned[0].event else None
        self.rise = _hike_slider(self.hike.low) if self.hike else _share_slider()
        self.passed = self._passed()
        self.ranges = (
            scenario.has_ranges,
            *(
                any(each.change.is_range and each.is_passed is passed for each in self.rises)
                for passed in (False, True)
            ),
        )

    def place_of(self, change: PriceChange) -> int | None:
        """Which of the rises it is; its selector may have been narrowed to a provider."""
        return self._places.get(change, self._named.get(_name(change)))

    def at(self, rise: Fraction, passed: Fraction) -> PriceChanges:
        """The price changes with the sliders at these places, as a scenario would state them."""
        return PriceChanges(tuple(self._turned(change, rise, passed) for change in self.changes))

    def _turned(self, change: PriceChange, rise: Fraction, passed: Fraction) -> PriceChange:
        if change.new_rate is not None:
            return change
        place = self.place_of(change)
        factor = rise * (passed if place is not None and self.rises[place].is_passed else 1)
        return replace(change, low=change.low * factor, high=change.high * factor, middle=change.rise("mid") * factor)

    @staticmethod
    def _what_passes(takers: Sequence[PriceChange]) -> str:
        """What the pass-through scales; where nothing asks for one, all that rises."""
        events = any(change.event for change in takers)
        ranges = any(change.is_range and not change.event for change in takers)
        return "both" if events and ranges else "events" if events else "ranges" if ranges else "all"

    @property
    def _only_events(self) -> bool:
        """Ranges are whole and nothing reaches tokens yet: one slider cannot begin at both."""
        return self.pass_through is None and self.scenario.asks_for_pass_through

    def _takes(self, item: PriceItem) -> bool:
        """Whether the pass-through scales the item."""
        if item.pass_through is not None:
            return False
        if item.event is not None:
            return reaches_tokens(item.event)
        return not self._only_events and any(hike.is_range for hike in item.hikes)

    def _whole(self, item: PriceItem) -> tuple[PriceChange, ...]:
        """The item's changes, with all passed through that the slider may take away."""
        takes_events = item.event is not None and self._takes(item)
        return item.changes(Fraction(1) if takes_events else None)

    def _passed(self) -> Slider:
        start = self.pass_through
        if start is None:
            start = Fraction(0 if self._only_events else 1)
        ticks = lcm(100, start.denominator)
        return Slider(ticks, int(start * ticks), Fraction(1, ticks), Fraction(1, ticks))


def _name(change: PriceChange) -> object:
    """What a change is known by, whatever provider it is narrowed to."""
    return change.written, change.from_day, change.until_day, change.low, change.high, change.passed_through


def _share_slider() -> Slider:
    return Slider(100 * MOST, 100, _PERCENT, _PERCENT)


def _hike_slider(hike: Fraction) -> Slider:
    """The hike in percent, where it lies on the ticks; else a share of it."""
    for tick in (_PERCENT, _PERCENT / 10, _PERCENT / 100):
        start = abs(hike) / tick
        if start.denominator == 1 and start >= _LEAST_TICKS:
            return Slider(int(start) * MOST, int(start), tick / abs(hike), tick if hike > 0 else -tick, is_hike=True)
    return _share_slider()


class _Turned:
    """The runs whose rises are open, and what they come to."""

    def __init__(self, case: Case, turns: Turns) -> None:
        self.turns, self.torn = turns, list[bool]()
        options = replace(case.options, changes=turns.changes)
        self.case = Case(case.horizon, options, case.usage)
        self.after = self._run("mid", in_parts=True)

    def _run(self, variant: Variant, *, in_parts: bool = False) -> Run:
        return self.case.run(reading=self._reading(variant, in_parts=in_parts))

    def _reading(self, variant: Variant, *, in_parts: bool = False) -> RangePoint:
        passed = self.turns.passed
        places = [
            (Fraction(1), passed.start * passed.tick),
            *product((Fraction(), Fraction(MOST)), (Fraction(), Fraction(1))),
        ]
        corners = [[float(each.factor(variant, *place)) for each in self.turns.rises] for place in places]
        return OpenRises(variant, in_parts, place=self.turns.place_of, corners=corners, torn=self.torn)

    def months(self) -> tuple[tuple[OpenTotals, OpenTotals, OpenTotals], ...]:
        middle = low = high = self._totals(self.after)
        if any(self.turns.ranges):
            low, high = self._totals(self._run("low")), self._totals(self._run("high"))
        return tuple(zip(*(map(open_totals, end) for end in (low, middle, high)), strict=True))

    def bridge(self, plan: Plan) -> tuple[tuple[OpenTotals, OpenTotals], ...]:
        """The steps before prices change are those of the plan: no slider turns them."""
        still = [step for step in plan.bridge if step.cause not in _TURNED]
        runs = [run for _, _, run in self.case.steps(self.after, self._reading("mid"), known=len(still))]
        turned = [(months[-1], total_of(months)) for months in map(self._totals, runs)]
        steps = (*((step.last, step.whole) for step in still), *turned)
        return tuple((open_totals(last), open_totals(whole)) for last, whole in steps)

    def lines(self) -> dict[LineKey, ByRises]:
        by = self.case.options.by
        return {key: by_rises(costs[-1]) for key, costs in costs_by(self.case.horizon, by, self.after).items()}

    def customers(self, plan: Plan) -> dict[str | None, OpenTotals]:
        found = totals_by_customer(self.case, self.after) if plan.customers else {}
        return {name: open_totals(totals) for name, totals in found.items()}

    def _totals(self, run: Run) -> list[Totals]:
        return totals(self.case, run)


def open_totals(totals: Totals) -> OpenTotals:
    """Totals of a run whose rises are open."""
    covered = None if totals.covered is None else by_rises(totals.covered)
    return OpenTotals(by_rises(totals.cost), Fraction(totals.other), totals.revenue, covered)
