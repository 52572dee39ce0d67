"""Kinds of values in pricebooks, as they are written: names, days, amounts, percentages, rates."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from costcalc.calendar import read_day
from costcalc.money import Money, exact_text, read_number
from costcalc.pricebook.model import Rate
from costcalc.selectors import Selector, read_selector
from costcalc.yamldoc import Node, Scalar
from costcalc.yamlfields import ANY_TEXT, Entry, Kind, Schema, day_of, pattern, word_of
from costcalc.yamltext import free, word

STATUSES = ("announced", "in_force", "cancelled", "superseded")
UNITS = {"1": 1, "1K": 1_000, "1M": 1_000_000}
_RATE = re.compile(rf"([\d._]+) per ({'|'.join(UNITS)})(?: observed ([\d-]+))?(?: \[([\w.-]+)\])?")
_SHARE = re.compile(r"([\d._]+)% of standard(?: \[([\w.-]+)\])?")
_AMOUNT = re.compile(r"([\d._]+) ([A-Z]{3})", re.ASCII)
PERCENT = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
DAY_PATTERN = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_UNIT_WORDS = {units: word for word, units in UNITS.items()}
TEXTS: Schema = {"anyOf": [ANY_TEXT, {"type": "array", "items": ANY_TEXT}]}


def read_rate(text: str) -> Rate:
    """`read_rate("3.00 per 1M")`, `read_rate("50% of standard")`; ValueError for anything else.

    A rate whose own start is unknown says since when it is known: `1.00 per 1M observed 2026-11-24`.
    """
    if share := _SHARE.fullmatch(text):
        return Rate(read_number(share[1]) / 100, 1, share[2] or "", relative=True)
    match = _RATE.fullmatch(text)
    if not match:
        raise ValueError(f"not a rate: {text!r}")
    observed = read_day(match[3]) if match[3] else None
    return Rate(read_number(match[1]), UNITS[match[2]], match[4] or "", observed=observed)


def rate_text(rate: Rate, source: str = "") -> str:
    """`3 per 1M`, with its source in brackets where it is not `source`. ValueError: no decimal writes it exactly."""
    shown = rate.price * 100 if rate.relative else rate.price
    text = exact_text(shown)
    if Fraction(text) != shown:
        raise ValueError(f"{shown} cannot be written as a decimal")
    unit = "% of standard" if rate.relative else f" per {_UNIT_WORDS[rate.per_units]}"
    observed = f" observed {rate.observed}" if rate.observed else ""
    return f"{text}{unit}{observed}{f' [{rate.source}]' if rate.source not in ('', source) else ''}"


def check_source(entry: Entry, text: Scalar, source: str) -> None:
    """A source that is named must be declared."""
    if source and source not in entry.context.sources:
        entry.document.report(
            text, "unknown-source", f'no source is called "{source}"', remedy="declare it under sources"
        )


def _rate(entry: Entry, text: Scalar) -> Rate | None:
    try:
        rate = read_rate(text.text)
    except ValueError:
        entry.wrong(
            text, "bad-rate", " is not a rate",
            "3.00 per 1M (or per 1K, per 1), or 50% of standard; at its end the source in brackets",
            "write the price with its unit; a price is never negative",
        )  # fmt: skip
        return None
    check_source(entry, text, rate.source)
    return rate


def _share(entry: Entry, text: Scalar) -> Fraction | None:
    try:
        rate = read_rate(text.text)
    except ValueError:
        rate = None
    if rate is None or not rate.relative:
        entry.wrong(text, "bad-share", " is not a share", "50% of standard")
        return None
    return rate.price


def _names(entry: Entry, node: Node) -> tuple[str, ...]:
    return tuple(text.text.lower() for text in entry.document.texts_at(node, "names"))


def _amount(entry: Entry, text: Scalar) -> Money | None:
    """An amount with its currency, never negative."""
    match = _AMOUNT.fullmatch(text.text)
    try:
        return Money(read_number(match[1] if match else ""), match[2] if match else "")
    except ValueError:
        entry.wrong(text, "bad-amount", " is not an amount", "1_000 USD, with its currency")
        return None


def _selector(entry: Entry, text: Scalar) -> Selector | None:
    try:
        return read_selector(text.text)
    except ValueError:
        entry.document.report(
            text, "bad-selector", "this names nothing", expected="openai/gpt-5*:output_tokens, or any"
        )
        return None


TEXT = Kind(lambda _, text: text.text, ANY_TEXT, write=word)
IN_FLOW = replace(TEXT, write=free)
LOWER = replace(TEXT, read=lambda _, text: text.text.lower())
NAMES = Kind(_names, TEXTS, write=lambda names: f"[{', '.join(map(free, names))}]", is_text=False)
DAY = Kind(
    day_of("2026-04-18, or: at least since 2026-04-18 (where the start is unknown)"), pattern(DAY_PATTERN), "2026-04-18"
)
TERM_DAY = replace(DAY, read=day_of("2026-04-18"))
AMOUNT = Kind(
    _amount, pattern(_AMOUNT.pattern), "1_000 USD", lambda money: f"{exact_text(money.amount)} {money.currency}"
)
SELECTOR = Kind(_selector, {"type": "string", "minLength": 1}, "openai/gpt-5*")
RATE = Kind(_rate, pattern(_RATE.pattern), "3.00 per 1M")
RATE_OR_SHARE = replace(RATE, schema={"anyOf": [pattern(_RATE.pattern), pattern(_SHARE.pattern)]})
SHARE = Kind(_share, pattern(_SHARE.pattern), "50% of standard")
STATUS = word_of(STATUSES, "unknown-status", 'no status is called "{}"')
