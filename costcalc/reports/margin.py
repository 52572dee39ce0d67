"""Margin: revenue against cost before and with the rise, and what would restore it, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from costcalc.rating.model import Cost, sum_costs
from costcalc.records import dataclass

ASSUMED_MARGINS = tuple(Fraction(percent, 100) for percent in (40, 50, 60, 70, 80))


@dataclass(frozen=True, slots=True)
class Margin:
    """Gross margin = (revenue − cost) ÷ revenue. Undefined where revenue is 0."""

    revenue: Fraction
    cost: Cost

    @property
    def before(self) -> Fraction | None:
        return _margin(self.revenue, self.cost.before)

    @property
    def after(self) -> Fraction | None:
        return _margin(self.revenue, self.cost.mid)

    @property
    def range_after(self) -> tuple[Fraction, Fraction] | None:
        """The margin at the low and at the high end of the rises; None where they are no ranges."""
        low, high = _margin(self.revenue, self.cost.low), _margin(self.revenue, self.cost.high)
        return (low, high) if low is not None and high is not None and low != high else None

    @property
    def erosion(self) -> Fraction | None:
        """Margin lost, as a share of revenue: 0.081 is 8.1 points."""
        if self.before is None or self.after is None:
            return None
        return self.before - self.after

    @property
    def money_lost(self) -> Fraction:
        return self.cost.change

    @property
    def recover(self) -> Fraction | None:
        """The rise of your own prices that brings the lost money back, volume unchanged: lost ÷ revenue."""
        return self.money_lost / self.revenue if self.revenue > 0 else None

    @property
    def hold(self) -> Fraction | None:
        """The rise of your own prices that keeps the margin as it was: cost then ÷ (1 − margin) ÷ revenue − 1."""
        before = self.before
        if before is None or before == 1 or self.revenue <= 0:
            return None
        return self.cost.mid / (1 - before) / self.revenue - 1

    @property
    def rise_to_zero(self) -> Fraction | None:
        """The rise of the whole cost at which nothing is left: revenue ÷ cost before − 1."""
        return self.revenue / self.cost.before - 1 if self.cost.before > 0 and self.revenue > 0 else None

    def rise_to(self, floor: Fraction) -> Fraction | None:
        """The rise of the whole cost at which the margin meets the floor."""
        return self.revenue * (1 - floor) / self.cost.before - 1 if self.cost.before > 0 and self.revenue > 0 else None


@dataclass(frozen=True, slots=True)
class AssumedMargin:
    """What the rise does to somebody whose margin is `before`, whatever the revenue."""

    before: Fraction
    after: Fraction
    hold: Fraction
    recover: Fraction


def at_assumed_margins(cost: Cost) -> list[AssumedMargin]:
    """The effect at a margin of 40, 50, 60, 70 and 80%; empty where nothing was paid before."""
    if cost.before <= 0:
        return []
    growth = cost.mid / cost.before
    return [
        AssumedMargin(margin, 1 - (1 - margin) * growth, growth - 1, (1 - margin) * (growth - 1))
        for margin in ASSUMED_MARGINS
    ]


def _margin(revenue: Fraction, cost: Fraction) -> Fraction | None:
    return (revenue - cost) / revenue if revenue else None


def together(margins: Sequence[Margin]) -> Margin | None:
    """That of several lines; None of none."""
    if not margins:
        return None
    return Margin(sum((margin.revenue for margin in margins), Fraction()), sum_costs(margin.cost for margin in margins))
