"""Ending: the models of months to come that can no longer be bought by then."""

from __future__ import annotations

from collections.abc import Iterable

from costcalc.calendar import Month
from costcalc.pricebook.resolve import Pricebook, ResolvedModel


def ending(pricebook: Pricebook, used: Iterable[tuple[str, str | None]], last: Month) -> list[str]:
    """A sentence for each of these (provider, model) that ends by the end of the last month."""
    found = []
    for provider, name in dict.fromkeys(used):
        resolved = pricebook.resolve(name, provider) if name else None
        end = pricebook.model(resolved).end if isinstance(resolved, ResolvedModel) else None
        if end and end.day <= last.last:
            successor = f"; {provider} names {end.successor} in its place" if end.successor else ""
            found.append(f"{provider}/{name}: cannot be bought from {end.day} on{successor}; its price is carried on")
    return found
