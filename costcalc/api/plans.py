"""Plans: the scenario and the hikes that a call names, as one scenario; and what it says of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.api.words import Number, read_money, read_share
from costcalc.files import path_from_here
from costcalc.money import Money
from costcalc.reports.revenue import Earned
from costcalc.scenario.hikes import hikes_from, read_items
from costcalc.scenario.items import Scenario
from costcalc.usage.earnings import Earnings, is_earnings, read_earnings

Income = Number | Money | Path  # what is earned: an amount, or a table by customer

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event


def scenario_of(name: str | Path | Scenario | None, hikes: object) -> Scenario:
    """The named scenario with the hikes written after it; the catalogue is read only where an event is named."""
    items = read_items(hikes_from(hikes), catalogue)
    if name is None:
        return Scenario("", items)
    if isinstance(name, Scenario):
        return replace(name, items=(*name.items, *items))
    from costcalc.scenario.read import read_scenario

    found = read_scenario(str(name), catalogue())
    return replace(found, items=(*found.items, *items))


def catalogue() -> Mapping[str, Event]:
    """The events by their id; read where one is named."""
    from costcalc.pricebook.events import load_events

    return {event.id: event for event in load_events()}


def earned_from(revenue: Income | None, margin: Number | None, source: str | None) -> Earned:
    """What flags or the configuration say of revenue: an amount, or the file of a table by customer."""
    if isinstance(revenue, Path) or (isinstance(revenue, str) and is_earnings(revenue)):
        amount: Money | Earnings | None = read_earnings(revenue, path_from_here(Path(revenue)))
        source = f"{source or '--revenue'} {Path(revenue).name}"
    else:
        amount = None if revenue is None else read_money(revenue)
    if margin is None:
        return Earned(amount, source=source or "--revenue")
    return Earned(amount, read_share(margin, "margin"), source or "--margin")
