"""The fields of price changes: events of the catalogue, hikes, rises by the month, promotions that end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import MOST_MONTHS, month_of
from costcalc.money import exact_text
from costcalc.pricebook.events import Event
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.events import event_named, reaches_tokens
from costcalc.scenario.fields import DISTRIBUTION, FIRST, IN_ORDER, NOTE, ON, UNTIL
from costcalc.scenario.figure import Figure
from costcalc.scenario.hikes import read_hike
from costcalc.scenario.items import PriceItem
from costcalc.scenario.kinds import SHARE, TEXT, UP_TO_100, is_decimal, percent_of, percent_text, range_of, signed_text
from costcalc.scenario.model import PriceChange
from costcalc.yamldoc import Scalar
from costcalc.yamlfields import (
    Entry,
    FieldTable,
    Kind,
    Rule,
    Schema,
    Values,
    YamlField,
    any_of,
    not_beside,
    one_of,
    pattern,
)

_EACH_MONTH = re.compile(r"(.*\S)\s+each month", re.ASCII)
_EXAMPLE = "{what: alibaba, change: +34%}"
_OF_NO_EVENT = ("what", "change", "discount_ends", "on", "until")
_NO_DISCOUNT = Figure(Fraction(), Fraction())


# --- reading ------------------------------------------------------------------------------------------------------------
def _item(entry: Entry, values: Values) -> PriceItem | None:
    event: Event | None = values["event"]
    passed: Figure | None = values["pass_through"]
    drawn, note = values["distribution"], values["note"]
    if "event" in entry:
        if event and passed and not reaches_tokens(event):
            entry.refuse(
                "pass_through", "nothing-to-pass-through", f'the event "{event.id}" raised no compute: nothing of it reaches tokens',
                "leave pass_through out",
            )  # fmt: skip
        return PriceItem(event, (), passed, drawn, note) if event else None
    hikes = _hikes(entry, values["on"], values["until"])
    if hikes and passed and not any(hike.is_range for hike in hikes):
        entry.refuse(
            "pass_through", "nothing-to-pass-through", "pass_through scales a range, or an event that raised compute",
            "write the reduced change itself",
        )  # fmt: skip
    return PriceItem(None, hikes, passed, drawn, note) if hikes else None


def _event(entry: Entry, name: Scalar) -> Event | None:
    found = event_named(name.text, entry.context.events)
    if isinstance(found, Problem):
        entry.document.report(name, found.code, found.message, nearest=found.nearest, remedy=found.remedy)
        return None
    return found


def _one_form(entry: Entry, _: Values) -> None:
    """Without an event, what is raised, and by one way of saying how much."""
    if "event" in entry:
        return
    entry.has("what", _EXAMPLE)
    _FORM.check(entry, _)


def _hikes(entry: Entry, first: date | None, end: date | None) -> tuple[PriceChange, ...]:
    what = entry.text("what")
    form = "change" if "change" in entry else "discount_ends"
    text = entry.text(form)
    if what is None or text is None:
        return ()
    day = f"@{first}" if first else ""
    monthly = _EACH_MONTH.fullmatch(text.text.strip()) if form == "change" else None
    if not monthly:
        entry.refuse("until", "until-without-months", "only a rise by the month has an end: a price change stays",
                     "undo it with a change of its own, from that day on")  # fmt: skip
    if form == "discount_ends":
        return _promotion(entry, what, text, day)
    hike = _hike(entry, what, Scalar(monthly[1], text.place) if monthly else text, day)
    if hike is None or monthly is None:
        return (hike,) if hike else ()
    return _by_the_month(entry, replace(hike, written=f"{what}={monthly[0]}{day}"), first, end)


def _hike(entry: Entry, what: Scalar, change: Scalar, day: str) -> PriceChange | None:
    """The hike of the flag's grammar."""
    try:
        return replace(read_hike(f"{what}={change}{day}"), place=what.place)
    except CostcalcError as error:
        for problem in error.problems:
            entry.document.report(
                change, problem.code, problem.message.removeprefix("--hike "),
                expected=problem.expected, remedy=problem.remedy,
            )  # fmt: skip
        return None


