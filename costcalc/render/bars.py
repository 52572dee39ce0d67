"""Bars: a whole in its parts, and a row of figures as a small chart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from costcalc.render.blocks import BarPart
from costcalc.render.rounding import share_out

_STEPS = "▁▂▃▄▅▆▇█"
_LEVEL = _STEPS[3]  # where nothing moves
_HALF = Fraction(1, 2) + Fraction(1, 10**6)  # halves go up, also those that a float's last digit has left below


def widths(shares: Sequence[Fraction], width: int) -> list[int]:
    """Characters for each share of a bar; what is something gets one at least, where there is room."""
    total = sum(shares, Fraction())
    if not total:
        return [0] * len(shares)
    cells = share_out([share * width / total for share in shares], width)
    for position, share in enumerate(shares):
        largest = max(range(len(cells)), key=cells.__getitem__)
        if share > 0 and not cells[position] and cells[largest] > 1:
            cells[position] += 1
            cells[largest] -= 1
    return cells


def sparkline(values: Sequence[Fraction]) -> str:
    """One character a value, the lowest at the bottom and the highest at the top."""
    low, high = min(values), max(values)
    # Less than half a percent of the figure is no movement: it would look like one.
    if (high - low) * 200 <= max(abs(high), abs(low)):
        return _LEVEL * len(values)
    return "".join(_STEPS[int((value - low) * (len(_STEPS) - 1) / (high - low) + _HALF)] for value in values)


def bar_text(parts: Sequence[BarPart], width: int) -> str:
    """A bar as a row of its parts' marks."""
    counts = widths([part.share for part in parts], width)
    return "".join(part.mark * count for part, count in zip(parts, counts, strict=True))
