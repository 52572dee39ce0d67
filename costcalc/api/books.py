"""Books: prices and exchange rates, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.load import load_fx, load_pricebook
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, nearest_names


@dataclass(frozen=True, slots=True)
class Prices:
    """Pricebooks and exchange rates, read once."""

    pricebook: Pricebook
    fx: FxTable


def read_prices(
    pricebooks: Sequence[Path | str] = (),
    regions: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Prices:
    """The shipped pricebooks with your own laid over them. CostcalcError: a wrong file, an unknown region."""
    book = load_pricebook(pricebooks)
    return Prices(book.with_regions(_regions(book, regions or {})).with_aliases(aliases or {}), load_fx(pricebooks))


def _regions(book: Pricebook, wanted: Mapping[str, str]) -> dict[str, str]:
    """Providers and regions by any of their names. CostcalcError with every unknown one."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name, region in wanted.items():
        provider = book.provider_named(name)
        if provider is None:
            near = nearest_names(name, book.by_provider)
            problems.append(Problem("unknown-provider", f'--region: no provider is called "{name}"', nearest=near))
            continue
        known = book.region_named(provider, region)
        if known is None:
            lists = ", ".join(each.region for each in book.by_provider[provider])
            problems.append(Problem("unknown-region", f'--region: {provider} has no list "{region}"', expected=lists))
            continue
        found[provider] = known
    if problems:
        raise CostcalcError(problems)
    return found
