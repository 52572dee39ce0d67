"""The fields of revenue, other costs, exchange rates, and how to draw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.money import Money, exact_text, read_number
from costcalc.scenario.fields import (
    DISTRIBUTED,
    DISTRIBUTION,
    IN_ORDER,
    MONTH,
    NOTE,
    ON,
    UNTIL,
    distribution_in,
    month_of_key,
    span_of,
)
from costcalc.scenario.fields_where import WHERE
from costcalc.scenario.figure import NOTHING
from costcalc.scenario.kinds import (
    AMOUNT,
    CHANGE,
    CURRENCY,
    NUMBER,
    SEATS,
    SHARE,
    currency_of,
    decimal_text,
    percent_of,
)
from costcalc.scenario.revenue import PER, TRIANGULAR, Fee, FxPath, OwnPrice, SimulationOptions
from costcalc.yamldoc import Map, Node, Scalar
from costcalc.yamlfields import (
    Entry,
    FieldTable,
    Kind,
    Rule,
    Schema,
    Values,
    YamlField,
    any_of,
    by_key,
    number_or,
    pattern,
    word_of,
)
from costcalc.yamltext import flow

_RATE = re.compile(NUMBER, re.ASCII)
_BY_SEAT = "seat and month"
_OF_A_FEE, _OF_A_CHANGE = ("per", "seats", "amount"), ("change", "customers_lost")


# --- fees and one's own prices ------------------------------------------------------------------------------------------
def _is_change(entry: Entry) -> bool:
    return any(key in entry for key in _OF_A_CHANGE)


def _fee(entry: Entry, values: Values) -> Fee:
    return Fee(
        values["where"], span_of(values), values["per"] or "month", values["amount"] or Money(Fraction(), ""), values["seats"] or 1, entry.map.place,
        values["note"],
    )  # fmt: skip


def _earned(entry: Entry, values: Values) -> Fee | OwnPrice:
    if not _is_change(entry):
        return _fee(entry, values)
    return OwnPrice(
        values["where"], span_of(values), values["change"], values["customers_lost"], entry.map.place, values["note"]
    )


def _as_a_fee(entry: Entry, values: Values) -> None:
    """What a fee needs, and seats where they are counted."""
    entry.has("per", ", ".join(PER))
    entry.has("amount", AMOUNT.example)
    if values["per"] == _BY_SEAT:
        entry.has("seats", SEATS.example)
    else:
        entry.refuse(
            "seats", "seats-without-sense", "seats are counted by the seat and month", f'write "per: {_BY_SEAT}"'
        )


def _as_a_fee_or_a_change(entry: Entry, values: Values) -> None:
    if not _is_change(entry):
        entry.refuse("distribution", "distribution-without-range", "an amount is not a range")
        _as_a_fee(entry, values)
        return
    entry.has("change", "+5%")
    for key in _OF_A_FEE:
        entry.refuse(
            key, "fee-with-change", f'a change of your own prices has no "{key}"',
            "write the fee in an entry of its own",
        )  # fmt: skip


_FEE: Schema = {
    "required": ["per", "amount"],
    "if": {"properties": {"per": {"const": _BY_SEAT}}, "required": ["per"]},
    "then": {"required": ["seats"]},
    "else": {"not": {"required": ["seats"]}},
}
_OWN_PRICE: Schema = {"required": ["change"], "not": any_of(_OF_A_FEE)}
_EITHER: Schema = {
    "if": any_of(_OF_A_CHANGE), "then": _OWN_PRICE, "else": {**_FEE, "not": any_of(("distribution",))},
}  # fmt: skip

_PER = word_of(PER, "unknown-per", 'nothing is earned or paid per "{}"')
_EARNED = (
    WHERE,
    YamlField("per", _PER, "Of what each one brings, or costs, the amount.", of=lambda each: getattr(each, "per", None)),
    YamlField("seats", SEATS, "How many seats.", of=lambda each: each.seats if getattr(each, "per", "") == _BY_SEAT else None),
    YamlField("amount", AMOUNT, "An amount; without a currency, in the report's.", of=lambda each: getattr(each, "amount", None)),
    ON, UNTIL, NOTE,
)  # fmt: skip
FEE = FieldTable("a cost", _EARNED, _fee, (Rule(_as_a_fee, _FEE), IN_ORDER), "{per: month, amount: 6_000 USD}")
REVENUE = FieldTable(
    "a revenue",
    (
        *_EARNED,
        YamlField("change", CHANGE, "Of your own prices.", "+5%", of=lambda each: getattr(each, "change", None)),
        YamlField("customers_lost", SHARE, "Of the matching requests, what leaves with the customers.", "2%", default=NOTHING,
              of=lambda each: getattr(each, "lost", None)),
        replace(DISTRIBUTION, of=lambda each: distribution_in(each) if isinstance(each, OwnPrice) else None),
    ),
    _earned, (Rule(_as_a_fee_or_a_change, _EITHER), IN_ORDER), "{per: request, amount: 0.0120 USD}",
)  # fmt: skip


# --- exchange rates -----------------------------------------------------------------------------------------------------
def _fx(entry: Entry, node: Node) -> FxPath:
    """Units of the scenario's currency for one of the key: one figure, or one by month."""
    document, found = entry.document, {}
    own = entry.word("currency")
    for key, value in document.map_at(node, "fx"):
        if currency_of(entry, key) == own:
            document.report(key, "bad-fx", f"one {own} is one {own}", remedy="leave it out")
        found[key.text] = _path(entry, value) if isinstance(value, Map) else _rate(entry, value, key.text)
    return found


