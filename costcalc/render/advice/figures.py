"""Figures: the coins of advice. A saving has one figure in the table, in the plan's sum, in CSV and in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.reports.advice.model import Advice, Together


def figure_of(amount: Fraction, advice: Advice) -> Decimal:
    """The amount in coins of the report's currency."""
    return round_half_up(amount, minor_digits(advice.currency))


def singly_figures(plan: Together, advice: Advice) -> tuple[Sequence[Decimal], Decimal]:
    """What the plan's candidates save one by one, and what that comes to: the sum of what is shown."""
    singly = [figure_of(one.saving, advice) for one in advice.candidates if one.number in plan.numbers]
    is_one = plan.singly == plan.saving  # and has the plan's own figure
    return singly, figure_of(plan.saving, advice) if is_one else sum(singly, Decimal())
