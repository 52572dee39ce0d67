"""The months as a chart: what each costs and what margin it leaves, with the range, before and with the scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from costcalc.money import round_half_up
from costcalc.rating.totals import Totals
from costcalc.render.charts.svg import (
    AxisScale,
    Chart,
    Place,
    band_path,
    dots_path,
    line_path,
    numbers,
    scale,
    shape,
    ticks,
    words,
)
from costcalc.render.plan.months import WITH, has_margin, month_figures
from costcalc.render.words import decimal_text, month_text, percent_text, plain_percent
from costcalc.reports.plan.model import Plan, PlanMonth
from costcalc.reports.simulation import Quantiles

WIDE, NARROW = 880, 340  # pixels
_COST_HEIGHT, _MARGIN_HEIGHT, _GAP, _HEAD, _FOOT = 190, 120, 48, 54, 34
_MOST_DOTS = 24  # months; more are a line alone
Amount = Fraction | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Values that must fit too, for somebody may turn the rises."""

    costs: Sequence[Fraction] = ()
    margins: Sequence[Fraction] = ()


NO_REACH = Reach()


@dataclass(frozen=True, slots=True)
class _Panel:
    """One of the two: its series, and how its values are written."""

    name: str  # cost, margin
    title: str
    top: float
    height: float
    before: Sequence[Amount]
    after: Sequence[Amount]
    low: Sequence[Amount]
    high: Sequence[Amount]
    last: str
    tick: Callable[[Fraction], str]
    reach: Sequence[Fraction] = ()
    floor: Fraction | None = None
    has_band: bool = False
    fan: Sequence[Quantiles] = field(default=())

    @property
    def values(self) -> list[Fraction]:
        drawn = [*self.before, *self.after, *self.low, *self.high, self.floor]
        drawn += [end for part in self.fan for end in (part.p10, part.p90)]
        return [*(value for value in drawn if value is not None), *self.reach]


def months_chart(plan: Plan, width: int = WIDE, reach: Reach = NO_REACH) -> Chart:
    """Cost by month above, margin below where the revenue is known."""
    panels = [_cost_panel(plan, reach)]
    if has_margin(plan):
        panels.append(_margin_panel(plan, reach))
    axis = 64 if width >= WIDE else 52
    xs = _columns(len(plan.months), axis, width - (20 if width >= WIDE else 8))
    foot = panels[-1].top + panels[-1].height
    parts = [
        *_legend(plan, width),
        f'<g data-xs="{numbers(xs)}">',
        *(part for panel in panels for part in _panel(panel, xs, axis, width)),
        "</g>",
        *_month_labels(plan, xs, foot),
    ]
    return Chart("months", title_of(plan), _says(plan), width, int(foot + _FOOT), parts)


def title_of(plan: Plan) -> str:
    what = "Cost and margin" if has_margin(plan) else "Cost"
    first, last = plan.months[0].month, plan.last.month
    return f"{what} by month, {month_text(first)} – {month_text(last)}" if first != last else f"{what} in {month_text(first)}"  # fmt: skip


def _cost_panel(plan: Plan, reach: Reach) -> _Panel:
    months = plan.months
    return _Panel(
        "cost", f"Cost a month ({plan.currency})", _HEAD, _COST_HEIGHT,
        [month.before.known_cost for month in months],
        [month.after.known_cost for month in months],
        [month.low.known_cost for month in months],
        [month.high.known_cost for month in months],
        decimal_text(month_figures(plan)[0][-1].mid),
        _money_tick, (Fraction(), *reach.costs), None, plan.has_ranges,
        [month.draws.cost for month in plan.simulation.months] if plan.simulation else (),
    )  # fmt: skip


def _margin_panel(plan: Plan, reach: Reach) -> _Panel:
    months = plan.months
    ends = [month.margins for month in months]
    last = plan.last.after.margin
    drawn = [month.draws.margin for month in plan.simulation.months] if plan.simulation else []
    return _Panel(
        "margin", "Gross margin", _HEAD + _COST_HEIGHT + _GAP, _MARGIN_HEIGHT,
        [month.before.margin for month in months],
        [month.after.margin for month in months],
        [end[0] if end else None for end in ends],
        [end[1] if end else None for end in ends],
        "" if last is None else percent_text(last),
        plain_percent, reach.margins, plan.floor, plan.has_ranges,
        [part for part in drawn if part is not None] if all(drawn) else (),
    )  # fmt: skip


