"""FOCUS charges: what each day's usage cost, meter by meter, with the quantities and unit prices that made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.model import Charge, PriceKey
from costcalc.rating.rate import PRICE_FIELDS, Rater, RatingOptions
from costcalc.usage.ledger import UsageLedger

_OWN_COLUMNS = set(PRICE_FIELDS)  # FOCUS has columns for these
_MILLION = Fraction(1_000_000)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The currency that a price is written in, and the rate by which it came into the report's."""

    currency: str
    rate: Fraction  # units of the report's currency for one unit
    month: Month | None  # of the rate; None: the currency is the report's


@dataclass(frozen=True, slots=True)
class FocusCharge:
    """One charge of one day. Costs and unit prices are exact, in the report's currency."""

    day: date  # in the report's zone
    provider: str
    model: str
    region: str | None
    meter: str | None  # None: a bill without a meter split
    key: PriceKey | None
    basis: str  # list, contracted, billed, computed, estimated, shortfall
    billed: Fraction
    listed: Fraction
    consumed: Fraction | None  # in units of the meter
    priced_quantity: Fraction | None  # in units of the price: million tokens, requests, hours
    list_price: Fraction | None  # for one such unit
    contracted_price: Fraction | None
    price: Exchanged
    tags: tuple[tuple[str, str | None], ...]  # None: the row says nothing


@dataclass(frozen=True, slots=True)
class FocusReport:
    """All charges: one a day, model, meter, price and set of tags."""

    currency: str
    timezone: str
    charges: tuple[FocusCharge, ...]


def focus(ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: RatingOptions) -> FocusReport:
    """What the ledger cost, charge by charge; `options.by` names the tags. CostcalcError: as of `rate`."""
    names = tuple(name for name in options.by if name not in _OWN_COLUMNS)
    rater = Rater(ledger, pricebook, fx, replace(options, by=("day", *names)))
    rating = rater.rating()
    found = [charge for kind, sums in rater.amounts.items() for charge in _charges(rater, names, kind, sums)]
    found += [_shortfall(charge, names, rating.currency) for charge in rating.charges if charge.is_shortfall]
    found.sort(key=lambda each: (each.day, each.provider, each.model, each.meter or "", str(each.tags), str(each.key)))
    return FocusReport(rating.currency, options.timezone, tuple(found))


def _charges(rater: Rater, names: tuple[str, ...], kind: ChargeKey, sums: Amounts) -> Iterator[FocusCharge]:
    for charge in rater.charge(kind, sums)[0]:
        yield (_priced if charge.is_priced and kind.key else _billed)(rater, names, kind, sums, charge)


def _priced(rater: Rater, names: tuple[str, ...], kind: ChargeKey, sums: Amounts, charge: Charge) -> FocusCharge:
    key = kind.key
    assert key is not None
    exchanged = _exchanged(rater, rater.quotes.quote(key).book.currency, kind.month)
    if charge.meter is None:  # requests without a count that has a price: they cost nothing
        none = Fraction()
        return FocusCharge(
            *_who(kind, charge), charge.basis, none, none, Fraction(sums.requests or 0), none, none, none,
            exchanged, _tags(names, charge),
        )  # fmt: skip
    unit, size = rater.unit_cost(key, kind.month)[charge.meter], unit_size(charge.meter)
    return FocusCharge(
        *_who(kind, charge), charge.basis, charge.cost.before, unit.listed.before * charge.quantity, charge.quantity,
        charge.quantity / size, unit.listed.before * size, unit.contracted.before * size, exchanged, _tags(names, charge),
    )  # fmt: skip


def _billed(rater: Rater, names: tuple[str, ...], kind: ChargeKey, sums: Amounts, charge: Charge) -> FocusCharge:
    """A stated cost: one unit of itself, its list cost beside it where the list prices these quantities."""
    billed, at_list = charge.cost.before, rater.list_cost(kind, sums)
    listed = at_list.before if at_list and billed >= 0 else billed
    is_credit = billed < 0
    one = None if is_credit else Fraction(1)
    return FocusCharge(
        *_who(kind, charge), charge.basis, billed, listed, None if is_credit else charge.tokens or Fraction(sums.requests or 0),
        one, None if is_credit else listed, None if is_credit else billed,
        _exchanged(rater, kind.cost_currency or rater.currency, kind.month), _tags(names, charge),
    )  # fmt: skip


def _shortfall(charge: Charge, names: tuple[str, ...], currency: str) -> FocusCharge:
    cost = charge.cost.before
    tags = tuple((name, None) for name in names)
    return FocusCharge(
        charge.day, charge.provider, charge.model, None, None, None, "shortfall", cost, cost, None, None, None, None,
        Exchanged(currency, Fraction(1), None), tags,
    )  # fmt: skip


def unit_size(meter: str) -> Fraction:
    """How many units of a meter one unit of its price holds: prices of tokens are by the million."""
    return _MILLION if meters().by_name[meter].unit == "token" else Fraction(1)


def _who(kind: ChargeKey, charge: Charge) -> tuple[date, str, str, str | None, str | None, PriceKey | None]:
    day = date.fromisoformat(str(charge.line[0]))
    return day, charge.provider, charge.model, kind.key.region if kind.key else None, charge.meter, kind.key


def _tags(names: tuple[str, ...], charge: Charge) -> tuple[tuple[str, str | None], ...]:
    return tuple(zip(names, charge.line[1:], strict=True))


def _exchanged(rater: Rater, currency: str, month: Month) -> Exchanged:
    if currency == rater.currency:
        return Exchanged(currency, Fraction(1), None)
    found = rater.fx.rate(currency, rater.currency, month)
    return Exchanged(currency, found.rate, found.month_used)
