"""Naming: why a name in a log means that model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from costcalc.pricebook.model import Model
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.reports.prices.day import DayIn, find_model
from costcalc.selectors import glob_matches


@dataclass(frozen=True, slots=True)
class Naming:
    """The answer of `prices resolve`."""

    name: str
    found: ResolvedModel
    through: str  # the name, alias or pattern of the book that matched
    own_alias: str | None  # what one's own configuration says the name means
    file: str
    line: int
    redirected_to: str | None
    has_price: bool
    reason: str  # why there is no price today
    day: date
    other_regions: Sequence[str]
    also_billed_by: Sequence[str]  # other providers whose books know the name


def naming(
    pricebook: Pricebook, name: str, day_in: DayIn, provider: str | None = None, region: str | None = None
) -> Naming:
    """Why the name means its model. CostcalcError with near names where it means none."""
    found = find_model(pricebook, name, provider, region)
    book = pricebook.book(found.provider, found.region)
    model = book.models[found.model]
    day = day_in(book.timezone)
    lookup = pricebook.block_on(found.provider, found.region, found.model, day)
    own = pricebook.aliases.get(name.strip().lower())
    return Naming(
        name,
        found,
        _through(model, name if own is None else own, found.how),
        own,
        model.place.file,
        model.place.line,
        lookup.billed_as if lookup.billed_as != found.model else None,
        lookup.block is not None,
        lookup.reason,
        day,
        [other.region for other in pricebook.other_lists(found)],
        _others(pricebook, name, found),
    )


def _through(model: Model, name: str, how: str) -> str:
    """The pattern or alias of the model that the name matched; its last part where a provider stands before it."""
    bare = name.strip().lower()
    for wanted in (bare, bare.partition("/")[2]):
        if wanted in (model.name, *model.aliases):
            return wanted
        if how == "pattern":
            matched = [alias for alias in model.aliases if "*" in alias and glob_matches(alias, wanted)]
            if matched:
                return matched[0]
    longest = [known for known in (model.name, *model.aliases) if "*" not in known and known in bare]
    return max(longest, key=len, default=model.name)


def _others(pricebook: Pricebook, name: str, found: ResolvedModel) -> list[str]:
    bare = found.model if "/" in name else name
    others = []
    for provider in sorted(pricebook.by_provider):
        if provider != found.provider:
            other = pricebook.resolve(bare, provider)
            if not isinstance(other, Unresolved) and other.provider == provider:  # a name may say its seller itself
                others.append(f"{other.provider}/{other.model}")
    return others
