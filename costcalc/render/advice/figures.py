"""Figures: the coins of advice. A saving has one figure in the table, in the plan's sum, in CSV and in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.render.words import decimal_text
from costcalc.reports.advice.model import Advice, Candidate, Together
from costcalc.reports.plan.totals import Totals


def figure_of(amount: Fraction, advice: Advice) -> Decimal:
    """The amount in coins of the report's currency."""
    return round_half_up(amount, minor_digits(advice.currency))


def bill_of(totals: Totals, advice: Advice) -> Decimal:
    """What a month is billed, with its other costs: the sum of both as they are shown."""
    return figure_of(totals.cost, advice) + figure_of(totals.other, advice)


def saving_of(one: Candidate | Together, advice: Advice) -> Decimal:
    """What is left of the bill as it is shown when the bill then, as it is shown, is taken off."""
    return bill_of(one.base, advice) - bill_of(one.outcome, advice)


def singly_figures(plan: Together, advice: Advice) -> tuple[Sequence[Decimal], Decimal]:
    """What the plan's candidates save one by one, and what that comes to: the sum of what is shown."""
    singly = [saving_of(one, advice) for one in advice.candidates if one.number in plan.numbers]
    # What adds up is one figure, the plan's own.
    return singly, saving_of(plan, advice) if plan.adds_up else sum(singly, Decimal())


def figure_text(figure: Decimal, advice: Advice) -> str:
    """The figure with the report's currency."""
    return f"{decimal_text(figure)} {advice.currency}"
