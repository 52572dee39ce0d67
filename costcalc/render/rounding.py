"""Rounding: whole coins for every line, so that what is shown adds up to the total that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from costcalc.money import exact_sum, round_half_up

Amount = Fraction | int
_SMALLEST: int = 10**100  # parts of one


def share_out(
    amounts: Sequence[Amount], total: int, alike: Sequence[tuple[Amount, int]] | None = None, coin: int = 1
) -> list[int]:
    """Whole coins for amounts, each the one below or above, that add up to `total` coins (largest remainder).

    `alike` is how the same lines were rounded in another column: a line with the same amount keeps its figure
    wherever that is possible. A total that lies further off than a coin a line is shared out all the same.
    """
    if len(amounts) < 2:
        return [total] * len(amounts)
    floors = [amount // coin for amount in amounts]
    rests = [amount - floor * coin for amount, floor in zip(amounts, floors, strict=True)]
    order = sorted(range(len(floors)), key=lambda i: (_turn(i, amounts, rests[i], floors, alike), -rests[i], i))
    each, more = divmod(total - sum(floors), len(floors))
    found = [floor + each for floor in floors] if each else floors
    for position in order[:more]:
        found[position] += 1
    return found


def shared_out(amounts: Sequence[Fraction], total: Decimal, digits: int) -> list[Decimal]:
    """The amounts with `digits` decimals, each rounded down or up, that add up to `total`."""
    coins = share_out([amount * 10**digits for amount in amounts], int(total.scaleb(digits)))
    return [Decimal(coin).scaleb(-digits) for coin in coins]


def share_out_together(columns: Sequence[Sequence[Amount]], totals: Sequence[int], coin: int = 1) -> list[list[int]]:
    """The same lines in several columns, each adding up to its own total.

    A line with one amount in all columns has one figure in all of them: what nothing touched shows no change. The
    first column is that of largest remainders, as far as the others leave room for it.
    """
    first = columns[0]
    if len(first) == 1:
        return [[total] for total in totals]
    still = [i for i, amount in enumerate(first) if all(column[i] == amount for column in columns[1:])]
    fixed = set(still)
    moved = [i for i in range(len(first)) if i not in fixed]
    base = share_out(first, totals[0], coin=coin)
    if not still or not moved:
        known = [*zip(first, base, strict=True)]
        rest = zip(columns[1:], totals[1:], strict=True)
        return [base, *(share_out(column, total, known, coin) for column, total in rest)]
    kept = _kept(columns, totals, still, moved, sum(base[i] for i in still), coin)
    own = share_out([first[i] for i in still], kept, coin=coin)
    found: list[list[int]] = []
    alike: list[tuple[Amount, int]] = []
    for column, total in zip(columns, totals, strict=True):
        amounts = [column[i] for i in moved]
        shared = share_out(amounts, total - kept, alike or None, coin)
        alike = alike or [*zip(amounts, shared, strict=True)]
        coins = dict(zip(still, own, strict=True)) | dict(zip(moved, shared, strict=True))
        found.append([coins[i] for i in range(len(first))])
    return found


def shared_out_together(
    columns: Sequence[Sequence[Fraction]], totals: Sequence[Decimal], digits: int
) -> list[list[Decimal]]:
    """The same in amounts with `digits` decimals."""
    unit = lcm(*{amount.denominator for column in columns for amount in column})
    # Whole numbers of one unit are compared and added up far faster than fractions, unless the unit is tiny.
    is_tiny = unit > _SMALLEST
    scaled: list[list[Amount]] = [
        [
            amount * 10**digits if is_tiny else amount.numerator * (unit // amount.denominator) * 10**digits
            for amount in column
        ]
        for column in columns
    ]
    found = share_out_together(scaled, [int(total.scaleb(digits)) for total in totals], 1 if is_tiny else unit)
    return [[Decimal(coin).scaleb(-digits) for coin in column] for column in found]


def adding_up(
    columns: Sequence[Sequence[Fraction]], known: Sequence[tuple[Fraction, Decimal]], digits: int
) -> list[list[Decimal]]:
    """The same lines in several columns. `known`: of each a total and its figure, which a column of that total takes."""
    totals = []
    for column, (exact, figure) in zip(columns, known, strict=True):
        total = exact_sum(column)
        totals.append(figure if is_same(exact, total) else round_half_up(total, digits))
    return shared_out_together(columns, totals, digits)


def is_same(one: Fraction, other: Fraction) -> bool:
    """Whether two amounts are one: months to come are computed to a billionth."""
    return bool(abs(one - other) * 10**9 <= max(Fraction(1), abs(one)))


def _kept(
    columns: Sequence[Sequence[Amount]], totals: Sequence[int], still: Sequence[int], moved: Sequence[int], wished: int, coin: int
) -> int:  # fmt: skip
    """What the lines that stay come to: as near to `wished` as leaves every line of every column its coin below or above."""
    low, high = _room(columns[0], still, coin)
    for column, total in zip(columns, totals, strict=True):
        least, most = _room(column, moved, coin)
        low, high = max(low, total - most), min(high, total - least)
    return min(max(wished, low), max(low, high))


def _room(column: Sequence[Amount], positions: Sequence[int], coin: int) -> tuple[int, int]:
    """The least and the most that lines come to in whole coins."""
    least = sum(column[i] // coin for i in positions)
    return least, least + sum(column[i] % coin != 0 for i in positions)


def _turn(
    position: int, amounts: Sequence[Amount], rest: Amount, floors: Sequence[int],
    alike: Sequence[tuple[Amount, int]] | None,
) -> int:  # fmt: skip
    """Whose turn it is to be rounded up: first who was before, last who is whole already."""
    if not rest:
        return 3
    if alike is None or alike[position][0] != amounts[position]:
        return 1
    return 0 if alike[position][1] > floors[position] else 2
