"""The difference of two days' lists: what changed, by how much, and what that is in money for some usage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.model import Book, Model
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import fail
from costcalc.rating.model import LineKey, RateUsed, Rating, Unpriced
from costcalc.rating.quotes import Quotes
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.reports.prices.day import books_of
from costcalc.reports.prices.rates import PriceReader
from costcalc.reports.prices.sheet import MeterChange, changes_between
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.usage.ledger import UsageLedger

BY = ("provider", "model")


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """What became of one model between the two days."""

    provider: str
    region: str
    currency: str
    model: str
    is_new: bool  # it has no price on the first day
    is_gone: bool  # none on the second
    why_gone: str
    changes: Sequence[MeterChange]


@dataclass(frozen=True, slots=True)
class PricedLine:
    """Usage of one model, at either day's list; None where that list does not price all of it."""

    line: LineKey
    before: Fraction | None
    after: Fraction | None
    tokens: Fraction


@dataclass(frozen=True)
class UsageDiff:
    """All usage at the first day's list against the second's, whenever it was used."""

    usage: UsageSummary
    currency: str
    lines: Sequence[PricedLine]
    before: Fraction  # of the lines that both lists price
    after: Fraction
    unpriced: Sequence[Unpriced]  # by either list
    rates_used: Sequence[RateUsed]

    @property
    def is_complete(self) -> bool:
        return self.usage.is_whole and all(line.before is not None and line.after is not None for line in self.lines)


@dataclass(frozen=True)
class Diff:
    """The answer of `prices diff`."""

    first: date
    second: date
    models: Sequence[ModelDiff]
    unchanged: int
    usage: UsageDiff | None = None

    @property
    def currency(self) -> str:
        """That of the usage; "" without one: prices are in the currency of their list."""
        return self.usage.currency if self.usage else ""


def diff(
    pricebook: Pricebook, first: date, second: date, providers: Sequence[str] = (), region: str | None = None
) -> Diff:
    """What changed from the first day's list to the second's, each a price day of its provider.

    CostcalcError: a provider or region without a book; one day twice.
    """
    if first == second:
        raise fail(
            "same-day", f"both days are {first}", remedy="name two days: costcalc prices diff 2026-01-01 2026-09-30"
        )
    quotes = Quotes(pricebook)
    found, unchanged = [], 0
    for book in books_of(pricebook, providers, region):
        for name in sorted(book.models):
            each = _model(pricebook, book, name, first, second, quotes)
            if each is None:
                continue
            if each.is_new or each.is_gone or each.changes:
                found.append(each)
            else:
                unchanged += 1
    return Diff(first, second, found, unchanged)


def _model(pricebook: Pricebook, book: Book, name: str, first: date, second: date, quotes: Quotes) -> ModelDiff | None:
    """None: the model has no price on either day."""
    lookups = [pricebook.block_on(book.provider, book.region, name, day) for day in (first, second)]
    if lookups[0].block is None and lookups[1].block is None:
        return None
    changes: Sequence[MeterChange] = ()
    if lookups[0].block is not lookups[1].block:
        reader = PriceReader(pricebook, ResolvedModel(book.provider, book.region, name, "exact"), quotes)
        changes = changes_between(reader.by_length([first, second]))
    is_new, is_gone = lookups[0].block is None, lookups[1].block is None
    why = lookups[1].reason if is_gone else ""
    return ModelDiff(book.provider, book.region, book.currency, name, is_new, is_gone, why, changes)


def in_money(
    ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, first: date, second: date, options: RatingOptions
) -> UsageDiff:
    """The same usage, every row priced at the first day's list and at the second's. Exact.

    CostcalcError: a currency without a rate; a ledger counted without what these prices need.
    """
    options = replace(options, by=BY, basis="list")
    currency = options.currency or _common_currency(ledger, pricebook, fx, options)
    options = replace(options, currency=currency)
    raters = [Rater(ledger, list_of(pricebook, day), fx, options) for day in (first, second)]
    ratings = [rater.rating() for rater in raters]
    costs = [_costs(rating) for rating in ratings]
    tokens = _tokens(ratings)
    lines = [PricedLine(line, costs[0].get(line), costs[1].get(line), tokens[line]) for line in tokens]
    both = [(each.before, each.after) for each in lines if each.before is not None and each.after is not None]
    lines.sort(key=lambda each: -(each.after or each.before or 0))
    return UsageDiff(
        summary_of(ledger, options.timezone),
        currency,
        lines,
        sum((before for before, _ in both), Fraction()),
        sum((after for _, after in both), Fraction()),
        _distinct(
            [
                _explained(part, pricebook, day)
                for rating, day in zip(ratings, (first, second), strict=True)
                for part in rating.unpriced
            ]
        ),
        tuple(dict.fromkeys(rate for rating in ratings for rate in rating.rates_used)),
    )


def list_of(pricebook: Pricebook, day: date) -> Pricebook:
    """The books with the list of one day alone, in force at all times."""
    books = tuple(
        replace(book, models={name: _frozen(pricebook, book, model, day) for name, model in book.models.items()})
        for book in pricebook.all_books()
    )
    return replace(pricebook.at_list(), books=books, shelf={})


def _frozen(pricebook: Pricebook, book: Book, model: Model, day: date) -> Model:
    block = pricebook.block_on(book.provider, book.region, model.name, day).block
    if block is None:
        return replace(model, blocks=(), redirects={})
    return replace(model, blocks=(replace(block, starts=None, observed=None),), redirects={})


def _explained(part: Unpriced, pricebook: Pricebook, day: date) -> Unpriced:
    """The reason as the dated books have it, with the day of the list that lacks the price."""
    reason = part.reason
    if part.key:
        reason = pricebook.block_on(part.key.provider, part.key.region, part.key.model, day).reason or reason
        return replace(part, reason=f"list of {day}: {reason}")
    return part


def _costs(rating: Rating) -> Mapping[LineKey, Fraction]:
    """The cost of each line that is priced throughout."""
    holes = {part.line for part in rating.unpriced}
    found: dict[LineKey, Fraction] = {}
    for charge in rating.charges:
        if charge.line not in holes:
            found[charge.line] = found.get(charge.line, Fraction()) + charge.cost.before
    return found


def _tokens(ratings: Sequence[Rating]) -> Mapping[LineKey, Fraction]:
    """All lines with their tokens; both ratings count the same usage."""
    found: dict[LineKey, Fraction] = {}
    parts = [
        *((charge.line, charge.tokens) for charge in ratings[0].charges),
        *((part.line, part.tokens) for part in ratings[0].unpriced),
    ]
    for line, tokens in parts:
        found[line] = found.get(line, Fraction()) + tokens
    return found


def _distinct(parts: Sequence[Unpriced]) -> list[Unpriced]:
    seen: dict[tuple[object, ...], Unpriced] = {}
    for part in parts:
        seen.setdefault((part.line, part.meter, part.reason), part)
    return list(seen.values())


def _common_currency(ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: RatingOptions) -> str:
    """The report's currency by the rule of every report: the one currency of all charges, else USD."""
    return Rater(ledger, pricebook, fx, options).rating().currency
