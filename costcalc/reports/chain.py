"""Chains: how one figure was made, from a count and a price over each factor to the cost, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from costcalc.pricebook.terms import Discount
from costcalc.problems import Place
from costcalc.rating.model import RateUsed
from costcalc.rating.quotes import QuotedRate
from costcalc.scenario.model import VARIANTS, PriceChange

StepKind = Literal[
    "price", "stated", "due", "spent", "share", "hike", "new rate", "by the list", "discount", "exchange"
]
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of a chain and what the figure comes to after it. A price or a stated amount begins it."""

    kind: StepKind
    amount: Fraction  # after this step, at the middle of every range
    currency: str
    times: Fraction | None = None  # None: the step sets the amount, it does not multiply the one before
    low: Fraction | None = None  # likewise at both ends, where a hike is a range
    high: Fraction | None = None
    name: str = ""  # of a share: batch, off-peak; of a discount: what it is on
    change: PriceChange | None = None
    rate: RateUsed | None = None
    place: Place | None = None  # of a discount


def priced_chain(
    quantity: Fraction, quoted: QuotedRate, currency: str, changes: Sequence[PriceChange], discounts: Sequence[Discount]
) -> Iterator[ChainStep]:
    """A count at its price, then shares, hikes and discounts, in the list's currency."""
    amount = quantity * quoted.price
    yield ChainStep("price", amount, currency)
    share = ONE
    for layer in quoted.layers:
        if layer.share is not None:
            share, amount = share * layer.share, amount * layer.share
            yield ChainStep("share", amount, currency, layer.share, name=layer.name)
    for change in changes:
        if change.new_rate is None:
            step = _risen(amount, currency, change)
        elif quoted.from_standard:
            step = _replaced(amount, quantity * change.new_rate * share, currency, change)
        else:
            continue  # a rate of its own does not follow the standard one
        amount = step.amount
        yield step
    for discount in discounts:
        amount *= 1 - discount.share
        yield ChainStep(
            "discount", amount, currency, 1 - discount.share, name=str(discount.selector), place=discount.place
        )


def stated_chain(
    stated: Fraction, currency: str, changes: Sequence[PriceChange], by_list: tuple[Fraction, Fraction, Fraction] | None
) -> Iterator[ChainStep]:
    """A stated cost, then the hikes: each by itself, or all by what the list says of the same usage (low, mid, high)."""
    yield ChainStep("stated", stated, currency)
    if by_list is not None:
        low, middle, high = by_list
        ends = (low, high) if low != high else (None, None)
        yield ChainStep("by the list", stated * middle, currency, middle, ends[0], ends[1])
        return
    for change in changes:
        step = _risen(stated, currency, change)
        stated = step.amount
        yield step


def exchanged(chain: Sequence[ChainStep], rate: RateUsed | None) -> tuple[ChainStep, ...]:
    """The chain with its exchange rate as the last step, where there is one."""
    if rate is None:
        return tuple(chain)
    return (*chain, ChainStep("exchange", chain[-1].amount * rate.rate, rate.quote, rate.rate, rate=rate))


def product(chain: Sequence[ChainStep]) -> Fraction:
    """What the steps multiply out to, each from the one before."""
    amount = Fraction()
    for step in chain:
        amount = step.amount if step.times is None else amount * step.times
    return amount


def _risen(amount: Fraction, currency: str, change: PriceChange) -> ChainStep:
    low, middle, high = (change.factor(variant) for variant in VARIANTS)
    ends = (low, high) if change.is_range else (None, None)
    return ChainStep("hike", amount * middle, currency, middle, ends[0], ends[1], change=change)


def _replaced(before: Fraction, after: Fraction, currency: str, change: PriceChange) -> ChainStep:
    """A new rate: as a factor it says what it does to the old one, where that was above 0."""
    return ChainStep("new rate", after, currency, after / before if before else None, change=change)
