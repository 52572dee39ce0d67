"""Bridge: from today to the last month by cause, each step the difference of two full runs, in coins that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from costcalc.money import minor_digits, round_half_up
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, Style, grid, strong
from costcalc.render.cells import change_style
from costcalc.render.coverage import margin_title
from costcalc.render.plan.months import has_margin, month_figures
from costcalc.render.rounding import is_same, share_out
from costcalc.render.tree import Figures
from costcalc.render.words import counted, day_text, month_text
from costcalc.reports.plan.model import BridgeStep, Plan

TO_THE_SCENARIO = "With the scenario"
CAUSES = {
    "today": "Today",
    "published": "published changes",
    "growth": "growth",
    "mix": "mix: other requests",
    "escalation": "a small model first",
    "moves": "moves",
    "efficiency": "efficiency",
    "fx": "exchange rates",
    "revenue": "own prices and fees",
}
_ADDS, _SAVES, _ZERO = "█", "░", "│"
_BAR = (4, 9)  # cells on either side of the middle; where there is room, more


def bridge_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """A row a cause, and the sentence that says how they were computed."""
    if len(plan.bridge) < 2:
        return
    yield Gap()
    yield _grid(plan, is_wide)
    yield bridge_note(plan)


def bridge_note(plan: Plan) -> Note:
    """How the steps were computed."""
    return Note(
        f"Today: the log's usage at the list of {_day(plan)}. Then causes in this order, each on top of all above"
        " it; a step is the difference of two full runs. In another order the steps would differ, their sum would not.",
        "quiet",
    )


def cause_name(plan: Plan, step: BridgeStep) -> str:
    """`growth`, `prices of alibaba`."""
    if step.cause == "revenue" and plan.has_other_contracts:
        business = plan.scenario.business
        return f"{CAUSES['revenue']}, contracts" if business.own_prices or business.revenue else "contracts"
    return f"prices of {step.name}" if step.cause == "prices" else CAUSES[step.cause]


def bridge_figures(plan: Plan) -> tuple[list[Decimal], list[Decimal]]:
    """(last month, all months): today's figure, then what each step adds. The sums are the figures of the months."""
    months, total = month_figures(plan)
    last, whole = plan.last, plan.whole
    return (
        _column([step.last.cost for step in plan.bridge], (last.before.cost, last.after.cost), months[-1], plan.currency),
        _column([step.whole.cost for step in plan.bridge], (whole.before.cost, whole.after.cost), total, plan.currency),
    )  # fmt: skip


def _column(
    reached: Sequence[Fraction], known: tuple[Fraction, Fraction], shown: Figures, currency: str
) -> list[Decimal]:
    """The first amount and the differences, in coins. What stands among the months too has its figure from there."""
    digits = minor_digits(currency)
    fixed = {len(reached) - 1: int(shown.mid.scaleb(digits))}
    for position, amount in enumerate(reached[:-1]):
        if is_same(amount, known[0]):
            fixed[position] = int(shown.before.scaleb(digits))
    fixed.setdefault(0, int(round_half_up(reached[0], digits).scaleb(digits)))
    coins, (at, *stops) = [], sorted(fixed)
    coins.append(fixed[at])
    for stop in stops:
        parts = [(after - before) * 10**digits for before, after in pairwise(reached[at : stop + 1])]
        coins += share_out(parts, fixed[stop] - fixed[at])
        at = stop
    return [Decimal(coin).scaleb(-digits) for coin in coins]


def shown_steps(plan: Plan) -> list[int]:
    """The places of the causes that have a row: published changes only where they change anything."""
    steps = plan.bridge
    return [
        position
        for position, step in enumerate(steps)
        if position and (step.cause != "published" or _moves(steps[position - 1], step))
    ]


def bridge_columns(plan: Plan) -> list[Column]:
    """Both columns of amounts would say the same of one month."""
    margins = has_margin(plan)
    found = [
        Column("What adds and saves", "name", key="name"),
        Column(f"In {month_text(plan.last.month)}", key="last"),
        Column("", drop=3, key="bar"),
        len(plan.months) > 1
        and plan.whole.known_change is not None
        and Column(counted(len(plan.months), "month"), drop=2, key="whole"),
        margins and Column(margin_title(plan.coverage), key="margin"),
        margins and Column("Points", drop=1, key="points"),
    ]
    return [column for column in found if column]


def bridge_rows(plan: Plan, side: int = 0) -> list[dict[str, Cell]]:
    """Today, the causes that change anything, and the scenario. `side`: cells of a bar on either side of the middle."""
    last, whole = bridge_figures(plan)
    steps = plan.bridge
    largest = max((abs(amount) for amount in last[1:]), default=Decimal())
    rows = [_end_row(CAUSES["today"], last[0], whole[0], steps[0])]
    for position in shown_steps(plan):
        step, before = steps[position], steps[position - 1]
        rows.append(
            {
                "name": Cell(cause_name(plan, step), indent=1),
                "last": cells.shown_change(last[position], step.last.cost - before.last.cost),
                "bar": bar_cell(last[position], largest, side),
                "whole": cells.shown_change(whole[position], step.whole.cost - before.whole.cost),
                "margin": cells.percent(step.last.margin),
                "points": cells.points(before.last.margin, step.last.margin),
            }
        )
    end = _end_row(TO_THE_SCENARIO, sum(last, Decimal()), sum(whole, Decimal()), steps[-1])
    return [*rows, end | {"points": cells.points(plan.today.margin, steps[-1].last.margin)}]


def _end_row(label: str, last: Decimal, whole: Decimal, step: BridgeStep) -> dict[str, Cell]:
    return {
        "name": Cell(label), "last": cells.money(last), "whole": cells.money(whole), "margin": cells.percent(step.last.margin),
    }  # fmt: skip


def _grid(plan: Plan, is_wide: bool) -> Grid:
    """Both ends stand out, with the unit."""
    found = grid(bridge_columns(plan), bridge_rows(plan, _BAR[is_wide]))
    first, *others, last = [list(row) for row in found.rows]
    ends = [strong([row[0], replace(row[1], unit=plan.currency), *row[2:]]) for row in (first, last)]
    return Grid(found.columns, [ends[0], *others, ends[1]])


def bar_cell(amount: Decimal, largest: Decimal, side: int) -> Cell:
    """A bar to the right for what adds, to the left for what saves; its mark tells them apart without colour."""
    size = int(abs(amount) * side / largest + Decimal("0.5")) if largest else 0
    size = max(size, 1) if amount else 0
    adds = amount > 0
    left = "" if adds else _SAVES * size
    right = _ADDS * size if adds else ""
    style: Style = change_style(Fraction(amount))
    return Cell(left.rjust(side) + _ZERO + right.ljust(side), style)


def _moves(before: BridgeStep, after: BridgeStep) -> bool:
    return (before.last, before.whole) != (after.last, after.whole)


def _day(plan: Plan) -> str:
    day = plan.usage.last_day
    return day_text(day) if day else "today"
