"""Revenue, other costs, exchange rates and how to draw, as written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.money import read_number
from costcalc.problems import nearest_names
from costcalc.scenario.figure import DISTRIBUTIONS, NOTHING
from costcalc.scenario.read_entries import Entry, check_keys, entries, report_distribution
from costcalc.scenario.read_figures import NUMBER, amount, change, read_percent, share, whole
from costcalc.scenario.read_spans import month_of_key, read_span
from costcalc.scenario.read_where import read_where
from costcalc.scenario.revenue import PER, TRIANGULAR, Business, Fee, FxPath, OwnPrice, Per, Simulation
from costcalc.yamldoc import Document, Map, Scalar

FEE_KEYS = ("where", "per", "seats", "amount", "on", "until", "note")
OWN_PRICE_KEYS = ("where", "change", "customers_lost", "on", "until", "distribution", "note")
REVENUE_KEYS = tuple(dict.fromkeys((*FEE_KEYS, *OWN_PRICE_KEYS)))
SIMULATE_KEYS = ("distribution", "fx")
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
RATE = re.compile(NUMBER, re.ASCII)
_FEE_EXAMPLE = "{per: request, amount: 0.0120 USD}"


def read_business(document: Document, root: Map) -> Business:
    """Revenue rules, changes of one's own prices, other costs."""
    fees: list[Fee] = []
    changes: list[OwnPrice] = []
    for entry in entries(document, root.get("revenue"), "revenue", "a revenue", REVENUE_KEYS, _FEE_EXAMPLE):
        if "change" in entry or "customers_lost" in entry:
            changes.append(_own_price(entry))
        else:
            fees.append(_fee(entry))
    costs = entries(document, root.get("other_costs"), "other_costs", "a cost", FEE_KEYS, "{per: month, amount: 6_000 USD}")  # fmt: skip
    return Business(tuple(fees), tuple(changes), tuple(_fee(entry) for entry in costs))


def _fee(entry: Entry) -> Fee:
    per = _per(entry)
    entry.refuse("distribution", "distribution-without-range", "an amount is not a range")
    if per == "seat and month":
        entry.has("seats", "120")
    else:
        entry.refuse(
            "seats", "seats-without-sense", "seats are counted by the seat and month", 'write "per: seat and month"'
        )
    return Fee(
        read_where(entry), read_span(entry), per, amount(entry, "amount"), whole(entry, "seats", 1),
        entry.map.place, entry.word("note"),
    )  # fmt: skip


def _per(entry: Entry) -> Per:
    text = entry.needed("per", ", ".join(PER))
    found = next((word for word in PER if text and word == text.text.strip()), None)
    if text and found is None:
        entry.document.report(
            text, "unknown-per", f'nothing is earned or paid per "{text.text}"',
            nearest=nearest_names(text.text, PER), expected=", ".join(PER),
        )  # fmt: skip
    return found or "month"


def _own_price(entry: Entry) -> OwnPrice:
    entry.has("change", "+5%")
    entry.distribution()
    for key in ("per", "seats", "amount"):
        entry.refuse(
            key,
            "fee-with-change",
            f'a change of your own prices has no "{key}"',
            "write the fee in an entry of its own",
        )
    return OwnPrice(
        read_where(entry), read_span(entry), change(entry, "change"), share(entry, "customers_lost"),
        entry.map.place, entry.word("note"),
    )  # fmt: skip


def read_currency(document: Document, root: Map) -> str:
    text = document.text_at(root.get("currency"), "currency")
    return _currency(document, text) if text else ""


def _currency(document: Document, text: Scalar) -> str:
    if not CURRENCY.fullmatch(text.text):
        document.report(
            text,
            "bad-currency",
            f'"{text.text}" is not a currency',
            expected="three capital letters (ISO 4217): USD, CNY",
        )
    return text.text


def read_fx(document: Document, root: Map, currency: str) -> FxPath:
    """Units of the scenario's currency for one of the key: one figure, or one by month."""
    node = root.get("fx")
    found: dict[str, Fraction | Mapping[Month, Fraction]] = {}
    if node is not None and "currency" not in root:
        document.report(
            root.key("fx"), "fx-without-currency", "exchange rates without a currency that they are written in",
            expected="currency: USD",
        )  # fmt: skip
    for key, value in document.map_at(node, "fx"):
        if _currency(document, key) == currency:
            document.report(key, "bad-fx", f"one {currency} is one {currency}", remedy="leave it out")
        if isinstance(value, Map):
            months = {month_of_key(document, month): _rate(document, rate, month.text) for month, rate in value}
            found[key.text] = dict(sorted((month, rate) for month, rate in months.items() if month))
            if not value.entries:
                document.report(value, "bad-fx", "no month has a rate", expected="{2026-12: 0.1496}")
        else:
            found[key.text] = _rate(document, value, key.text)
    return found


def _rate(document: Document, node: object, what: str) -> Fraction:
    text = document.text_at(node, what)  # type: ignore[arg-type]
    rate = read_number(text.text) if text and RATE.fullmatch(text.text.strip()) else Fraction()
    if text and not rate:
        document.report(
            text, "bad-fx", f'"{text.text}" is not an exchange rate', expected="0.1496: what one unit costs, above 0"
        )
    return rate


def read_simulation(document: Document, root: Map) -> Simulation:
    """How `--simulate` draws."""
    node = root.get("simulate")
    if node is None:
        return TRIANGULAR
    found = document.map_at(node, "simulate")
    check_keys(document, found, "simulate", SIMULATE_KEYS)
    text = document.text_at(found.get("distribution"), "distribution")
    if text and text.text not in DISTRIBUTIONS:
        report_distribution(document, text)
    spreads = {
        _currency(document, key): _deviation(document, document.text_at(value, key.text))
        for key, value in document.map_at(found.get("fx"), "fx")
    }
    return Simulation(text.text if text else TRIANGULAR.distribution, spreads)


def _deviation(document: Document, text: Scalar | None) -> Fraction:
    """One standard deviation in a year."""
    figure = read_percent(document, text, "6%") if text else NOTHING
    if text and (figure.low < 0 or figure.is_range):
        document.report(
            text, "bad-deviation", f'"{text.text}" is not a deviation in a year', expected="6%, one figure from 0% on"
        )
    return figure.low