def _panel(panel: _Panel, xs: Sequence[float], axis: float, width: int) -> Iterator[str]:
    values = panel.values
    marks = ticks(min(values), max(values), 5 if panel.name == "cost" else 4)
    upward = scale(marks[0], marks[-1], panel.top + panel.height, panel.top)
    yield words(panel.title, 0, panel.top - 12, "t b")
    for mark in marks:
        y = upward.at(mark)
        yield shape("line", "zero" if mark == 0 else "grid", {"x1": axis, "x2": width, "y1": y, "y2": y})
        yield words(panel.tick(mark), axis - 8, y + 4, "q", "end")
    yield f'<g data-panel="{panel.name}" data-scale="{upward.zero!r},{upward.unit!r}">'
    yield from _series(panel, xs, upward)
    yield "</g>"
    if panel.floor is not None:
        y = upward.at(panel.floor)
        yield shape("line", "floor", {"x1": axis, "x2": width, "y1": y, "y2": y})
        text = f"floor {plain_percent(panel.floor)}"
        yield words(text, width, panel.top - 12, "floortext", "end")
        end = width - 7.2 * len(text) - 6
        yield shape("line", "floor", {"x1": end - 20, "x2": end, "y1": panel.top - 16, "y2": panel.top - 16})


def _series(panel: _Panel, xs: Sequence[float], upward: AxisScale) -> Iterator[str]:
    def places(amounts: Sequence[Amount]) -> list[Place]:
        return [None if amount is None else upward.at(amount) for amount in amounts]

    before, after = places(panel.before), places(panel.after)
    if panel.has_band:
        yield shape("path", "band", {"d": band_path(xs, places(panel.high), places(panel.low))})
    for name in ("p10", "p90") if panel.fan else ():
        yield shape("path", "fan", {"d": line_path(xs, places([getattr(part, name) for part in panel.fan]))})
    yield shape("path", "before", {"d": line_path(xs, before)})
    yield shape("path", "after", {"d": line_path(xs, after)})
    if len(xs) <= _MOST_DOTS:
        yield shape("path", "dots", {"d": dots_path(xs, after)})
    if after[-1] is not None:
        yield words(panel.last, xs[-1] + 4, max(after[-1] - 10, panel.top + 4), "t b halo", "end", ' data-last=""')


def _columns(count: int, first: float, last: float) -> list[float]:
    """Where the months stand: in the middle of columns of one width."""
    wide = (last - first) / count
    return [round(first + wide * (number + 0.5), 2) for number in range(count)]


def _month_labels(plan: Plan, xs: Sequence[float], foot: float) -> Iterator[str]:
    """As many months as find room, each January and the first with its year."""
    room = 30.0
    every = 1
    while len(xs) > 1 and (xs[1] - xs[0]) * every < room:
        every += 1
    year = 0
    for position, (month, x) in enumerate(zip(plan.months, xs, strict=True)):
        if position % every:
            continue
        name = month_text(month.month).split()[0]
        yield words(name, x, foot + 16, "q", "middle")
        if month.month.year != year:
            year = month.month.year
            yield words(str(year), x, foot + 31, "q", "middle")


def _legend(plan: Plan, width: int) -> Iterator[str]:
    """What the lines are."""
    x = 0.0
    entries = [("before", "Before"), ("after", WITH)]
    if plan.has_ranges:
        entries.append(("band", "low to high"))
    if plan.simulation:
        entries.append(("fan", "P10, P90"))
    if width < WIDE:
        entries = [(kind, {"before": "Before", "after": "With", "band": "range", "fan": "P10–P90"}[kind]) for kind, _ in entries]  # fmt: skip
    for kind, name in entries:
        if kind == "band":
            yield shape("rect", "band", {"x": x, "y": 3, "width": 20, "height": 10})
        else:
            yield shape("path", kind, {"d": f"M{x:.1f} 8h20"})
        yield words(name, x + 26, 12, "q")
        x += 26 + 7.2 * len(name) + 16


def _money_tick(value: Fraction) -> str:
    """Whole amounts in full, smaller ones with the digits they need."""
    digits = 0
    while digits < 6 and round_half_up(value, digits) != round_half_up(value, 6):
        digits += 1
    if abs(value) >= 10**6:
        for size, letter in ((10**9, "B"), (10**6, "M")):
            if abs(value) >= size:
                return f"{decimal_text(round_half_up(value / size, 2).normalize() + 0)} {letter}"
    return decimal_text(round_half_up(value, digits))


def _says(plan: Plan) -> str:
    first, last = plan.months[0], plan.last
    return f"{_said(first, first.after, plan)}; {_said(last, last.after, plan)}"


def _said(month: PlanMonth, totals: Totals, plan: Plan) -> str:
    cost = f"{decimal_text(month_figures(plan)[0][plan.months.index(month)].mid)} {plan.currency}"
    margin = "" if totals.margin is None else f", margin {percent_text(totals.margin)}"
    return f"{month_text(month.month)} {'unpriced' if totals.known_cost is None else cost}{margin}"
