"""Items: the price changes of a scenario as they were meant, before anybody says how much is passed through."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.scenario.events import any_reaches_tokens, event_changes
from costcalc.scenario.model import PriceChange, PriceChanges

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event


@dataclass(frozen=True, slots=True)
class PriceItem:
    """One change of a scenario: an event of the catalogue, or a hike written out."""

    event: Event | None
    change: PriceChange | None
    pass_through: Fraction | None  # its own; None: the one of the run

    def changes(self, share: Fraction | None) -> tuple[PriceChange, ...]:
        """The price changes at a pass-through; None leaves ranges whole and events in their documented scope."""
        own = self.pass_through if self.pass_through is not None else share
        if self.event is not None:
            return event_changes(self.event, own)
        assert self.change is not None
        return (self.change.scaled(own) if own is not None and self.change.is_range else self.change,)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes only; it holds no results."""

    name: str
    items: tuple[PriceItem, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The events whose pass-through nobody has fixed."""
        return tuple(item.event for item in self.items if item.event is not None and item.pass_through is None)

    def changes(self, share: Fraction | None) -> PriceChanges:
        return PriceChanges(tuple(change for item in self.items for change in item.changes(share)))

    @property
    def asks_for_pass_through(self) -> bool:
        """Whether how much reaches tokens is open, and decides a figure."""
        return any_reaches_tokens(self.events)

    @property
    def takes_pass_through(self) -> bool:
        """Whether there is anything that a pass-through scales."""
        ranges = any(item.change is not None and item.change.is_range for item in self.items)
        return ranges or any_reaches_tokens(item.event for item in self.items if item.event is not None)
