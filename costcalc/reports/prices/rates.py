"""Rates as readers compare them: each meter's price, by service tier, thinking, hours and length of the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.model import STANDARD, Book, Bounds, Labels, Model, Section
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import fail, nearest_names
from costcalc.rating.cuts import model_cuts
from costcalc.rating.model import PriceKey
from costcalc.rating.quotes import Quotes

# A price is written for so many units, whatever its source wrote it for.
_PER = {"token": 1_000_000, "request": 1_000, "search": 1_000}


@dataclass(frozen=True, slots=True)
class Variant:
    """Which requests: of a service tier, in thinking mode or not, at off-peak hours or at peak ones."""

    tier: str = STANDARD
    thinking: bool = False
    off_peak: bool = False


PLAIN = Variant()
Line = tuple[Variant, str]  # a variant and a meter


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit, in the book's currency."""

    of_one: Fraction
    source: str = ""  # key of a Source of the book
    observed: date | None = None  # first seen on that day: before it, an estimate

    def per(self, meter: str) -> Fraction:
        """The price of as many units as prices of this meter are written for."""
        return self.of_one * per_units(meter)


Prices = Mapping[Line, Price]


@dataclass(frozen=True, slots=True)
class LengthPrices:
    """The prices of requests of some length, on each of the days asked for."""

    bounds: Bounds
    on: tuple[Prices, ...]


def per_units(meter: str) -> int:
    """For how many units a price is written: a million tokens, a thousand requests, one GPU hour."""
    return _PER.get(meters().by_name[meter].unit, 1)


class PriceReader:
    """Every price of one model, read as the engine reads it."""

    def __init__(self, pricebook: Pricebook, found: ResolvedModel, quotes: Quotes | None = None) -> None:
        self.pricebook, self.found = pricebook, found
        self.book: Book = pricebook.book(found.provider, found.region)
        self.model: Model = self.book.models[found.model]
        self.family = self.book.family(found.model)
        self._quotes = quotes or Quotes(pricebook)

    def prices(
        self, day: date, variant: Variant = PLAIN, input_over: int = 0, output_over: int = 0, labels: Labels = ()
    ) -> dict[str, Price]:
        """The price of each meter for such a request on a price day; empty where it has none."""
        found = self.found
        key = PriceKey(
            found.provider, found.region, found.model, variant.tier, variant.thinking, variant.off_peak,
            input_over, output_over, day, labels,
        )  # fmt: skip
        quote = self._quotes.quote(key)
        section = quote.block.service_tiers.get(variant.tier, quote.block.standard) if quote.block else None
        seen = section.observed if section else None
        return {
            meter: Price(quoted.listed, quoted.rate.source, quoted.rate.observed or seen)
            for meter, quoted in quote.rates.items()
        }

    def by_length(self, days: Sequence[date]) -> list[LengthPrices]:
        """All prices on these days; lengths that differ on none of them come together."""
        variants = self._variants()
        input_cuts, output_cuts = ((0, *sorted(cuts)) for cuts in model_cuts(self.book, self.found.model))
        columns: list[list[LengthPrices]] = []
        for input_over, input_up_to in _steps(input_cuts):
            column: list[LengthPrices] = []
            for output_over, output_up_to in _steps(output_cuts):
                on = tuple(self._all(day, variants, input_over, output_over) for day in days)
                if column and column[-1].on == on:
                    column[-1] = replace(column[-1], bounds=replace(column[-1].bounds, output_up_to=output_up_to))
                else:
                    column.append(LengthPrices(Bounds(input_over, input_up_to, output_over, output_up_to), on))
            if columns and _same(columns[-1], column):
                columns[-1] = [
                    replace(each, bounds=replace(each.bounds, input_up_to=input_up_to)) for each in columns[-1]
                ]
            else:
                columns.append(column)
        return [*(each for column in columns for each in column), *self._by_label(days, variants)]

    def _by_label(self, days: Sequence[date], variants: Sequence[Variant]) -> Iterator[LengthPrices]:
        """What costs something else where a row states some labels, or has a price only there."""
        plain = [self._all(day, variants) for day in days]
        blocks = [block for model in self.family for block in model.blocks]
        bands = (band for block in blocks for section in block.sections() for band in section.all_bands())
        for labels in dict.fromkeys(band.bounds.labels for band in bands if band.bounds.labels):
            on = (self._all(day, variants, labels=labels).items() for day in days)
            own = tuple(
                {line: price for line, price in each if base.get(line) != price}
                for each, base in zip(on, plain, strict=True)
            )
            yield LengthPrices(Bounds(labels=labels), own)

    def _all(
        self, day: date, variants: Sequence[Variant], input_over: int = 0, output_over: int = 0, labels: Labels = ()
    ) -> Prices:
        found = {
            (variant, meter): price
            for variant in variants
            for meter, price in self.prices(day, variant, input_over, output_over, labels).items()
        }
        return dict(sorted(found.items(), key=lambda pair: (variants.index(pair[0][0]), meter_order(pair[0][1]))))

    def _variants(self) -> list[Variant]:
        """Every kind of request that some block may price in its own way; standard first."""
        blocks = [block for model in self.family for block in model.blocks]
        sections = [section for block in blocks for section in block.sections()]
        tiers = dict.fromkeys([STANDARD, *(tier for block in blocks for tier in block.service_tiers)])
        thinking = (False, True) if any(section.thinking for section in sections) else (False,)
        hours = (False, True) if any(_has_off_peak(section) for section in sections) else (False,)
        return [Variant(tier, thinks, off) for tier in tiers for thinks in thinking for off in hours]


