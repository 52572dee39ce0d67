"""Allocating: what belongs to no line of its own, shared out among the lines that caused it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.rating.model import ZERO, Charge, Committed, LineKey, Rating

WAYS = ("none", "proportional")


def allocated(rating: Rating) -> Rating:
    """The rating with every shortfall of a minimum spend on the lines that its contract covers, by their cost.

    The total stays the same. A shortfall of a contract that nothing was used of keeps its own line.
    """
    waiting = iter([part for part in rating.commitments if part.shortfall != ZERO])
    used = [charge for charge in rating.charges if not charge.is_shortfall]
    charges: list[Charge] = []
    for charge in rating.charges:
        charges += _shared(charge, next(waiting), used) if charge.is_shortfall else [charge]
    return replace(rating, charges=charges)


def _shared(shortfall: Charge, part: Committed, used: Sequence[Charge]) -> Iterator[Charge]:
    weights: dict[LineKey, Fraction] = {}
    selector = part.commitment.selector
    for charge in used:
        if selector.matches(charge.provider, *charge.names) and (
            charge.price_line is None or selector.covers(charge.price_line)
        ):
            weights[charge.line] = weights.get(charge.line, Fraction()) + charge.cost.before
    weights = {line: weight for line, weight in weights.items() if weight > 0}
    total = sum(weights.values(), Fraction())
    if not total:
        yield shortfall
    for line, weight in weights.items():
        yield replace(shortfall, line=line, cost=shortfall.cost * (weight / total))
