"""Figures as written: percents with their sign, factors, amounts of money, whole numbers; ranges from low to high."""

from __future__ import annotations

import re
from fractions import Fraction

from costcalc.money import Money, exact_text, read_number
from costcalc.scenario.changes import Rescale
from costcalc.scenario.figure import NOTHING, ONCE, Figure, fixed
from costcalc.scenario.read_entries import Entry
from costcalc.yamldoc import Document, Scalar

NUMBER = r"(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)"
_SIGNED = rf"[+-]?{NUMBER}"
PERCENT = re.compile(rf"({_SIGNED})(?:%?\.\.({_SIGNED}))?%", re.ASCII)
PERCENT_OF_TODAY = re.compile(r"(.*%) of today", re.ASCII)
FACTOR = re.compile(rf"[x×]({NUMBER})(?:\.\.[x×]?({NUMBER}))?", re.ASCII)
MORE = re.compile(rf"\+({NUMBER})(?:\.\.\+?({NUMBER}))? per request", re.ASCII)
FACTOR_AND_MORE = re.compile(r"([x×]\S+) (\+\S+ per request)", re.ASCII)
NUMBERS = re.compile(rf"({NUMBER})(?:\.\.({NUMBER}))?", re.ASCII)
AMOUNT = re.compile(rf"({NUMBER})(?: ([A-Z]{{3}}))?", re.ASCII)
WHOLE = re.compile(r"\d+(?:_\d+)*", re.ASCII)
_BARE = re.compile(rf"({_SIGNED})(?:\.\.({_SIGNED}))?", re.ASCII)


def share(entry: Entry, key: str, default: Figure = NOTHING) -> Figure:
    """A part of a whole, 0 to 100%."""
    found = percent(entry, key, "20%", default)
    if found.low < 0 or found.high > 1:
        _report(entry, key, "bad-share", "is not a share", "0% to 100%")
    return found


def change(entry: Entry, key: str, default: Figure = NOTHING) -> Figure:
    """A rise or a fall; nothing falls by more than all of it."""
    text = entry.text(key)
    return default if text is None else change_of(entry, text)


def change_of(entry: Entry, text: Scalar) -> Figure:
    found = percent_of(entry, text, "+8%")
    if found.low < -1:
        entry.document.report(
            text, "bad-change", f'"{text.text}": nothing falls by more than 100%', expected="-100% or more"
        )
    return found


def cut(entry: Entry, key: str) -> Figure:
    """How much less: 0 to -100%."""
    found = percent(entry, key, "-20%", NOTHING)
    if found.high > 0:
        meant = (entry.word(key)).lstrip("+").replace("..+", "..")
        remedy = "" if ".." in meant else f"did you mean -{meant}?"
        _report(entry, key, "bad-cut", "is not a cut", "0% to -100%", remedy)
    elif found.low < -1:
        _report(entry, key, "bad-cut", "cuts more than there is", "0% to -100%")
    return found


def percent(entry: Entry, key: str, example: str, default: Figure) -> Figure:
    text = entry.text(key)
    return default if text is None else percent_of(entry, text, example)


def percent_of(entry: Entry, text: Scalar, example: str) -> Figure:
    """`8%`, `+5..34%`. A problem where the sign is missing, and nothing in its place."""
    found = read_percent(entry.document, text, example)
    return Figure(found.low, found.high, entry.drawn) if found.is_range else found


def read_percent(document: Document, text: Scalar, example: str) -> Figure:
    match = PERCENT.fullmatch(text.text.strip())
    if match:
        low, high = _ends(document, text, match[1], match[2], "%")
        return Figure(low / 100, high / 100)
    bare = _BARE.fullmatch(text.text.strip())
    remedy = f"did you mean {_as_percent(bare)}? Write it with its percent sign" if bare else ""
    document.report(text, "bad-percent", f'"{text.text}" is not a percentage', expected=example, remedy=remedy)
    return NOTHING


