"""Terms: what your contracts change about a list: discounts, commitments, and what your logs call a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from fractions import Fraction

from costcalc.calendar import read_day
from costcalc.money import Money, read_number
from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.selectors import Selector, read_selector
from costcalc.yamldoc import Document, Map, Node, Scalar, Sequence

TERM_KEYS = ("discounts", "commitments", "aliases")
DISCOUNT_KEYS = ("what", "percent", "from", "until", "note")
COMMITMENT_KEYS = ("what", "each", "amount", "from", "until", "note")
OPTIONAL_KEYS = frozenset({"from", "until", "note"})
PERIODS = ("month",)

PERCENT = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
AMOUNT = re.compile(r"([\d._]+) ([A-Z]{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Discount:
    """A negotiated share off the list: it survives a rise. Several that match compound, in order."""

    selector: Selector
    share: Fraction  # 0.125 is 12.5% off
    place: Place
    from_day: date | None = None  # in the provider's zone
    until_day: date | None = None  # exclusive
    note: str = ""

    def applies_on(self, day: date) -> bool:
        return _holds(self.from_day, self.until_day, day)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the matching charges of a calendar month cost at least, used or not."""

    selector: Selector
    amount: Money  # a calendar month of the provider's zone
    place: Place
    from_day: date | None = None
    until_day: date | None = None  # exclusive
    note: str = ""

    def applies_on(self, day: date) -> bool:
        return _holds(self.from_day, self.until_day, day)


@dataclass(frozen=True)
class Terms:
    """All terms of the files read, in the order of the files and of their lines."""

    discounts: tuple[Discount, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)  # a log's name -> "provider/model" or "model"
    alias_places: Mapping[str, Place] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.discounts or self.commitments or self.aliases)

    def discounts_on(self, day: date, provider: str, *models: str) -> tuple[Discount, ...]:
        """The discounts of a model, by any of its names, on a price day of its provider."""
        return tuple(d for d in self.discounts if d.selector.matches(provider, *models) and d.applies_on(day))

    def days(self, provider: str, *models: str) -> set[date]:
        """The days on which a term of a model, by any of its names, begins or ends."""
        terms: Iterator[Discount | Commitment] = iter((*self.discounts, *self.commitments))
        matching = [term for term in terms if term.selector.matches(provider, *models)]
        return {day for term in matching for day in (term.from_day, term.until_day) if day}


def joined(parts: Iterable[Terms]) -> Terms:
    """One after the other; an alias of a later file wins."""
    listed = list(parts)
    return Terms(
        tuple(discount for terms in listed for discount in terms.discounts),
        tuple(commitment for terms in listed for commitment in terms.commitments),
        {name: target for terms in listed for name, target in terms.aliases.items()},
        {name: place for terms in listed for name, place in terms.alias_places.items()},
    )


def discounted(discounts: Iterable[Discount], meter: str) -> Fraction:
    """The share of the list that is left for a meter: 20% and then 10% off leave 0.8 × 0.9 = 72%."""
    share = Fraction(1)
    for discount in discounts:
        if discount.selector.covers(meter):
            share *= 1 - discount.share
    return share


def read_terms(doc: Document, root: Map) -> Terms:
    """The terms at the top of a file; every problem is noted in the document."""
    discounts = [_discount(doc, entry) for entry in _entries(doc, root, "discounts", DISCOUNT_KEYS)]
    commitments = [_commitment(doc, entry) for entry in _entries(doc, root, "commitments", COMMITMENT_KEYS)]
    aliases, places = {}, {}
    for key, node in doc.map_at(root.get("aliases"), "aliases"):
        if target := doc.text_at(node, f'the alias "{key.text}"'):
            aliases[key.text.lower()], places[key.text.lower()] = target.text.lower(), target.place
    return Terms(
        tuple(found for found in discounts if found), tuple(found for found in commitments if found), aliases, places
    )


def _entries(doc: Document, root: Map, name: str, keys: tuple[str, ...]) -> Iterator[Map]:
    node = root.get(name)
    if node is None:
        return
    if not isinstance(node, Sequence):
        doc.report(node, "wrong-shape", f"{name} is not a list", expected=f"- {{{keys[0]}: …, {keys[1]}: …}}")
        return
    for item in node:
        entry = doc.map_at(item, f"one of the {name}", keys)
        if not isinstance(item, Map):
            continue
        for required in (key for key in keys if key not in OPTIONAL_KEYS):
            if required not in entry:
                doc.report(item, "missing-key", f'one of the {name} needs the key "{required}"')
        yield entry


def _discount(doc: Document, entry: Map) -> Discount | None:
    selector, days = _selector(doc, entry), _days(doc, entry)
    text = doc.text_at(entry.get("percent"), "percent")
    share = _percent(doc, text) if text else None
    if selector is None or share is None:
        return None
    return Discount(selector, share, entry.place, *days, _note(doc, entry))


def _percent(doc: Document, text: Scalar) -> Fraction | None:
    match = PERCENT.fullmatch(text.text)
    share = read_number(match[1]) / 100 if match else None
    if share is None or share > 1:
        doc.report(
            text, "bad-discount", f'"{text.text}" is not a discount', expected="12.5%: what is taken off, at most 100%",
            remedy="write it with its percent sign; a rise of the list is a hike, not a discount",
        )  # fmt: skip
        return None
    return share


def _commitment(doc: Document, entry: Map) -> Commitment | None:
    selector, days = _selector(doc, entry), _days(doc, entry)
    each = doc.text_at(entry.get("each"), "each")
    if each and each.text not in PERIODS:
        doc.report(each, "bad-period", f'no commitment runs each "{each.text}"', expected=", ".join(PERIODS))
    text = doc.text_at(entry.get("amount"), "amount")
    amount = read_amount_of(doc, text) if text else None
    if selector is None or amount is None:
        return None
    return Commitment(selector, amount, entry.place, *days, _note(doc, entry))


def read_amount_of(doc: Document, text: Scalar) -> Money | None:
    """`1_000 USD`: an amount with its currency, never negative."""
    match = AMOUNT.fullmatch(text.text)
    try:
        return Money(read_number(match[1] if match else ""), match[2] if match else "")
    except ValueError:
        doc.report(text, "bad-amount", f'"{text.text}" is not an amount', expected="1_000 USD, with its currency")
        return None


def _selector(doc: Document, entry: Map) -> Selector | None:
    text = doc.text_at(entry.get("what"), "what")
    if text is None:
        return None
    try:
        return read_selector(text.text)
    except ValueError:
        doc.report(text, "bad-selector", "this names nothing", expected="openai/gpt-5*:output_tokens, or any")
        return None


def _days(doc: Document, entry: Map) -> tuple[date | None, date | None]:
    """[from, until): a term without them always holds."""
    first, end = (_day(doc, entry.get(name), name) for name in ("from", "until"))
    if first and end and end <= first:
        doc.report(
            entry.get("until") or entry.place, "empty-period", "it ends before it begins: until is the first day without it",
            expected="a day after from",
        )  # fmt: skip
    return first, end


def _day(doc: Document, node: Node | None, what: str) -> date | None:
    text = doc.text_at(node, what)
    if text is None:
        return None
    try:
        return read_day(text.text)
    except ValueError:
        doc.report(text, "bad-date", f'"{text.text}" is not a date', expected="2026-04-18")
        return None


def _note(doc: Document, entry: Map) -> str:
    text = doc.text_at(entry.get("note"), "note")
    return text.text if text else ""


def _holds(first: date | None, end: date | None, day: date) -> bool:
    return (first is None or day >= first) and (end is None or day < end)
