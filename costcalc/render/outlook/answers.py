"""Answers: what would bring the last month to today's margin or to the floor, each way on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from costcalc.render.blocks import Block, Facts, Gap, Note
from costcalc.render.outlook.phrases import where_text
from costcalc.render.words import long_month_text, percent_text, plain_percent
from costcalc.reports.outlook import Outlook
from costcalc.reports.restoring import FurtherRise, MoveShare, PriceAnswer, TokenSaving

_NOTHING = Fraction(1, 10**10)  # of a price: months to come are reckoned to twelve digits


def answer_blocks(outlook: Outlook) -> Iterator[Block]:
    """Every margin that is asked for with its ways; without revenue, how to state it."""
    if outlook.last.after.revenue is None:
        yield Gap()
        yield Note(
            "No revenue is known, so there is no margin: give --revenue AMOUNT or --margin SHARE, or write revenue"
            " rules in the scenario."
        )
        return
    rows = [(ways.label, ways.texts) for ways in ways_of(outlook)]
    if not rows:
        return
    yield Gap()
    yield Note(f"What restores the margin in {long_month_text(outlook.last.month)}, each on its own:", "strong")
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


def ways_of(outlook: Outlook) -> list[Ways]:
    """By margin, those to which nothing leads left out; today's margin first, then the floor."""
    return [ways for margin in _margins(outlook) if (ways := _ways(margin, outlook)).texts]


def _margins(outlook: Outlook) -> list[Fraction]:
    """Today's margin first, then the floor, then whatever else was solved for."""
    answers = outlook.answers
    prices = [answer.margin for answer in (answers.hold, answers.floor) if answer]
    tokens = [answers.tokens.margin] if answers.tokens else []
    moves, rises = [answer.margin for answer in answers.moves], [answer.margin for answer in answers.rises]
    return list(dict.fromkeys([*prices, *tokens, *moves, *rises]))


def _ways(margin: Fraction, outlook: Outlook) -> Ways:
    answers = outlook.answers
    price = [price_way(answer.rise) for answer in _prices(outlook, margin)]
    others = []
    if answers.tokens and answers.tokens.margin == margin:
        others.append(_tokens(answers.tokens))
    others += [_move(answer) for answer in answers.moves if answer.margin == margin]
    others += [_rise(answer) for answer in answers.rises if answer.margin == margin]
    is_floor = outlook.floor is not None and margin == outlook.floor
    label = f"To meet {plain_percent(margin)}" if is_floor else f"To hold {percent_text(margin)}"
    return Ways(margin, label, "".join(price), tuple(others))


def _prices(outlook: Outlook, margin: Fraction) -> list[PriceAnswer]:
    answers = outlook.answers
    found = [answer for answer in (answers.hold, answers.floor) if answer and answer.margin == margin]
    return found[:1]


def price_way(rise: Fraction | None) -> str:
    """The way of one's own prices."""
    if rise is None:
        return "no price of your own would do"
    if abs(rise) <= _NOTHING:
        return "your prices do already"
    return f"raise your prices by {percent_text(rise)}" if rise > 0 else f"your prices have room: {percent_text(rise)}"


def _tokens(answer: TokenSaving) -> str:
    if answer.fewer is None:
        return "saving tokens alone does not suffice"
    if answer.fewer <= 0:
        return "no tokens need to be saved"
    return f"use {percent_text(answer.fewer)} fewer tokens{_in_steps(answer.in_steps)}"


def _move(answer: MoveShare) -> str:
    move = answer.move
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
