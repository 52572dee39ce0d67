"""The list: every model with its standard rates on a day, and since when they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from costcalc.meters import meters
from costcalc.pricebook.model import STANDARD, Book, End, PriceBlock
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.rating.quotes import Quotes
from costcalc.reports.prices.day import DayIn, books_of
from costcalc.reports.prices.rates import Price, PriceReader, meter_order
from costcalc.selectors import glob_matches


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model: the standard rates of its shortest requests, and what else its price depends on."""

    name: str
    prices: Mapping[str, Price]  # by meter
    since: date | None  # None: the start is unknown
    observed: date | None
    also: tuple[str, ...]  # lengths, thinking, off-peak, and the service tiers
    billed_as: str  # itself, or the model that it is redirected to
    end: End | None  # the first day without it, past or to come

    @property
    def has_tokens(self) -> bool:
        return any(meters().by_name[meter].unit == "token" for meter in self.prices)


@dataclass(frozen=True, slots=True)
class ListedBook:
    """One list: a provider's prices in a region."""

    provider: str
    region: str
    currency: str
    is_default: bool
    day: date
    models: Sequence[ListedModel]
    without_price: Mapping[str, str]  # model -> why it has no price on that day


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer of `prices list`."""

    books: Sequence[ListedBook]
    data: str = ""  # whose data it is, where not costcalc's own


def list_prices(
    pricebook: Pricebook, day_in: DayIn, providers: Sequence[str] = (), region: str | None = None
) -> list[ListedBook]:
    """The books of these providers (`alibaba`, `alibaba/qwen3-*`), or all; `*/qwen3-max`: whoever sells such a model.

    CostcalcError: a name that no book has.
    """
    globs: dict[str, list[str]] = {}
    for name in providers:
        provider, _, glob = name.partition("/")
        globs.setdefault(provider, []).append(glob or "*")
    anywhere = globs.pop("*", [])
    books = books_of(pricebook, () if anywhere else tuple(globs), region, hosts=bool(anywhere))
    quotes = Quotes(pricebook)
    named = {pricebook.provider_named(name): found for name, found in globs.items()}
    listed = [
        _listed(
            pricebook,
            book,
            day_in(book.timezone),
            quotes,
            named.get(book.provider, [] if globs or anywhere else ["*"]) + anywhere,
        )
        for book in books
    ]
    return [book for book in listed if book.models or not anywhere]


def _listed(pricebook: Pricebook, book: Book, day: date, quotes: Quotes, globs: Sequence[str]) -> ListedBook:
    models, missing = [], {}
    for name in sorted(book.models):
        known = (name, name.rpartition("/")[2], *book.models[name].made_names)
        if not any(glob_matches(glob, each) for glob in globs for each in known):
            continue
        lookup = pricebook.block_on(book.provider, book.region, name, day)
        if lookup.block is None:
            missing[name] = lookup.reason
        else:
            found = ResolvedModel(book.provider, book.region, name, "exact")
            models.append(
                _model(
                    PriceReader(pricebook, found, quotes), lookup.block, day, lookup.billed_as, book.models[name].end
                )
            )
    return ListedBook(book.provider, book.region, book.currency, book.is_default, day, models, missing)


def _model(reader: PriceReader, block: PriceBlock, day: date, billed_as: str, end: End | None) -> ListedModel:
    prices = reader.prices(day)
    ordered = {meter: prices[meter] for meter in sorted(prices, key=meter_order)}
    return ListedModel(reader.found.model, ordered, block.starts, block.observed, _also(block), billed_as, end)


def _also(block: PriceBlock) -> tuple[str, ...]:
    standard = block.standard
    bounds = [band.bounds for band in standard.all_bands()]
    by_label = any(each.labels for each in bounds)
    lengths = any(not each.labels for each in bounds)
    found = {"lengths": lengths, "labels": by_label, "thinking": standard.thinking, "off-peak": standard.off_peak}
    return (*(word for word, has in found.items() if has), *(tier for tier in block.service_tiers if tier != STANDARD))