def _promotion(entry: Entry, what: Scalar, text: Scalar, day: str) -> tuple[PriceChange, ...]:
    """A discount d that ends raises what is paid from 1 - d to 1: by 1/(1 - d) - 1."""
    discount = percent_of(entry, text, "50%")
    if discount == _NO_DISCOUNT:
        return ()
    if not 0 < discount.low <= discount.high < 1:
        entry.wrong(text, "bad-share", " is not a discount that can end", "above 0% and below 100%")
        return ()
    hike = _hike(entry, what, Scalar("0", text.place), day)
    if hike is None:
        return ()
    written = f"{what}=discount of {text} ends{day}"
    return (replace(hike, written=written, low=rise_of(discount.low), high=rise_of(discount.high)),)


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


# --- writing ------------------------------------------------------------------------------------------------------------
def _first(value: Callable[[PriceChange], object]) -> Callable[[PriceItem], object]:
    """Of the first hike, which says what all say. ValueError: a price change that no file can say."""

    def of(item: PriceItem) -> object:
        if item.event is not None:
            return None
        hike = item.hikes[0]
        if hike.event or hike.until_day or hike.middle is not None:
            raise ValueError(f"a scenario file cannot say {hike.written}")
        return value(hike)

    return of


def _change_text(item: PriceItem) -> str | None:
    """As a rise, by the month or once; None: it is a promotion that ends."""
    hike = item.hikes[0] if item.hikes else None
    if hike is None or _discount(item):
        return None
    if hike.new_rate is not None:
        return f"={exact_text(hike.new_rate * 1_000_000)}/1M"
    return signed_text(Figure(hike.low, hike.high)) + (" each month" if len(item.hikes) > 1 else "")


def _discount(item: PriceItem) -> Figure | None:
    """The promotion that ends, where only that can be written out."""
    hike = item.hikes[0] if item.hikes else None
    if hike is None or hike.new_rate is not None or hike.low <= 0 or is_decimal(Figure(hike.low, hike.high)):
        return None
    discount = Figure(hike.low / (1 + hike.low), hike.high / (1 + hike.high))
    return discount if is_decimal(discount) else None


def _end(item: PriceItem) -> date | None:
    """The first of the month after the last rise, where there are several."""
    last = item.hikes[-1].from_day if len(item.hikes) > 1 else None
    return month_of(last).next.first if last else None


# --- the table ----------------------------------------------------------------------------------------------------------
_FORM = one_of(("change", "discount_ends"), "several-forms", _EXAMPLE)
_FORMS: Schema = {
    "oneOf": [
        {"required": ["event"], "not": any_of(("what", "change", "discount_ends", *FIRST, "until"))},
        {"required": ["what", "change"], "not": any_of(("event", "discount_ends"))},
        {"required": ["what", "discount_ends"], "not": any_of(("event", "change", "until"))},
    ],
    "if": {"required": ["change"], "properties": {"change": {"type": "string", "pattern": "each month$"}}},
    "then": {"required": ["until"], **any_of(FIRST)},
    "else": {"not": {"required": ["until"]}},
}

PRICE = FieldTable(
    "a price change",
    (
        YamlField("event", replace(TEXT, read=_event), "An event of the catalogue: costcalc prices events lists them.", "alibaba-2026-04-compute",
              of=lambda item: item.event and item.event.id),
        YamlField("what", replace(TEXT, schema={"type": "string", "minLength": 1}), "A selector: alibaba/qwen3-*:output_tokens, or any.",
              "alibaba:tokens", of=_first(lambda hike: str(hike.selector))),
        YamlField("change", replace(TEXT, write=str), "+34%, -20%, +5..34%, =3.40/1M, or +3% each month.", "+34%", of=_change_text),
        YamlField("discount_ends", Kind(lambda *_: None, pattern(range_of(UP_TO_100)), "50%", percent_text),
              "A promotion of 50% ends: the price doubles.", of=_discount),
        replace(ON, of=_first(lambda hike: hike.from_day)),
        replace(UNTIL, says="The first day without a further rise by the month.", of=_end),
        YamlField("pass_through", SHARE, "How much of the event, or of the range, reaches prices.", "60%"),
        replace(DISTRIBUTION, of=lambda item: item.distribution),
        NOTE,
    ),
    _item,
    (
        *(
            not_beside(key, ("event",), "event-with-change", f'an event says its own scope, change and day: "{key}" contradicts it')
            for key in _OF_NO_EVENT
        ),
        Rule(_one_form, _FORMS),
        IN_ORDER,
    ),
    _EXAMPLE,
)  # fmt: skip
