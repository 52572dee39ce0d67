"""Answers: what would bring the last month to today's margin or to the floor, each way on its own, and machines of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.months.capacity import Replicas
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, grid
from costcalc.render.plan.phrases import where_text
from costcalc.render.words import (
    count_text,
    counted,
    day_text,
    decimal_text,
    long_month_text,
    month_text,
    percent_text,
    plain_percent,
)
from costcalc.reports.plan.answers import BreakEven, FurtherRise, MoveShare, PriceAnswer, TokenSaving
from costcalc.reports.plan.model import Plan
from costcalc.scenario.changes import Move

_MET = "your prices do already"


def answer_blocks(plan: Plan) -> Iterator[Block]:
    """Every margin that is asked for with its ways; without revenue, how to state it."""
    if plan.last.after.revenue is None:
        yield Gap()
        yield Note(
            "No revenue is known, so there is no margin: give --revenue AMOUNT or --margin SHARE, or write revenue"
            " rules in the scenario."
        )
        return
    rows = [(ways.label, ways.texts) for ways in ways_of(plan)]
    if not rows or (plan.last.unpriced_tokens and plan.last.unpriced_tokens == plan.last.tokens):
        return
    yield Gap()
    yield Note(f"What restores the margin in {long_month_text(plan.last.month)}, each on its own:", "strong")
    yield Facts(rows, each_in_a_line=True)


@dataclass(frozen=True, slots=True)
class Ways:
    """A margin that is asked for, and the ways to it."""

    margin: Fraction
    label: str
    price: str  # the way of one's own prices; "": none was asked for
    others: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.price, *self.others) if self.price else self.others


def ways_of(plan: Plan) -> list[Ways]:
    """By margin, those to which nothing leads left out; today's margin first, then the floor."""
    return [ways for margin in _margins(plan) if (ways := _ways(margin, plan)).texts]


def _margins(plan: Plan) -> list[Fraction]:
    """Today's margin first, then the floor, then whatever else was solved for."""
    answers = plan.answers
    prices = [answer.margin for answer in (answers.hold, answers.floor) if answer]
    others = [answer.margin for each in (answers.tokens, answers.moves, answers.rises) for answer in each]
    return list(dict.fromkeys([*prices, *(margin for margin in others if margin is not None)]))


def _ways(margin: Fraction, plan: Plan) -> Ways:
    answers = plan.answers
    price = [price_way(answer.rise) for answer in _prices(plan, margin)]
    others = [_tokens(answer) for answer in answers.tokens if answer.margin == margin]
    others += [_move(answer, answer.move) for answer in answers.moves if answer.move and answer.margin == margin]
    others += [_rise(answer) for answer in answers.rises if answer.margin == margin]
    is_floor = plan.floor is not None and margin == plan.floor
    label = f"To meet {plain_percent(margin)}" if is_floor else f"To hold {percent_text(margin)}"
    if price == [_MET]:
        others = []  # there is nothing to restore
    return Ways(margin, label, "".join(price), tuple(others))


def _prices(plan: Plan, margin: Fraction) -> list[PriceAnswer]:
    answers = plan.answers
    found = [answer for answer in (answers.hold, answers.floor) if answer and answer.margin == margin]
    return found[:1]


def price_way(rise: Fraction | None) -> str:
    """The way of one's own prices."""
    if rise is None:
        return "no price of your own would do"
    if not round_half_up(rise * 100, 1):  # as it would be shown
        return _MET
    return f"raise your prices by {percent_text(rise)}" if rise > 0 else f"your prices have room: {percent_text(rise)}"


def _tokens(answer: TokenSaving) -> str:
    if answer.fewer is None:
        return "saving tokens alone does not suffice"
    if answer.fewer <= 0:
        return "no tokens need to be saved"
    return f"use {percent_text(answer.fewer)} fewer tokens{_in_steps(answer.in_steps)}"


def _move(answer: MoveShare, move: Move) -> str:
    what = f"of {where_text(move.where) or 'all usage'} to {move.to}"
    planned = plain_percent(move.share.mid)
    if answer.share is None:
        return f"no share {what}{': ' + answer.reason if answer.reason else ''}"
    if not answer.share:
        return f"nothing needs to move {what}"
    share = percent_text(answer.share)
    return f"move {share} instead of {planned} {what}{_in_steps(answer.in_steps)} (quality: {move.quality})"


def _in_steps(in_steps: bool) -> str:
    return ", the least that does with whole machines" if in_steps else ""


def _rise(answer: FurtherRise) -> str:
    if answer.rise < 0:
        return f"{answer.provider} would have to cost {percent_text(-answer.rise)} less"
    return f"met until {answer.provider} rises by a further {percent_text(answer.rise)}"


def replica_blocks(plan: Plan) -> Iterator[Block]:
    """A row a target (and stretch of days) of the last month."""
    last = [part for part in plan.replicas if part.month == plan.last.month]
    if last:
        yield Gap()
        yield _grid(last, plan)


def break_even_blocks(plan: Plan) -> Iterator[Block]:
    """The volume and the month from which moving pays, of each target."""
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
