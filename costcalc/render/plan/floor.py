"""Floor: in which month the margin falls below it, and whether it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.render.blocks import Note
from costcalc.render.words import long_month_text, plain_percent
from costcalc.reports.plan.model import Plan, PlanMonth
from costcalc.reports.plan.totals import Totals


def floor_notes(plan: Plan) -> Iterator[Note]:
    """The months to come against the floor; nothing without one, or without a margin."""
    floor = plan.floor
    if floor is None or plan.last.after.margin is None:
        return
    below, word = plan.first_below_floor, plain_percent(floor)
    today = plan.today.margin
    if below is None:
        yield Note(f"Margin stays at or above {word} through {long_month_text(plan.last.month)}.", "strong")
    elif today is not None and today < floor:
        back = _back_from(plan, floor)
        until = f"; it meets it from {long_month_text(back.month)} on" if back else ""
        yield Note(f"Margin is below {word} today already{until}.", "loud")
    else:
        back = _back_from(plan, floor)
        until = f" and is back at it in {long_month_text(back.month)}" if back else ""
        yield Note(f"Margin falls below {word} in {long_month_text(below.month)}{until}.", "loud")
    yield from _floor_at_the_ends(plan, floor, word)


def _back_from(plan: Plan, floor: Fraction) -> PlanMonth | None:
    """The month from which on the floor is met again, to the end."""
    found = None
    for month in reversed(plan.months):
        if not _meets(month.after, floor):
            return found
        found = month
    return None


def _meets(totals: Totals, floor: Fraction) -> bool:
    return totals.margin is not None and totals.margin >= floor


def _floor_at_the_ends(plan: Plan, floor: Fraction, word: str) -> Iterator[Note]:
    """The months in which the worst and the best end of the ranges break the floor, where they differ."""
    ends = [(month, month.margins) for month in plan.months]
    worst = next((month for month, margins in ends if margins and margins[0] < floor), None)
    best = next((month for month, margins in ends if margins and margins[1] < floor), None)
    below = plan.first_below_floor
    if worst is not None and worst is not below:
        text = f"At the worst end of the ranges it falls below {word} in {long_month_text(worst.month)}"
        yield Note(f"{text}{_best(best, below)}.")
    elif below is not None and best is not below:
        yield Note(f"At the best end of the ranges{_best(best, below).removeprefix(', at the best end')}.")


def _best(best: PlanMonth | None, below: PlanMonth | None) -> str:
    if below is None or best is below:
        return ""
    return f", at the best end {f'in {long_month_text(best.month)}' if best else 'it does not'}"
