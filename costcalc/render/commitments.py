"""Commitments on the page: which month came to less than its minimum, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator

from costcalc.rating.model import Committed, Rating
from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.words import counted, money_text, month_text


def commitment_blocks(rating: Rating) -> Iterator[Block]:
    """A sentence a month that lacks something; commitments that are met need no words."""
    short = [part for part in rating.commitments if part.shortfall.before or part.shortfall.mid]
    if short:
        yield Gap()
    yield from (Note(_text(part, rating.currency)) for part in short)


def _text(part: Committed, currency: str) -> str:
    due, spent, lacking = (
        money_text(amount, currency) for amount in (part.due, part.spent.before, part.shortfall.before)
    )
    days = f" for {counted(part.days, 'day')}" if part.days < part.month.days else ""
    then = f", with the rise {money_text(part.shortfall.mid, currency)}" if part.shortfall.change else ""
    return (
        f"Commitment {part.commitment.selector}, {month_text(part.month)}: at least {due}{days};"
        f" the usage costs {spent}, the shortfall is {lacking}{then}."
    )