def meter_order(meter: str) -> int:
    """Meters stand in the order in which they are declared: input, its parts, output, its parts, the rest."""
    return list(meters().by_name).index(meter)


def telling(lengths: Sequence[LengthPrices]) -> list[Variant]:
    """The variants that have prices of their own; one that is priced like a simpler one says nothing new."""
    seen = dict.fromkeys(variant for each in lengths for prices in each.on for variant, _ in prices)
    kept: list[Variant] = []
    for variant in seen:
        simpler = [replace(variant, thinking=False), replace(variant, off_peak=False)]
        if not any(other in kept and _alike(lengths, variant, other) for other in simpler if other != variant):
            kept.append(variant)
    return kept


def of_tier(variants: Sequence[Variant], tier: str | None, found: ResolvedModel) -> list[Variant]:
    """Those of one service tier, or all. CostcalcError: the model has no such tier."""
    if tier is None:
        return list(variants)
    tiers = list(dict.fromkeys(variant.tier for variant in variants))
    if tiers and tier.lower() not in tiers:
        raise fail(
            "unknown-tier", f'{found.provider}/{found.model} has no price for the service tier "{tier}"',
            nearest=nearest_names(tier, tiers), expected=", ".join(tiers),
        )  # fmt: skip
    return [variant for variant in variants if variant.tier == tier.lower()]


def is_priced(prices: Prices, shortest: Prices, variant: Variant = PLAIN) -> bool:
    """Whether requests of this length can be billed: they need what the shortest ones are billed by.

    A part alone (cached input above the last band), or the output alone, prices no request.
    """
    found, needed = _wholes(prices, variant), _wholes(shortest, variant)
    return bool(found) and needed <= found


def billed(prices: Prices, shortest: Prices) -> Prices:
    """Only the prices of requests that can be billed."""
    return {line: price for line, price in prices.items() if is_priced(prices, shortest, line[0])}


def _wholes(prices: Prices, variant: Variant) -> set[str]:
    return {meter for kind, meter in prices if kind == variant and meters().by_name[meter].part_of is None}


def _alike(lengths: Sequence[LengthPrices], one: Variant, other: Variant) -> bool:
    return all(_amounts(prices, one) == _amounts(prices, other) for each in lengths for prices in each.on)


def _amounts(prices: Prices, variant: Variant) -> dict[str, Fraction]:
    return {meter: price.of_one for (kind, meter), price in prices.items() if kind == variant}


def _same(one: Sequence[LengthPrices], other: Sequence[LengthPrices]) -> bool:
    def shape(column: Sequence[LengthPrices]) -> list[tuple[int, int | None, tuple[Prices, ...]]]:
        return [(each.bounds.output_over, each.bounds.output_up_to, each.on) for each in column]

    return shape(one) == shape(other)


def _steps(cuts: Sequence[int]) -> Iterator[tuple[int, int | None]]:
    return zip(cuts, [*cuts[1:], None], strict=True)


def _has_off_peak(section: Section) -> bool:
    return section.off_peak is not None
