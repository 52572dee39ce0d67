"""Replicas: the machines of one's own in the last month, and the volume at which they pay off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.forecasts.capacity import Replicas
from costcalc.money import minor_digits, round_half_up
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, grid
from costcalc.render.words import count_text, counted, day_text, decimal_text, long_month_text, month_text, percent_text
from costcalc.reports.plan.answers import BreakEven
from costcalc.reports.plan.model import Plan


def replica_blocks(plan: Plan) -> Iterator[Block]:
    """A row a target (and stretch of days) of the last month, and the break-even of each."""
    last = [part for part in plan.replicas if part.month == plan.last.month]
    if last:
        yield Gap()
        yield _grid(last, plan)
    if plan.answers.break_even:
        yield Gap()
        yield Note("When does moving pay?", "strong")
    for answer in plan.answers.break_even:
        month = answer.pays_from
        when = f"From {long_month_text(month)} on it pays." if month else "In none of these months does it pay."
        yield Note(f"{break_even_text(answer)} {when}")


def break_even_text(answer: BreakEven) -> str:
    """From which volume on the target's machines cost no more than staying."""
    if answer.volume is None:
        return f"Break-even of {answer.target}: none{f', {answer.reason}' if answer.reason else ''}."
    volume = f"{decimal_text(round_half_up(answer.volume, 2))} times what moves there"
    requests = f", {count_text(answer.requests)} requests a month" if answer.requests is not None else ""
    busy = f", {percent_text(answer.busy, 0)} busy" if answer.busy is not None else ""
    return f"Break-even of {answer.target}: {volume}{requests}; {counted(answer.replicas, 'replica')}{busy}."


def _grid(parts: Sequence[Replicas], plan: Plan) -> Grid:
    several = len({(part.target, part.month) for part in parts}) < len(parts)
    digits = minor_digits(plan.currency)
    return grid([
        Column("Machines", "name", of=lambda one: Cell(f"{one.target}, from {day_text(one.day)}" if several else one.target)),
        Column("Replicas", of=lambda one: Cell(str(one.needed))),
        Column("Paid already", drop=2, of=lambda one: Cell(str(one.paid))),
        Column("Spare", drop=1, of=lambda one: Cell(str(one.spare))),
        Column("Busy", of=lambda one: Cell(percent_text(Fraction(one.busy), 0))),
        Column(
            f"In {month_text(plan.last.month)}", has_unit=True,
            of=lambda one: cells.money(round_half_up(Fraction(one.cost), digits)),
        ),
    ], parts, plan.currency)  # fmt: skip