def factor(entry: Entry, key: str) -> Figure:
    """`x1.08`: how many times as much; never nothing."""
    text = entry.text(key)
    if text is None:
        return ONCE
    match = FACTOR.fullmatch(text.text.strip())
    found = _spread(entry, *_ends(entry.document, text, match[1], match[2], "", "x")) if match else NOTHING
    if not found.low:
        entry.document.report(text, "bad-factor", f'"{text.text}" is not a factor', expected="x1.08, above x0")
        return ONCE
    return found


def rescale_of(entry: Entry, text: Scalar) -> Rescale:
    """`x12`, `+3_000 per request`, or both: `x1.5 +200 per request`."""
    written = text.text.strip()
    both = FACTOR_AND_MORE.fullmatch(written)
    times = FACTOR.fullmatch(both[1] if both else written)
    more = MORE.fullmatch(both[2] if both else written)
    if (both and not (times and more)) or not (times or more):
        entry.document.report(
            text, "bad-factor", f'"{text.text}" says neither how many times as much nor how many more',
            expected="x1.5, or +3_000 per request",
        )  # fmt: skip
        return Rescale()
    return Rescale(
        _spread(entry, *_ends(entry.document, text, times[1], times[2], "", "x")) if times else ONCE,
        _spread(entry, *_ends(entry.document, text, more[1], more[2], " per request", "+")) if more else NOTHING,
    )


def number(entry: Entry, key: str, example: str, default: Figure = ONCE) -> Figure:
    """`20`, `10..30`: above nothing."""
    text = entry.text(key)
    if text is None:
        return default
    match = NUMBERS.fullmatch(text.text.strip())
    found = _spread(entry, *_ends(entry.document, text, match[1], match[2], "")) if match else NOTHING
    if not found.low:
        entry.document.report(text, "bad-number", f'"{text.text}" is not a number above 0', expected=example)
        return default
    return found


def amount(entry: Entry, key: str) -> Money:
    """`0.0120 USD`; without a currency it is in the report's."""
    text = entry.needed(key, "0.0120 USD")
    if text is None:
        return Money(Fraction(), "")
    match = AMOUNT.fullmatch(text.text.strip())
    if match is None:
        entry.document.report(
            text, "bad-amount", f'"{text.text}" is not an amount', expected="0.0120 USD, or 42_000 USD"
        )
        return Money(Fraction(), "")
    return Money(read_number(match[1]), match[2] or "")


def whole(entry: Entry, key: str, least: int) -> int:
    text = entry.text(key)
    if text is None:
        return least
    if not WHOLE.fullmatch(text.text.strip()) or int(text.text.replace("_", "")) < least:
        entry.document.report(
            text, "bad-number", f'"{text.text}" is not a whole number from {least} on', expected="120"
        )
        return least
    return int(text.text.replace("_", ""))


def _spread(entry: Entry, low: Fraction, high: Fraction) -> Figure:
    return Figure(low, high, entry.drawn) if low != high else fixed(low)


def _ends(
    document: Document, text: Scalar, first: str, second: str | None, unit: str, before: str = ""
) -> tuple[Fraction, Fraction]:
    """The low and the high end. A problem where they are written the other way round."""
    low = read_number(first)
    high = low if second is None else read_number(second)
    if low > high:
        document.report(
            text, "bad-range", f'"{text.text}" is written from high to low', expected="low..high",
            remedy=f"write {_turned(first, second or '', before)}{unit}",
        )  # fmt: skip
    return low, high


def _turned(first: str, second: str, before: str) -> str:
    """The ends the other way round, with their sign where the first one had it."""
    sign = before or ("+" if first.startswith("+") else "")
    low = second.removeprefix("+")
    return f"{low if low.startswith('-') else sign + low}..{first.removeprefix('+')}"


def _as_percent(bare: re.Match[str]) -> str:
    """What a number without its sign may mean: 0.08 and 8 are both 8%."""
    ends = [read_number(end) for end in bare.groups() if end]
    scale = 100 if all(abs(end) <= 1 for end in ends) and any(end.denominator != 1 for end in ends) else 1
    return "..".join(exact_text(end * scale) for end in ends) + "%"


def _report(entry: Entry, key: str, code: str, message: str, expected: str, remedy: str = "") -> None:
    text = entry.text(key)
    assert text is not None
    entry.document.report(text, code, f'"{text.text}" {message}', expected=expected, remedy=remedy)
