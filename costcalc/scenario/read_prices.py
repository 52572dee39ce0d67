"""Price changes as written: events of the catalogue, hikes, rises by the month, promotions that end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import MOST_MONTHS, month_of
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.events import event_named, reaches_tokens
from costcalc.scenario.figure import Figure
from costcalc.scenario.hikes import read_hike
from costcalc.scenario.items import PriceItem
from costcalc.scenario.model import PriceChange
from costcalc.scenario.read_entries import Entry, entries
from costcalc.scenario.read_figures import percent, share
from costcalc.scenario.read_spans import read_span
from costcalc.yamldoc import Document, Map, Scalar

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

PRICE_KEYS = ("event", "what", "change", "discount_ends", "on", "until", "pass_through", "distribution", "note")
EACH_MONTH = re.compile(r"(.*\S)\s+each month", re.ASCII)
_EXAMPLE = "{what: alibaba, change: +34%}"


def read_prices(document: Document, root: Map, events: Mapping[str, Event]) -> tuple[PriceItem, ...]:
    """The price changes of the file; every problem is noted in the document."""
    listed = entries(document, root.get("prices"), "prices", "a price change", PRICE_KEYS, _EXAMPLE)
    return tuple(item for entry in listed if (item := _item(entry, events)))


def _item(entry: Entry, events: Mapping[str, Event]) -> PriceItem | None:
    passed = share(entry, "pass_through") if "pass_through" in entry else None
    drawn = entry.distribution()
    if "event" in entry:
        event = _event(entry, events)
        if event and passed and not reaches_tokens(event):
            entry.refuse(
                "pass_through", "nothing-to-pass-through", f'the event "{event.id}" raised no compute: nothing of it reaches tokens',
                "leave pass_through out",
            )  # fmt: skip
        return PriceItem(event, (), passed, drawn, entry.word("note")) if event else None
    hikes = _hikes(entry)
    if hikes and passed and not any(hike.is_range for hike in hikes):
        entry.refuse(
            "pass_through", "nothing-to-pass-through", "pass_through scales a range, or an event that raised compute",
            "write the reduced change itself",
        )  # fmt: skip
    return PriceItem(None, hikes, passed, drawn, entry.word("note")) if hikes else None


def _event(entry: Entry, events: Mapping[str, Event]) -> Event | None:
    for key in ("what", "change", "discount_ends", "on", "until"):
        entry.refuse(key, "event-with-change", f'an event says its own scope, change and day: "{key}" contradicts it')
    name = entry.text("event")
    if name is None:
        return None
    found = event_named(name.text, events)
    if isinstance(found, Problem):
        entry.document.report(name, found.code, found.message, nearest=found.nearest, remedy=found.remedy)
        return None
    return found


def _hikes(entry: Entry) -> tuple[PriceChange, ...]:
    what = entry.needed("what", _EXAMPLE)
    form = entry.one_of(("change", "discount_ends"), "several-forms", _EXAMPLE)
    span = read_span(entry)
    if what is None or form is None:
        return ()
    day = f"@{span.from_day}" if span.from_day else ""
    monthly = EACH_MONTH.fullmatch(entry.word(form)) if form == "change" else None
    if not monthly:
        entry.refuse("until", "until-without-months", "only a rise by the month has an end: a price change stays",
                     "undo it with a change of its own, from that day on")  # fmt: skip
    if form == "discount_ends":
        return _promotion(entry, what, day, span.from_day)
    text = entry.text("change")
    hike = _hike(entry, what, Scalar(monthly[1], text.place) if monthly and text else text, day)
    if hike is None or monthly is None:
        return (hike,) if hike else ()
    return _by_the_month(entry, replace(hike, written=f"{what}={monthly[0]}{day}"), span.from_day, span.until_day)


def _hike(entry: Entry, what: Scalar, change: Scalar | None, day: str) -> PriceChange | None:
    """The hike of the flag's grammar."""
    if change is None:
        return None
    try:
        return replace(read_hike(f"{what}={change}{day}"), place=what.place)
    except CostcalcError as error:
        for problem in error.problems:
            entry.document.report(
                change, problem.code, problem.message.removeprefix("--hike "),
                expected=problem.expected, remedy=problem.remedy,
            )  # fmt: skip
        return None


def _promotion(entry: Entry, what: Scalar, day: str, first: date | None) -> tuple[PriceChange, ...]:
    """A discount d that ends raises what is paid from 1 - d to 1: by 1/(1 - d) - 1."""
    text, discount = entry.text("discount_ends"), percent(entry, "discount_ends", "50%", _NO_DISCOUNT)
    if text is None or discount == _NO_DISCOUNT:
        return ()
    if not 0 < discount.low <= discount.high < 1:
        entry.document.report(
            text, "bad-share", f'"{text}" is not a discount that can end', expected="above 0% and below 100%"
        )
        return ()
    hike = _hike(entry, what, Scalar("0", text.place), day)
    if hike is None:
        return ()
    written = f"{what}=discount of {text} ends{day}"
    return (replace(hike, written=written, low=rise_of(discount.low), high=rise_of(discount.high)),)


_NO_DISCOUNT = Figure(Fraction(), Fraction())


def rise_of(discount: Fraction) -> Fraction:
    return 1 / (1 - discount) - 1


def _by_the_month(entry: Entry, hike: PriceChange, first: date | None, end: date | None) -> tuple[PriceChange, ...]:
    """One change a month: the first on the day said, the others on the first of each month, until the end."""
    if hike.new_rate is not None:
        entry.refuse("change", "bad-hike", "a list price outright holds from one day on, not each month")
        return ()
    both = [entry.has(key, "{what: openai, change: +3% each month, on: 2026-12-01, until: 2027-06-01}") for key in ("on", "until")]  # fmt: skip
    if first is None or end is None or not all(both):
        return ()
    days, month = [first], month_of(first).next
    while month.first < end and len(days) <= MOST_MONTHS:
        days.append(month.first)
        month = month.next
    if len(days) > MOST_MONTHS:
        entry.refuse("until", "bad-months", f"these are more than {MOST_MONTHS} months")
    return tuple(replace(hike, from_day=day) for day in days)
