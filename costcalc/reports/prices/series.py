"""The series: one meter's price over time, as a chart draws it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from costcalc.problems import fail, nearest_names
from costcalc.reports.prices.history import PriceHistory, Series
from costcalc.reports.prices.rates import meter_order, per_units


def series(report: PriceHistory, meter: str | None = None) -> list[Series]:
    """The price of a meter over time: input unless another is asked for; peak and off-peak where both exist.

    CostcalcError: a meter that the model has no price for.
    """
    if not report.lengths:
        return []
    shortest = report.lengths[0]
    priced = sorted({name for moves in shortest.moves for _, name in moves}, key=meter_order)
    if meter and meter not in priced:
        raise fail("unpriced-meter", f'{report.found.provider}/{report.found.model} has no price for "{meter}"', nearest=nearest_names(meter, priced), expected=", ".join(priced))  # fmt: skip
    meter = meter or priced[0]
    found = []
    for variant in report.variants:
        steps: list[tuple[date, Fraction | None]] = []
        for entry, moves in zip(report.entries, shortest.moves, strict=True):
            start = entry.starts or entry.observed
            # An open start is drawn from the day it was seen on, or from the next block where that came first.
            if start is None or (entry.starts is None and _next_start(report, entry.observed)):
                start = _next_start(report, entry.observed) or report.day
            moved = moves.get((variant, meter))
            steps.append((start, moved.price.of_one * per_units(meter) if moved else None))
        found.append(Series(meter, variant, _in_order(steps)))
    return [each for each in found if any(price is not None for _, price in each.steps)]


def _next_start(report: PriceHistory, observed: date | None) -> date | None:
    """The first known start, if it lies before the day on which the open block was seen."""
    first = next((entry.starts for entry in report.entries if entry.starts), None)
    return first if first and (observed is None or first < observed) else None


def _in_order(steps: Sequence[tuple[date, Fraction | None]]) -> list[tuple[date, Fraction | None]]:
    by_day = dict(steps)  # of two that begin on one day, the later one holds
    return sorted(by_day.items(), key=lambda step: step[0])
