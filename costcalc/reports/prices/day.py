"""Price days: today in a provider's zone, or the day that was asked for; which models are meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from costcalc.pricebook.hosts import host_named
from costcalc.pricebook.model import Book
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.problems import fail, nearest_names

DayIn = Callable[[str], date]  # the price day in a zone, by its name


def find_model(
    pricebook: Pricebook, name: str, provider: str | None = None, region: str | None = None
) -> ResolvedModel:
    """The model that the name means. CostcalcError with near names where it means none."""
    found = pricebook.resolve(name, provider, region)
    if isinstance(found, Unresolved):
        if found.lists:
            raise fail(
                "unknown-region", f'no list that has {name} is of the region "{region}"',
                nearest=nearest_names(region or "", found.lists), expected=", ".join(found.lists),
            )  # fmt: skip
        raise fail(
            "unknown-model", f'"{name}" means no model: {found.reason}', nearest=nearest_models(pricebook, [name])[name]
        )
    if region and not host_named(found.provider) and pricebook.region_named(found.provider, region) != found.region:
        # A log may name its regions as it likes; who asks for a list means one that there is.
        lists = [book.region for book in pricebook.by_provider[found.provider]]
        raise fail(
            "unknown-region", f'{found.provider} has no list of the region "{region}"',
            nearest=nearest_names(region, lists), expected=", ".join(lists),
        )  # fmt: skip
    return found


def books_of(pricebook: Pricebook, providers: Sequence[str], region: str | None, *, hosts: bool = False) -> list[Book]:
    """The books of these providers, or all; of one region, or all. CostcalcError: a name that no book has.

    Books of hosts are among all where they are asked for.
    """
    wanted = []
    for name in providers:
        known = pricebook.provider_named(name)
        if known is None:
            makers = sorted(pricebook.by_provider.read)
            raise fail(
                "unknown-provider", f'no pricebook for the provider "{name}"',
                nearest=nearest_names(name, pricebook.by_provider), expected=f"{', '.join(makers)}, or a host",
            )  # fmt: skip
        wanted.append(known)
    order = dict.fromkeys(wanted or sorted(pricebook.by_provider if hosts else pricebook.by_provider.read))
    books = [book for provider in order for book in pricebook.by_provider[provider]]
    if region is None:
        return books
    kept = [book for book in books if pricebook.region_named(book.provider, region) == book.region]
    if not kept:
        regions = sorted({book.region for book in books})
        raise fail(
            "unknown-region", f'no list has the region "{region}"',
            nearest=nearest_names(region, regions), expected=", ".join(regions),
        )  # fmt: skip
    return kept
