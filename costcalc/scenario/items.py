"""Items: a scenario as it was meant: price changes before anybody says how much is passed through, and all the rest."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.records import dataclass
from costcalc.scenario.changes import NO_USAGE_CHANGES, UsageChanges
from costcalc.scenario.events import any_reaches_tokens, event_changes
from costcalc.scenario.figure import Figure, fixed
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.scenario.revenue import NO_BUSINESS, TRIANGULAR, Business, FxPath, Simulation

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event


@dataclass(frozen=True, slots=True)
class PriceItem:
    """One entry of a scenario's prices: an event of the catalogue, or hikes written out (several: month by month)."""

    event: Event | None
    hikes: tuple[PriceChange, ...] = ()
    pass_through: Figure | None = None  # its own; None: the one of the run
    distribution: str = ""  # of figure.DISTRIBUTIONS; "": the scenario's own
    note: str = ""

    def changes(self, share: Fraction | None) -> tuple[PriceChange, ...]:
        """The price changes at a pass-through; None leaves ranges whole and events in their documented scope."""
        own = self.pass_through or (fixed(share) if share is not None else None)
        if self.event is not None:
            return event_changes(self.event, own)
        return tuple(hike.scaled(own) if own is not None and hike.is_range else hike for hike in self.hikes)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes only; it holds no results."""

    name: str  # its title
    items: tuple[PriceItem, ...] = ()
    usage: UsageChanges = NO_USAGE_CHANGES
    business: Business = NO_BUSINESS
    fx: FxPath = field(default_factory=dict)  # units of `currency` for one of the key, from month 1 on
    currency: str = ""  # of the report, where no flag says another
    horizon: int | None = None  # months to come; None: as many as the command asks for
    simulation: Simulation = TRIANGULAR
    note: str = ""
    written: str = ""  # the shipped name, or the file
    fiscal_year_starts: int | None = None  # the month in which its years begin; None: as the configuration says

    @property
    def is_only_prices(self) -> bool:
        """Whether nothing but prices changes: the log's own time can then be priced with the changes too."""
        return not (self.usage or self.business or self.fx)

    @property
    def has_ranges(self) -> bool:
        """Whether anything beside a price is given as a range."""
        return any(figure.is_range for figure in self.figures())

    def figures(self) -> list[Figure]:
        """Every figure of the usage changes and of one's own prices."""
        changes = (*self.usage.all(), *self.business.own_prices)
        return [figure for change in changes for figure in change.figures]

    @property
    def events(self) -> tuple[Event, ...]:
        """The events whose pass-through nobody has fixed."""
        return tuple(item.event for item in self.items if item.event is not None and item.pass_through is None)

    def changes(self, share: Fraction | None) -> PriceChanges:
        return PriceChanges(tuple(change for item in self.items for change in item.changes(share)))

    def whole_changes(self) -> PriceChanges:
        """Everything that a pass-through may let through."""
        return PriceChanges((*self.changes(None), *(self.changes(Fraction(1)) if self.takes_pass_through else ())))

    @property
    def asks_for_pass_through(self) -> bool:
        """Whether how much reaches tokens is open, and decides a figure."""
        return any_reaches_tokens(self.events)

    @property
    def takes_pass_through(self) -> bool:
        """Whether there is anything that a pass-through scales."""
        ranges = any(hike.is_range for item in self.items for hike in item.hikes)
        return ranges or any_reaches_tokens(item.event for item in self.items if item.event is not None)
