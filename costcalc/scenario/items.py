"""Items: a scenario as it was meant: price changes before anybody says how much is passed through, and all the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.scenario.changes import NO_USAGE_CHANGES, Growth, UsageChange, UsageChanges
from costcalc.scenario.events import any_reaches_tokens, event_changes
from costcalc.scenario.figure import Figure, fixed
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.scenario.revenue import NO_BUSINESS, TRIANGULAR, Business, Fee, FxPath, OwnPrice, SimulationOptions

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

    def places(self) -> set[Place]:
        """Where it stands in a file."""
        return {hike.place for hike in self.hikes if hike.place}


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
    simulation: SimulationOptions = TRIANGULAR
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

    def places(self) -> set[Place]:
        """Where its entries stand in a file, and where each says which usage it means."""
        of_prices = (place for item in self.items for place in item.places())
        return {*of_prices, *(place for entry in self._entries() for place in _places(entry))}

    def _entries(self) -> tuple[UsageChange | Fee | OwnPrice, ...]:
        business = self.business
        return (*self.usage.all(), *business.revenue, *business.own_prices, *business.other_costs)

    def without(self, places: Collection[Place]) -> Scenario:
        """The scenario without the entries that stand there; what they choose is still asked for, and nothing made of it."""
        wrong = {*places}

        def kept(entries: Iterable[Any]) -> tuple[Any, ...]:
            return tuple(entry for entry in entries if not _places(entry) & wrong)

        usage, business = self.usage, self.business
        left = UsageChanges(*(kept(getattr(usage, each.name)) for each in fields(usage)))
        asked = (each for each in self._entries() if each.place in wrong and each.where.place not in wrong)
        return replace(
            self,
            items=tuple(item for item in self.items if not item.places() & wrong),
            usage=replace(left, growth=(*left.growth, *(Growth(each.where, each.span, "step") for each in asked))),
            business=Business(*(kept(getattr(business, each.name)) for each in fields(business))),
        )


def _places(entry: UsageChange | Fee | OwnPrice) -> set[Place]:
    return {place for place in (entry.place, entry.where.place) if place}
