"""Spans as written: days, months, and over how many months something comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from costcalc.calendar import MOST_MONTHS, Month, read_day, read_month
from costcalc.scenario.figure import Span
from costcalc.scenario.read_entries import Entry
from costcalc.yamldoc import Document, Scalar

MONTHS = re.compile(r"(\d{1,4}) months?", re.ASCII)


def read_span(entry: Entry) -> Span:
    """The keys `on`, `until` and `ramp` of an entry."""
    first, end = day_at(entry, "on"), day_at(entry, "until")
    if first and end and end <= first:
        entry.document.report(
            entry.map.get("until") or entry.map, "empty-period", "it ends before it begins: until is the first day without it",
            expected="a day after on",
        )  # fmt: skip
    ramp = entry.text("ramp")
    return Span(first, end, months_of(entry.document, ramp) if ramp else 1)


def day_at(entry: Entry, key: str) -> date | None:
    text = entry.text(key)
    if text is None:
        return None
    try:
        return read_day(text.text)
    except ValueError:
        entry.document.report(text, "bad-date", f'"{text.text}" is no date', expected="2027-01-15")
        return None


def month_of_key(document: Document, key: Scalar) -> Month | None:
    try:
        return read_month(key.text)
    except ValueError:
        document.report(key, "bad-date", f'"{key.text}" is no month', expected="2026-12")
        return None


def months_of(document: Document, text: Scalar) -> int:
    """`3 months`: from 1 to MOST_MONTHS."""
    match = MONTHS.fullmatch(text.text.strip())
    if match and 1 <= int(match[1]) <= MOST_MONTHS:
        return int(match[1])
    document.report(
        text, "bad-months", f'"{text.text}" is no number of months', expected=f"12 months, from 1 to {MOST_MONTHS}"
    )
    return 1


def refuse_span(entry: Entry, keys: Iterable[str], why: str) -> None:
    """Days that a change of this form cannot have."""
    for key in keys:
        entry.refuse(key, "span-without-sense", f'"{key}" has no place here: {why}')
