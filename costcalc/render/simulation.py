"""Simulation: months with their P10, P50 and P90 beside the exact figures, and the tornado. All of it estimates."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text, minor_digits, round_half_up
from costcalc.months.inputs import Input
from costcalc.rating.totals import Totals
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, grid
from costcalc.render.cells import NONE
from costcalc.render.coverage import margin_title
from costcalc.render.plan.months import month_figures
from costcalc.render.words import (
    amount_text,
    counted,
    decimal_text,
    long_month_text,
    money_text,
    month_text,
    percent_text,
    plain_percent,
    share_text,
)
from costcalc.reports.plan.model import Plan
from costcalc.reports.simulation import Quantiles, Simulated, Simulation, Swing

_SHOWN = (8, 12)  # inputs of the tornado; where there is room, more
_ENDS = ("P10", "P50", "P90")
_BAR = 16  # characters of the longest bar
_KINDS = {
    "growth": "growth", "mix": "mix", "escalation": "escalation", "moves": "move", "efficiency": "efficiency",
    "own prices": "own prices", "prices": "price", "pass-through": "pass-through", "fx": "exchange rate",
}  # fmt: skip


def simulation_blocks(plan: Plan, simulation: Simulation, is_wide: bool) -> Iterator[Block]:
    """What the draws come to; each line begins with the exact figure."""
    yield Gap()
    yield Note(_headline(plan, simulation), "strong")
    yield Gap()
    yield _months(plan, simulation, is_wide)
    yield Gap()
    yield _tornado(plan, simulation, is_wide)
    yield from _notes(plan, simulation, is_wide)


def input_text(drawn: Input) -> str:
    """`growth: requests each month`."""
    return f"{_KINDS[drawn.kind]}: {drawn.name}"


def range_text(drawn: Input) -> str:
    """`5–34%`, `×10–40`, `6% a year`."""
    if drawn.kind == "fx":
        return f"{plain_percent(drawn.deviation)} a year"
    match drawn.unit:
        case "times":
            return f"×{_plain(drawn.low)} to ×{_plain(drawn.high)}"
        case "number":
            return f"{amount_text(drawn.low)} to {amount_text(drawn.high)}"
    return f"{plain_percent(drawn.low)} to {plain_percent(drawn.high)}"


def _plain(value: Fraction) -> str:
    return exact_text(value, 4)


def _headline(plan: Plan, simulation: Simulation) -> str:
    last = simulation.months[-1]
    cost, currency = last.draws.cost, plan.currency
    text = (
        f"Estimate from {simulation.draws:,} draws: in {long_month_text(last.month)} eight of ten cost"
        f" {money_text(cost.p10, currency)} to {money_text(cost.p90, currency)}"
    )
    margin = last.draws.margin
    if margin:
        text += f", with a margin of {percent_text(margin.p10)} to {percent_text(margin.p90)}"
    broken = simulation.ever_broken
    if broken is None or simulation.floor is None:
        return f"{text}."
    floor = plain_percent(simulation.floor)
    if broken == 0:
        return f"{text}; the margin stays at {floor} or above in every draw."
    return f"{text}; the margin falls below {floor} in {_chance(broken)} of the draws, in one month or another."


def _months(plan: Plan, simulation: Simulation, is_wide: bool) -> Grid:
    has_margin = any(one.draws.margin for one in simulation.months)
    has_floor = simulation.ever_broken is not None
    figures, total = month_figures(plan)
    rows = [
        {"name": Cell(month_text(one.month)), "by_then": _chance_cell(one.broken)}
        | _cells(plan, shown.mid, month.after, one.draws, is_wide)
        for one, month, shown in zip(simulation.months, plan.months, figures, strict=True)
    ]
    whole = {"name": Cell("All months"), "by_then": NONE}
    whole |= _cells(plan, total.mid, plan.whole.after, simulation.whole, is_wide)
    columns = [
        Column("Month", "name", key="name"),
        Column("Cost", key="cost", has_unit=True),
        *(Column(name, drop=drop, key=f"cost {name}") for name, drop in (("P10", 0), ("P50", 4), ("P90", 0))),
        has_margin and Column(margin_title(plan.coverage), key="margin"),
        *(has_margin and Column(name, drop=drop, key=f"margin {name}") for name, drop in (("P10", 2), ("P50", 5), ("P90", 3))),
        has_floor and Column("Below", drop=6, key="below"),
        has_floor and Column("By then", drop=1, key="by_then"),
    ]  # fmt: skip
    return grid(columns, rows, plan.currency, whole)


def _cells(plan: Plan, shown: Decimal, exact: Totals, draws: Simulated, is_wide: bool) -> dict[str, Cell]:
    digits = 0 if not is_wide and draws.cost.p90 >= 10_000 else minor_digits(plan.currency)
    margins = _three(draws.margin) if draws.margin else (None,) * 3
    return {
        "cost": cells.money(round_half_up(Fraction(shown), digits)),
        **{f"cost {name}": cells.money(round_half_up(each, digits)) for name, each in zip(_ENDS, _three(draws.cost), strict=True)},
        "margin": cells.percent(exact.margin),
        **{f"margin {name}": cells.percent(each) for name, each in zip(_ENDS, margins, strict=True)},
        "below": _chance_cell(draws.below),
    }  # fmt: skip


def _three(found: Quantiles) -> tuple[Fraction, Fraction, Fraction]:
    return found.p10, found.p50, found.p90


def _chance(share: Fraction) -> str:
    """A probability; what never came in the draws is no zero that is sure."""
    return "none" if share == 0 else "all" if share == 1 else share_text(share)


def _chance_cell(share: Fraction | None) -> Cell:
    return NONE if share is None else Cell(_chance(share), "worse" if share >= Fraction(1, 2) else "")


def _tornado(plan: Plan, simulation: Simulation, is_wide: bool) -> Grid:
    """Each input drawn alone: how far it moves the last month from P10 to P90."""
    shown = simulation.tornado[: _SHOWN[is_wide]]
    longest = max((swing.money for swing in shown), default=Fraction())
    what = "Margin" if any(swing.profit for swing in shown) else "Cost"
    digits = minor_digits(plan.currency)

    def end(swing: Swing, name: str) -> Cell:
        return cells.money(round_half_up(getattr(swing.profit or swing.cost, name), digits))

    return grid([
        Column("What matters most", "name", of=lambda swing: Cell(input_text(swing.input))),
        Column("Range", drop=1, of=lambda swing: Cell(range_text(swing.input))),
        is_wide and Column("Drawn", drop=5, of=lambda swing: Cell(swing.input.distribution)),
        is_wide and Column(f"{what} P10", drop=4, of=lambda swing: end(swing, "p10")),
        is_wide and Column("P90", drop=3, of=lambda swing: end(swing, "p90")),
        Column("Swing", has_unit=True, of=lambda swing: Cell(decimal_text(round_half_up(swing.money, digits)), "strong")),
        Column("", drop=2, of=lambda swing: Cell(_bar(swing, longest), "quiet")),
    ], shown, plan.currency)  # fmt: skip


def _bar(swing: Swing, longest: Fraction) -> str:
    """Drawn to scale, from the left."""
    return ("█" * max(1, round(swing.money / longest * _BAR)) if swing.money else "").ljust(_BAR)


def _notes(plan: Plan, simulation: Simulation, is_wide: bool) -> Iterator[Note]:
    last = month_text(simulation.months[-1].month)
    rest = len(simulation.tornado) - len(simulation.tornado[: _SHOWN[is_wide]])
    if rest:
        yield Note(f"{counted(rest, 'input')} more with a smaller swing.", "quiet")
    what = "margin" if any(swing.profit for swing in simulation.tornado) else "cost"
    yield Note(
        f"Swing: from P10 to P90 of the {what} of {last} in money, with one input drawn and all others at their middle.",
        "quiet",
    )
    if simulation.ever_broken is not None and simulation.floor is not None:
        floor = plain_percent(simulation.floor)
        below = f"Below: draws whose margin is below {floor}. By then: in that month or in one before it."
        by_then = f"By then: draws whose margin has been below {floor}, in that month or in one before it."
        yield Note(below if is_wide else by_then, "quiet")
    if simulation.unused:
        names = ", ".join(dict.fromkeys(input_text(one) for one in simulation.unused[:4]))
        more = f" and {len(simulation.unused) - 4} more" if len(simulation.unused) > 4 else ""
        yield Note(f"Drawn for nothing, for no figure depends on it: {names}{more}.")
    for note in simulation.notes:
        yield Note(note, "quiet")
    yield Note(
        f"P10, P50, P90: estimates, seed {simulation.seed}, each range drawn by itself. Cost and margin beside them: exact, at the"
        " middle of every range.",
        "quiet",
    )
