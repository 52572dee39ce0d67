"""Passing through: the same bill at 0, 50 and 100% of the documented compute rises reaching tokens."""

from __future__ import annotations

from collections.abc import Iterator

from costcalc.money import minor_digits, round_half_up
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note
from costcalc.render.coverage import margin_title
from costcalc.render.figures import change_style
from costcalc.render.words import DASH, decimal_text, money_text, percent_text
from costcalc.reports.plan.model import OverLog, PassThrough, Plan


def passing_blocks(plan: Plan, log: OverLog) -> Iterator[Block]:
    """The alternatives side by side; nothing where a pass-through was given."""
    if not log.pass_throughs:
        return
    columns = [
        Column("If so much reaches tokens", "name"),
        Column("Before", drop=2),
        Column("Low", drop=1),
        Column("With the rise"),
        Column("High", drop=1),
        Column("Change"),
        Column(margin_title(plan.coverage)),
    ]
    yield Gap()
    yield Grid(columns, [_row(each, plan) for each in log.pass_throughs])
    yield Note(
        "The rises were on compute and storage; how much of them reaches the price of tokens is an assumption. "
        "--pass-through 60% takes one.",
        "quiet",
    )


def _row(each: PassThrough, plan: Plan) -> list[Cell]:
    cost, digits = each.outcome.cost, minor_digits(plan.currency)
    before, then = round_half_up(cost.before, digits), round_half_up(cost.mid, digits)
    after = each.outcome.after.margin
    money = [money_text(amount, plan.currency) for amount in (cost.before, cost.low, cost.mid, cost.high)]
    return [
        Cell(percent_text(each.share, 0)),
        *(Cell(text) for text in money),
        Cell(decimal_text(then - before, signed=True) if then != before else DASH, change_style(cost.change)),
        Cell(percent_text(after) if after is not None else DASH),
    ]
