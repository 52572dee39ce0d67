"""Rounding: whole coins for every line, so that what is shown adds up to the total that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def share_out(
    amounts: Sequence[Fraction], total: int, alike: Sequence[tuple[Fraction, int]] | None = None
) -> list[int]:
    """Whole numbers for amounts in coins, each the one below or above, that add up to `total` (largest remainder).

    `alike` is how the same lines were rounded in another column: a line with the same amount keeps its figure
    wherever that is possible, so that a line that no rise touches shows no change.
    """
    if len(amounts) == 1:
        return [total]
    floors = [amount.numerator // amount.denominator for amount in amounts]
    order = sorted(range(len(floors)), key=lambda i: (_turn(i, amounts, floors, alike), floors[i] - amounts[i], i))
    for position in order[: total - sum(floors)]:
        floors[position] += 1
    return floors


def _turn(
    position: int, amounts: Sequence[Fraction], floors: Sequence[int], alike: Sequence[tuple[Fraction, int]] | None
) -> int:
    """Whose turn it is to be rounded up: first who was before, last who is whole already."""
    if amounts[position] == floors[position]:
        return 3
    if alike is None or alike[position][0] != amounts[position]:
        return 1
    return 0 if alike[position][1] > floors[position] else 2
