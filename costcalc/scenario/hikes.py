"""The hike flag: `SELECTOR=CHANGE[@DATE]`, read strictly; every wrong one gets its remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from costcalc.calendar import read_day
from costcalc.meters import meters
from costcalc.money import TooManyDigits, exact_text, read_number
from costcalc.problems import CostcalcError, Problem, fail
from costcalc.scenario.events import event_named
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.selectors import Selector, read_selector

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

_GRAMMAR = "SELECTOR=CHANGE[@DATE] or @EVENT, for example alibaba=34, alibaba/qwen3-*=-20%, baidu=5..34@2026-12-01"
_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)"
_PERCENT = re.compile(rf"({_NUMBER})(%?)", re.ASCII)
_RANGE = re.compile(rf"({_NUMBER})%?\.\.({_NUMBER})(%?)", re.ASCII)
_ABSOLUTE = re.compile(r"=?(\d+(?:\.\d+)?|\.\d+)/(1|1K|1M)", re.IGNORECASE | re.ASCII)
_DATED = re.compile(r"(.*)@(\d{4}-\d{2}-\d{2})", re.ASCII)
_EXACT_DIGITS = 15  # that a float holds of any decimal number
_SHOWN = 80  # characters of a hike that no price could have
_UNITS = {"1": 1, "1K": 1_000, "1M": 1_000_000}


Catalogue = Callable[[], Mapping[str, "Event"]]  # read only where an event is named


def read_hikes(texts: Sequence[str], pass_through: Fraction | None = None) -> PriceChanges:
    """The price changes that the flags say. CostcalcError with every wrong one.

    `pass_through` (0.6 is 60%) scales the hikes given as a range.
    """
    return changes_at(Scenario("", read_items(texts, dict)), pass_through)


def changes_at(scenario: Scenario, pass_through: Fraction | None) -> PriceChanges:
    """The scenario's changes at a pass-through. CostcalcError: one was given, and nothing takes it."""
    if pass_through is not None and not scenario.takes_pass_through:
        raise fail(
            "nothing-to-pass-through",
            "--pass-through has no hike to scale: it scales hikes that are given as a range, and events that raised compute",
            remedy="write a range, for example --hike alibaba=5..34, or write the reduced hike itself",
        )
    return scenario.changes(pass_through)


def read_items(texts: Sequence[str], catalogue: Catalogue) -> tuple[PriceItem, ...]:
    """What the flags name: hikes, and `@EVENT` of the catalogue. CostcalcError with every wrong one."""
    problems: list[Problem] = []
    items: list[PriceItem] = []
    for text in (part.strip() for flag in texts for part in flag.split(",")):
        if text.startswith("@"):
            found = event_named(text[1:], catalogue())
            if isinstance(found, Problem):
                problems.append(found)
            else:
                items.append(PriceItem(found))
            continue
        try:
            items.append(PriceItem(None, (_read_hike(text),)))
        except _BadHike as bad:
            problems.append(bad.problem)
    if problems:
        raise CostcalcError(problems)
    return tuple(items)


def read_hike(text: str) -> PriceChange:
    """One hike. CostcalcError if it is wrong."""
    try:
        return _read_hike(text.strip())
    except _BadHike as bad:
        raise CostcalcError([bad.problem]) from None


def hikes_from(values: object) -> list[str]:
    """The flags that a Python call means: `{"alibaba": 34}`, `{"alibaba": 0.34}`, `["alibaba=34"]`, or one text.

    CostcalcError: anything else; a hike must not vanish, and a float must say what was meant.
    """
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping):
        return [f"{selector}={_written(change, selector)}" for selector, change in values.items()]
    if not isinstance(values, Iterable):
        raise fail(
            "bad-hike",
            f"hikes cannot be of the type {type(values).__name__}",
            expected='{"alibaba": 34}, or ["alibaba=34"]',
        )
    return [str(value) for value in values]


def _written(change: object, selector: object) -> str:
    """A change from Python as the flag writes it: a share below 1 in percent (0.05 is 5%), a pair as a range."""
    if isinstance(change, float):
        _check_float(float(change), selector)
    if isinstance(change, (float, Decimal, Fraction)):
        value = change if isinstance(change, Fraction) else read_number(str(change))
        return f"{exact_text(value * 100)}%" if 0 < abs(value) < 1 else exact_text(value)
    if isinstance(change, (tuple, list)):
        return "..".join(_written(end, selector) for end in change)
    return str(change)


