"""Missing: the models that usage asks for and no pricebook prices, as lists of one's own would hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.model import Rating, Unpriced
from costcalc.reports.prices.listing import ListedModel, list_prices

UNKNOWN = "unknown"  # the provider of a model that the log names without one


@dataclass(frozen=True, slots=True)
class NearModel:
    """A model that has a price, with the list that says so."""

    provider: str
    currency: str
    listed: ListedModel


@dataclass(frozen=True, slots=True)
class MissingModel:
    """A model without a price, as the log calls it, the models that are called nearly so, and its maker's list's own."""

    name: str
    tokens: Fraction
    reason: str
    near: Sequence[NearModel]


@dataclass(frozen=True, slots=True)
class MissingList:
    """What one provider's list lacks. A list that is known already is laid over, so its currency and zone are given."""

    provider: str  # "": the log names none
    region: str  # "": of a provider without a list
    currency: str
    timezone: str
    models: Sequence[MissingModel]


@dataclass(frozen=True, slots=True)
class Missing:
    """All lists that usage asks for in vain, and single meters of models that have a price otherwise."""

    lists: Sequence[MissingList]
    meters: Sequence[tuple[str, str]]  # model, meter
    since: date  # of the usage


def missing(rating: Rating, pricebook: Pricebook, since: date) -> Missing:
    """What is unpriced in a rating; `since` is the first day of its usage, and near prices are of that day."""
    whole = [part for part in rating.unpriced if part.meter is None and part.model]  # no list prices what has no name
    lists = []
    for provider in dict.fromkeys(part.provider for part in whole):
        parts = [part for part in whole if part.provider == provider]
        known = pricebook.by_provider.get(provider, ())
        book = next((each for each in known if each.is_default), known[0] if known else None)
        models = _models(parts, pricebook, since)
        if provider == UNKNOWN:
            lists.append(MissingList("", "", "", "", models))
        else:
            region, currency, zone = (book.region, book.currency, book.timezone) if book else ("", "USD", "UTC")
            lists.append(MissingList(provider, region, currency, zone, models))
    meters = {(f"{part.provider}/{part.model}", part.meter): None for part in rating.unpriced if part.meter}
    return Missing(lists, [*meters], since)


def _models(parts: Sequence[Unpriced], pricebook: Pricebook, day: date) -> list[MissingModel]:
    """Each once, those of most tokens first."""
    found: dict[str, MissingModel] = {}
    for part in parts:
        known = found.get(part.model)
        names = part.nearest or ((part.makers_model,) if part.makers_model else ())
        near = known.near if known else _near(names, pricebook, day)
        tokens = part.tokens + (known.tokens if known else 0)
        found[part.model] = MissingModel(part.model, tokens, part.reason, near)
    return sorted(found.values(), key=lambda model: (-model.tokens, model.name))


def _near(names: Sequence[str], pricebook: Pricebook, day: date) -> list[NearModel]:
    found = []
    for name in names:
        for book in list_prices(pricebook, lambda _: day, (name,)):
            if book.is_default or len(pricebook.by_provider[book.provider]) == 1:
                found += [NearModel(book.provider, book.currency, model) for model in book.models]
    return found
