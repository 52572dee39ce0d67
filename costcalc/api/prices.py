"""Prices: what the pricebooks say, as `costcalc prices` shows it. Days are texts or dates; no day is today, by each list's clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.api.books import Prices, prices_of, read_prices
from costcalc.api.plans import Words
from costcalc.api.results import Result
from costcalc.api.words import read_currency, read_day_of
from costcalc.calendar import day_of

Day = date | str | None


@dataclass(frozen=True)
class PricesResult(Result):
    """An answer about prices, with the ways to hand it on."""

    report: Any

    def __repr__(self) -> str:
        return f"<PricesResult: {type(self.report).__name__}>"


def listing(
    providers: Sequence[str] = (), *, on: Day = None, region: str | None = None, prices: Prices | None = None
) -> PricesResult:
    """Every model with its standard rates, and since when they hold."""
    from costcalc.pricebook.data import released_data
    from costcalc.reports.prices.listing import Listing, list_prices

    return PricesResult(Listing(list_prices(_book(prices), _day_in(on), providers, region), released_data()))


def show(
    model: str, *, on: Day = None, region: str | None = None, tier: str | None = None, prices: Prices | None = None
) -> PricesResult:
    """Everything about one model, and who says so: `show("alibaba/qwen3-max", on="2026-03-01")`."""
    from costcalc.reports.prices.sheet import sheet

    return PricesResult(sheet(_book(prices), model, _day_in(on), region, tier))


def history(
    model: str, *, meter: str | None = None, on: Day = None, region: str | None = None, tier: str | None = None,
    prices: Prices | None = None,
) -> PricesResult:  # fmt: skip
    """How a model's price moved, day by day; `meter`: what the chart draws."""
    from costcalc.reports.prices.history import history as read_history
    from costcalc.reports.prices.series import series

    report = read_history(_book(prices), model, _day_in(on), region, tier)
    return PricesResult(replace(report, chart=series(report, meter)))


def diff(
    first: Day, second: Day, providers: Sequence[str] = (), *, region: str | None = None, usage: object = None,
    words: Words | None = None,
) -> PricesResult:  # fmt: skip
    """What changed between two days; with `usage`, and keywords of `scan` and a currency for it, in money too."""
    from costcalc.reports.prices.diff import diff as read_diff

    words = words or {}
    prices = prices_of(words)
    days = [_read_day(day, flag, "UTC") for day, flag in ((first, "DAY1"), (second, "DAY2"))]
    report = read_diff(prices.pricebook, days[0], days[1], providers, region)
    if usage is not None:
        report = _in_money(report, usage, prices, words)
    return PricesResult(report)


def _in_money(report: Any, usage: object, prices: Prices, words: Words) -> Any:
    """The whole usage at the one day's list and at the other's."""
    from costcalc.api.usage import scan
    from costcalc.rating.rate import RatingOptions
    from costcalc.reports.prices.diff import in_money

    rest: dict[str, Any] = {name: value for name, value in words.items() if name != "currency"}
    ledger = scan(usage, **rest)
    options = RatingOptions(currency=read_currency(words.get("currency")), timezone=words.get("timezone") or "UTC")
    return replace(report, usage=in_money(ledger, prices.pricebook, prices.fx, report.first, report.second, options))


def lint(files: Sequence[Path] = ()) -> PricesResult:
    """What is wrong with pricebooks, or looks so."""
    from costcalc.reports.prices.lint import lint as check

    return PricesResult(check(files))


def stale(
    providers: Sequence[str] = (), *, after: str = "90d", on: Day = None, region: str | None = None,
    prices: Prices | None = None,
) -> PricesResult:  # fmt: skip
    """The models whose newest source was read too long ago."""
    from costcalc.pricebook.data import shipped_folder
    from costcalc.reports.prices.stale import read_age
    from costcalc.reports.prices.stale import stale as find_stale
    from costcalc.reports.prices.use import use_by_catalogues

    use = use_by_catalogues(shipped_folder())
    report = find_stale(_book(prices), _day_in(on), read_age(after), providers, region, use)
    return PricesResult(report)


def resolve(
    name: str, *, provider: str | None = None, region: str | None = None, on: Day = None, prices: Prices | None = None
) -> PricesResult:
    """Why a name means that model. CostcalcError, with near names, where it means none."""
    from costcalc.reports.prices.naming import naming

    return PricesResult(naming(_book(prices), name, _day_in(on), provider, region))


def events(
    names: Sequence[str] = (), *, providers: Sequence[str] = (), since: Day = None, meter: str | None = None,
    files: Sequence[Path] = (), prices: Prices | None = None,
) -> PricesResult:  # fmt: skip
    """The rises and cuts that were announced or seen; `files`: pricebooks of yours that name some."""
    from costcalc.pricebook.events import load_events
    from costcalc.reports.prices.events import catalogue

    day = read_day_of(since, "--since", "UTC")
    return PricesResult(catalogue(load_events(files), _book(prices), names, providers, day, meter))


def _book(prices: Prices | None) -> Any:
    return (prices or read_prices()).pricebook


def _day_in(day: Day) -> Callable[[str], date]:
    """The day asked for, else today, by the clock of a zone. CostcalcError: no day."""
    if day is not None:
        _read_day(day, "--on", "UTC")
        return partial(_read_day, day, "--on")
    now = int(time.time())
    return lambda zone: day_of(now, zone)


def _read_day(text: Day, flag: str, zone: str) -> date:
    day = read_day_of(text, flag, zone)
    assert day is not None
    return day
