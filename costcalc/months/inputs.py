"""Inputs: what a simulation draws: every range of a scenario, and exchange rates that wander."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from costcalc.scenario.changes import Growth, UsageChange
from costcalc.scenario.events import event_changes
from costcalc.scenario.figure import Figure
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.scenario.revenue import OwnPrice
from costcalc.scenario.where import Where

InputKind = Literal[
    "growth", "mix", "escalation", "moves", "efficiency", "own prices", "prices", "pass-through", "fx"
]  # fmt: skip
Unit = Literal["percent", "times", "number"]


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that is drawn by itself."""

    kind: InputKind
    name: str  # what of it, and where
    low: Fraction  # of an exchange rate 0: it wanders by `deviation`
    high: Fraction
    distribution: str  # of figure.DISTRIBUTIONS; "walk" of an exchange rate
    unit: Unit = "percent"
    least: Fraction | None = None  # what is drawn below counts as this: nothing falls by more than 100%
    most: Fraction | None = None
    deviation: Fraction = Fraction()  # one standard deviation of a walk in a year


@dataclass(frozen=True, slots=True)
class Rise:
    """How a price change is drawn: its place between `low` and `high`, times its place in what is passed through."""

    low: Fraction
    high: Fraction
    place: int | None  # the input that draws it; None: it is no range
    passed: tuple[Fraction, Fraction, int] | None = None  # low, high, and the input


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that is drawn. Figures and changes are known by their identity: equal ones are drawn apart."""

    listed: Sequence[Input]
    by_figure: dict[int, int]
    by_change: dict[int, Rise]


def inputs_of(scenario: Scenario, changes: PriceChanges, months: int) -> Inputs:
    """The inputs in the order of the file; `changes` are the scenario's at the pass-through of the run."""
    listed: list[Input] = []
    by_figure: dict[int, int] = {}
    default = scenario.simulation.distribution
    for figure, drawn in _figures(scenario, default, months):
        if figure.is_range and id(figure) not in by_figure:
            by_figure[id(figure)] = len(listed)
            listed.append(drawn)
    by_change: dict[int, Rise] = {}
    for item, own in _owned(scenario.items, changes):
        by_change |= _rises(item, own, default, listed)
    for currency, deviation in scenario.simulation.fx.items():
        if deviation:
            listed.append(Input("fx", currency, Fraction(), Fraction(), "walk", deviation=deviation))
    return Inputs(listed, by_figure, by_change)


def _figures(scenario: Scenario, default: str, months: int) -> Iterator[tuple[Figure, Input]]:
    usage = scenario.usage
    for growth in usage.growth:
        for figure, name in [(growth.rate, ""), *((one, f", {month}") for month, one in growth.table.items())]:
            # A linear fall ends at nothing, not below it.
            least = Fraction(-1, months) if growth.shape == "linear" and months else Fraction(-1)
            yield figure, _drawn("growth", f"{_growth_name(growth)}{name}", growth, figure, default, least)
    for mix in usage.mix:
        yield mix.share, _share("mix", "share of requests", mix, mix.share, default)
        for meter, one in mix.meters.items():
            yield one.factor, _times("mix", meter, mix, one.factor, default)
            yield one.more, _drawn("mix", f"{meter} more", mix, one.more, default, Fraction(), unit="number")
    for change in usage.escalation:
        yield change.share, _share("escalation", f"share to {change.first}", change, change.share, default)
        yield (
            change.escalated,
            _share("escalation", f"handed on by {change.first}", change, change.escalated, default),
        )
        yield change.tokens, _times("escalation", f"tokens of {change.first}", change, change.tokens, default)
    for move in usage.moves:
        yield move.share, _share("moves", f"share to {move.to}", move, move.share, default)
        yield move.tokens, _times("moves", f"tokens of {move.to}", move, move.tokens, default)
    for lever in usage.efficiency:
        name, figure = lever.lever.replace("_", " "), lever.amount
        ends = (Fraction(-1), Fraction()) if figure.low < 0 else (Fraction(), Fraction(1))
        yield figure, _drawn("efficiency", name, lever, figure, default, *ends)
        reads = lever.reads_per_write
        least = min(reads.low, Fraction(1))
        yield reads, _drawn("efficiency", "reads per write", lever, reads, default, least, unit="number")
    for price in scenario.business.own_prices:
        yield price.change, _drawn("own prices", "change", price, price.change, default, Fraction(-1))
        yield price.lost, _share("own prices", "customers lost", price, price.lost, default)


