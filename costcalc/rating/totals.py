"""Totals: cost, other costs and revenue, before and with a scenario, and the rises of one's own prices that give a margin back."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from costcalc.rating.model import Cost
from costcalc.records import dataclass

ASSUMED_MARGINS = tuple(Fraction(percent, 100) for percent in (40, 50, 60, 70, 80))
_NOTHING = Fraction()
RATIO = 10**10  # parts of 1: two margins nearer than that are one, of amounts that are floats


@dataclass(frozen=True, slots=True)
class Totals:
    """What some time comes to: cost of tokens, other costs, revenue; report currency."""

    cost: Fraction
    other: Fraction = Fraction()
    revenue: Fraction | None = None  # None: unknown
    covered: Fraction | None = None  # the part of all costs that the revenue is held against; None: all of them

    @property
    def known_cost(self) -> Fraction | None:
        """None: nothing of it has a price, so that 0 is no cost."""
        return self.cost

    @property
    def is_priced(self) -> bool:
        """Whether it holds no month of which nothing has a price: such a sum is compared with none."""
        return True

    @property
    def is_whole(self) -> bool:
        """Whether all of it has a price: else it costs more than that."""
        return True

    @property
    def all_costs(self) -> Fraction:
        """What the margin is computed with."""
        return self.served if self.covered is None else self.covered

    @property
    def served(self) -> Fraction:
        """All that was paid, whether its revenue is known or not."""
        return self.cost + self.other

    @property
    def exact_margin(self) -> Fraction | None:
        """Gross margin: (revenue − cost − other costs) ÷ revenue; None where the revenue is unknown, or 0 or below."""
        return (self.revenue - self.all_costs) / self.revenue if self.revenue and self.revenue > 0 else None

    @property
    def margin(self) -> Fraction | None:
        """The gross margin, as it is shown and compared."""
        return self.exact_margin

    @property
    def profit(self) -> Fraction | None:
        return None if self.revenue is None else self.revenue - self.all_costs

    @property
    def worst_first(self) -> tuple[int, Fraction]:
        """To order by: revenue of 0 or below, by what is lost; then the margins; then what earns and costs nothing, or is unknown."""
        if self.revenue is not None and self.revenue <= 0 and self.revenue < self.all_costs:
            return 0, self.revenue - self.all_costs
        margin = self.margin
        return (2, _NOTHING) if margin is None else (1, margin)

    def __add__(self, more: Totals) -> Totals:
        revenue = None if self.revenue is None or more.revenue is None else self.revenue + more.revenue
        covered = None if self.covered is None or more.covered is None else self.covered + more.covered
        kinds = {type(self), type(more)}
        kind = type(self) if len(kinds) == 1 or kinds <= {Totals, Estimated} else PartlyPriced
        return kind(self.cost + more.cost, self.other + more.other, revenue, covered)


class Estimated(Totals):
    """Totals of amounts that are floats."""

    __slots__ = ()

    @property
    def margin(self) -> Fraction | None:
        """Rounded, so that what floats tell apart is one."""
        exact = self.exact_margin
        return None if exact is None else rounded_ratio(exact)


class AtLeast(Estimated):
    """Totals of usage of which something has no price: it costs more than that, and leaves less."""

    __slots__ = ()
    is_whole = False


class Unpriced(AtLeast):
    """Totals of usage of which nothing has a price: what it costs, and so what it leaves, is unknown."""

    __slots__ = ()
    is_priced = False
    known_cost = exact_margin = profit = None


class PartlyPriced(AtLeast):
    """A sum with months of which nothing has a price: a cost of the others, and no margin."""

    __slots__ = ()
    is_priced = False
    exact_margin = profit = None


class Ends:
    """Anything that comes to something before, and with a scenario at the cheap end, the middle and the dear end."""

    __slots__ = ()
    before: Totals
    low: Totals
    after: Totals
    high: Totals

    @property
    def cost(self) -> Cost:
        return Cost(self.before.cost, self.low.cost, self.after.cost, self.high.cost)

    @property
    def known_change(self) -> Fraction | None:
        """None: what it comes to before or after is unknown."""
        return self.cost.change if self.before.is_priced and self.after.is_priced else None

    @property
    def has_margin(self) -> bool:
        """Whether there is one before and after: the revenue is known, and above 0."""
        return self.before.margin is not None and self.after.margin is not None

    @property
    def margins(self) -> tuple[Fraction, Fraction] | None:
        """The lowest and the highest margin, over the ends of every range."""
        found = [each.margin for each in (self.low, self.after, self.high)]
        known = [margin for margin in found if margin is not None]
        return (min(known), max(known)) if known else None

    @property
    def erosion(self) -> Fraction | None:
        """Margin lost, as a share of revenue: 0.081 is 8.1 points."""
        before, after = self.before.margin, self.after.margin
        return before - after if before is not None and after is not None else None

    @property
    def lost(self) -> Fraction:
        """What is paid more, of all that stands against the revenue."""
        return self.after.all_costs - self.before.all_costs

    @property
    def hold(self) -> Fraction | None:
        """The rise of your own prices that keeps the margin as it was."""
        return rise_to(self.after, self.before.exact_margin)

    @property
    def recover(self) -> Fraction | None:
        """The rise of your own prices that brings the lost money back, volume unchanged."""
        return recovering(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Outcome(Ends):
    """What some time comes to, before and with a scenario."""

    before: Totals
    low: Totals
    after: Totals
    high: Totals


@dataclass(frozen=True, slots=True)
class AssumedMargin:
    """What becomes of a margin of today where no revenue is known, whatever the revenue."""

    today: Fraction
    before: Fraction  # with today's usage, at the list that is compared with: today's own over a log
    after: Fraction

    @property
    def hold(self) -> Fraction:
        """The rise of your own prices that keeps it."""
        return (1 - self.after) / (1 - self.before) - 1

    @property
    def recover(self) -> Fraction:
        """The rise of your own prices that brings the lost money back."""
        return self.before - self.after


def outcome(cost: Cost, revenue: Fraction | None = None, covered: Cost | None = None) -> Outcome:
    """What a cost comes to beside a revenue. `covered`: the part of it that the revenue is held against; None: all."""
    amounts = cost.before, cost.low, cost.mid, cost.high
    parts = (covered.before, covered.low, covered.mid, covered.high) if covered else (None,) * len(amounts)
    return Outcome(
        *(Totals(all_of_it, _NOTHING, revenue, part) for all_of_it, part in zip(amounts, parts, strict=True))
    )


def added(parts: Iterable[Ends]) -> Outcome:
    """What several come to together; at least one."""
    listed = list(parts)
    return Outcome(*(total_of(getattr(each, end) for each in listed) for end in ("before", "low", "after", "high")))


def total_of(parts: Iterable[Totals]) -> Totals:
    listed = list(parts)
    total = listed[0]
    for part in listed[1:]:
        total = total + part
    return total


def rise_to(totals: Totals, margin: Fraction | None) -> Fraction | None:
    """The rise of one's own prices, volume unchanged, at which the margin is met; None where none can be said."""
    if margin is None or margin >= 1 or not totals.revenue or totals.revenue < 0 or not totals.is_priced:
        return None
    return totals.all_costs / (1 - margin) / totals.revenue - 1


def recovering(before: Totals, after: Totals) -> Fraction | None:
    """The rise of one's own prices that brings back what is paid more: lost ÷ revenue; None without revenue."""
    if not after.revenue or after.revenue < 0 or not (before.is_priced and after.is_priced):
        return None
    return (after.all_costs - before.all_costs) / after.revenue


def at_assumed_margins(cost: Cost) -> list[AssumedMargin]:
    """The effect at a margin of 40, 50, 60, 70 and 80%; empty where nothing was paid before."""
    if cost.before <= 0:
        return []
    growth = cost.mid / cost.before
    return [AssumedMargin(margin, margin, 1 - (1 - margin) * growth) for margin in ASSUMED_MARGINS]


def rounded_ratio(ratio: Fraction) -> Fraction:
    return Fraction(round(ratio * RATIO), RATIO)
