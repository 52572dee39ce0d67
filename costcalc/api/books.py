"""Books: prices and exchange rates, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from costcalc.api.words import read_basis, read_currency, read_pairs, read_timezone
from costcalc.pricebook.fx import FxTable, Rates
from costcalc.pricebook.load import load_fx, load_pricebook
from costcalc.pricebook.overlay import alias_problems
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.rating.rate import RatingOptions
from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """Pricebooks and exchange rates, read once."""

    pricebook: Pricebook
    fx: FxTable


def read_prices(
    pricebooks: Sequence[Path | str] = (),
    regions: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
    places: Mapping[tuple[str, str], Place] | None = None,
    rates: Rates | None = None,
) -> Prices:
    """The shipped pricebooks with your own laid over them.

    `places`: where a region, an alias or a currency was written, as `("regions", "alibaba")`; `rates`: exchange rates of
    your own, `{"EUR": {"USD": Fraction("1.1")}}` for the dollars of a euro. CostcalcError: a wrong file or unit, an unknown
    region, an alias that means no model.
    """
    book = load_pricebook(pricebooks)
    if pricebooks:
        from costcalc.reports.prices.slips import check_units  # the shipped books need no check

        check_units(book)
    written = places or {}
    chosen, problems = _regions(book, regions or {}, written)
    alias_places = {name: place for (table, name), place in written.items() if table == "aliases"}
    problems += alias_problems(book, aliases or {}, alias_places)
    fx = load_fx(pricebooks, rates)
    if problems:
        raise CostcalcError([*problems, *unknown_currencies(fx, written)])
    return Prices(book.with_regions(chosen).with_aliases(aliases or {}), fx)


def unknown_currencies(fx: FxTable, places: Mapping[tuple[str, str], Place]) -> list[Problem]:
    """Currencies, as `("revenue", "FOO")`, of which no exchange rate is known.

    Said beside other slips only: a bill in the same currency needs no rate, so that they may be right by themselves.
    """
    known = {code for pair in (*fx.months, *fx.flat) for code in pair}
    return [
        Problem(
            "missing-fx",
            f"{key} of the configuration: no exchange rate of {code} is known",
            place,
            width=len(key),
            nearest=nearest_names(code, known),
            remedy=f'state one: [fx] "{code}/USD" = RATE',
        )
        for (key, code), place in places.items()
        if key in ("revenue", "currency") and code not in known
    ]


@dataclass(frozen=True, slots=True)
class Pricing:
    """At which prices a question is answered, on what basis, in which currency and zone."""

    prices: Prices
    basis: str
    currency: str | None
    timezone: str

    def rating(self, by: Sequence[str] = ()) -> RatingOptions:
        return RatingOptions(tuple(by), self.basis, self.currency, self.timezone)


def pricing_of(words: Mapping[str, Any], prices: Prices | None = None, stated: str | None = None) -> Pricing:
    """What the keywords of a question say of prices, if they are not read yet; `stated`: the currency of its scenario.

    CostcalcError with what is wrong.
    """
    return Pricing(
        prices or prices_of(words),
        read_basis(words["basis"]),
        read_currency(words["currency"] or stated),
        read_timezone(words["timezone"] or "UTC"),
    )


def prices_of(words: Mapping[str, Any]) -> Prices:
    """Those given, else those that the keywords name. CostcalcError: both."""
    named = [name for name in ("pricebooks", "regions", "aliases") if words.get(name)]
    given: Prices | None = words.get("prices")
    if given is None:
        return read_prices(
            words.get("pricebooks") or (),
            read_pairs(words.get("regions"), "--region", "PROVIDER=REGION"),
            read_pairs(words.get("aliases"), "--alias", "NAME=PROVIDER/MODEL"),
        )
    if named:
        raise fail(
            "two-prices",
            f"prices and {named[0]} both say which prices",
            remedy=f"give {named[0]} to costcalc.read_prices",
        )
    return given


def _regions(
    book: Pricebook, wanted: Mapping[str, str], places: Mapping[tuple[str, str], Place]
) -> tuple[dict[str, str], list[Problem]]:
    """Providers and regions by any of their names, and every unknown one."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name, region in wanted.items():
        place = places.get(("regions", name))
        who = "regions" if place else "--region"
        provider = book.provider_named(name)
        if provider is None:
            near = nearest_names(name, book.by_provider)
            problems.append(Problem("unknown-provider", f'{who}: no provider is called "{name}"', place, nearest=near))
            continue
        known = book.region_named(provider, region)
        if known is None:
            lists = ", ".join(each.region for each in book.by_provider[provider])
            problems.append(Problem("unknown-region", f'{who}: {provider} has no list "{region}"', place, expected=lists))  # fmt: skip
            continue
        found[provider] = known
    return found, problems
