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
    already = [one for one in named if one.today.profit is not None and one.today.profit < 0]
    if already:
        verb = "costs" if len(already) == 1 else "cost"
        pays = "it pays" if len(already) == 1 else "they pay"
        yield Note(f"{counted(len(already), 'customer')} {verb} more than {pays} today already: {_names(already)}.")


def _names(customers: Sequence[CustomerLine]) -> str:
    named = ", ".join(customer.name or "" for customer in customers[:_NAMED])
    return named + (f" and {len(customers) - _NAMED} more" if len(customers) > _NAMED else "")
