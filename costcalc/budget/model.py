"""Budgets: a limit, for which usage and which days, and from where on to warn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from costcalc.calendar import DayRange
from costcalc.scenario.where import Where

if TYPE_CHECKING:
    from costcalc.problems import Place
    from costcalc.scenario.items import Scenario

# What is limited: an amount of money, tokens or requests; the rise against a baseline; the margin from below; the
# share of tokens without a price; the days since the prices were read at their source.
Kind = Literal["limit", "max_rise", "margin_at_least", "unpriced_at_most", "prices_checked_within"]
Each = Literal["month", "week", "day"]

KINDS: tuple[Kind, ...] = ("limit", "max_rise", "margin_at_least", "unpriced_at_most", "prices_checked_within")
EACH: tuple[Each, ...] = ("month", "week", "day")
COUNTED = ("tokens", "requests")  # units of a limit that are no money

ALL_USAGE = Where()


@dataclass(frozen=True, slots=True)
class Budget:
    """One limit. Shares, rises and margins are fractions of 1: 0.55 is 55%."""

    name: str
    kind: Kind
    limit: Fraction  # an amount in `unit`, a share, or days
    unit: str = ""  # of a limit: tokens, requests or a currency; "" is the report's currency
    where: Where = ALL_USAGE
    each: Each | None = None
    period: DayRange | None = None  # with neither: the whole log
    warn_at: Fraction | None = None  # of a limit or a rise: the share of it from which on to warn
    warn_below: Fraction | None = None  # of a margin: where the warning ends
    prorate: bool = False  # a period that the log covers in part has the limit of the days covered
    scenario: Scenario | None = None  # the months to come under it, in place of the log
    pass_through: Fraction | None = None  # of the scenario's ranges and events
    place: Place | None = None  # None: a flag of the command line
    excerpt: str = ""  # the line at that place
    note: str = ""

    def places(self) -> set[Place]:
        """Where it stands in a file, and where it says which usage it means."""
        return {place for place in (self.place, self.where.place) if place}

    def without(self, places: Collection[Place]) -> Budget | None:
        """The budget, unless it stands there."""
        return None if self.places() & {*places} else self

    @property
    def is_money(self) -> bool:
        return self.kind == "limit" and self.unit not in COUNTED
