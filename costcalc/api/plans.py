"""Plans: the scenario and the hikes that a call names, as one scenario; and what it says of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.api.books import Prices, Pricing, prices_of, pricing_of
from costcalc.api.words import read_first_month, read_margin, read_money, read_pass_through, read_share
from costcalc.files import path_from_here
from costcalc.money import Money
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.hikes import hikes_from, read_items
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.usage.earnings import Earnings, is_earnings, read_earnings

Words = Mapping[str, Any]  # the keywords of a question, all of them

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event
    from costcalc.pricebook.resolve import Pricebook


def scenario_of(name: str | Path | Scenario | None, hikes: object, prices: Prices | None = None) -> Scenario:
    """The named scenario with the hikes written after it; the catalogue is read only where an event is named.

    `prices`: whose names for providers its prices may use: a rise of Alibaba Cloud is one of alibaba.
    """
    plan = _written(name)
    plan = replace(plan, items=(*plan.items, *read_items(hikes_from(hikes), catalogue)))
    return replace(plan, items=tuple(_named(item, prices.pricebook) for item in plan.items)) if prices else plan


def planned(words: Words) -> tuple[Scenario, Pricing]:
    """The scenario of a question, hikes included, and the prices that it is about."""
    prices = prices_of(words)
    plan = scenario_of(words["scenario"], words["hikes"], prices)
    return plan, pricing_of(words, prices, plan.currency)


def with_years(plan: Scenario, words: Words) -> tuple[Scenario, Words]:
    """The scenario and the choice of a log, of one mind about when fiscal years begin: the scenario's word goes first."""
    starts = plan.fiscal_year_starts or read_first_month(words["fiscal_year_starts"])
    return replace(plan, fiscal_year_starts=starts), {**words, "fiscal_year_starts": starts}


def share_of(words: Words) -> Fraction | None:
    """How much of what is given as a range is passed through; None: nobody says."""
    written = words["pass_through"]
    return None if written is None else read_pass_through(read_share(written, "pass_through"))


def floor_of(words: Words) -> Fraction | None:
    return None if words["floor"] is None else read_margin(words["floor"], "floor")


def checked_scenario(path: Path, prices: Prices) -> Scenario:
    """A scenario file whose targets have prices. CostcalcError with every problem of it."""
    from costcalc.months.targets import every_target

    plan = scenario_in(path)
    every_target([plan.usage], prices.pricebook)
    return plan


def scenario_in(path: Path) -> Scenario:
    """A scenario file, whatever it is called. CostcalcError with every problem of the file alone."""
    from costcalc.scenario.read import read_scenario_file

    return read_scenario_file(path, catalogue())


def _written(name: str | Path | Scenario | None) -> Scenario:
    if name is None:
        return Scenario("")
    if isinstance(name, Scenario):
        return name
    from costcalc.scenario.read import read_scenario

    return read_scenario(str(name), catalogue())


def _named(item: PriceItem, book: Pricebook) -> PriceItem:
    """An entry whose rises name providers as the books do."""
    hikes = tuple(replace(hike, selector=hike.selector.sold_by(book.seller_named)) for hike in item.hikes)
    return replace(item, hikes=hikes)


def catalogue() -> Mapping[str, Event]:
    """The events by their id; read where one is named."""
    from costcalc.pricebook.events import load_events

    return {event.id: event for event in load_events()}


def earned_of(words: Words) -> StatedRevenue:
    """What flags or the configuration say of revenue: an amount, or the file of a table by customer."""
    revenue, margin, source = words["revenue"], words["margin"], words["revenue_source"]
    if isinstance(revenue, Path) or (isinstance(revenue, str) and is_earnings(revenue)):
        amount: Money | Earnings | None = read_earnings(revenue, path_from_here(Path(revenue)))
        source = f"{source or '--revenue'} {Path(revenue).name}"
    else:
        amount = None if revenue is None else read_money(revenue)
    if margin is None:
        return StatedRevenue(amount, source=source or "--revenue")
    return StatedRevenue(amount, read_share(margin, "margin"), source or "--margin")
