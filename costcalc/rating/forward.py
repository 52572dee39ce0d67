"""Forward: what the log's daily rate costs in months to come, at the frozen list, the announced one and the scenario's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.commitments import settle, tally_of
from costcalc.rating.kinds import Amounts, Kind
from costcalc.rating.model import ZERO, Charge, Cost, LineKey, PriceKey, Unpriced
from costcalc.rating.rate import Rater


@dataclass(frozen=True, slots=True)
class MonthCost:
    """One month at the log's daily rate. `cost.before` is the announced list."""

    month: Month
    frozen: Fraction  # at the list of the log's last day
    cost: Cost
    covered: Cost  # the part whose rows state a revenue
    unpriced_tokens: Fraction


def rate_months(rater: Rater, months: Sequence[Month], days_covered: int, last_day: date) -> list[MonthCost]:
    """The cost of each month; a rating must have been made before."""
    entries = _entries(rater)
    return [_month_cost(rater, entries, month, days_covered, last_day) for month in months]


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
    """Usage that will share its price in every month to come."""

    kind: Kind
    sums: Amounts
    listed_then: Cost | None  # what the list said for it in the log's time; a bill moves in proportion


def _entries(rater: Rater) -> list[_Entry]:
    found: dict[tuple[object, ...], _Entry] = {}
    for kind, sums in rater.amounts.items():
        key = replace(kind.key, day=date.min) if kind.key else (kind.provider, kind.model)
        place = (key, kind.cost_kind, kind.cost_currency, kind.cost_meter, kind.has_revenue)
        entry = found.get(place)
        # One month's exchange rate for all: the list's own change is wanted, not the currency's.
        month = entry.kind.month if entry else kind.month
        listed = rater.list_cost(replace(kind, month=month), sums) if sums.has_cost else None
        if entry is None:
            found[place] = _Entry(kind, _copy(sums), listed)
        else:
            _merge(entry.sums, sums)
            entry.listed_then = entry.listed_then + listed if entry.listed_then and listed else None
    return list(found.values())


def _month_cost(rater: Rater, entries: Sequence[_Entry], month: Month, days_covered: int, last_day: date) -> MonthCost:
    frozen, cost, covered, missing = Fraction(), ZERO, ZERO, Fraction()
    # Frozen: the contracts of the log's last day, for whole months.
    kept = [replace(c, from_day=None, until_day=None) for c in rater.commitments if c.applies_on(last_day)]
    tally, frozen_tally = tally_of(rater.commitments), tally_of(kept)
    for entry in entries:
        daily = Fraction(1, days_covered)
        made, _ = _at(rater, entry, month, last_day)
        frozen += sum((charge.cost.before for charge in made), Fraction()) * month.days * daily
        for charge in made:
            frozen_tally.add(charge, month, charge.cost * (month.days * daily))
        for days, day in _periods(rater, entry.kind, month):
            made, unpriced = _at(rater, entry, month, day)
            for charge in made:
                cost = cost + charge.cost * (days * daily)
                tally.add(charge, month, charge.cost * (days * daily))
                if charge.has_revenue:
                    covered = covered + charge.cost * (days * daily)
            missing += sum((part.tokens for part in unpriced), Fraction()) * days * daily
    whole = (month.first, month.next.first)
    for part in settle(tally, month, dict.fromkeys(rater.commitments, whole), rater.exchange):
        cost = cost + part.shortfall
    for part in settle(frozen_tally, month, dict.fromkeys(kept, whole), rater.exchange):
        frozen += part.shortfall.before
    return MonthCost(month, frozen, cost, covered, missing)


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


def _periods(rater: Rater, kind: Kind, month: Month) -> Iterator[tuple[int, date]]:
    """(days, first day) of the parts of a month within which no price changes."""
    end = month.next.first
    if kind.key is None:
        starts = [month.first, *(day for day in rater.bill_days if month.first < day < end)]
    else:
        found = ResolvedModel(kind.key.provider, kind.key.region, kind.key.model, "")
        starts = rater.quotes.changes_between(found, month.first, end)
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        yield (following - start).days, start


def _copy(sums: Amounts) -> Amounts:
    copied = Amounts(len(sums.quantities))
    _merge(copied, sums)
    return copied


def _merge(into: Amounts, more: Amounts) -> None:
    into.quantities = [mine + other for mine, other in zip(into.quantities, more.quantities, strict=True)]
    into.requests = None if into.requests is None or more.requests is None else into.requests + more.requests
    into.cost += more.cost
    into.revenue += more.revenue
    into.has_cost = into.has_cost or more.has_cost
    into.rows += more.rows