def _path(entry: Entry, value: Map) -> Mapping[Month, Fraction]:
    months = {month_of_key(entry, month): _rate(entry, rate, month.text) for month, rate in value}
    if not value.entries:
        entry.document.report(value, "bad-fx", "no month has a rate", expected="{2026-12: 0.1496}")
    return dict(sorted((month, rate) for month, rate in months.items() if month))


def _rate(entry: Entry, node: Node, what: str) -> Fraction:
    text = entry.document.text_at(node, what)
    rate = read_number(text.text) if text and _RATE.fullmatch(text.text.strip()) else Fraction()
    if text and not rate:
        entry.wrong(text, "bad-fx", " is not an exchange rate", "0.1496: what one unit costs, above 0")
    return rate


def _fx_text(path: FxPath) -> str:
    return flow({
        currency: exact_text(rate) if isinstance(rate, Fraction)
        else flow({f"{month}": exact_text(each) for month, each in rate.items()})
        for currency, rate in path.items()
    })  # fmt: skip


_RATES = number_or(NUMBER)
FX = Kind(
    _fx, by_key(CURRENCY.pattern, {"anyOf": [_RATES, {**by_key(MONTH, _RATES), "minProperties": 1}]}),
    "{CNY: 0.1496}", _fx_text, is_text=False,
)  # fmt: skip


# --- drawing ------------------------------------------------------------------------------------------------------------
def _spreads(entry: Entry, node: Node) -> Mapping[str, Fraction]:
    return {
        currency_of(entry, key): _deviation(entry, entry.document.text_at(value, key.text))
        for key, value in entry.document.map_at(node, "fx")
    }


def _deviation(entry: Entry, text: Scalar | None) -> Fraction:
    """One standard deviation in a year."""
    figure = percent_of(entry, text, "6%") if text else NOTHING
    if text and (figure.low < 0 or figure.is_range):
        entry.wrong(text, "bad-deviation", " is not a deviation in a year", "6%, one figure from 0% on")
    return figure.low


_WANDER = Kind(
    _spreads, by_key(CURRENCY.pattern, pattern(rf"\+?{NUMBER}%")), "{CNY: 6%}",
    lambda fx: flow({currency: f"{decimal_text(spread * 100)}%" for currency, spread in fx.items()}), is_text=False,
)  # fmt: skip
SIMULATE = FieldTable(
    "simulate",
    (
        YamlField("distribution", DISTRIBUTED,
              "How --simulate draws from ranges that do not say it themselves.", default=TRIANGULAR.distribution),
        YamlField("fx", _WANDER, "How far exchange rates wander: one standard deviation in a year.", default={}),
    ),
    lambda _, values: SimulationOptions(values["distribution"], values["fx"]),
)  # fmt: skip