def _check_float(value: float, selector: object) -> None:
    """CostcalcError: 1.0 may be 1% or 100%, and 0.1 + 0.2 is no number that anybody wrote."""
    said = f"hikes {{{str(selector)!r}: {value!r}}}"
    if not abs(value) < 1:  # NaN is not either
        whole = f"{value:g}" if isfinite(value) else "34"
        raise fail(
            "bad-hike", f"{said}: a float is a share, and a share is below 1", expected="0.34, or 34 for 34%",
            remedy=f'write {whole if "." not in whole else repr(whole)} for {whole}%, as a whole number, a text or a Decimal',
        )  # fmt: skip
    if len(Decimal(repr(value)).as_tuple().digits) > _EXACT_DIGITS:
        raise fail(
            "bad-hike", f"{said}: a float of more than {_EXACT_DIGITS} digits, of which the last are rounding",
            expected="a number of percent, a text or a Fraction", remedy=f'write "{value * 100:.6g}%"',
        )  # fmt: skip


class _BadHike(Exception):
    def __init__(self, text: str, message: str, expected: str = _GRAMMAR, remedy: str = "") -> None:
        self.problem = Problem("bad-hike", f'--hike "{text}": {message}', expected=expected, remedy=remedy)


def _read_hike(text: str) -> PriceChange:
    name, equals, change = text.partition("=")
    if not equals or not name.strip() or not change.strip():
        raise _BadHike(text, "a hike is a selector, an equals sign and a change")
    try:
        selector = read_selector(name)
    except ValueError:
        raise _BadHike(
            text, "the selector names nothing", remedy=f"write any{name.strip()} for all providers"
        ) from None
    change, day = _split_day(text, change.strip())
    if match := _ABSOLUTE.fullmatch(change):
        return _absolute(text, selector, match, day)
    low, high = _rises(text, change)
    if low < -1 or high < -1:
        raise _BadHike(text, "a price cannot fall by more than 100%", "-100% or more")
    if low > high:
        first, _, second = change.replace("%", "").partition("..")
        raise _BadHike(text, "the range is written from high to low", "low..high", f"write {second}..{first}{'%' if '%' in change else ''}")  # fmt: skip
    return PriceChange(selector, text, low, high, from_day=day)


def _split_day(text: str, change: str) -> tuple[str, date | None]:
    """The last `@` is a date only if an ISO day follows."""
    match = _DATED.fullmatch(change)
    if match is None:
        if "@" in change:
            raise _BadHike(text, f'"{change.rpartition("@")[2]}" is not a date', "an ISO day after the @: 2026-12-01")
        return change, None
    try:
        return match[1].strip(), read_day(match[2])
    except ValueError:
        raise _BadHike(text, f'"{match[2]}" is not a day of the calendar', "an ISO day: 2026-12-01") from None


def _rises(text: str, change: str) -> tuple[Fraction, Fraction]:
    if match := _RANGE.fullmatch(change):
        values = [_number(text, match[1]), _number(text, match[2])]
        percent = "%" in change
    elif match := _PERCENT.fullmatch(change):
        values, percent = [_number(text, match[1])] * 2, bool(match[2])
    else:
        raise _BadHike(text, f'"{change}" is not a change', "34, +34%, -20%, a range 5..34, or a rate =3.40/1M")
    if not percent and any(0 < abs(value) < 1 for value in values):
        meant = "..".join(dict.fromkeys(exact_text(value * 100 if abs(value) < 1 else value) for value in values))
        raise _BadHike(
            text, f"{change} means {change}%, which is hardly meant", "percent",
            f"did you mean {meant}? write {meant} for {meant}%, or {change}% if you do mean it",
        )  # fmt: skip
    return values[0] / 100, values[1] / 100


def _number(text: str, written: str) -> Fraction:
    try:
        return read_number(written)
    except TooManyDigits as error:
        raise _BadHike(text if len(text) < _SHOWN else f"{text[:_SHOWN]}…", str(error)) from None


def _absolute(text: str, selector: Selector, match: re.Match[str], day: date | None) -> PriceChange:
    """A new rate is one line of the price list: parts with a price of their own keep it."""
    line = meters().line_of(selector.meter_word)
    if line is None:
        raise _BadHike(
            text, "a new rate needs exactly one meter", "SELECTOR:METER==3.40/1M",
            "name the meter, for example :output_tokens",
        )  # fmt: skip
    rate = _number(text, match[1]) / _UNITS[match[2].upper()]
    return PriceChange(replace(selector, meters=frozenset({line})), text, new_rate=rate, from_day=day)
