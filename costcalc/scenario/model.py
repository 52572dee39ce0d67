"""Price changes: what a rise touches, by how much, from which day on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.selectors import Selector

if TYPE_CHECKING:
    from costcalc.scenario.figure import Figure

Variant = Literal["low", "mid", "high"]
VARIANTS: tuple[Variant, ...] = ("low", "mid", "high")


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One rise or cut. Percentages multiply every rate they match; an absolute rate replaces the standard one."""

    selector: Selector
    written: str  # as the user wrote it
    low: Fraction = Fraction()  # 0.34 is +34%
    high: Fraction = Fraction()
    new_rate: Fraction | None = None  # per unit, in the book's currency
    from_day: date | None = None  # first day, in the provider's zone; None: all rows and all months
    until_day: date | None = None  # the day it ends, exclusive: an event is in the list from its effective day on
    event: str = ""  # id in the catalogue; its documented scope, or the part of it that is passed through
    passed_through: Fraction | None = None  # how much of the event reaches tokens: an assumption, not a fact
    middle: Fraction | None = None  # where it is not halfway: a range of which a range is passed through
    place: Place | None = field(default=None, compare=False)  # in the file that says so; None: a flag

    @property
    def is_range(self) -> bool:
        return self.low != self.high

    def rise(self, variant: Variant) -> Fraction:
        if variant == "mid":
            return (self.low + self.high) / 2 if self.middle is None else self.middle
        return self.low if variant == "low" else self.high

    def factor(self, variant: Variant) -> Fraction:
        """What it multiplies a price by."""
        return 1 + self.rise(variant)

    def applies_on(self, day: date) -> bool:
        return (self.from_day is None or day >= self.from_day) and (self.until_day is None or day < self.until_day)

    def in_the_list_on(self, day: date) -> bool:
        """Whether an event was in force already: what is billed on that day contains it."""
        return self.until_day is not None and day >= self.until_day

    def scaled(self, share: Figure) -> PriceChange:
        """The same rise passed through in part: low of low, high of high, middle of middle."""
        middle = self.rise("mid") * share.mid
        return replace(self, low=self.low * share.low, high=self.high * share.high, middle=middle)


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """All price changes of a scenario, in the order written: those that match compound in that order."""

    changes: tuple[PriceChange, ...] = ()

    def __iter__(self) -> Iterator[PriceChange]:
        return iter(self.changes)

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def has_range(self) -> bool:
        return any(change.is_range for change in self.changes)

    def days(self) -> list[date]:
        """The days on which something changes."""
        found = {day for change in self.changes for day in (change.from_day, change.until_day)}
        return sorted(day for day in found if day)

    def matching(self, provider: str | None, *models: str) -> tuple[PriceChange, ...]:
        """The changes of one model, each once, by whichever of its names they mean it."""
        return tuple(change for change in self.changes if change.selector.matches(provider, *models))


def unit_price(
    price: Fraction,
    share: Fraction,
    from_standard: bool,
    meter: str,
    changes: Sequence[PriceChange],
    day: date,
    factor: Callable[[PriceChange], Any],
) -> Any:
    """The price of one unit under the changes in force on a day.

    `price` is the rate before a tier's or schedule's relative share; an absolute new rate replaces the standard
    rate, and what is written relative to it follows. `factor` says what a change multiplies by: a Fraction, or the
    draws of a simulation.
    """
    for change in changes:
        if not change.selector.covers(meter) or not change.applies_on(day):
            continue
        if change.new_rate is None:
            price = price * factor(change)
        elif from_standard:
            price = change.new_rate
    return price * share
