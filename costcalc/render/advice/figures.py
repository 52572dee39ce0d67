"""Figures: the coins of advice. A saving has one figure in the table, in the plan's sum, in CSV and in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.totals import Totals
from costcalc.render.rounding import is_same, shared_out
from costcalc.render.words import decimal_text, figure_text, least_figure
from costcalc.reports.advice.model import Advice, Candidate, Together


def figure_of(amount: Fraction, advice: Advice) -> Decimal:
    """The amount in coins of the report's currency."""
    return round_half_up(amount, minor_digits(advice.currency))


def bill_of(totals: Totals, advice: Advice) -> Decimal:
    """What a month is billed, with its other costs: the sum of both as they are shown."""
    return figure_of(totals.cost, advice) + figure_of(totals.other, advice)


def saving_of(one: Candidate | Together, advice: Advice) -> Decimal:
    """What is left of the bill as it is shown when the bill then, as it is shown, is taken off.

    Where the plan saves as much as its candidates singly, what they are shown to save adds up to it; whatever else
    saves the same as one of them is shown to.
    """
    plan = advice.together
    if plan and plan.adds_up and isinstance(one, Candidate):
        singly = [each.saving for each in _planned(plan, advice)]
        same = next((at for at, saving in enumerate(singly) if is_same(one.saving, saving)), None)
        place = plan.numbers.index(one.number) if one.number in plan.numbers else same
        if place is not None:
            return singly_figures(plan, advice)[0][place]
    return bill_of(one.base, advice) - bill_of(one.outcome, advice)


def singly_figures(plan: Together, advice: Advice) -> tuple[Sequence[Decimal], Decimal]:
    """What the plan's candidates save one by one, in the order of its numbers, and what that comes to as it is shown."""
    planned = _planned(plan, advice)
    if plan.adds_up:  # one figure, the plan's own
        whole = saving_of(plan, advice)
        return shared_out([one.saving for one in planned], whole, minor_digits(advice.currency)), whole
    singly = [saving_of(one, advice) for one in planned]
    return singly, sum(singly, Decimal())


def _planned(plan: Together, advice: Advice) -> list[Candidate]:
    by_number = {one.number: one for one in advice.candidates}
    return [by_number[number] for number in plan.numbers]


def saving_text(one: Candidate | Together, advice: Advice) -> str:
    """What it saves, as everywhere; what is below the smallest coin is not nothing."""
    return decimal_text(saving_of(one, advice) or least_figure(one.saving, advice.currency))


def saving_money(one: Candidate | Together, advice: Advice) -> str:
    """The same with the report's currency."""
    return figure_text(saving_of(one, advice), one.saving, advice.currency)
