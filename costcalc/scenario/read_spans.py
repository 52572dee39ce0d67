"""Spans as written: days, months, and over how many months something comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from costcalc.calendar import MOST_MONTHS, Month, read_day, read_month
from costcalc.scenario.figure import Span
from costcalc.scenario.read_entries import Entry
from costcalc.yamldoc import Document, Map, Scalar

FIRST_MONTH = r"[1-9]|1[0-2]"
MONTHS = re.compile(r"(\d{1,4})( months?)?", re.ASCII)


def read_span(entry: Entry) -> Span:
    """The keys `on`, `until` and `ramp` of an entry."""
    first, end = day_at(entry, "on", may_be_month=True), day_at(entry, "until")
    if first and end and end <= first:
        entry.document.report(
            entry.map.get("until") or entry.map, "empty-period", "it ends before it begins: until is the first day without it",
            expected="a day after on",
        )  # fmt: skip
    ramp = entry.text("ramp")
    return Span(first, end, months_of(entry.document, ramp) if ramp else 1)


def day_at(entry: Entry, key: str, *, may_be_month: bool = False) -> date | None:
    """A day; a month begins on its first, where that can be meant: until a month is said by two kinds of people."""
    text = entry.text(key)
    if text is None:
        return None
    for read in (read_day, _first_of_month) if may_be_month else (read_day,):
        try:
            return read(text.text)
        except ValueError:
            continue
    expected = "2027-01-15, or 2027-01" if may_be_month else "2027-01-15"
    entry.document.report(text, "bad-date", f'"{text.text}" is not a date', expected=expected)
    return None


def _first_of_month(text: str) -> date:
    return read_month(text).first


def month_of_key(document: Document, key: Scalar) -> Month | None:
    try:
        return read_month(key.text)
    except ValueError:
        document.report(key, "bad-date", f'"{key.text}" is not a month', expected="2026-12")
        return None


def months_of(document: Document, text: Scalar) -> int:
    """`3 months`, or 3: from 1 to MOST_MONTHS."""
    match = MONTHS.fullmatch(text.text.strip())
    if match and 1 <= int(match[1]) <= MOST_MONTHS:
        return int(match[1])
    document.report(
        text, "bad-months", f'"{text.text}" is not a number of months', expected=f"12 months, from 1 to {MOST_MONTHS}"
    )
    return 1


def first_month_of(document: Document, root: Map) -> int | None:
    """The month in which fiscal years begin; None: nothing is said."""
    text = document.text_at(root.get("fiscal_year_starts"), "fiscal_year_starts")
    if text is None:
        return None
    if re.fullmatch(FIRST_MONTH, text.text.strip(), re.ASCII):
        return int(text.text)
    document.report(text, "bad-month", f'"{text.text}" is not a month of the year', expected="1 to 12: 4 is April")
    return None


def refuse_span(entry: Entry, keys: Iterable[str], why: str) -> None:
    """Days that a change of this form cannot have."""
    for key in keys:
        entry.refuse(key, "span-without-sense", f'"{key}" has no place here: {why}')
