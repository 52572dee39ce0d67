"""The bridge as a chart: from today to the last month, each cause where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from costcalc.render.charts.svg import AxisScale, Chart, cut, scale, shape, words
from costcalc.render.plan.bridge import CAUSES, TO_THE_SCENARIO, bridge_figures, cause_name, shown_steps
from costcalc.render.words import decimal_text, long_month_text
from costcalc.reports.plan.model import Plan

WIDE, NARROW = 880, 340  # pixels
_ROW, _TALL_ROW = 34, 46
_LABELS, _AMOUNTS = 210, 140  # the room for them where it is wide


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """A row: from where to where its bar goes."""

    label: str
    amount: str
    kind: str  # whole, adds, saves
    start: Decimal
    end: Decimal


def bridge_chart(plan: Plan, width: int = WIDE, reach: Sequence[Fraction] = ()) -> Chart:
    """The last month's cost by cause. `reach`: amounts that must fit too, for somebody may turn the rises."""
    steps = steps_of(plan)
    amounts = [Fraction(amount) for step in steps for amount in (step.start, step.end)]
    low, high = min(Fraction(), *amounts, *reach), max(*amounts, *reach, Fraction(1, 100))
    is_wide = width >= WIDE
    row = _ROW if is_wide else _TALL_ROW
    across = scale(low, high, _LABELS, width - _AMOUNTS) if is_wide else scale(low, high, 0, width)
    height = row * len(steps) + 4
    axis = shape("line", "zero", {"x1": across.at(Decimal()), "x2": across.at(Decimal()), "y1": 0, "y2": height})
    parts = [
        f'<g data-bridge="{_scale_text(across)}">',
        axis,
        *(_step(step, number, across, width, row) for number, step in enumerate(steps)),
        "</g>",
    ]
    return Chart("bridge", title_of(plan), _says(steps, plan), width, height, parts)


def title_of(plan: Plan) -> str:
    return f"What adds and saves in {long_month_text(plan.last.month)} ({plan.currency})"


def steps_of(plan: Plan) -> list[WaterfallStep]:
    """Today, the causes that change anything, and the scenario; the figures of the table."""
    last, _ = bridge_figures(plan)
    reached = list(accumulate(last))
    found = [WaterfallStep(CAUSES["today"], decimal_text(last[0]), "whole", Decimal(), last[0])]
    for position in shown_steps(plan):
        amount = last[position]
        kind = "adds" if amount >= 0 else "saves"
        text = decimal_text(amount, signed=True) if amount else "–"
        step = plan.bridge[position]
        found.append(WaterfallStep(cause_name(plan, step), text, kind, reached[position - 1], reached[position]))
    found.append(WaterfallStep(TO_THE_SCENARIO, decimal_text(reached[-1]), "whole", Decimal(), reached[-1]))
    return found


def _step(step: WaterfallStep, number: int, across: AxisScale, width: int, row: int) -> str:
    top = number * row + 4
    is_wide = row == _ROW
    bar_top, bar_height = (top + 5, row - 14) if is_wide else (top + 22, row - 32)
    text_at = top + 19 if is_wide else top + 15
    ends = sorted((across.at(step.start), across.at(step.end)))
    strong = " b" if step.kind == "whole" else ""
    label = cut(step.label, 27 if is_wide else 28)
    places: dict[str, float | str] = {
        "x": ends[0],
        "y": bar_top,
        "width": max(ends[1] - ends[0], 1),
        "height": bar_height,
        "rx": 2,
    }
    # Where it is narrow the words of the next row stand above its bar: the line ends before them.
    end = bar_top + row if is_wide else top + row
    following = {"x1": across.at(step.end), "x2": across.at(step.end), "y1": bar_top + bar_height, "y2": end}
    link = "" if step.label == TO_THE_SCENARIO else shape("line", "link", following)
    return (
        f'<g data-step="{number}">{link}{words(label, 0 if is_wide else 6, text_at, f"t{strong} halo")}{shape("rect", step.kind, places)}'
        f"{words(step.amount, width, text_at, f't{strong} halo', 'end')}</g>"
    )


def _scale_text(across: AxisScale) -> str:
    return f"{across.zero!r},{across.unit!r}"


def _says(steps: Sequence[WaterfallStep], plan: Plan) -> str:
    return "; ".join(f"{step.label} {step.amount}" for step in steps) + f" {plan.currency}"
