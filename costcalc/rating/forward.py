"""Forward: what usage of the past costs at the prices of another day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.model import Charge, Cost, LineKey, PriceKey, Unpriced
from costcalc.rating.rate import Rater


def lines_on(rater: Rater, day: date, month: Month) -> dict[LineKey, Fraction]:
    """What the usage of each line costs at the prices of one day and the exchange rates of one month.

    Where that day has no price for it, at its own. A rating must have been made before.
    """
    found: dict[LineKey, Fraction] = {}
    for kind, sums in rater.amounts.items():
        listed = rater.list_cost(kind, sums) if sums.has_cost else None
        made, unpriced = _at(rater, _Entry(kind, sums, listed), month, day)
        if unpriced:
            made, _ = rater.charge(replace(kind, month=month), sums)
        for charge in made:
            found[charge.line] = found.get(charge.line, Fraction()) + charge.cost.before
    return found


def price_days(rater: Rater, first: date, end: date) -> list[date]:
    """The days after `first` and before `end` on which a price of this usage may change."""
    keys = {kind.key for kind in rater.amounts if kind.key}
    models = {(key.provider, key.region, key.model) for key in keys}
    days = {day for who in models for day in rater.quotes.changes_between(ResolvedModel(*who, ""), first, end)}
    return sorted(days - {first})


@dataclass(slots=True)
class _Entry:
    """Usage that shares its price."""

    kind: ChargeKey
    sums: Amounts
    listed_then: Cost | None  # what the list said for it in the log's time; a bill moves in proportion


def _at(rater: Rater, entry: _Entry, month: Month, day: date) -> tuple[list[Charge], list[Unpriced]]:
    """The charges of an entry's whole usage at the prices of a day."""
    kind = replace(entry.kind, key=_key_on(rater, entry.kind.key, day), day=day, month=month)
    made, unpriced = rater.charge(kind, entry.sums)
    if entry.sums.has_cost and made and not made[0].is_priced:
        # A published change of the list moves a bill in proportion: the contract's discount survives.
        listed = rater.list_cost(replace(kind, month=entry.kind.month), entry.sums)
        then = entry.listed_then
        if listed and then and then.before:
            made = [replace(charge, cost=charge.cost * (listed.before / then.before)) for charge in made]
    return made, unpriced


def _key_on(rater: Rater, key: PriceKey | None, day: date) -> PriceKey | None:
    if key is None:
        return None
    return replace(key, day=rater.quotes.since(ResolvedModel(key.provider, key.region, key.model, ""), day))
