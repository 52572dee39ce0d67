"""Passing through: the same bill at 0, 50 and 100% of the documented compute rises reaching tokens."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import Cost
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Gap, Note, grid
from costcalc.render.coverage import margin_title
from costcalc.render.words import money_text, percent_text
from costcalc.reports.plan.model import OverLog, Plan


def passing_blocks(plan: Plan, log: OverLog) -> Iterator[Block]:
    """The alternatives side by side; nothing where a pass-through was given."""
    if not log.pass_throughs:
        return
    currency, digits = plan.currency, minor_digits(plan.currency)

    def money(amount: Fraction) -> Cell:
        return Cell(money_text(amount, currency))

    def change(cost: Cost) -> Cell:
        return cells.shown_change(round_half_up(cost.mid, digits) - round_half_up(cost.before, digits), cost.change)

    yield Gap()
    yield grid([
        Column("If so much reaches tokens", "name", of=lambda each: Cell(percent_text(each.share, 0))),
        Column("Before", drop=2, of=lambda each: money(each.outcome.cost.before)),
        Column("Low", drop=1, of=lambda each: money(each.outcome.cost.low)),
        Column("With the rise", of=lambda each: money(each.outcome.cost.mid)),
        Column("High", drop=1, of=lambda each: money(each.outcome.cost.high)),
        Column("Change", of=lambda each: change(each.outcome.cost)),
        Column(margin_title(plan.coverage), of=lambda each: cells.percent(each.outcome.after.margin)),
    ], log.pass_throughs)  # fmt: skip
    yield Note(
        "The rises were on compute and storage; how much of them reaches the price of tokens is an assumption. "
        "--pass-through 60% takes one.",
        "quiet",
    )
