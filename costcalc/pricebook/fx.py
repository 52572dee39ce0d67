"""Exchange rates: exact rationals by month; the newest known month is held for later ones, and says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from costcalc.calendar import Month, month_of, read_day, read_month
from costcalc.money import exact_text, read_number
from costcalc.pricebook.model import Source
from costcalc.problems import CostcalcError, Problem
from costcalc.records import dataclass
from costcalc.yamldoc import Document, Map, Node, Scalar, parse_yaml, read_yaml

SAME = "same currency"
STATED = "stated"
HUB = "EUR"  # two currencies without a pair of their own are crossed through it

Rates = Mapping[str, Mapping[str, "Fraction | Mapping[Month, Fraction]"]]  # base, quote: flat, or by month
Pair = tuple[str, str]  # base, quote: the rate is how many units of the quote one unit of the base buys

_PAIR = re.compile(r"([A-Z]{3})/([A-Z]{3})", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_REMEDY_OF_A_NAME = '"{}" is not a code of a currency: write one such as USD in the log'
_MONTH_END = re.compile(r"(\S+) on (\S+)")


@dataclass(frozen=True, slots=True)
class FxRate:
    """One rate as it was used: for which month it was published, by whose table, and whether it is held."""

    rate: Fraction
    month_used: Month
    basis: str
    held: bool = False  # a later month than the table knows


@dataclass(frozen=True, slots=True)
class MonthRate:
    """What the table holds for one month."""

    rate: Fraction
    basis: str
    month_end: tuple[date, Fraction] | None = None  # for reference: nothing is priced by it


@dataclass(frozen=True, slots=True)
class FxTable:
    """Monthly rates by pair, and flat rates that somebody stated, which go first."""

    months: Mapping[Pair, Mapping[Month, MonthRate]] = field(default_factory=dict)
    flat: Mapping[Pair, Fraction] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)  # by basis

    def rate(self, base: str, quote: str, month: Month) -> FxRate:
        """Units of `quote` for one unit of `base` in that month. CostcalcError `missing-fx` where none is known."""
        if base == quote:
            return FxRate(Fraction(1), month, SAME)
        if found := self._published(base, quote, month) or self._through_stated(base, quote, month):
            return found
        raise NoRate(self, base, quote, month)

    def with_rates(self, rates: Rates) -> FxTable:
        """The table with rates of one's own: `{"CNY": {"USD": 0.1496}}` is USD for one CNY, flat or by month.

        By month they hold from the first stated month on; what is before it stays.
        """
        months, flat = dict(self.months), dict(self.flat)
        for base, quotes in rates.items():
            for quote, stated in quotes.items():
                known = months.pop((base, quote), {})
                inverse = months.pop((quote, base), {})  # the other direction follows from the stated one
                flat.pop((base, quote), None)
                flat.pop((quote, base), None)
                if isinstance(stated, Mapping):
                    before = {month: MonthRate(1 / each.rate, each.basis) for month, each in inverse.items()} | {
                        **known
                    }
                    months[base, quote] = {
                        **{month: each for month, each in before.items() if stated and month < min(stated)},
                        **{month: MonthRate(rate, STATED) for month, rate in stated.items()},
                    }
                else:
                    flat[base, quote] = stated
        return FxTable(months, flat, self.sources)

    def _known(self, base: str, quote: str, month: Month) -> FxRate | None:
        if (base, quote) in self.flat:
            return FxRate(self.flat[base, quote], month, STATED)
        known = self.months.get((base, quote), {})
        if month in known:
            return FxRate(known[month].rate, month, known[month].basis)
        latest = max((each for each in known if each < month), default=None)
        if latest is None:
            return None
        # A stated month holds until the next; of published ones only the newest does.
        is_held = known[latest].basis == STATED or all(known[each].basis == STATED for each in known if each > month)
        return FxRate(known[latest].rate, latest, known[latest].basis, held=True) if is_held else None

    def _published(self, base: str, quote: str, month: Month) -> FxRate | None:
        """By a pair of the table, in either direction, or by two of one table through the euro."""
        if base == quote:
            return None
        if found := self._known(base, quote, month):
            return found
        if found := self._known(quote, base, month):
            return FxRate(1 / found.rate, found.month_used, found.basis, found.held)
        return self._crossed(base, quote, month)

    def _through_stated(self, base: str, quote: str, month: Month) -> FxRate | None:
        """By a rate that somebody stated for one of the two, and what is known of its other side: CNY to USD, and USD
        to a currency that no table has. Where several stated rates lead there, none is chosen.
        """
        found = []
        for via in {each for pair in self._stated() if {base, quote} & {*pair} for each in pair} - {base, quote}:
            first, second = self._published(base, via, month), self._published(via, quote, month)
            if first and second:
                used = min(first.month_used, second.month_used)
                found.append(FxRate(first.rate * second.rate, used, STATED, first.held or second.held))
        return found[0] if len(found) == 1 else None

    def _stated(self) -> list[Pair]:
        """The pairs of which somebody stated a rate."""
        by_month = (
            pair for pair, months in self.months.items() if any(each.basis == STATED for each in months.values())
        )
        return [*self.flat, *by_month]

    def _crossed(self, base: str, quote: str, month: Month) -> FxRate | None:
        """Through the euro, by two rates of one table and month."""
        legs = [self._known(HUB, currency, month) for currency in (base, quote)]
        if legs[0] is None or legs[1] is None or legs[0].basis == STATED:
            return None
        if (legs[0].basis, legs[0].month_used) != (legs[1].basis, legs[1].month_used):
            return None
        return replace(legs[1], rate=legs[1].rate / legs[0].rate)

    def missing(self, base: str, quote: str, months: Collection[Month], whose: str = "", file: str = "") -> Problem:
        """What is asked for and not known; `whose`: what asks for it; `file`: what to write, where more is missing."""
        pairs = sorted({*self.months, *self.flat})
        legs = [self.months.get((HUB, currency), {}) for currency in (base, quote)]
        held = self.months.get(self._held_as(base, quote)) or {*legs[0]} & {*legs[1]}
        wrong = [code for code in (base, quote) if not _CODE.fullmatch(code)]
        return Problem(
            "missing-fx",
            f"no exchange rate from {base} to {quote} is known for {', '.join(map(str, sorted(months)))}{whose}",
            expected=f"a month from {min(held)} on" if held else "",
            nearest=tuple("/".join(pair) for pair in pairs if {base, quote} <= {*pair})
            or tuple("/".join(pair) for pair in pairs if {base, quote} & {*pair})[:3],
            remedy=_REMEDY_OF_A_NAME.format(wrong[0])
            if wrong
            else "write the rate in a file called fx.yaml and give it with --pricebook fx.yaml:"
            f" {file or self.file_with({(base, quote): months})}",
        )

    def file_with(self, missing: Mapping[Pair, Collection[Month]], asked: Collection[Month] = ()) -> str:
        """The file that states these rates, and what is known of those pairs for the months that are asked.

        A file's pair stands in place of the table's, and its newest month is held for later ones.
        """
        pairs = []
        for (base, quote), months in missing.items():
            if not (_CODE.fullmatch(base) and _CODE.fullmatch(quote)):
                continue
            pair = self._held_as(base, quote)
            held = self.months.get(pair, {})
            known = {
                month: exact_text(held[month].rate) for month in {*asked, *([max(held)] if held else [])} & {*held}
            }
            rates = {**dict.fromkeys(months, "RATE"), **known}
            stated = ", ".join(f"{month}: {{stated: {rates[month]}}}" for month in sorted(rates))
            pairs.append(f"{'/'.join(pair)}: {{{stated}}}")
        return f'{{bases: {{stated: {{url: "who says so"}}}}, fx: {{{", ".join(pairs)}}}}}'

    def _held_as(self, base: str, quote: str) -> Pair:
        """The direction in which the table holds the pair."""
        return next((pair for pair in ((base, quote), (quote, base)) if pair in self.months), (base, quote))


class NoRate(CostcalcError):
    """A rate that is asked for and not known."""

    def __init__(self, table: FxTable, base: str, quote: str, month: Month) -> None:
        super().__init__([table.missing(base, quote, (month,))])
        self.pair, self.month = (base, quote), month


def read_fx(path: Path | str) -> FxTable:
    """The exchange rate file. CostcalcError with every problem of the file."""
    return _table(read_yaml(path))


def parse_fx(text: str, file: str = "<fx>") -> FxTable:
    """Exchange rates from text."""
    return _table(parse_yaml(text, file))


def _table(document: Document) -> FxTable:
    root = document.map_at(document.root, "an exchange rate file", ("checked", "bases", "fx"))
    if "fx" not in root:
        document.report(root, "missing-key", 'an exchange rate file needs the key "fx"')
    if (checked := document.text_at(root.get("checked"), "checked")) is not None:
        _day(document, checked)
    bases = {key.text: _source(document, key, node) for key, node in document.map_at(root.get("bases"), "bases")}
    pairs: dict[Pair, Mapping[Month, MonthRate]] = {}
    for key, node in document.map_at(root.get("fx"), "fx"):
        match = _PAIR.fullmatch(key.text)
        if not match or match[1] == match[2]:
            document.report(key, "bad-pair", f'"{key.text}" is not a pair of currencies', expected="USD/CNY")
            continue
        if (match[2], match[1]) in pairs:
            document.report(key, "pair-twice", f"{match[2]}/{match[1]} is here too", remedy="keep one direction")
        pairs[match[1], match[2]] = _months(document, key, node, tuple(bases))
    document.check()
    return FxTable(pairs, sources=bases)


def _source(document: Document, key: Scalar, node: Node) -> Source:
    entry = document.map_at(node, f'the basis "{key.text}"', ("url", "read", "confidence"))
    words = {
        word: text.text for word in ("url", "read", "confidence") if (text := document.text_at(entry.get(word), word))
    }
    return Source(key.text, words.get("url", ""), words.get("read", ""), words.get("confidence", ""))


def _months(document: Document, pair: Scalar, node: Node, bases: tuple[str, ...]) -> Mapping[Month, MonthRate]:
    months = {}
    for key, figures in document.map_at(node, pair.text):
        try:
            month = read_month(key.text)
        except ValueError:
            document.report(key, "bad-date", f'"{key.text}" is not a month', expected="2026-09")
            continue
        entry = document.map_at(figures, f"the month {month}", (*bases, "month_end"))
        rates = {basis: _rate(document, entry, basis) for basis in bases if basis in entry}
        end = _month_end(document, entry, month)
        # The first basis that has a figure: they stand in the order of trust.
        basis, rate = next(iter(rates.items()), ("", None))
        if not rates:
            document.report(key, "no-rate", f"the month {month} has no rate", expected=", ".join(bases))
        if rate is not None:
            months[month] = MonthRate(rate, basis, end)
    return months


def _rate(document: Document, entry: Map, key: str) -> Fraction | None:
    text = document.text_at(entry.get(key), key)
    return None if text is None else _positive(document, text, text.text)


def _positive(document: Document, place: Scalar, text: str) -> Fraction | None:
    try:
        rate = read_number(text)
    except ValueError:
        rate = Fraction(0)
    if rate <= 0:
        document.report(place, "bad-fx", f'"{text}" is not an exchange rate', expected="a number above zero: 6.7089")
        return None
    return rate


def _month_end(document: Document, entry: Map, month: Month) -> tuple[date, Fraction] | None:
    text = document.text_at(entry.get("month_end"), "month_end")
    if text is None:
        return None
    match = _MONTH_END.fullmatch(text.text)
    day = _day(document, Scalar(match[2], text.place)) if match else None
    rate = _positive(document, text, match[1]) if match else None
    if not match or (day is not None and month_of(day) != month):
        document.report(
            text, "bad-month-end", f'"{text.text}" is not a month-end rate of {month}', expected="6.7045 on 2026-09-30"
        )
    return (day, rate) if day and rate else None


def _day(document: Document, text: Scalar) -> date | None:
    try:
        return read_day(text.text)
    except ValueError:
        document.report(text, "bad-date", f'"{text.text}" is not a date', expected="2026-09-30")
        return None
