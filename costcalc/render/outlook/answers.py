"""Answers: what would bring the last month to today's margin or to the floor, each way on its own."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.render.blocks import Block, Facts, Gap, Note
from costcalc.render.outlook.phrases import where_text
from costcalc.render.words import long_month_text, percent_text, plain_percent
from costcalc.reports.outlook import Outlook
from costcalc.reports.restoring import FurtherRise, MoveShare, PriceAnswer, TokenSaving


def answer_blocks(outlook: Outlook) -> Iterator[Block]:
    """Every margin that is asked for with its ways; without revenue, how to state it."""
    if outlook.last.after.revenue is None:
        yield Gap()
        yield Note(
            "No revenue is known, so there is no margin: give --revenue AMOUNT or --margin SHARE, or write revenue"
            " rules in the scenario."
        )
        return
    rows = [row for margin in _margins(outlook) if (row := _row(margin, outlook))]
    if not rows:
        return
    yield Gap()
    yield Note(f"What restores the margin in {long_month_text(outlook.last.month)}, each on its own:", "strong")
    yield Facts(rows, each_in_a_line=True)


def _margins(outlook: Outlook) -> list[Fraction]:
    """Today's margin first, then the floor, then whatever else was solved for."""
    answers = outlook.answers
    prices = [answer.margin for answer in (answers.hold, answers.floor) if answer]
    tokens = [answers.tokens.margin] if answers.tokens else []
    moves, rises = [answer.margin for answer in answers.moves], [answer.margin for answer in answers.rises]
    return list(dict.fromkeys([*prices, *tokens, *moves, *rises]))


def _row(margin: Fraction, outlook: Outlook) -> tuple[str, tuple[str, ...]] | None:
    answers = outlook.answers
    ways = [_price(answer) for answer in _prices(outlook, margin)]
    if answers.tokens and answers.tokens.margin == margin:
        ways.append(_tokens(answers.tokens))
    ways += [_move(answer) for answer in answers.moves if answer.margin == margin]
    ways += [_rise(answer) for answer in answers.rises if answer.margin == margin]
    if not ways:
        return None
    is_floor = outlook.floor is not None and margin == outlook.floor
    label = f"To meet {plain_percent(margin)}" if is_floor else f"To hold {percent_text(margin)}"
    return label, tuple(ways)


def _prices(outlook: Outlook, margin: Fraction) -> list[PriceAnswer]:
    answers = outlook.answers
    found = [answer for answer in (answers.hold, answers.floor) if answer and answer.margin == margin]
    return found[:1]


def _price(answer: PriceAnswer) -> str:
    if answer.rise is None:
        return "no price of your own would do"
    if answer.rise > 0:
        return f"raise your prices by {percent_text(answer.rise)}"
    return f"your prices have room: {percent_text(answer.rise)}" if answer.rise else "your prices do already"


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
