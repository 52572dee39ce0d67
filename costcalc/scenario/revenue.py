"""Revenue rules: what is earned, by request, token, seat or customer; price changes of one's own; other costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Literal

from costcalc.calendar import Month
from costcalc.money import Money
from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.scenario.figure import NOTHING, Figure, Span
from costcalc.scenario.where import Where

Per = Literal["request", "1M tokens", "month", "seat and month", "customer and month"]
PER: tuple[Per, ...] = ("request", "1M tokens", "month", "seat and month", "customer and month")


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount for each of something: earned (revenue) or paid (other costs)."""

    where: Where
    span: Span
    per: Per
    amount: Money  # without a currency: the report's
    seats: int = 1
    place: Place | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A change of one's own prices, and the customers that it costs."""

    where: Where
    span: Span
    change: Figure
    lost: Figure = NOTHING  # the share of the matching requests and fees that leaves with the customers
    place: Place | None = None
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return self.change, self.lost


@dataclass(frozen=True, slots=True)
class Business:
    """What is earned and paid beside tokens."""

    revenue: tuple[Fee, ...] = ()
    own_prices: tuple[OwnPrice, ...] = ()
    other_costs: tuple[Fee, ...] = ()

    def __bool__(self) -> bool:
        return any((self.revenue, self.own_prices, self.other_costs))


NO_BUSINESS = Business()
FxPath = Mapping[str, Fraction | Mapping[Month, Fraction]]  # units of the scenario's currency for one of the key


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """How `--simulate` draws: from every range, and from exchange rates that wander."""

    distribution: str = "triangular"
    fx: Mapping[str, Fraction] = field(default_factory=dict)  # one standard deviation in a year, as a share


TRIANGULAR = SimulationOptions()
