"""Commitments: what a month's charges lack of the minimum that a contract asks for, as a charge of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.pricebook.terms import Commitment
from costcalc.rating.model import ZERO, Charge, Committed, Cost
from costcalc.records import dataclass
from costcalc.selectors import Selector

SHORTFALL = "commitment shortfall"  # how its line is called
Days = tuple[date, date]  # [first, end)


@dataclass(slots=True)
class Tally:
    """What was spent on each commitment, by month of its provider's zone."""

    commitments: Sequence[Commitment]
    spent: dict[tuple[Commitment, Month], Cost]

    def add(self, charge: Charge, month: Month, cost: Cost) -> None:
        for commitment in self.commitments:
            selector = commitment.selector
            if selector.matches(charge.provider, *charge.names) and commitment.applies_on(charge.day):
                place = (commitment, month)
                self.spent[place] = self.spent.get(place, ZERO) + cost * _share(selector, charge)


def tally_of(commitments: Iterable[Commitment]) -> Tally:
    """An empty one. Narrower commitments come first: what they lack counts for the wider ones."""
    waiting, ordered = list(commitments), []
    while waiting:
        # Two of the same selector are narrower than each other: the order written decides.
        first = next((c for c in waiting if not any(_is_narrower(o, c) for o in waiting)), waiting[0])
        waiting.remove(first)
        ordered.append(first)
    return Tally(tuple(ordered), {})


def settle(
    tally: Tally, month: Month, covered: Mapping[Commitment, Days], exchange: Callable[[str, Month], Fraction]
) -> list[Committed]:
    """What a month's charges come to, and lack. `covered`: the days of the log, in the zone of each commitment."""
    found: list[tuple[Committed, Days]] = []
    for commitment in tally.commitments:
        days = _days_of(commitment, month, covered[commitment])
        if days is None:
            continue
        count = (days[1] - days[0]).days
        due = commitment.amount.amount * exchange(commitment.amount.currency, month) * Fraction(count, month.days)
        spent = tally.spent.get((commitment, month), ZERO)
        for inner, inner_days in found:
            if covers(commitment.selector, inner.commitment.selector):
                spent = spent + inner.shortfall * _overlap(inner_days, days)
        lacking = Cost(*(max(due - cost, Fraction()) for cost in (spent.before, spent.low, spent.mid, spent.high)))
        found.append((Committed(commitment, month, count, due, spent, lacking), days))
    return [committed for committed, _ in found]


def covers(wide: Selector, narrow: Selector) -> bool:
    """Whether all that the one selects is selected by the other."""
    return (
        wide.provider in ("*", narrow.provider)
        and wide.model in ("*", narrow.model)
        and (wide.meters is None or (narrow.meters is not None and narrow.meters <= wide.meters))
    )


def _is_narrower(one: Commitment, other: Commitment) -> bool:
    return covers(other.selector, one.selector) and not covers(one.selector, other.selector)


def _share(selector: Selector, charge: Charge) -> Fraction:
    """How much of a charge counts: of a bill its meters by the list; all of one that nothing splits."""
    if selector.meters is None:
        return Fraction(1)
    if charge.price_line is not None:
        return Fraction(selector.covers(charge.price_line))
    if not charge.split:
        return Fraction(1)
    return sum((share for meter, share in charge.split.items() if selector.covers(meter)), Fraction())


def _days_of(commitment: Commitment, month: Month, covered: Days) -> Days | None:
    """The days of the month that lie in the log and in the contract; they are one stretch."""
    first = max(month.first, covered[0], commitment.from_day or month.first)
    end = min(month.next.first, covered[1], commitment.until_day or month.next.first)
    return (first, end) if first < end else None


def _overlap(inner: Days, outer: Days) -> Fraction:
    shared = min(inner[1], outer[1]) - max(inner[0], outer[0])
    return Fraction(max(shared, timedelta()) // timedelta(days=1), (inner[1] - inner[0]).days)
