"""Verdicts: which customers cost more than they pay, over the log and in months to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.render.blocks import Note
from costcalc.render.words import counted
from costcalc.reports.plan.model import CustomerLine

_NAMED = 5  # in a sentence


def verdicts(customers: Sequence[CustomerLine]) -> Iterator[Note]:
    """Loudly those that turn from a profit to a loss; then those that are a loss already."""
    named = [customer for customer in customers if customer.name]  # rows without one are nobody's loss
    turned = [customer for customer in named if customer.turns_unprofitable]
    if turned:
        verb = "turns" if len(turned) == 1 else "turn"
        yield Note(f"{counted(len(turned), 'customer')} {verb} unprofitable: {_names(turned)}.", "loud")
    yield from unsure(customers)
    already = [one for one in named if one.today.profit is not None and one.today.profit < 0]
    if already:
        verb = "costs" if len(already) == 1 else "cost"
        pays = "it pays" if len(already) == 1 else "they pay"
        yield Note(f"{counted(len(already), 'customer')} {verb} more than {pays} today already: {_names(already)}.")


def unsure(customers: Sequence[CustomerLine]) -> Iterator[Note]:
    """Those of whom nobody knows whether they turn."""
    if unknown := [customer for customer in customers if customer.name and customer.may_turn_unprofitable]:
        one = len(unknown) == 1
        yield Note(
            f"{_names(unknown)}: a loss then; part of {'its' if one else 'their'} cost today has no price, so that it is"
            f" not known whether {'it turns' if one else 'they turn'} unprofitable or {'is' if one else 'are'} so already."
        )


def _names(customers: Sequence[CustomerLine]) -> str:
    named = ", ".join(customer.name or "" for customer in customers[:_NAMED])
    return named + (f" and {len(customers) - _NAMED} more" if len(customers) > _NAMED else "")