def _growth_name(growth: Growth) -> str:
    what = f"{growth.meter_word} in each request" if growth.meters is not None else "requests"
    return what.replace("_", " ") + {"compound": " each month", "linear": " each month, of today's"}.get(
        growth.shape, ""
    )


def _share(kind: InputKind, name: str, change: UsageChange | OwnPrice, figure: Figure, default: str) -> Input:
    return _drawn(kind, name, change, figure, default, Fraction(), Fraction(1))


def _times(kind: InputKind, name: str, change: UsageChange, figure: Figure, default: str) -> Input:
    return _drawn(kind, name.replace("_", " "), change, figure, default, Fraction(), unit="times")


def _drawn(
    kind: InputKind, name: str, change: UsageChange | OwnPrice, figure: Figure, default: str,
    least: Fraction | None = None, most: Fraction | None = None, unit: Unit = "percent",
) -> Input:  # fmt: skip
    named = f"{name.replace('_', ' ')}{_of(change.where)}"
    return Input(kind, named, figure.low, figure.high, figure.distribution or default, unit, least, most)


def _of(where: Where) -> str:
    return "" if where.is_all else f" ({where})"


def _owned(items: Sequence[PriceItem], changes: PriceChanges) -> Iterator[tuple[PriceItem | None, list[PriceChange]]]:
    """Every entry of the prices with the changes that it became: they stand in its order."""
    rest = list(changes)
    for item in items:
        if item.event is None:
            count = len(item.hikes)
        else:
            count = len(event_changes(item.event, None))
            if len(rest) > count and rest[count].event == item.event.id and rest[count].passed_through is not None:
                count += 1
        yield item, rest[:count]
        rest = rest[count:]
    for change in rest:  # what no entry of the scenario says
        yield None, [change]


def _rises(item: PriceItem | None, own: list[PriceChange], default: str, listed: list[Input]) -> dict[int, Rise]:
    """One draw for all changes of an entry: a rise by the month is drawn once."""
    through = item.pass_through if item is not None and item.pass_through and item.pass_through.is_range else None
    place = passed = None
    found = {}
    for position, change in enumerate(own):
        low, high = _before_pass_through(item, position, change) if through else (change.low, change.high)
        scaled = through is not None and (change.low, change.high) != (low, high)
        if low != high and place is None:
            place = len(listed)
            drawn = (item.distribution if item else "") or default
            listed.append(Input("prices", _price_name(item, change), low, high, drawn, least=Fraction(-1)))
        if scaled and through and passed is None:
            passed = len(listed)
            drawn = through.distribution or default
            listed.append(Input("pass-through", _price_name(item, change), through.low, through.high, drawn,
                                least=Fraction(), most=Fraction(1)))  # fmt: skip
        part = (through.low, through.high, passed) if scaled and through and passed is not None else None
        found[id(change)] = Rise(low, high, place if low != high else None, part)
    return found


def _before_pass_through(item: PriceItem | None, position: int, change: PriceChange) -> tuple[Fraction, Fraction]:
    """The range of which a range is passed through."""
    if item is None:
        return change.low, change.high
    base = event_changes(item.event, None)[0] if item.event is not None else item.hikes[position]
    return base.low, base.high


def _price_name(item: PriceItem | None, change: PriceChange) -> str:
    return item.event.id if item is not None and item.event is not None else str(change.selector)
